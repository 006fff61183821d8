"""The journal beside an annotation file: every change ever made, one line each.

The first line holds the document that it begins with; every further line is one of

    {"do": LABEL, "when": ISO, "items": {"3": ITEM or null, ...}}    items as they are afterwards
    {"undo": true, "when": ISO}
    {"redo": true, "when": ISO}
    {"shown": [WORD, ...], "when": ISO}        what of the program is on the screen from now on
    {"program_shown": true, "when": ISO}       the same in older journals, without saying what

Lines are only ever added. Each goes to the operating system before the change counts as made,
so that a crash or kill of the program loses nothing, and to the disk within half a second.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from pydantic import TypeAdapter, ValidationError

from easytear.annotate.actions import Action, Change, apply
from easytear.annotate.files import parse_annotations
from easytear.annotate.model import Annotations, AnyItem, Shown
from easytear.base.atomic import flush_to_disk
from easytear.base.errors import AnnotationError
from easytear.base.limits import limit_bytes
from easytear.base.regular import read_regular, strict_json

SYNC_S: Final = 0.5
_ITEM: Final[TypeAdapter[AnyItem]] = TypeAdapter(AnyItem)


@dataclass
class History:
    """A document with all that was done to it: undo and redo without limit."""

    document: Annotations
    done: list[Action] = field(default_factory=list)
    undone: list[Action] = field(default_factory=list)

    def do(self, action: Action) -> None:
        """Carry out an action; what had been undone can then no longer be redone."""
        self._become(apply(self.document, action))
        self.done.append(action)
        self.undone.clear()

    def undo(self) -> Action | None:
        """Take the last action back; None when there is none."""
        if not self.done:
            return None
        self._become(apply(self.document, self.done[-1].inverse()))
        self.undone.append(self.done.pop())
        return self.undone[-1]

    def redo(self) -> Action | None:
        """Do again what was taken back last; None when there is nothing."""
        if not self.undone:
            return None
        self._become(apply(self.document, self.undone[-1]))
        self.done.append(self.undone.pop())
        return self.done[-1]

    def show(self, what: tuple[str, ...], when: str) -> None:
        """Note what of the program is on the screen from now on; cannot be taken back."""
        told = (*self.document.shown, Shown(when=when, what=what))
        seen = self.document.program_shown or bool(what)
        self._become(self.document.model_copy(update={"program_shown": seen, "shown": told}))

    def show_program(self) -> None:
        """Note that the program's result was on the screen, as older journals do."""
        self._become(self.document.model_copy(update={"program_shown": True}))

    def _become(self, document: Annotations) -> None:
        revision = self.document.revision + 1
        self.document = document.model_copy(update={"revision": revision})


def action_line(action: Action, when: str) -> dict[str, Any]:
    """Return what the journal says of an action."""
    items = {
        str(c.item_id): None if c.after is None else c.after.model_dump(mode="json")
        for c in action.changes
    }
    return {"do": action.label, "when": when, "items": items}


def replay(history: History, line: Mapping[str, Any]) -> None:
    """Carry out one line of a journal.

    Raises
    ------
    ValueError
        If the line says nothing that can be done.
    """
    if "do" in line:
        history.do(_action(history.document, line))
    elif "undo" in line:
        history.undo()
    elif "redo" in line:
        history.redo()
    elif "shown" in line:
        history.show(tuple(str(word) for word in line["shown"]), str(line["when"]))
    elif "program_shown" in line:
        history.show_program()
    else:
        raise ValueError("unknown line")


def _action(document: Annotations, line: Mapping[str, Any]) -> Action:
    changes = tuple(
        Change(
            int(key), document.get(int(key)), None if data is None else _ITEM.validate_python(data)
        )
        for key, data in line["items"].items()
    )
    return Action(str(line["do"]), changes)


def header_line(document: Annotations) -> dict[str, Any]:
    """Return a journal's first line."""
    return {"journal": 1, "begins_with": document.model_dump(mode="json", by_alias=True)}


@dataclass(frozen=True)
class Recovered:
    """What a journal gave: the history, documents by revision, and how many bytes were sound."""

    history: History
    sound_bytes: int
    whole: bool


def read_journal(path: Path, stop_at: int | None = None) -> Recovered:
    """Return what a journal tells, up to revision `stop_at` or its last sound line.

    A line that the end of the program cut short is left out.

    Raises
    ------
    AnnotationError
        If the first line cannot be read: nothing can be told without it.
    """
    try:
        data = read_regular(path, limit_bytes("results_mb"))
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read ({error.strerror}).") from error
    lines = data.split(b"\n")
    try:
        first = strict_json(lines[0])["begins_with"]
        history = History(parse_annotations(json.dumps(first)))
    except (ValueError, KeyError, TypeError) as error:
        raise AnnotationError(
            f"{path}: its first line is damaged; move it aside to work from the .json file alone."
        ) from error
    sound = len(lines[0]) + 1
    for line in lines[1:-1]:
        if stop_at is not None and history.document.revision >= stop_at:
            break
        try:
            replay(history, strict_json(line))
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError, AnnotationError):
            break
        sound += len(line) + 1
    return Recovered(history, sound, sound == len(data))


def was_begun(path: Path) -> bool:
    """Return whether a journal holds its first line whole; without it nothing was ever done."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.readline().endswith(b"\n")


class JournalWriter:
    """Adds lines to a journal, and brings them to the disk soon after.

    Notices when somebody else wrote to the same file, and refuses to go on then.
    """

    def __init__(self, path: Path) -> None:
        """Open the journal for adding; it is made when absent."""
        self._path = path
        self._file: BinaryIO = path.open("ab", buffering=0)
        self._size = os.fstat(self._file.fileno()).st_size
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._sync, name="journal", daemon=True)
        self._thread.start()

    def add(self, line: Mapping[str, Any]) -> None:
        """Add a line.

        Raises
        ------
        AnnotationError
            If the file cannot be written, or another program wrote to it.
        """
        text = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
        try:
            if self._path.stat().st_size != self._size:
                raise AnnotationError(
                    f"{self._path}: another program wrote to it; close it here and open it again."
                )
            self._write(text)
        except OSError as error:
            raise AnnotationError(
                f"{self._path}: cannot be written ({error.strerror}); free the disk and go on."
            ) from error
        self._wanted.set()

    def _write(self, text: bytes) -> None:
        """Write a line whole, or leave the file as it was: a full disk takes part of a line."""
        written = 0
        try:
            while written < len(text):
                written += self._file.write(text[written:])
        except OSError:
            os.ftruncate(self._file.fileno(), self._size)
            raise
        self._size += written

    def close(self) -> None:
        """Bring everything to the disk and close."""
        self._closing.set()
        self._wanted.set()
        self._thread.join()
        flush_to_disk(self._file.fileno())
        self._file.close()

    def _sync(self) -> None:
        while self._wanted.wait() and not self._closing.is_set():
            self._wanted.clear()
            flush_to_disk(self._file.fileno())
            self._closing.wait(SYNC_S)
