"""What a reader is to read: the list, and how far each interval is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qtpy.QtCore import Signal as QtSignal  # type: ignore[attr-defined]
from qtpy.QtWidgets import QLabel, QPushButton

from easytear.annotate import annotation_path, read_annotations
from easytear.annotate.model import Annotations
from easytear.annotate.readers.assignment import (
    Assigned,
    Assignment,
    read_assignment,
    state_of,
    video_of,
)
from easytear.base.errors import AnnotationError
from easytear_napari.opening import Request
from easytear_napari.sections import Rows, Section
from easytear_napari.state import Annotator


@dataclass(frozen=True)
class Sheet:
    """An assignment with where it lies: a reader's files are beside it."""

    path: Path
    assignment: Assignment

    @classmethod
    def read(cls, path: Path) -> Sheet:
        """Read it; errors are those of `read_assignment`."""
        return cls(path, read_assignment(path))

    def file(self, item: Assigned) -> Path:
        """Return the reader's annotation file of an item's video."""
        return annotation_path(self.path.parent, Path(item.video).stem, self.assignment.reader)

    def request(self, item: Assigned) -> Request:
        """Return what is to be opened for an item: blind, without results.

        Raises
        ------
        AnnotationError
            If the video is not there.
        """
        video = video_of(item, self.path)
        if video is None:
            raise AnnotationError(
                f"{item.video}: is not there; put the video beside {self.path.name}."
            )
        own = tuple(one for one in self.assignment.items if one.sha256 == item.sha256)
        return Request(
            video.resolve(),
            annotations=self.file(item),
            annotator=self.assignment.reader,
            blind=True,
            protocol=self.assignment.protocol,
            assigned=own,
        )

    def states(self, open_one: Annotations | None) -> list[str]:
        """Return how far each item is; `open_one` is newer than its file."""
        known: dict[Path, Annotations | None] = {}
        found = []
        for item in self.assignment.items:
            if open_one is not None and open_one.video.sha256 == item.sha256:
                found.append(state_of(item, open_one))
                continue
            file = self.file(item)
            if file not in known:
                known[file] = read_annotations(file) if file.is_file() else None
            found.append(state_of(item, known[file]))
        return found


class AssignedList(Section):
    """The list of intervals to read; hidden without an assignment."""

    wanted = QtSignal(object)

    def __init__(self) -> None:
        """Make it."""
        super().__init__("To read")
        self.sheet: Sheet | None = None
        self._others: list[str] = []
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.column.addWidget(self.title)
        self.rows = Rows(("", "video", "interval", ""), 4, "Intervals to read")
        self.rows.itemClicked.connect(
            lambda item: self._choose(self.rows.indexOfTopLevelItem(item))
        )
        self.column.addWidget(self.rows)
        self.next = QPushButton("Next to do")
        self.next.clicked.connect(lambda _=False: self.go_on())
        self.column.addWidget(self.next)
        self.setVisible(False)

    def take(self, sheet: Sheet) -> None:
        """Show an assignment, and ask for its first item that is not done."""
        self.sheet = sheet
        self.title.setText(sheet.assignment.protocol.title)
        self._others = sheet.states(None)
        self.setVisible(True)
        self._fill(self._others, None)
        self.go_on()

    def go_on(self) -> None:
        """Ask for the first item that is not done."""
        left = [n for n, state in enumerate(self._others) if state != "done"]
        if left:
            self._choose(left[0])

    def refresh(self, a: Annotator) -> None:
        """Show how far the open video's items are."""
        if self.sheet is None:
            return
        here = None
        for n, item in enumerate(self.sheet.assignment.items):
            if item.sha256 == a.video.sha256:
                self._others[n] = state_of(item, a.document)
                if item.start_frame <= a.frame <= item.end_frame:
                    here = n
        self._fill(self._others, here)

    def _fill(self, states: list[str], here: int | None) -> None:
        assert self.sheet is not None
        items = self.sheet.assignment.items
        rows = [
            (str(n + 1), Path(item.video).stem, str(item.interval + 1), state)
            for n, (item, state) in enumerate(zip(items, states, strict=True))
        ]
        self.rows.fill(rows, here)
        left = sum(state != "done" for state in states)
        self.next.setText(f"Next to do ({left} of {len(states)})" if left else "All is done")
        self.next.setEnabled(bool(left))

    def _choose(self, place: int) -> None:
        if self.sheet is not None:
            self.wanted.emit(self.sheet.assignment.items[place])
