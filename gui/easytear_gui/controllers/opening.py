"""Getting videos and sessions into the window."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from easytear.base.errors import EasyTearError
from easytear.base.suffixes import VIDEO_SUFFIXES
from easytear_gui import paths
from easytear_gui.samples import sample_videos
from easytear_gui.session.adopt import Made, made_with
from easytear_gui.session.document import in_use, unfinished_sessions
from easytear_gui.session.files import (
    SUFFIX,
    fingerprint,
    relinked,
    videos_in,
)
from easytear_gui.session.model import Decisions, State, Video
from easytear_gui.thumbnails import thumbnail
from easytear_gui.welcome import session_title

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow

_log = logging.getLogger(__name__)
_MOST_RECENT = 8
_RECENT = "sessions/recent"


class Opening(QObject):
    """Videos, samples and sessions."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._document = window.document
        calls = {
            "new_session": self.new_session,
            "open_session": self.ask_session,
            "save_session_as": self.ask_save,
            "add_videos": self.ask_videos,
            "add_folder": self.ask_folder,
            "add_samples": self.add_samples,
            "find_videos": self.ask_find,
            "remove_videos": self.remove_selected,
            "results_folder": self.ask_results_folder,
        }
        for name, call in calls.items():
            window.actions_[name].triggered.connect(lambda _=False, c=call: c())
        unsaved = QMenu("&Unsaved sessions", window)
        unsaved.aboutToShow.connect(lambda: self._fill_unsaved(unsaved))
        window.menus["File"].insertMenu(window.actions_["save_session_as"], unsaved)
        recent = QMenu("Recent sessions", window)
        recent.aboutToShow.connect(lambda: self._fill_recent(recent))
        window.menus["File"].insertMenu(window.actions_["save_session_as"], recent)
        window.welcome.add_asked.connect(self.ask_videos)
        window.welcome.samples_asked.connect(self.add_samples)
        window.welcome.session_asked.connect(self.open_session)
        self._document.videos_changed.connect(self._want_thumbnails)

    # --- videos --------------------------------------------------------------------------
    def open_paths(self, files: Iterable[Path]) -> None:
        """Open what was dropped or named: videos, folders, or one session."""
        files = [f.absolute() for f in files]
        sessions = [f for f in files if f.suffix == SUFFIX]
        if sessions:
            self.open_session(sessions[0])
        self.add_videos(f for f in files if f.suffix != SUFFIX)

    def add_videos(self, files: Iterable[Path]) -> None:
        """Add videos, those below folders too; what is there already is not added again."""
        known = {v.path for v in self._document.session.videos}
        found: list[Path] = []
        others: list[Path] = []
        for path in videos_in(files):
            if path in known:
                continue
            known.add(path)
            (found if path.suffix.lower() in VIDEO_SUFFIXES else others).append(path)
        if others:
            names = ", ".join(p.name for p in others[:3]) + (" …" if len(others) > 3 else "")
            self._window.statusBar().showMessage(f"Left out, not a video: {names}", 12000)
        if not found:
            return
        videos = [_entry(path) for path in found]
        text = f"add {found[0].name}" if len(found) == 1 else f"add {len(found)} videos"
        self._document.add(videos, text)
        self._window.list.open_key(videos[0].key)

    def ask_videos(self) -> None:
        """Ask for videos with the system's dialog."""
        kinds = " ".join(f"*{s} *{s.upper()}" for s in sorted(VIDEO_SUFFIXES))
        files, _ = QFileDialog.getOpenFileNames(
            self._window, "Add videos", self.last_folder(), f"Videos ({kinds});;All files (*)"
        )
        if files:
            paths.preferences().setValue("videos/folder", str(Path(files[0]).parent))
            self.add_videos(Path(f) for f in files)

    def ask_folder(self) -> None:
        """Ask for a folder of videos."""
        folder = QFileDialog.getExistingDirectory(
            self._window, "Add every video below a folder", self.last_folder()
        )
        if folder:
            paths.preferences().setValue("videos/folder", folder)
            self.add_videos([Path(folder)])

    def add_samples(self) -> None:
        """Add the sample videos, which ship with the program."""
        found = sample_videos()
        if not found:
            self.complain("The sample videos are not where they belong; install EasyTear anew.")
        self.add_videos(found)

    def remove_selected(self) -> None:
        """Take the selected videos out of the session."""
        keys = set(self._window.list.selected_keys())
        if keys:
            for key in keys:
                self._window.runner.cancel(key)
            text = "remove video" if len(keys) == 1 else f"remove {len(keys)} videos"
            self._document.change(text, self._document.session.without(keys))

    def ask_find(self) -> None:
        """Look for moved videos below a folder that the person names."""
        folder = QFileDialog.getExistingDirectory(
            self._window, "Where are the videos now?", self.last_folder()
        )
        if folder:
            self.find_videos(Path(folder))

    def find_videos(self, folder: Path) -> None:
        """Look for missing videos below a folder, by name and content."""
        before = self._document.session
        after = relinked(before, [folder])
        missing = [v.path.name for v in after.videos if not v.path.is_file()]
        self._document.change("find moved videos", after)
        if after != before:
            self._window.show_again()
        text = f"Still missing: {', '.join(missing)}" if missing else "All videos are found."
        self._window.statusBar().showMessage(text, 12000)

    def _want_thumbnails(self) -> None:
        shown = self._window.list.videos.thumbnails
        for video in self._document.session.videos:
            if video.key not in shown and video.path.is_file():
                shown[video.key] = QPixmap()
                self._want_thumbnail(video.key, video.path)

    def _want_thumbnail(self, key: str, path: Path) -> None:
        self._window.background.run(
            lambda: thumbnail(path),
            lambda image: self._thumbnail(key, image),
            lambda error: self._unreadable(key, error),
        )

    def _thumbnail(self, key: str, image: QImage) -> None:
        self._window.set_thumbnail(key, QPixmap.fromImage(image))
        record = self._document.record(key)
        if record.state == State.NEW and record.results is None:
            self._look_for_results(key)

    def _look_for_results(self, key: str) -> None:
        """Take over results of the same video that are in the results folder already."""
        try:
            path = self._document.session.video(key).path
        except KeyError:
            return
        folder = self._document.results_folder / path.stem
        if (folder / "summary.json").is_file():
            self._window.background.run(
                lambda: made_with(folder, path),
                lambda made: self.adopt(key, folder.name, made),
            )

    def adopt(self, key: str, name: str, made: Made | None) -> None:
        """Show results that were there before, where nothing was decided or analysed here."""
        keys = {v.key for v in self._document.session.videos}
        taken = {self._document.record(k).results for k in keys}
        if made is None or key not in keys or name in taken:
            return
        decided = self._document.session.video(key).decisions
        if self._document.record(key).state != State.NEW or decided not in (
            Decisions(),
            made.decisions,
        ):
            return
        self.take_over(key, name, made)

    def take_over(self, key: str, name: str, made: Made) -> None:
        """Show results that were made elsewhere; what was decided for them is decided here too."""
        self._document.set_record(
            key,
            state=State.DONE,
            message="",
            results=name,
            applied=made.decisions,
            applied_settings=made.settings,
            digest=made.digest,
        )
        self._document.decide(key, made.decisions, "take over results")
        self._window.running.judge(key)
        if key == self._window.open_key:
            self._window.reload_results()
            self._window.running.tell()

    def _unreadable(self, key: str, error: Exception) -> None:
        if isinstance(error, EasyTearError) and not self._document.record(key).busy:
            self._document.set_record(key, state=State.FAILED, message=str(error))
            self._window.running.tell()

    # --- sessions ------------------------------------------------------------------------
    def new_session(self) -> None:
        """Start an empty session; the present one is kept."""
        self._window.runner.shut_down()
        self._document.new()

    def open_session(self, file: Path) -> None:
        """Open a session file."""
        if file != self._document.file and in_use(file):
            self.complain(f"{file.name} is open in another EasyTear window.")
            return
        self._window.runner.shut_down()
        try:
            self._document.open(file)
        except EasyTearError as error:
            self.complain(str(error))
            return
        self._remember()
        self._window.running.offer_rest()
        missing = [v for v in self._document.session.videos if not v.path.is_file()]
        if missing:
            text = f"{len(missing)} videos are not where they were: File, Find moved videos."
            self._window.statusBar().showMessage(text, 15000)

    def ask_session(self) -> None:
        """Ask for a session file."""
        file, _ = QFileDialog.getOpenFileName(
            self._window, "Open session", self.last_folder(), f"EasyTear sessions (*{SUFFIX})"
        )
        if file:
            self.open_session(Path(file))

    def ask_save(self) -> None:
        """Ask where to keep the session."""
        start = self._document.file
        if not self._document.is_named:
            start = Path(self.last_folder()) / f"session{SUFFIX}"
        file, _ = QFileDialog.getSaveFileName(
            self._window, "Save session as", str(start), f"EasyTear sessions (*{SUFFIX})"
        )
        if file:
            self.save_session(Path(file))

    def save_session(self, file: Path) -> None:
        """Give the session a file of its own."""
        if self._document.save_as(file):
            self._remember()
        else:
            self.complain(self._document.save_error)

    def ask_results_folder(self) -> None:
        """Ask where results are kept."""
        folder = QFileDialog.getExistingDirectory(
            self._window, "Where to keep results", str(self._document.results_folder)
        )
        if folder:
            session = self._document.session
            after = session.model_copy(update={"results_folder": Path(folder)})
            self._document.change("choose results folder", after)
            self._window.reload_results()

    def show_sessions(self) -> None:
        """List sessions on the welcome page."""
        unfinished = [f for f in unfinished_sessions() if f != self._document.file]
        self._window.welcome.show_sessions(self.recent(), unfinished)

    def recent(self) -> list[Path]:
        """Return recent sessions that are still there, newest first."""
        kept = paths.preferences().value(_RECENT) or []
        names = [kept] if isinstance(kept, str) else list(kept)
        return [Path(n) for n in names if Path(n).is_file()]

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for file in self.recent():
            action = menu.addAction(file.stem)
            action.setStatusTip(str(file))
            action.triggered.connect(lambda _=False, f=file: self.open_session(f))
        if menu.isEmpty():
            menu.addAction("None yet").setEnabled(False)

    def _fill_unsaved(self, menu: QMenu) -> None:
        """List every session without a file of its own that no window has open."""
        menu.clear()
        for file in unfinished_sessions():
            if file != self._document.file:
                action = menu.addAction(session_title(file))
                action.setObjectName(f"unsaved-{file.stem}")
                action.triggered.connect(lambda _=False, f=file: self.open_session(f))
        if menu.isEmpty():
            menu.addAction("None").setEnabled(False)

    def _remember(self) -> None:
        if self._document.is_named:
            here = str(self._document.file)
            names = [here, *(str(p) for p in self.recent() if str(p) != here)]
            paths.preferences().setValue(_RECENT, names[:_MOST_RECENT])

    def last_folder(self) -> str:
        """Return where files were looked for last."""
        if self._document.is_named:
            return str(self._document.file.parent)
        return str(paths.preferences().value("videos/folder") or Path.home())

    def complain(self, text: str) -> None:
        """Say what went wrong and what to do."""
        box = QMessageBox(QMessageBox.Icon.Warning, "EasyTear", text, parent=self._window)
        box.open()


def _entry(path: Path) -> Video:
    try:
        size, head = fingerprint(path)
    except OSError:
        return Video(path=path)
    return Video(path=path, size_bytes=size, head_sha256=head)
