"""What is known of a recording: its labels, to be edited, and what holds for the whole video."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from easytear.measure.quantities.catalogue import grouped, of_video
from easytear.results.model import Summary
from easytear.show.flags import sentence
from easytear.show.numbers import UNKNOWN, quantity_text
from easytear_gui import words
from easytear_gui.scale_dialog import known_profiles
from easytear_gui.widgets import label

FIELDS: Final = (
    ("subject", "Subject", "a code, no name"),
    ("eye", "Eye", "OD, OS"),
    ("visit", "Visit", "1, baseline …"),
    ("date", "Date", "2026-03-01"),
    ("device", "Instrument", "idra …"),
    ("operator", "Operator", "who recorded it"),
    ("notes", "Notes", "anything else to know"),
)
"""Labels that the panel edits, with their headings; `--label` takes these too."""

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {"eye": ("OD", "OS")}


class _Line(QLineEdit):
    """A field that Escape sets back."""

    kept = Signal()

    def __init__(self, tip: str) -> None:
        super().__init__()
        self.setPlaceholderText(tip)
        self.shown = ""
        self.editingFinished.connect(self._keep)

    def show_text(self, text: str) -> None:
        """Show what is known; what is being typed stays."""
        if self.hasFocus() and self.text() != self.shown:
            return
        self.shown = text
        if self.text() != text:
            self.setText(text)

    def _keep(self) -> None:
        if self.text().strip() != self.shown:
            self.shown = self.text().strip()
            self.kept.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self.shown)
        super().keyPressEvent(event)


class Recording(QWidget):
    """Shows and edits the labels of a video, and shows the quantities of the whole video.

    Signals
    -------
    labelled(name, text) : a person said something of the recording ("": nothing is known)
    names_asked : read subject, eye and visit from the names of the files
    """

    labelled = Signal(str, str)
    names_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: dict[str, _Line] = {}
        self.whom = label(role="hint", wrap=True)
        self.from_names = QPushButton("Read from the names…")
        self.from_names.setToolTip(
            "Fill in subject, eye and visit of every video of the list, as their names tell them"
        )
        self.from_names.setAutoDefault(False)
        self.from_names.clicked.connect(self.names_asked)
        self.facts = QTextBrowser()
        self.facts.setAccessibleName("The whole video in words")
        self.facts.document().setDocumentMargin(14)
        grid = QGridLayout()
        grid.setContentsMargins(14, 10, 14, 0)
        grid.setVerticalSpacing(6)
        grid.setHorizontalSpacing(8)
        for place, (name, title, tip) in enumerate(FIELDS):
            head, line = label(title), _Line(tip)
            widget = self._with_choices(name, line)
            self.lines[name] = line
            widget.setAccessibleName(title)
            head.setBuddy(widget)
            row, column = divmod(place, 2)
            grid.addWidget(head, row, 2 * column)
            grid.addWidget(widget, row, 2 * column + 1, 1, 3 if name == "notes" else 1)
            line.kept.connect(lambda n=name, f=line: self.labelled.emit(n, f.shown))
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 0, 14, 0)
        foot.addWidget(self.whom, 1)
        foot.addWidget(self.from_names)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(grid)
        layout.addLayout(foot)
        layout.addWidget(self.facts, 1)

    def _with_choices(self, name: str, line: _Line) -> QWidget:
        choices = tuple(known_profiles()) if name == "device" else _CHOICES.get(name, ())
        if not choices:
            return line
        box = QComboBox()
        box.setEditable(True)
        box.setLineEdit(line)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItems(list(choices))
        box.setCurrentIndex(-1)
        box.setMinimumContentsLength(4)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.activated.connect(lambda _: line.editingFinished.emit())
        return box

    def show_labels(self, labels: Mapping[str, str | None], selected: int) -> None:
        """Show what is known of a recording; `selected` videos take what is entered."""
        for name, line in self.lines.items():
            line.show_text(labels.get(name) or "")
        self.whom.setText(
            f"What you enter goes to the {selected} selected videos." if selected > 1 else ""
        )

    def show_summary(self, summary: Summary | None) -> None:
        """Show what holds for the whole video."""
        self.facts.setHtml("" if summary is None else summary_html(summary))


def summary_html(summary: Summary) -> str:
    """Return the quantities of a whole video, and what to know of it, as simple HTML."""
    video = summary.video
    rate = "varying" if video.variable_frame_rate else "steady"
    rows = [
        ("Picture", f"{video.width_px} × {video.height_px} pixels, {video.codec}"),
        ("Frames", f"{video.frame_count} in {video.duration_s:.2f} s"),
        ("Frame rate", f"{video.fps_mean:.2f} frames/s, {rate}"),
        ("Intervals", str(len(summary.intervals))),
    ]
    parts = ["<h4>Video</h4>", _table(rows)]
    for title, members in grouped(of_video()).items():
        known = [(one.label, quantity_text(one, summary)) for one in members]
        known = [row for row in known if row[1] != UNKNOWN]
        if known:
            parts += [f"<h4>{escape(title)}</h4>", _table(known)]
    if summary.flags:
        said = "".join(f"<li>{escape(sentence(f))}</li>" for f in summary.flags)
        parts.append(f"<h4>What to know</h4><ul>{said}</ul>")
    parts.append(f"<p><i>{words.RESEARCH}</i></p>")
    return "".join(parts)


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td style='padding-right:14px'>{escape(name)}</td><td>{escape(value)}</td></tr>"
        for name, value in rows
    )
    return f"<table cellspacing='3'>{cells}</table>"
