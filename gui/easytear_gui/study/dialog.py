"""The dialog that opens a folder as a study: what its names say, before anything is run."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from easytear.base.errors import EasyTearError
from easytear.study.names import compile_pattern, read_names
from easytear_gui.study.guess import guess_pattern
from easytear_gui.widgets import label

PARTS: Final = ("subject", "eye", "visit")
_READING_S: Final = 0.5
"""So long a pattern may take at each key that is pressed."""
_NO_GROUPS: Final = "Groups: none"


@dataclass(frozen=True)
class StudyWanted:
    """What a person wants of a study."""

    folder: Path
    out: Path
    pattern: str
    clinical: Path | None
    by: str | None


class StudyDialog(QDialog):
    """Shows what the names of a folder's videos say, and asks for the rest.

    Parameters
    ----------
    folder : Path
        The folder.
    videos : list of str
        The videos' paths below it, `/` between the parts.
    out : Path
        Where the study would go.
    """

    def __init__(self, folder: Path, videos: list[str], out: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Open a folder as a study")
        self._folder, self._videos = folder, videos
        self.summary = label("", wrap=True)
        self.pattern = QLineEdit(guess_pattern(videos))
        self.pattern.setAccessibleName("Pattern of the names")
        self.pattern.setToolTip(
            "A regular expression with the named groups subject, eye, visit (and any other)"
        )
        self.table = QTableWidget(0, 1 + len(PARTS))
        self.clinical = QLineEdit()
        self.clinical.setPlaceholderText("none; with one row a subject: clinical numbers, groups")
        self.clinical.setAccessibleName("Clinical file")
        self.by = QComboBox()
        self.by.setAccessibleName("Groups")
        self.out = QLineEdit(str(out))
        self.out.setAccessibleName("Folder of the study")
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Cancel)
        self.ok = self.buttons.addButton("Analyse", QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setDefault(True)
        self._arrange()
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.pattern.textChanged.connect(self._read)
        self.clinical.textChanged.connect(self._columns)
        self._read()
        self._columns()

    def _arrange(self) -> None:
        table = self.table
        table.setHorizontalHeaderLabels(["Video", *(p.capitalize() for p in PARTS)])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.horizontalHeader().setStretchLastSection(True)
        table.setMinimumSize(560, 220)
        table.setAccessibleName("What the names say")
        grid = QGridLayout()
        grid.setVerticalSpacing(8)
        rows = (
            ("Names are read by", self.pattern, None),
            ("Clinical file (CSV)", self.clinical, self._ask_clinical),
            ("Study's folder", self.out, self._ask_out),
        )
        for row, (text, widget, call) in enumerate(rows):
            head = label(text)
            head.setBuddy(widget)
            grid.addWidget(head, row, 0)
            grid.addWidget(widget, row, 1)
            if call is not None:
                button = QPushButton("Choose…")
                button.setAutoDefault(False)
                button.clicked.connect(call)
                grid.addWidget(button, row, 2)
        line = QHBoxLayout()
        line.addWidget(self.summary, 1)
        line.addWidget(self.by)
        self.by.setMinimumWidth(170)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 16)
        layout.setSpacing(10)
        layout.addLayout(line)
        layout.addWidget(table, 1)
        layout.addLayout(grid)
        layout.addWidget(self.buttons)

    # --- what the names say --------------------------------------------------------------
    def _read(self) -> None:
        text = self.pattern.text().strip()
        try:
            found = read_names(self._videos, compile_pattern(text or None), _READING_S)
        except (ValueError, EasyTearError) as error:
            self.summary.setText(f"The pattern cannot be read: {error}")
            self.ok.setEnabled(False)
            return
        self.table.setRowCount(len(found))
        for row, (path, parts) in enumerate(found.items()):
            for column, value in enumerate((path, *(parts.get(p) or "–" for p in PARTS))):
                item = QTableWidgetItem(value)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                self.table.setItem(row, column, item)
        self.table.resizeColumnsToContents()
        self.summary.setText(self._counted(list(found.values())))
        self.ok.setEnabled(bool(self._videos))

    def _counted(self, parts: list[dict[str, str | None]]) -> str:
        count = {p: len({one.get(p) for one in parts if one.get(p)}) for p in PARTS}
        named = [f"{n} {p}{'s' * (n != 1)}" for p, n in count.items() if n]
        text = f"{len(parts)} videos" + (f" of {', '.join(named)}" if named else "")
        if not count["subject"]:
            return text + ". The names do not tell subjects: every video stands for itself."
        return text + "."

    # --- clinical numbers ----------------------------------------------------------------
    def _columns(self) -> None:
        self.by.clear()
        self.by.addItem(_NO_GROUPS, None)
        file = Path(self.clinical.text().strip())
        if not self.clinical.text().strip() or not file.is_file():
            return
        try:
            with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
                dialect = csv.Sniffer().sniff(lines.readline(), ",;\t")
                lines.seek(0)
                heads = next(csv.reader(lines, dialect), [])
        except (OSError, csv.Error):
            return
        for head in heads:
            if head.strip() and head.strip().casefold() not in PARTS:
                self.by.addItem(f"Groups: {head.strip()}", head.strip())
        likely = [
            k for k in range(self.by.count()) if "group" in self.by.itemText(k)[7:].casefold()
        ]
        if likely:
            self.by.setCurrentIndex(likely[0])

    def _ask_clinical(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, "Clinical file", str(self._folder), "Tables (*.csv *.tsv *.txt)"
        )
        if file:
            self.clinical.setText(file)

    def _ask_out(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder of the study", self.out.text())
        if folder:
            self.out.setText(folder)

    def wanted(self) -> StudyWanted:
        """Return what is asked for."""
        text = self.clinical.text().strip()
        return StudyWanted(
            self._folder,
            Path(self.out.text()),
            self.pattern.text().strip(),
            Path(text) if text else None,
            self.by.currentData(),
        )
