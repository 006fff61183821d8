"""The table of all videos as Qt's models: sorted by value, filtered by words and by state."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QBrush, QColor, QFont
from typing_extensions import override

from easytear.show.quality import FAIR_SCORE
from easytear_gui.overview.rows import SCORE, Row, columns
from easytear_gui.session.model import State
from easytear_gui.theme.colours import LIGHT, Colours

_Index = QModelIndex | QPersistentModelIndex
VALUE_ROLE: Final = Qt.ItemDataRole.UserRole
FILTERS: Final = ("All", "Done", "Failed", "Not analysed", "Excluded", "Low quality")


class OverviewModel(QAbstractTableModel):
    """Rows of the table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()
        self.columns = columns()
        self.colours: Colours = LIGHT

    def show(self, rows: tuple[Row, ...]) -> None:
        """Show these rows."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    @override
    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.meaning
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column.left)
        return None

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == VALUE_ROLE:
            return column.value(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column.left)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.text(row) if column.left else column.meaning
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(row, column.key)
        if role == Qt.ItemDataRole.FontRole and row.excluded and column.key != "remarks":
            font = QFont()
            font.setStrikeOut(True)
            return font
        return None

    def _ink(self, row: Row, column: str) -> QBrush | None:
        if row.record.state == State.FAILED and column in ("state", "remarks"):
            return QBrush(QColor(self.colours.danger))
        if row.excluded:
            return QBrush(QColor(self.colours.muted))
        if column == SCORE and row.result is not None:
            return QBrush(QColor(self.colours.quality(row.result.quality.score)))
        return None


class OverviewFilter(QSortFilterProxyModel):
    """Sorts by value, unknown last; shows rows of a kind that hold every word."""

    def __init__(self, model: OverviewModel) -> None:
        super().__init__()
        self._model = model
        self.words: tuple[str, ...] = ()
        self.kind = FILTERS[0]
        self.setSourceModel(model)

    def choose(self, text: str, kind: str) -> None:
        """Show rows of a kind that hold every word of a text."""
        self.words, self.kind = tuple(text.casefold().split()), kind
        self.invalidate()

    def shown(self) -> list[Row]:
        """Return the rows in the order in which they stand."""
        indexes = (self.mapToSource(self.index(k, 0)) for k in range(self.rowCount()))
        return [self._model.rows[i.row()] for i in indexes]

    @override
    def filterAcceptsRow(self, source_row: int, source_parent: _Index) -> bool:
        row = self._model.rows[source_row]
        if not _is(row, self.kind):
            return False
        own = f"{row.name} {row.path} {row.state} {row.remark}".casefold()
        return all(word in own for word in self.words)

    @override
    def lessThan(self, source_left: _Index, source_right: _Index) -> bool:
        ordered = self.sortOrder() == Qt.SortOrder.AscendingOrder
        left, right = (i.data(VALUE_ROLE) for i in (source_left, source_right))
        if left is None or right is None:
            return (right is None and left is not None) == ordered
        if isinstance(left, str) or isinstance(right, str):
            return _natural(str(left)) < _natural(str(right))
        return bool(left < right)


def _natural(text: str) -> list[tuple[int, int | str]]:
    """Return a key that puts "eye 2" before "eye 10"."""
    out: list[tuple[int, int | str]] = []
    number = ""
    for character in text.casefold() + "\0":
        if character.isdecimal():
            number += character
            continue
        if number:
            out.append((0, int(number)))
            number = ""
        out.append((1, character))
    return out


def _is(row: Row, kind: str) -> bool:
    state = row.record.state
    score = None if row.result is None else row.result.quality.score
    return {
        "Done": state == State.DONE,
        "Failed": state == State.FAILED,
        "Not analysed": state in (State.NEW, State.QUEUED, State.RUNNING),
        "Excluded": bool(row.excluded),
        "Low quality": score is not None and not row.excluded and score < FAIR_SCORE,
    }.get(kind, True)


def _side(left: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
