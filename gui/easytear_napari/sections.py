"""The parts of the panel, in the order of the work. Each shows a part of the state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from qtpy.QtCore import QSize, Qt
from qtpy.QtCore import Signal as QtSignal  # type: ignore[attr-defined]
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from easytear_napari.conflicts import resting_keys
from easytear_napari.keymap import KEYMAP, KEYS, spelled
from easytear_napari.state import Annotator

OLDER: Final = "Older than your corrections: measure again."
TEXTS: Final = {verb.name: verb.text for verb in KEYMAP}


def heading(text: str) -> QLabel:
    """Return the heading of a part."""
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def main_window(widget: QWidget) -> QWidget:
    """Return the window that a widget belongs to, also from a dock that floats."""
    above = widget.parentWidget()
    return widget if above is None else main_window(above)


class Section(QWidget):
    """A part of the panel: asks for verbs by name."""

    asked = QtSignal(str)

    def __init__(self, title: str) -> None:
        """Make it with a heading."""
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 6, 0, 0)
        self.column.setSpacing(4)
        if title:
            self.column.addWidget(heading(title))

    def buttons(self, *verbs: tuple[str, str]) -> dict[str, QPushButton]:
        """Add a row of buttons: (verb, text); each shows its key."""
        row, made = QHBoxLayout(), {}
        row.setSpacing(4)
        for name, text in verbs:
            button = QPushButton(f"{text}  {KEYS[name]}")
            button.setToolTip(f"{TEXTS[name]} ({KEYS[name]})")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, verb=name: self.asked.emit(verb))
            row.addWidget(button)
            made[name] = button
        self.column.addLayout(row)
        return made


class Rows(QTreeWidget):
    """A small table whose rows are chosen with one click."""

    def __init__(self, heads: Sequence[str], lines: int, name: str) -> None:
        """Make it: column heads, lines it wants to show, and its name for screen readers."""
        super().__init__()
        self._lines = lines
        self.setHeaderLabels(list(heads))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)

    def sizeHint(self) -> QSize:
        """Return the size it would like."""
        row = self.fontMetrics().height() + 6
        return QSize(320, self.header().sizeHint().height() + row * self._lines + 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys that choose a row; every other one is the film's (called by Qt)."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        else:
            QApplication.sendEvent(main_window(self), event)

    def fill(self, rows: Sequence[Sequence[str]], chosen: int | None) -> None:
        """Show rows, one of them chosen."""
        self.blockSignals(True)
        if self.topLevelItemCount() != len(rows):
            self.clear()
            self.addTopLevelItems([QTreeWidgetItem(list(row)) for row in rows])
        else:
            for n, row in enumerate(rows):
                item = self.topLevelItem(n)
                for column, text in enumerate(row):
                    if item is not None and item.text(column) != text:
                        item.setText(column, text)
        wanted = None if chosen is None else self.topLevelItem(chosen)
        if wanted is None:
            self.clearSelection()
        else:
            self.setCurrentItem(wanted)
            self.scrollToItem(wanted)
        self.blockSignals(False)


class Header(Section):
    """Who annotates, whether it is saved, and what is shown."""

    renamed = QtSignal(str)

    def __init__(self) -> None:
        """Make it."""
        super().__init__("")
        row = QHBoxLayout()
        row.addWidget(QLabel("Annotator"))
        self.name = QLineEdit()
        self.name.setAccessibleName("Annotator's name")
        self.name.setPlaceholderText("your name")
        self.name.editingFinished.connect(lambda: self.renamed.emit(self.name.text()))
        row.addWidget(self.name)
        self.column.addLayout(row)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.column.addWidget(self.state)
        grid = QGridLayout()
        self.program = self._switch("program", "Program's result", grid, 0)
        self.program.setChecked(True)
        self.stabilised = self._switch("stabilised", "Eye held still", grid, 1)
        self.enhanced = self._switch("enhanced", "Film enhanced", grid, 2)
        self.column.addLayout(grid)

    def _switch(self, verb: str, text: str, grid: QGridLayout, column: int) -> QCheckBox:
        box = QCheckBox(f"{text}  {KEYS[verb]}")
        box.setToolTip(f"{TEXTS[verb]} ({KEYS[verb]})")
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        box.clicked.connect(lambda _=False: self.asked.emit(verb))
        grid.addWidget(box, column // 2, column % 2)
        return box

    def refresh(self, a: Annotator) -> None:
        """Show the state."""
        if not self.name.hasFocus():
            self.name.setText(a.document.annotator)
        saved = "saved" if a.session.saved else "kept in the journal"
        seen = "blind so far" if not a.document.program_shown else "program's result was seen"
        self.state.setText(f"{a.session.path.name}: {saved}; {seen}")
        self.state.setToolTip(str(a.session.path))
        known = a.analysis is not None
        for box, on, possible in (
            (self.program, a.program_shown, known),
            (self.stabilised, a.stabilised, known),
            (self.enhanced, a.enhanced, True),
        ):
            box.setChecked(on)
            box.setEnabled(possible)


class Intervals(Section):
    """The intervals; a click goes to the start."""

    chosen = QtSignal(int)

    def __init__(self) -> None:
        """Make it."""
        super().__init__("Intervals")
        self.rows = Rows(("", "frames", "length", ""), 3, "Intervals between blinks")
        self.rows.itemClicked.connect(
            lambda item: self.chosen.emit(self.rows.indexOfTopLevelItem(item))
        )
        self.column.addWidget(self.rows)
        self.buttons(("start_here", "Starts here"), ("end_here", "Ends here"))
        self.buttons(("blink", "Blink"), ("done", "Done"))

    def refresh(self, a: Annotator) -> None:
        """Show the state."""
        rows, here = [], None
        time = a.video.time_s
        for n, one in enumerate(a.stretches()):
            length = time[one.end_frame] - time[one.start_frame]
            whose = a.progress(one)
            bounds = f"{one.start_frame} – {one.end_frame}"
            # The program's intervals count here as on its page, in the app and in commands.
            name = "own" if one.index is None else str(one.index + 1)
            rows.append((name, bounds, f"{length:.2f} s", whose))
            if one.start_frame <= a.frame <= one.end_frame:
                here = n
        self.rows.fill(rows, here)


class Review(Section):
    """What to review next."""

    def __init__(self) -> None:
        """Make it."""
        super().__init__("Review next")
        self.what = QLabel()
        self.what.setWordWrap(True)
        self.what.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.what.setMinimumHeight(3 * self.what.fontMetrics().lineSpacing() + 2)
        self.column.addWidget(self.what)
        self.made = self.buttons(("next_doubt", "Next"), ("accept", "Accept"), ("reject", "Reject"))
        self.made |= self.buttons(("adopt", "Take over and correct"), ("alone", "Alone"))

    def refresh(self, a: Annotator) -> None:
        """Show the state."""
        self.setVisible(a.analysis is not None)
        if not a.program_shown:
            self.what.setText("Hidden, so that you annotate blind.")
        elif not a.doubts:
            self.what.setText("Nothing is left to review.")
        elif a.doubt is None or a.doubt not in a.doubts:
            self.what.setText(f"{len(a.doubts)} findings; what moves λ most comes first.")
        else:
            d = a.doubt
            name = f"Track {d.program_track}" if d.program_track is not None else d.kind.title()
            name += f" of interval {d.interval + 1}" if d.program_track is None else ""
            place = a.doubts.index(d) + 1
            self.what.setText(f"{place} of {len(a.doubts)} · {name}, frame {d.frame}: {d.why}")
        on_track = a.program_shown and a.doubt is not None and a.doubt.program_track is not None
        self.made["next_doubt"].setEnabled(a.program_shown and bool(a.doubts))
        for name in ("reject", "adopt", "alone"):
            self.made[name].setEnabled(on_track)
        self.made["accept"].setEnabled(a.program_shown and a.doubt is not None)


class PointList(Section):
    """The points and what each is in this frame."""

    chosen = QtSignal(int)
    STATES: Final = {"keyed": "set here", "between": "between", "ghost": "not set yet"}

    def __init__(self) -> None:
        """Make it."""
        super().__init__("Points")
        self.rows = Rows(("", "here", "frames", "set", ""), 5, "Points")
        self.rows.itemClicked.connect(
            lambda item: self.chosen.emit(self.rows.indexOfTopLevelItem(item))
        )
        self.column.addWidget(self.rows)
        hint = QLabel(f"Over the film: {KEYS['add']} adds a point, {KEYS['place']} sets this one.")
        hint.setWordWrap(True)
        self.column.addWidget(hint)
        self.buttons(("keep", "Keep"), ("retrack", "Follow"))
        self.buttons(("lost", "Lost"), ("delete_point", "Delete"))

    def refresh(self, a: Annotator) -> None:
        """Show the state."""
        states = {s.item_id: s.state for s in a.shown_points()}
        rows, chosen = [], None
        for n, point in enumerate(a.points()):
            if point.id == a.current:
                chosen = n
            frames = f"{point.keyframes[0].frame} – {point.keyframes[-1].frame}"
            here = self.STATES.get(states.get(point.id, ""), "–")
            count = sum(not key.outside for key in point.keyframes)
            more = "along film" if point.interpolation == "film" else ""
            if point.program_track is not None:
                more = f"for track {point.program_track}"
            rows.append((a.name_of(point.id), here, frames, str(count), more))
        self.rows.fill(rows, chosen)


class Outcome(Section):
    """Agreement so far, and what comes out with the corrections."""

    measure_asked = QtSignal()
    own_asked = QtSignal()

    def __init__(self) -> None:
        """Make it."""
        super().__init__("Agreement so far")
        self.agreement = QLabel()
        self.agreement.setWordWrap(True)
        self.column.addWidget(self.agreement)
        self.own = QPushButton("λ from your points alone")
        self.own.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.own.clicked.connect(lambda _=False: self.own_asked.emit())
        self.column.addWidget(self.own)
        self.measure = QPushButton("Measure again with your corrections")
        self.measure.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.measure.clicked.connect(lambda _=False: self.measure_asked.emit())
        self.column.addWidget(self.measure)
        self.result = QLabel()
        self.result.setWordWrap(True)
        self.column.addWidget(self.result)
        self._text = ""
        self._measured: tuple[object, ...] | None = None

    def refresh(self, a: Annotator, text: str) -> None:
        """Show the state; `text` says how well points and program agree."""
        self.setVisible(a.analysis is not None)
        self.agreement.setText(text)
        self.measure.setEnabled(a.program_shown)
        self.own.setEnabled(a.program_shown)
        self.result.setVisible(a.program_shown)
        old = self._measured is not None and self._measured != a.document.items
        self.result.setEnabled(not old)
        self.result.setText(self._text + (f"\n{OLDER}" if old else ""))

    def show_measured(self, text: str, items: tuple[object, ...]) -> None:
        """Show what measuring again gave, and for which marks."""
        self._text, self._measured = text, items
        self.result.setText(text)

    def forget(self) -> None:
        """Show nothing of another video."""
        self.show_measured("", ())
        self._measured = None


class Keys(Section):
    """The list of keys, folded away until asked for."""

    def __init__(self) -> None:
        """Make it."""
        super().__init__("")
        self.button = QPushButton("Show the keys")
        self.button.setCheckable(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.column.addWidget(self.button)
        self.table = QLabel(_key_text() + _resting_text())
        self.table.setTextFormat(Qt.TextFormat.RichText)
        self.table.setWordWrap(True)
        self.table.setVisible(False)
        self.column.addWidget(self.table)
        self.button.toggled.connect(self._toggled)

    def _toggled(self, on: bool) -> None:
        self.table.setVisible(on)
        self.button.setText("Hide the keys" if on else "Show the keys")


def _resting_text() -> str:
    """Return which of napari's keys rest while one of EasyTear's layers is chosen."""
    rows = "".join(
        f"<tr><td style='padding-right:10px'>{key}</td><td>{', '.join(sorted(what))}</td></tr>"
        for key, what in sorted(resting_keys().items())
    )
    head = "<p>napari's own keys that rest while a layer of EasyTear's is chosen:</p>"
    return f"{head}<table>{rows}</table>" if rows else ""


def _key_text() -> str:
    lines, group = [], ""
    for verb in KEYMAP:
        if verb.group != group:
            group = verb.group
            lines.append(f"<tr><td></td><td><b>{group}</b></td></tr>")
        keys = ", ".join(spelled(key) for key in verb.keys)
        lines.append(
            f"<tr><td style='padding-right:10px'><b>{keys}</b></td><td>{verb.text}</td></tr>"
        )
    return "<table>" + "".join(lines) + "</table>"
