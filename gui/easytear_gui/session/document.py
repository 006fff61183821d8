"""The live session: one undo stack over frozen sessions, kept on disk at every change."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack
from typing_extensions import override

from easytear.results import write_text
from easytear_gui import paths
from easytear_gui.session.files import SUFFIX, read_session, relinked, session_json
from easytear_gui.session.history import Past, history_file, read_history, write_history
from easytear_gui.session.model import Decisions, Record, Session, Video

_log = logging.getLogger(__name__)


class _Change(QUndoCommand):
    """From one session to the next; changes with the same merge name join into one."""

    def __init__(self, document: Document, past: Past) -> None:
        super().__init__(past.text)
        self._document, self._merge = document, past.merge
        self._before, self._after = past.before, past.after

    def past(self) -> Past:
        """Return the step as it is kept on disk."""
        return Past(self.text(), self._merge, self._before, self._after)

    @override
    def redo(self) -> None:
        self._document._show(self._after)

    @override
    def undo(self) -> None:
        self._document._show(self._before)

    @override
    def id(self) -> int:
        return -1 if self._merge is None else hash(self._merge) & 0x7FFFFFF

    @override
    def mergeWith(self, other: QUndoCommand) -> bool:
        if (
            self._document.recalling
            or not isinstance(other, _Change)
            or other._merge != self._merge
        ):
            return False
        self._after = other._after
        return True


class Document(QObject):
    """The session that is open.

    Signals
    -------
    videos_changed : the list of videos
    settings_changed : the settings
    decisions_changed(key) : a person's decisions about a video
    record_changed(key) : how far a video is
    file_changed : the session's file, or the state of saving
    """

    videos_changed = Signal()
    settings_changed = Signal()
    decisions_changed = Signal(str)
    record_changed = Signal(str)
    file_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self._session = Session()
        self._records: dict[str, Record] = {}
        self._file = _fresh_file()
        self._lock: QLockFile | None = None
        self.save_error = ""
        self.recalling = False
        self._saver = QTimer(self)
        self._saver.setSingleShot(True)
        self._saver.setInterval(0)
        self._saver.timeout.connect(self.save)

    # --- what is there -------------------------------------------------------------------
    @property
    def session(self) -> Session:
        """The session as it stands."""
        return self._session

    @property
    def file(self) -> Path:
        """Where it is kept; below the app's own folder until the person saves it elsewhere."""
        return self._file

    @property
    def is_named(self) -> bool:
        """Whether the person gave it a file."""
        return self._file.parent != paths.sessions_folder()

    @property
    def results_folder(self) -> Path:
        """Where results go."""
        return self._session.results_folder or paths.default_results_folder()

    def record(self, key: str) -> Record:
        """Return how far a video is."""
        return self._records.get(key, Record())

    def results_of(self, key: str) -> Path | None:
        """Return a video's results folder, None where it has none."""
        name = self.record(key).results
        folder = None if name is None else self.results_folder / name
        return None if folder is None or folder.is_symlink() else folder

    # --- what changes --------------------------------------------------------------------
    def change(self, text: str, after: Session, merge: str | None = None) -> None:
        """Make an undoable change, named `text` in the Edit menu."""
        if after != self._session:
            self.undo_stack.push(_Change(self, Past(text, merge, self._session, after)))

    def decide(self, key: str, decisions: Decisions, text: str, merge: str | None = None) -> None:
        """Change a person's decisions about one video."""
        video = self._session.video(key).model_copy(update={"decisions": decisions})
        self.change(text, self._session.with_video(video), merge)

    def set_record(self, key: str, **changes: object) -> None:
        """Note how far a video is; kept, but nothing to undo."""
        self._records[key] = self.record(key).model_copy(update=changes)
        if set(changes) - {"share", "message"}:
            self._saver.start()
        self.record_changed.emit(key)

    def _show(self, session: Session) -> None:
        if self.recalling:
            self._session = session
            return
        before, self._session = self._session, session
        if [(v.key, v.path) for v in before.videos] != [(v.key, v.path) for v in session.videos]:
            self.videos_changed.emit()
        if before.settings != session.settings:
            self.settings_changed.emit()
        old = {v.key: v for v in before.videos}
        for video in session.videos:
            if video.key in old and old[video.key].decisions != video.decisions:
                self.decisions_changed.emit(video.key)
        self._saver.start()

    # --- on disk -------------------------------------------------------------------------
    def save(self) -> bool:
        """Write the session where it lives; False, with `save_error`, where that fails."""
        self._saver.stop()
        if not self._session.videos and not self.is_named:
            return True
        try:
            self._hold()
            write_text(self._file, session_json(self._session, self._records, self._file))
            self._keep_history()
            self.save_error = ""
        except OSError as error:
            self.save_error = f"{self._file}: the session cannot be saved ({error.strerror})."
            _log.exception("saving the session")
        self.file_changed.emit()
        return not self.save_error

    def _keep_history(self) -> None:
        stack = self.undo_stack
        commands = [stack.command(k) for k in range(stack.count())]
        steps = [c.past() for c in commands if isinstance(c, _Change)]
        file = history_file(self._file, paths.sessions_folder())
        write_history(file, steps, stack.index(), self._session)

    def _recall_history(self) -> None:
        """Take up the undo history where it was left."""
        now = self._session
        steps, index = read_history(history_file(self._file, paths.sessions_folder()), now)
        self.recalling = True
        for step in steps:
            self._session = step.before
            self.undo_stack.push(_Change(self, step))
        self.undo_stack.setIndex(index)
        self._session, self.recalling = now, False

    def interrupted(self) -> list[str]:
        """Return the videos whose analysis was asked for and had not finished."""
        keys = [v.key for v in self._session.videos]
        return [k for k in keys if self.record(k).asked is not None and not self.record(k).busy]

    def save_as(self, file: Path) -> bool:
        """Give the session a file of its own."""
        old, was_named = self._file, self.is_named
        self._release()
        self._file = file if file.suffix == SUFFIX else file.with_name(file.name + SUFFIX)
        if not self.save():
            self._file = old
            return False
        if not was_named:
            old.unlink(missing_ok=True)
            history_file(old, paths.sessions_folder()).unlink(missing_ok=True)
        return True

    def open(self, file: Path) -> None:
        """Open a session file in place of the present session.

        Raises
        ------
        EasyTearError
            If it cannot be read; the present session then stays.
        """
        session, records = read_session(file)
        self.close()
        self._file = file
        self._records = records
        self.undo_stack.clear()
        self._session = Session()
        self._show(relinked(session, [file.parent]))
        self._recall_history()
        self.settings_changed.emit()
        self._hold()
        self.file_changed.emit()

    def new(self) -> None:
        """Start an empty session."""
        self.close()
        self._file, self._records = _fresh_file(), {}
        self.undo_stack.clear()
        self._session = Session()
        self.videos_changed.emit()
        self.settings_changed.emit()
        self.file_changed.emit()

    def close(self) -> None:
        """Write what is not yet written and let the file go."""
        if self._saver.isActive():
            self.save()
        self._release()

    def add(self, videos: list[Video], text: str) -> None:
        """Append videos."""
        joined = (*self._session.videos, *videos)
        self.change(text, self._session.model_copy(update={"videos": joined}))

    def _hold(self) -> None:
        if self._lock is None:
            folder = paths.sessions_folder()
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = QLockFile(str(_lock_file(self._file)))
            self._lock.setStaleLockTime(0)
            self._lock.tryLock(0)

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None


def in_use(file: Path) -> bool:
    """Return whether a running app has this session open.

    A lock that cannot be made for another reason (a fresh account, a full disk) says nothing of
    other apps.
    """
    lock = QLockFile(str(_lock_file(file)))
    lock.setStaleLockTime(0)
    if lock.tryLock(0):
        lock.unlock()
        return False
    return lock.error() == QLockFile.LockError.LockFailedError


def unfinished_sessions() -> list[Path]:
    """Return sessions without a file of their own that no running app holds, newest first."""
    files = paths.sessions_folder().glob(f"*{SUFFIX}")
    ordered = sorted(files, key=lambda f: f.stat().st_mtime, reverse=True)
    return [f for f in ordered if not in_use(f)]


def _lock_file(file: Path) -> Path:
    digest = hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:12]
    folder = paths.sessions_folder()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{file.stem}-{digest}.lock"


def _fresh_file() -> Path:
    return paths.sessions_folder() / f"unsaved-{uuid4().hex[:12]}{SUFFIX}"
