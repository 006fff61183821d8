"""The dialog that asks what to export, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from easytear_gui.widgets import label

PARTS: Final = {
    "results": ("Results", "summary.json and the tables of frames, tracks and front (CSV)"),
    "page": ("Page", "report.html: everything on one page that opens anywhere"),
    "overlay": ("Overlay video", "overlay.mp4: the film with front and tracks, for any browser"),
    "figures": ("Figures", "the curves of every interval as PNG and SVG"),
}


@dataclass(frozen=True)
class Wanted:
    """What to export."""

    folder: Path
    parts: tuple[str, ...]
    all_videos: bool


class ExportDialog(QDialog):
    """Asks what to export.

    Parameters
    ----------
    finished : int
        How many videos could be exported.
    this_one : bool
        Whether the open video is among them.
    folder : Path
        Where the last export went.
    """

    def __init__(self, finished: int, this_one: bool, folder: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.this = QRadioButton("This video")
        self.all = QRadioButton(f"All finished videos ({finished})")
        self.this.setEnabled(this_one)
        (self.this if this_one else self.all).setChecked(True)
        self.parts = {key: QCheckBox(title) for key, (title, _) in PARTS.items()}
        for key in ("results", "page", "figures"):
            self.parts[key].setChecked(True)
        self.folder = QLineEdit(str(folder))
        self.folder.setMinimumWidth(340)
        self.folder.setAccessibleName("Folder to export to")
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Cancel)
        self.ok = self.buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._arrange()
        for box in self.parts.values():
            box.toggled.connect(self._check)

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 16)
        layout.setSpacing(6)
        layout.addWidget(self.this)
        layout.addWidget(self.all)
        layout.addSpacing(10)
        for key, box in self.parts.items():
            meaning = PARTS[key][1]
            box.setAccessibleDescription(meaning)
            layout.addWidget(box)
            hint = label(meaning, "hint")
            hint.setContentsMargins(24, 0, 0, 4)
            layout.addWidget(hint)
        layout.addSpacing(8)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        browse = QPushButton("Choose…")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        row.addWidget(browse)
        layout.addWidget(label("Folder"))
        layout.addLayout(row)
        layout.addSpacing(10)
        layout.addWidget(self.buttons)

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _check(self) -> None:
        self.ok.setEnabled(any(box.isChecked() for box in self.parts.values()))

    def wanted(self) -> Wanted:
        """Return what is chosen."""
        parts = tuple(key for key, box in self.parts.items() if box.isChecked())
        return Wanted(Path(self.folder.text()), parts, self.all.isChecked())
