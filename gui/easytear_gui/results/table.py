"""The table of intervals: numbers, intervals of confidence, flags in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from easytear.measure.quantities.base import Quantity
from easytear.measure.quantities.catalogue import overview, quantity
from easytear.request.corrections import Excluded
from easytear.results.model import IntervalResult
from easytear.show.flags import sentence
from easytear.show.numbers import UNKNOWN, quantity_text
from easytear_gui import words
from easytear_gui.theme.colours import LIGHT, Colours

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """One column: heading, what it means, and how its text is made."""

    title: str
    meaning: str
    text: Callable[[IntervalResult], str]
    left: bool = False


def _number(one: Quantity) -> Column:
    """Return the column of a quantity of the catalogue."""
    meaning = f"{one.label}: {one.meaning}" + (f", in {one.unit}" if one.unit else "")
    return Column(_title(one), meaning, lambda i: quantity_text(one, i, unit=False))


def _title(one: Quantity) -> str:
    heading = one.heading
    return heading if heading.startswith(("λ", "ρ")) else heading[0].upper() + heading[1:]


_SCORE: Final = "quality.score"
COLUMNS: Final = (
    Column("Interval", "Inter-blink interval, counted from 1", lambda i: f"{i.index + 1}"),
    Column(
        "From–to (s)",
        "First and last moment of the interval, seconds of video time",
        lambda i: f"{i.start_s:.2f} – {i.end_s:.2f}",
    ),
    replace(_number(quantity(_SCORE)), text=lambda i: words.quality(i.quality.score)),
    *(_number(one) for one in overview() if one.key != _SCORE),
    Column(
        "What to know",
        "What a reader must know before believing the numbers",
        words.flags_line,
        left=True,
    ),
)
_QUALITY = 2
_NOTES = len(COLUMNS) - 1


class IntervalsModel(QAbstractTableModel):
    """Intervals as rows."""

    def __init__(self) -> None:
        super().__init__()
        self.intervals: tuple[IntervalResult, ...] = ()
        self.excluded: dict[int, Excluded] = {}
        self.colours: Colours = LIGHT

    def show(self, intervals: tuple[IntervalResult, ...], excluded: dict[int, Excluded]) -> None:
        """Show these intervals, those in `excluded` struck through."""
        self.beginResetModel()
        self.intervals, self.excluded = intervals, excluded
        self.endResetModel()

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.intervals)

    @override
    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.meaning
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        interval, column = self.intervals[index.row()], COLUMNS[index.column()]
        excluded = self.excluded.get(interval.index)
        if role == Qt.ItemDataRole.DisplayRole:
            if excluded is not None and index.column() == _NOTES:
                return f"excluded: {excluded.reason}"
            return column.text(interval) or "nothing remarkable"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(interval, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(interval, index.column(), excluded is not None)
        if role == Qt.ItemDataRole.FontRole and excluded is not None and index.column() != _NOTES:
            font = QFont()
            font.setStrikeOut(True)
            return font
        return None

    def _tip(self, interval: IntervalResult, column: Column) -> str:
        if column is COLUMNS[_NOTES]:
            flags = [sentence(flag) for flag in interval.quality.flags]
            return "\n".join(f"• {flag}" for flag in flags)
        return column.meaning

    def _ink(self, interval: IntervalResult, column: int, excluded: bool) -> QBrush | None:
        if excluded or (column == _NOTES and not interval.quality.flags):
            return QBrush(QColor(self.colours.muted))
        if column == _QUALITY:
            return QBrush(QColor(self.colours.quality(interval.quality.score)))
        return None


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column.left else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


class Inks(QStyledItemDelegate):
    """Keeps a cell's own colour when its row is selected."""

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        ink = index.data(Qt.ItemDataRole.ForegroundRole)
        own = option.palette.text() if ink is None else ink
        option.palette.setBrush(QPalette.ColorRole.HighlightedText, own)


class IntervalsTable(QTableView):
    """The table; `picked(index)` when the person goes to an interval."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.intervals = IntervalsModel()
        self.setModel(self.intervals)
        self.setItemDelegate(Inks(self))
        self.setAccessibleName("Intervals and their numbers")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(27)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(64)
        header.setHighlightSections(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.clicked.connect(lambda index: self._emit(index.row()))
        self.activated.connect(lambda index: self._emit(index.row()))
        self.selectionModel().currentRowChanged.connect(self._current)
        self._quiet = False

    def show_intervals(
        self, intervals: tuple[IntervalResult, ...], excluded: dict[int, Excluded]
    ) -> None:
        """Show these intervals, the selected one staying selected."""
        selected = self.selected()
        self.intervals.show(intervals, excluded)
        for place, column in enumerate(COLUMNS[_QUALITY + 1 : _NOTES], start=_QUALITY + 1):
            known = any(column.text(i) != UNKNOWN for i in intervals)
            self.setColumnHidden(place, bool(intervals) and not known)
        if selected is not None:
            self.select(selected)

    def selected(self) -> int | None:
        """Return the selected interval's index."""
        row = self.currentIndex().row()
        rows = self.intervals.intervals
        return rows[row].index if 0 <= row < len(rows) else None

    def select(self, interval: int) -> None:
        """Select an interval without going to it."""
        rows = [i.index for i in self.intervals.intervals]
        if interval in rows:
            self._quiet = True
            self.selectRow(rows.index(interval))
            self._quiet = False

    def _current(self, index: QModelIndex) -> None:
        if index.isValid() and not self._quiet and self.hasFocus():
            self._emit(index.row())

    def _emit(self, row: int) -> None:
        self.picked.emit(self.intervals.intervals[row].index)
