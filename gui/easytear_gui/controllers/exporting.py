"""What leaves the app: plots, results, pages, overlay videos, and the way to napari."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from easytear_gui import paths
from easytear_gui.export_dialog import ExportDialog, Wanted
from easytear_gui.naming import folder_name, told_apart
from easytear_gui.plots.export import KINDS, copy_plots, save_plots
from easytear_gui.running.process import Worker
from easytear_gui.session.model import State

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow

_log = logging.getLogger(__name__)


class Exporting(QObject):
    """Export and napari."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._exports: list[tuple[str, list[str]]] = []
        self._exported = 0
        self._folder = Path()
        self._worker: Worker | None = None
        self._napari: dict[str, Worker] = {}
        calls = {
            "copy_plot": self.copy_plots,
            "save_plot": self.ask_plots,
            "export": self.ask_export,
            "napari": self.open_napari,
            "open_page": self.open_page,
            "open_results": self.open_results,
        }
        for name, call in calls.items():
            window.actions_[name].triggered.connect(lambda _=False, c=call: c())

    # --- plots ---------------------------------------------------------------------------
    def copy_plots(self) -> None:
        """Copy the plots as a picture."""
        copy_plots(self._window.workspace.plots)
        self._window.statusBar().showMessage("The plots are on the clipboard.", 5000)

    def ask_plots(self) -> None:
        """Ask where to save the plots."""
        video = self._window.workspace.path
        start = self._last_folder() / f"{video.stem if video else 'plots'}.png"
        file, kind = QFileDialog.getSaveFileName(
            self._window, "Save plots", str(start), ";;".join(KINDS.values())
        )
        if file:
            suffix = next((s for s, name in KINDS.items() if name == kind), ".png")
            path = Path(file)
            self.save_plots(path if path.suffix in KINDS else path.with_suffix(suffix))

    def save_plots(self, file: Path) -> None:
        """Save the plots; the suffix says how."""
        try:
            save_plots(self._window.workspace.plots, file)
        except OSError as error:
            self._window.opening.complain(f"{file}: cannot be written ({error.strerror}).")
            return
        self._window.statusBar().showMessage(f"Saved {file}", 8000)

    def open_results(self) -> None:
        """Show the files of the open video's results."""
        folder = self._results(self._window.open_key or "")
        if folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def open_page(self) -> None:
        """Open the page of the open video's results; it is made where there is none."""
        folder, video = self._results(self._window.open_key or ""), self._window.workspace.path
        if folder is None or video is None:
            return
        page = folder / "report.html"

        def show(_: object = None) -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(page)))

        if page.is_file():
            show()
            return
        self._window.statusBar().showMessage("Making the page …")
        self._window.background.run(
            lambda: _make_page(folder, video),
            show,
            lambda error: self._window.opening.complain(f"The page could not be made: {error}"),
        )

    # --- export --------------------------------------------------------------------------
    def ask_export(self) -> None:
        """Ask what to export, and where."""
        finished = [v.key for v in self._window.document.session.videos if self._done(v.key)]
        here = self._window.open_key
        dialog = ExportDialog(len(finished), here in finished, self._last_folder(), self._window)

        def accepted() -> None:
            wanted = dialog.wanted()
            paths.preferences().setValue("export/folder", str(wanted.folder))
            self.export(
                finished if wanted.all_videos else [k for k in finished if k == here], wanted
            )

        dialog.accepted.connect(accepted)
        dialog.open()

    def export(self, keys: list[str], wanted: Wanted) -> None:
        """Export finished videos, one after another, in a process of its own."""
        apart = told_apart(v.path for v in self._window.document.session.videos)
        names: set[str] = set()
        for key in keys:
            video, results = self._window.document.session.video(key), self._results(key)
            if results is None:
                continue
            name, count = folder_name(apart[video.path]), 1
            while name in names:
                count += 1
                name = f"{folder_name(apart[video.path])}-{count}"
            names.add(name)
            out = wanted.folder / name
            arguments = [str(results), str(video.path), str(out), *wanted.parts]
            self._exports.append((name, arguments))
        self._folder, self._exported = wanted.folder, 0
        self._next_export()

    def _next_export(self) -> None:
        if self._worker is not None or not self._exports:
            return
        name, arguments = self._exports.pop(0)
        self._worker = Worker("easytear_gui.running.export", arguments, self)
        self._worker.progress.connect(
            lambda share, text: self._window.statusBar().showMessage(
                f"Exporting {name}: {text} ({round(100 * share)} %)"
            )
        )
        self._worker.finished.connect(self._export_ended)
        self._worker.start()

    def _export_ended(self, ok: bool, message: str) -> None:
        self._worker = None
        if ok:
            self._exported += 1
        else:
            self._window.opening.complain(f"The export failed: {message}")
        if self._exports:
            self._next_export()
        elif self._exported:
            self._window.statusBar().showMessage(f"Exported to {self._folder}", 15000)
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def _done(self, key: str) -> bool:
        return self._window.document.record(key).state == State.DONE and bool(self._results(key))

    def _results(self, key: str) -> Path | None:
        folder = self._window.document.results_of(key)
        return folder if folder is not None and (folder / "summary.json").is_file() else None

    def _last_folder(self) -> Path:
        return Path(str(paths.preferences().value("export/folder") or Path.home()))

    # --- napari --------------------------------------------------------------------------
    def open_napari(self) -> None:
        """Review and annotate the open video in napari."""
        key = self._window.open_key
        results = None if key is None else self._results(key)
        if key is None or results is None or key in self._napari:
            return
        video = self._window.document.session.video(key).path
        worker = Worker("easytear", ["annotate", str(video), "--results", str(results)], self)
        self._napari[key] = worker
        worker.finished.connect(lambda ok, message: self._napari_ended(key, ok, message))
        worker.start()
        self._window.statusBar().showMessage(
            "napari opens; when you close it, your corrections are taken in here.", 15000
        )

    def _napari_ended(self, key: str, ok: bool, message: str) -> None:
        self._napari.pop(key, None)
        if not ok:
            self._window.opening.complain(message)
            return
        if not self._window.running.take_in(key):
            self._window.statusBar().showMessage("Nothing was annotated in napari.", 8000)

    def shut_down(self) -> None:
        """End an export that runs; napari stays open on its own."""
        self._exports.clear()
        if self._worker is not None:
            self._worker.abandon()


def _make_page(folder: Path, video: Path) -> None:
    from easytear.report import write_report
    from easytear.results import read_results

    write_report(read_results(folder), folder, video if video.is_file() else None)
