"""A folder as a study: asked for, run beside the window, its page shown; two videos compared."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from easytear.base.folders import MARKER, remove_own_folder
from easytear.base.regular import read_json
from easytear.request.settings import dump_settings
from easytear.results import Analysis, read_results
from easytear.results.files import SUMMARY
from easytear_gui import paths
from easytear_gui.running.process import Worker
from easytear_gui.session.adopt import made_with
from easytear_gui.session.model import State
from easytear_gui.side_by_side import Film, SideBySide
from easytear_gui.study.dialog import StudyDialog, StudyWanted

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow

Actions = dict[str, Callable[[], object]]
_PAGE = "study.html"
_SELECT_TWO = "Select two analysed videos in the list first: click one, then the other with Ctrl."
_SOME_FAILED = 3
_NONE_USABLE = 1
_LAST = "study/folder"


class Studying(QObject):
    """Runs studies and comparisons; there is one at a time."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._worker: Worker | None = None
        self._given: Path | None = None
        window.actions_["open_study"].triggered.connect(lambda: self.ask_folder())
        window.actions_["compare"].triggered.connect(lambda: self.compare_selected())
        window.actions_["side_by_side"].triggered.connect(lambda: self.show_side_by_side())
        window.welcome.study_asked.connect(self.ask_folder)

    # --- a study -------------------------------------------------------------------------
    def ask_folder(self) -> None:
        """Ask for a folder of videos."""
        start = str(paths.preferences().value(_LAST) or self._window.opening.last_folder())
        folder = QFileDialog.getExistingDirectory(self._window, "A study's videos", start)
        if folder:
            paths.preferences().setValue(_LAST, folder)
            self.ask(Path(folder))

    def ask(self, folder: Path) -> None:
        """Show what the names of a folder's videos say, and ask for the rest."""
        from easytear.study.discover import find_videos

        videos = list(find_videos(folder).videos)
        if not videos:
            self._window.opening.complain(f"{folder}: there are no videos in it.")
            return
        if self._worker is not None:
            self._window.opening.complain("A study is running: wait for it, or stop it first.")
            return
        out = paths.studies_folder() / folder.name
        dialog = StudyDialog(folder, videos, out, self._window)
        dialog.accepted.connect(lambda: self.run(dialog.wanted()))
        dialog.open()

    def run(self, wanted: StudyWanted) -> None:
        """Analyse a folder as a study."""
        given = Path(tempfile.mkdtemp(prefix="easytear-study-"))
        (given / MARKER).touch()
        self._given = given
        settings = given / "settings.toml"
        session = self._window.document.session
        settings.write_text(dump_settings(session.settings), encoding="utf-8")
        arguments = ["batch", str(wanted.folder), "-o", str(wanted.out), "--forget",
                     "--config", str(settings), "--progress-json"]  # fmt: skip
        for name, value in (
            ("--name-pattern", wanted.pattern or None),
            ("--clinical", wanted.clinical),
            ("--by", wanted.by),
        ):
            arguments += [] if value is None else [name, str(value)]
        self._start(arguments, partial(self._ended, wanted), "Study")

    def _start(self, arguments: list[str], ended: Callable[[bool, str], object], what: str) -> None:
        self._worker = Worker("easytear", arguments, self)
        self._worker.progress.connect(partial(self._progress, what))
        self._worker.finished.connect(ended)
        self._progress(what, 0.0, "starting")
        self._worker.start()

    def _progress(self, what: str, share: float, message: str) -> None:
        notice = self._window.notice
        notice.say(f"{what}: {message}", "work", {"Stop": self.stop}, share)

    def stop(self) -> None:
        """Stop what runs; what is done stays, and the next run goes on from there."""
        if self._worker is not None:
            self._worker.ask_to_end()

    def _ended(self, wanted: StudyWanted, ok: bool, message: str) -> None:
        worker, self._worker = self._worker, None
        self._forget()
        page = wanted.out / _PAGE
        code = 0 if worker is None else worker.code
        some, none = code == _SOME_FAILED, code == _NONE_USABLE
        if (not message and not ok) or not (ok or some or none) or not page.is_file():
            text = f"Study not finished: {message}" if message else "Study stopped."
            again: Actions = {"Go on": partial(self.run, wanted), "Close": self._quiet}
            self._window.notice.say(text, "bad", again)
            return
        self.show_study(wanted)
        text = f"The study of {wanted.folder.name} is done."
        if some:
            text += " Some videos failed: the page and the table say why."
        if none:
            text += " No interval could be used for averages: the page says why."
        actions: Actions = {
            "Open its page": partial(_open, page),
            "Open its folder": partial(_open, wanted.out),
            "Close": self._quiet,
        }
        self._window.notice.say(text, "note", actions)

    def _quiet(self) -> None:
        self._window.notice.say("")

    def _forget(self) -> None:
        if self._given is not None:
            remove_own_folder(self._given, self._given.parent)
            self._given = None

    def show_study(self, wanted: StudyWanted) -> None:
        """Show the study's videos with their results in a session of their own."""
        from easytear.study.discover import find_videos
        from easytear.study.names import study_names

        window, document = self._window, self._window.document
        found = find_videos(wanted.folder, leave_out=[wanted.out]).videos
        names = study_names(list(found))
        if document.session.videos:
            window.opening.new_session()
        results = wanted.out / "videos"
        after = document.session.model_copy(update={"results_folder": results})
        document.change("open study", after)
        window.opening.add_videos(wanted.folder / path for path in found)
        for video in document.session.videos:
            name = names.get(video.path.relative_to(wanted.folder).as_posix())
            if name is None:
                continue
            if not (results / name / SUMMARY).is_file():
                reason = _why(results / name)
                document.set_record(video.key, state=State.FAILED, message=reason)
                continue
            window.background.run(
                partial(made_with, results / name, video.path),
                partial(window.opening.adopt, video.key, name),
            )

    # --- two videos ----------------------------------------------------------------------
    def show_side_by_side(self) -> None:
        """Show the two selected videos side by side, both from their onset."""
        window, document = self._window, self._window.document
        keys = window.list.selected_keys()
        folders = [document.results_of(k) for k in keys]
        if len(keys) != 2 or None in folders:
            window.opening.complain(_SELECT_TWO)
            return
        window.background.run(
            lambda: [read_results(folder) for folder in folders if folder is not None],
            lambda found: self._side_by_side(keys, found),
            lambda error: window.opening.complain(str(error)),
        )

    def _side_by_side(self, keys: list[str], found: list[Analysis]) -> None:
        document, model = self._window.document, self._window.list.videos
        videos = [document.session.video(k) for k in keys]
        if not all(one.summary.intervals for one in found):
            self._window.opening.complain("One of the two videos has no interval to show.")
            return
        films = [
            Film(model.name_of(v), v.path, v.decisions.fps, a)
            for v, a in zip(videos, found, strict=True)
        ]
        dialog = SideBySide((films[0], films[1]), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    def compare_selected(self) -> None:
        """Compare the two selected videos and open the page."""
        window = self._window
        keys = window.list.selected_keys()
        folders = [window.document.results_of(k) for k in keys]
        if len(keys) != 2 or None in folders:
            window.opening.complain(_SELECT_TWO)
            return
        if self._worker is not None:
            window.opening.complain("A study or comparison is running: wait for it first.")
            return
        names = [window.list.videos.name_of(window.document.session.video(k)) for k in keys]
        out = paths.studies_folder() / "compared" / "-".join(k[:8] for k in keys)
        videos = [str(window.document.session.video(k).path) for k in keys]
        arguments = ["compare", *(str(f) for f in folders), "-o", str(out), "--overwrite",
                     "--video-a", videos[0], "--video-b", videos[1], "-q"]  # fmt: skip
        what = f"Comparing {names[0]} with {names[1]}"
        self._start(arguments, partial(self._compared, out, what), what)

    def _compared(self, out: Path, what: str, ok: bool, message: str) -> None:
        self._worker = None
        pages = sorted(out.glob("*.html"))
        if not ok or not pages:
            self._window.notice.say(
                f"{what}: {message or 'stopped.'}", "bad", {"Close": self._quiet}
            )
            return
        actions: Actions = {
            "Open the comparison": partial(_open, pages[0]),
            "Open its folder": partial(_open, out),
            "Close": self._quiet,
        }
        self._window.notice.say(f"{what}: done.", "note", actions)

    def shut_down(self) -> None:
        """End what runs; a study goes on where it stood when it is run again."""
        if self._worker is not None:
            self._worker.abandon()
        self._forget()


def _open(place: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))


def _why(folder: Path) -> str:
    """Return why a study's video has no results."""
    try:
        told = read_json(folder / "outcome.json", "annotation_mb")
        return str(told.get("error") or "not analysed")
    except (OSError, ValueError, AttributeError):
        return "not analysed yet"
