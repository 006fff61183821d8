"""One person at work on one annotation file: lock, journal, undo, saving."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from easytear import __version__
from easytear.annotate.actions import Action, Change, difference
from easytear.annotate.files import SUFFIX, read_annotations, write_annotations
from easytear.annotate.journal import (
    History,
    JournalWriter,
    action_line,
    header_line,
    read_journal,
    was_begun,
)
from easytear.annotate.model import LONGEST_NAME, SCHEMA, Annotations, VideoRef
from easytear.base.errors import AnnotationError


def journal_path(path: Path) -> Path:
    """Return the journal's place beside an annotation file."""
    return path.with_name(path.name.removesuffix(SUFFIX).removesuffix(".json") + ".journal")


class AnnotationSession:
    """An open annotation file. Use `open`; close it at the end, or use it in a `with` block.

    Every change is in the journal before `do` returns; the JSON file is written by `save` and
    `close`. Opened again, also after a crash, all is there and can still be undone.
    """

    def __init__(self, path: Path, history: History, writer: JournalWriter, lock: FileLock) -> None:
        """Join the parts; people call `open`."""
        self.path = path
        self._history = history
        self._writer = writer
        self._lock = lock
        self._saved: int | None = None
        self.listeners: list[Callable[[], None]] = []

    @classmethod
    def open(cls, path: Path, annotator: str, video: VideoRef) -> AnnotationSession:
        """Open a person's annotation file of a video; it begins empty when absent.

        Raises
        ------
        AnnotationError
            If another program has it open, it belongs to another person or video, or it
            cannot be read or written.
        """
        if len(" ".join(annotator.split())) > LONGEST_NAME:
            raise AnnotationError(f"An annotator's name has at most {LONGEST_NAME} letters.")
        try:
            return cls._open(path, annotator, video)
        except OSError as error:
            raise AnnotationError(
                f"{path}: cannot be written ({error.strerror or error}); give another place with "
                "--annotations."
            ) from error

    @classmethod
    def _open(cls, path: Path, annotator: str, video: VideoRef) -> AnnotationSession:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(path) + ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise AnnotationError(
                f"{path}: is open in another program; close it there, or give another name."
            ) from error
        try:
            history, lost = _load(path, annotator, video)
            writer = JournalWriter(journal_path(path))
            session = cls(path, history, writer, lock)
            if lost is not None:
                session.do(lost)
            elif path.exists() and read_annotations(path) == session.document:
                session._saved = session.document.revision
        except BaseException:
            lock.release()
            raise
        return session

    @property
    def document(self) -> Annotations:
        """The annotations as they are now."""
        return self._history.document

    @property
    def saved(self) -> bool:
        """Whether the JSON file holds the present state."""
        return self._saved == self.document.revision

    @property
    def can_undo(self) -> str | None:
        """What `undo` would take back, for a person; None when nothing."""
        return self._history.done[-1].label if self._history.done else None

    @property
    def can_redo(self) -> str | None:
        """What `redo` would do again, for a person; None when nothing."""
        return self._history.undone[-1].label if self._history.undone else None

    def do(self, action: Action) -> None:
        """Carry out an action and keep it in the journal.

        Raises
        ------
        AnnotationError
            If it does not fit the document, or cannot be written; nothing has changed then.
        """
        stamped = self._stamped(action)
        trial = History(self.document)
        trial.do(stamped)
        self._writer.add(action_line(stamped, now()))
        self._history.do(stamped)
        self._tell()

    def undo(self) -> str | None:
        """Take the last action back; return its label, None when there is none."""
        if not self._history.done:
            return None
        self._writer.add({"undo": True, "when": now()})
        action = self._history.undo()
        self._tell()
        return action.label if action else None

    def redo(self) -> str | None:
        """Do again what was taken back last; return its label, None when there is nothing."""
        if not self._history.undone:
            return None
        self._writer.add({"redo": True, "when": now()})
        action = self._history.redo()
        self._tell()
        return action.label if action else None

    def tell_shown(self, what: tuple[str, ...]) -> None:
        """Note in the file what of the program's result is on the screen from now on."""
        shown = self.document.shown
        if what != (shown[-1].what if shown else ()):
            when = now()
            self._writer.add({"shown": what, "when": when})
            self._history.show(what, when)
            self._tell()

    def save(self) -> None:
        """Write the JSON file, whole or not at all."""
        if not self.saved:
            revision = self.document.revision
            write_annotations(self.document, self.path)
            self._saved = revision

    def close(self) -> None:
        """Save, and let others open the file; what was on the screen no longer is."""
        try:
            with suppress(AnnotationError):  # a full disk: what was shown stands in the file
                self.tell_shown(())
            self.save()
        finally:
            self._writer.close()
            self._lock.release()

    def __enter__(self) -> AnnotationSession:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _stamped(self, action: Action) -> Action:
        when = now()
        changes = tuple(
            c
            if c.after is None
            else Change(c.item_id, c.before, c.after.model_copy(update={"edited": when}))
            for c in action.changes
        )
        return Action(action.label, changes)

    def _tell(self) -> None:
        for listener in self.listeners:
            listener()


def now() -> str:
    """Return the time, ISO 8601 in UTC to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def new_document(annotator: str, video: VideoRef) -> Annotations:
    """Return an empty document."""
    return Annotations(
        schema=SCHEMA,
        video=video,
        annotator=annotator,
        created=now(),
        software=f"easytear {__version__}",
    )


def _load(path: Path, annotator: str, video: VideoRef) -> tuple[History, Action | None]:
    """Return the history, and what was changed in the JSON file without the journal."""
    on_disk = read_annotations(path) if path.exists() else None
    journal = journal_path(path)
    if on_disk is not None:
        _check_owner(path, on_disk, annotator, video)
    if not was_begun(journal):
        start = on_disk if on_disk is not None else new_document(annotator, video)
        return _begin(journal, start), None
    found = read_journal(journal)
    _check_owner(journal, found.history.document, annotator, video)
    if not found.whole:
        _cut(journal, found.sound_bytes)
    if on_disk is None:
        return found.history, None
    return found.history, _changed_outside(journal, found.history, on_disk)


def _changed_outside(journal: Path, history: History, on_disk: Annotations) -> Action | None:
    """Return the action that takes in what somebody did to the JSON file, None if nothing."""
    label = "changes made to the file outside"
    then = read_journal(journal, stop_at=on_disk.revision).history.document
    action = difference(then, on_disk, label)
    if action is None:
        return None
    changes = (Change(c.item_id, history.document.get(c.item_id), c.after) for c in action.changes)
    return Action(label, tuple(changes))


def _begin(journal: Path, document: Annotations) -> History:
    journal.unlink(missing_ok=True)  # at most the beginning of a first line
    writer = JournalWriter(journal)
    try:
        writer.add(header_line(document))
    finally:
        writer.close()
    return History(document)


def _cut(journal: Path, sound_bytes: int) -> None:
    """Leave out an end that cannot be read; the whole is kept aside."""
    data = journal.read_bytes()
    aside = journal.with_suffix(".journal.damaged")
    aside.write_bytes(data)
    with journal.open("rb+") as file:
        file.truncate(sound_bytes)


def _check_owner(path: Path, document: Annotations, annotator: str, video: VideoRef) -> None:
    if document.annotator != " ".join(annotator.split()):
        whose = document.annotator or "somebody without a name"
        raise AnnotationError(
            f"{path}: belongs to {whose}; give another file, or that name, with --annotator."
        )
    known = document.video.sha256
    if known is not None and video.sha256 is not None and known != video.sha256:
        raise AnnotationError(
            f"{path}: annotates another video ({document.video.name}); open that one with it."
        )
