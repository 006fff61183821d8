"""The theme, the enhanced film, and the preview of settings."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup

from easytear.base.folders import MARKER, remove_own_folder
from easytear.base.geometry import FloatArray
from easytear.request.corrections import Corrections
from easytear.results import Analysis, IntervalResult, read_results, results_folder
from easytear_gui import paths, words
from easytear_gui.app import THEMES
from easytear_gui.player.film_view import FilmView, still_background
from easytear_gui.player.overlays import OverlayData
from easytear_gui.running.process import Worker
from easytear_gui.session.asked import request_of
from easytear_gui.theme.style import Choice

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow


class Viewing(QObject):
    """What is shown, and how."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._worker: Worker | None = None
        self._folder: Path | None = None
        self._background_of: tuple[Path, int] | None = None
        self._themes = QActionGroup(self)
        self._add_themes()
        window.document.settings_changed.connect(self._film_changed)
        window.workspace.analysis_changed.connect(self._analysis_changed)
        window.workspace.interval_changed.connect(lambda _: self._want_background())
        window.workspace.player.film_button.toggled.connect(lambda _: self._want_background())
        window.settings_panel.preview_asked.connect(self.preview)
        self._film_changed()

    # --- theme ---------------------------------------------------------------------------
    def _add_themes(self) -> None:
        menu = self._window.menus["View"]
        menu.addSeparator()
        for choice in THEMES:
            action = QAction(f"{choice.capitalize()} theme", self._window, checkable=True)
            action.setChecked(self._window.theme.choice == choice)
            action.triggered.connect(partial(self._choose, choice))
            self._themes.addAction(action)
            menu.addAction(action)

    def _choose(self, choice: Choice, _on: bool = True) -> None:
        paths.preferences().setValue("window/theme", choice)
        self._window.theme.choose(choice)

    # --- the enhanced film ---------------------------------------------------------------
    def _film_changed(self) -> None:
        panel = self._window.workspace.player
        analysis = self._window.workspace.analysis
        scale = None if analysis is None else analysis.summary.calibration.mm_per_px
        view = FilmView(self._window.document.session.settings.enhance, scale)
        old = panel.film_view
        view.background = old.background if old is not None else None
        panel.film_view = view
        self._want_background()
        panel.refresh()

    def _analysis_changed(self) -> None:
        self._background_of = None
        self._window.workspace.player.canvas.preview = None
        if self._window.workspace.player.film_view is not None:
            self._window.workspace.player.film_view.background = None
        self._film_changed()

    def _want_background(self) -> None:
        """Compute what stands still in the interval, where the settings ask for it."""
        workspace = self._window.workspace
        panel, result = workspace.player, workspace.result()
        wanted = self._window.document.session.settings.enhance.subtract_average
        overlays = panel.canvas.overlays
        if not (wanted and panel.film_button.isChecked()) or result is None or overlays is None:
            return
        path = workspace.path
        if path is None or self._background_of == (path, result.index):
            return
        self._background_of = (path, result.index)
        frames, motions = [result.start_frame, result.end_frame], overlays.motions
        self._window.background.run(
            lambda: still_background(path, frames, motions),
            lambda picture: self._background(path, result.index, picture),
        )

    def _background(self, path: Path, interval: int, picture: FloatArray) -> None:
        panel = self._window.workspace.player
        if self._background_of == (path, interval) and panel.film_view is not None:
            panel.film_view.background = picture
            panel.refresh()

    # --- preview of settings -------------------------------------------------------------
    def preview(self) -> None:
        """Try the settings on the selected interval; the results are not kept."""
        result, path = self._window.workspace.result(), self._window.workspace.path
        if result is None or path is None or self._worker is not None:
            text = "A preview needs an analysed video: press Analyse first."
            self._window.statusBar().showMessage(text, 8000)
            return
        folder = Path(tempfile.mkdtemp(prefix="easytear-preview-"))
        (folder / MARKER).touch()
        asked = folder / "request.json"
        session = self._window.document.session
        decisions = session.video(self._window.open_key or "").decisions
        plain = decisions.model_copy(update={"corrections": Corrections()})
        request = request_of(plain, session.settings)
        asked.write_text(request.model_dump_json(), encoding="utf-8")
        arguments = ["analyze", str(path), "-o", str(folder), "--request", str(asked),
                     "--progress-json", "--start", f"{max(result.start_s - 0.5, 0.0):.6f}",
                     "--end", f"{result.end_s + 0.001:.6f}"]  # fmt: skip
        self._folder = folder
        self._worker = Worker("easytear", arguments, self)
        self._worker.progress.connect(self._previewing)
        self._worker.finished.connect(partial(self._previewed, result, path))
        self._worker.start()
        self._previewing(0.0, "starting")

    def _previewing(self, share: float, message: str) -> None:
        text = f"Preview of these settings: {message} ({round(100 * share)} %)"
        self._window.workspace.banner.say(text, "work", {"Cancel": self.end_preview}, share)

    def _previewed(self, before: IntervalResult, path: Path, ok: bool, message: str) -> None:
        folder, self._folder, self._worker = self._folder, None, None
        found: Analysis | None = None
        if ok and folder is not None and path == self._window.workspace.path:
            found = read_results(results_folder(path, folder))
        if folder is not None:
            remove_own_folder(folder, folder.parent)
        if found is None:
            self._window.running.tell()
            if message:
                self._window.workspace.banner.say(f"Preview failed: {message}", "bad")
            return
        canvas = self._window.workspace.player.canvas
        canvas.preview = OverlayData(found)
        canvas.update()
        after = next((i for i in found.summary.intervals if i.end_frame >= before.start_frame
                      and i.start_frame <= before.end_frame), None)  # fmt: skip
        self._window.workspace.banner.say(
            "Preview, front dashed in white. " + preview_words(before, after),
            "note",
            {"Analyse": self._keep, "Close": self.end_preview},
        )

    def _keep(self) -> None:
        self.end_preview()
        if self._window.open_key is not None:
            self._window.running.analyse([self._window.open_key])

    def end_preview(self) -> None:
        """Take the preview away, or stop it."""
        if self._worker is not None:
            self._worker.cancel()
        self._window.workspace.player.canvas.preview = None
        self._window.workspace.player.canvas.update()
        self._window.running.tell()

    def shut_down(self) -> None:
        """End a preview that runs, and leave nothing behind."""
        if self._worker is not None:
            self._worker.abandon()
        if self._folder is not None:
            remove_own_folder(self._folder, self._folder.parent)


def preview_words(before: IntervalResult, after: IntervalResult | None) -> str:
    """Return what the settings change in an interval's headline."""
    if after is None:
        return "With these settings the interval is no longer found."
    old, new = before.spread.y, after.spread.y
    return (
        f"Now: {words.fit_words(old)}; with these settings: {words.fit_words(new)}; quality "
        f"{before.quality.score:.2f} → {after.quality.score:.2f}."
    )
