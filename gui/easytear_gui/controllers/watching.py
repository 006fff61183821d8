"""Results that are changed from outside: noticed, and asked about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QFileSystemWatcher, QObject, QTimer
from typing_extensions import override

from easytear.results.files import SUMMARY
from easytear_gui.running.runner import digest_of
from easytear_gui.session.adopt import Made, made_with
from easytear_gui.session.model import State

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow

_SETTLE_MS = 300
"""A program that writes results replaces several files: looked at once it is through."""


class Watching(QObject):
    """Notices that other windows or programs changed results of this session's videos."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._document = window.document
        self.changed: dict[str, str | None] = {}
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self.look)
        self._watcher.fileChanged.connect(self._touched)
        self._watcher.directoryChanged.connect(self._touched)
        window.workspace.analysis_changed.connect(self._watch)
        window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again whenever the person comes back to the window."""
        if event.type() == QEvent.Type.WindowActivate:
            self._timer.start()
        return super().eventFilter(watched, event)

    def _touched(self, _: str) -> None:
        self._timer.start()

    def _watch(self) -> None:
        """Watch the open video's results."""
        old = [*self._watcher.files(), *self._watcher.directories()]
        if old:
            self._watcher.removePaths(old)
        folder = self._document.results_of(self._window.open_key or "")
        if folder is not None and folder.is_dir():
            places = [folder, folder.parent, folder / SUMMARY]
            self._watcher.addPaths([str(p) for p in places if p.exists()])

    def look(self) -> None:
        """Compare the results on disk with those that this window knows."""
        for video in self._document.session.videos:
            record, folder = self._document.record(video.key), self._document.results_of(video.key)
            if record.state != State.DONE or record.digest is None or folder is None:
                continue
            now = digest_of(folder)
            if now == record.digest:
                self.changed.pop(video.key, None)
            else:
                self.changed[video.key] = now
            self._window.list.videos.touch(video.key)
        self._window.running.tell()
        self._watch()

    def words(self, key: str) -> str:
        """Return what was noticed of a video, "" for nothing."""
        if key not in self.changed:
            return ""
        if self.changed[key] is None:
            return "The results of this video are not in their folder any more."
        return (
            "Another window or program has changed the results of this video since they were shown."
        )

    def show_them(self, key: str) -> None:
        """Take over what stands in the folder now, and what was decided for it."""
        folder = self._document.results_of(key)
        if folder is None:
            return
        path, name = self._document.session.video(key).path, folder.name
        self._window.background.run(
            lambda: made_with(folder, path), lambda made: self._taken(key, name, folder, made)
        )

    def _taken(self, key: str, name: str, folder: Path, made: Made | None) -> None:
        self.changed.pop(key, None)
        if made is None:
            self._window.opening.complain(
                f"{folder}: these results are of another video, or of a stretch of this one. "
                "Analyse the video again: the new results go beside them."
            )
            self._document.set_record(key, results=None, applied=None, state=State.NEW)
        else:
            self._window.opening.take_over(key, name, made)
        if key == self._window.open_key:
            self._window.reload_results()
        self._window.running.tell()

    def analyse_again(self, key: str) -> None:
        """Analyse the video as it is decided here; what stands in the folder stays."""
        if self.changed.pop(key, None) is not None:
            self._document.set_record(key, results=None, digest=None)
        self._window.running.analyse([key], anew=True)
