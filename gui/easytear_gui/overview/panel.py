"""The page with the table of all videos and intervals."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from easytear_gui import paths
from easytear_gui.overview.export import as_text, save_table
from easytear_gui.overview.model import FILTERS, OverviewFilter, OverviewModel
from easytear_gui.overview.rows import WHOSE, Column, Row
from easytear_gui.results.table import Inks
from easytear_gui.theme.colours import Colours
from easytear_gui.widgets import label, panel

_COLUMNS = "overview/columns"
_WIDEST = 300


class OverviewPanel(QWidget):
    """Shows every interval of every video.

    Signals
    -------
    opened(key, interval) : the person wants to see this one (-1: the video)
    export_asked : the button
    closed : back to the video
    """

    opened = Signal(str, int)
    export_asked = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = OverviewModel()
        self.filter = OverviewFilter(self.model)
        self.summary = label("", "title")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find: subject, eye, flag, reason …")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Find in the table")
        self.kind = QComboBox()
        self.kind.addItems(FILTERS)
        self.kind.setAccessibleName("Which rows are shown")
        self.columns = QToolButton()
        self.columns.setText("Columns")
        self.columns.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.columns.setToolTip("Choose what the table shows")
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Copy the selected rows, or all, for a spreadsheet (Ctrl+C)")
        self.export = QPushButton("Export table…")
        self.export.setToolTip("Save what is shown as CSV or as a workbook (XLSX)")
        self.back = QPushButton("Back to the video")
        self.table = QTableView()
        self._arrange()
        self._wire()
        self._restore()

    def _arrange(self) -> None:
        table = self.table
        table.setModel(self.filter)
        table.setItemDelegate(Inks(table))
        table.setAccessibleName("All videos and intervals")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSortingEnabled(True)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(27)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = table.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 6)
        for widget in (self.summary, self.search, self.kind, self.columns, self.copy,
                       self.export, self.back):  # fmt: skip
            row.addWidget(widget, 1 if widget is self.search else 0)
        holder = QWidget()
        holder.setLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(panel(holder, table))

    def _wire(self) -> None:
        self.search.textChanged.connect(self._choose)
        self.kind.currentTextChanged.connect(self._choose)
        self.copy.clicked.connect(self.copy_rows)
        self.export.clicked.connect(self.export_asked)
        self.back.clicked.connect(self.closed)
        self.table.doubleClicked.connect(self._open)
        self.table.activated.connect(self._open)
        copy = QShortcut(QKeySequence.StandardKey.Copy, self.table)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy_rows)
        menu = QMenu(self.columns)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.columns.setMenu(menu)

    # --- what is shown -------------------------------------------------------------------
    def show_rows(self, rows: tuple[Row, ...], summary: str) -> None:
        """Show these rows."""
        self.summary.setText(summary)
        if rows != self.model.rows:
            wide = self.table.horizontalScrollBar().value()
            self.model.show(rows)
            self._hide_empty()
            self._fit()
            self.table.horizontalScrollBar().setValue(wide)

    def set_colours(self, colours: Colours) -> None:
        """Take over a theme."""
        self.model.colours = colours
        self.table.viewport().update()

    def _fit(self) -> None:
        for k in range(len(self.model.columns)):
            if not self.table.isColumnHidden(k):
                self.table.resizeColumnToContents(k)
                self.table.setColumnWidth(k, min(self.table.columnWidth(k) + 8, _WIDEST))

    def _choose(self) -> None:
        self.filter.choose(self.search.text(), self.kind.currentText())

    # --- columns -------------------------------------------------------------------------
    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        groups: dict[str, QMenu] = {}
        for k, column in enumerate(self.model.columns):
            if column.group not in groups:
                groups[column.group] = menu.addMenu(column.group)
            action = groups[column.group].addAction(column.title)
            action.setToolTip(column.meaning)
            action.setCheckable(True)
            action.setChecked(not self.table.isColumnHidden(k))
            action.toggled.connect(lambda on, c=column.key: self.show_column(c, on))
        menu.addSeparator()
        menu.addAction("The usual ones").triggered.connect(lambda: self._show_columns(None))

    def show_column(self, key: str, on: bool) -> None:
        """Show a column, or hide it; kept for the next time."""
        keys = {c.key for c in self.shown_columns()}
        self._show_columns(keys | {key} if on else keys - {key})

    def _hide_empty(self) -> None:
        """Hide subject, eye and visit where none is known, unless a person chose the columns."""
        for k, column in enumerate(self.model.columns):
            if column.key in WHOSE and self._usual:
                known = any(column.text(row) for row in self.model.rows)
                self.table.setColumnHidden(k, not known)

    def _show_columns(self, keys: set[str] | None) -> None:
        self._usual = keys is None
        for k, column in enumerate(self.model.columns):
            self.table.setColumnHidden(
                k, not (column.shown if keys is None else column.key in keys)
            )
        kept = [] if keys is None else sorted(keys)
        paths.preferences().setValue(_COLUMNS, kept)
        self._hide_empty()
        self._fit()

    def _restore(self) -> None:
        kept = paths.preferences().value(_COLUMNS) or []
        names = {kept} if isinstance(kept, str) else {str(k) for k in kept}
        self._show_columns(names or None)

    def shown_columns(self) -> list[Column]:
        """Return the columns that are shown, from left to right."""
        header = self.table.horizontalHeader()
        order = (header.logicalIndex(k) for k in range(header.count()))
        return [self.model.columns[k] for k in order if not self.table.isColumnHidden(k)]

    # --- what leaves ---------------------------------------------------------------------
    def copy_rows(self) -> None:
        """Copy the selected rows, or all that are shown."""
        chosen = sorted(i.row() for i in self.table.selectionModel().selectedRows())
        shown = self.filter.shown()
        rows = [shown[k] for k in chosen] or shown
        QGuiApplication.clipboard().setText(as_text(rows, self.shown_columns()))

    def save(self, file: Path) -> None:
        """Save what is shown.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        save_table(self.filter.shown(), self.shown_columns(), file)

    def _open(self, index: QModelIndex) -> None:
        row = self.filter.shown()[index.row()]
        self.opened.emit(row.key, -1 if row.result is None else row.result.index)
