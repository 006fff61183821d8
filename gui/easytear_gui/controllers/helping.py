"""The Help menu."""

from __future__ import annotations

import platform
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from easytear import __version__
from easytear_gui import paths
from easytear_gui.person import ask_name
from easytear_gui.widgets import label

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow

_GUIDE = """
### From video to numbers

1. **Add videos**: drop files or folders into the window, or press Add.
2. **Analyse** and watch the progress. Other videos wait in the queue; the window stays yours.
3. **Look**: play the video with its overlays; drag the cursor through the curves; click a row of
   the table to go to the interval's onset. The last column says what to know before believing
   a number.
4. **Correct** what is wrong: the scale, an interval's bounds, the limbus, the region; exclude an
   interval with a reason. Each step can be undone. What changed is measured again, no more.
5. **Export** results, a page for people, an overlay video, figures.

Nothing needs saving: every change is kept at once. *Save session as* gives the session a file of
its own, to go on later or to hand on; it stores where the videos are relative to itself.
"""


class Helping(QObject):
    """Shortcuts, guide, log, version."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        calls = {
            "shortcuts": self.show_shortcuts,
            "guide": self.show_guide,
            "show_log": self.show_log,
            "about": self.show_about,
            "person": lambda: ask_name(self._window, again=True),
        }
        for name, call in calls.items():
            window.actions_[name].triggered.connect(lambda _=False, c=call: c())

    def show_shortcuts(self) -> None:
        """Show every shortcut on one sheet."""
        dialog = _dialog("Keyboard shortcuts", self._window)
        groups = [(m, list(g)) for m, g in groupby(self._window.actions_.sheet(), lambda s: s[0])]
        columns = QHBoxLayout()
        columns.setSpacing(36)
        for chosen in (("File", "Analysis", "Correct"), ("Play",), ("View", "Help")):
            column = QVBoxLayout()
            for menu, rows in groups:
                if menu in chosen:
                    column.addWidget(_sheet_of(menu, rows))
            column.addStretch(1)
            columns.addLayout(column)
        dialog.layout().insertLayout(0, columns)  # type: ignore[union-attr]
        dialog.open()

    def show_guide(self) -> None:
        """Show how to work with the app."""
        dialog = _dialog("Guide", self._window)
        text = QTextBrowser()
        text.setOpenExternalLinks(True)
        text.setMarkdown(_GUIDE)
        text.setMinimumSize(560, 420)
        dialog.layout().insertWidget(0, text)  # type: ignore[union-attr]
        dialog.open()

    def show_log(self) -> None:
        """Open the folder of the log."""
        folder = paths.log_file().parent
        folder.mkdir(parents=True, exist_ok=True)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._window.statusBar().showMessage(f"The log is {paths.log_file()}", 15000)

    def about_text(self) -> str:
        """Return version and places."""
        return (
            f"<h3>EasyTear {__version__}</h3>"
            "<p>How the tear film's lipid layer spreads after a blink.</p>"
            f"<p>Python {platform.python_version()}, PySide {pyside_version}, "
            f"{platform.system()} {platform.release()}</p>"
            f"<p>Log: {paths.log_file()}<br>"
            f"Session: {self._window.document.file}<br>"
            f"Results: {self._window.document.results_folder}</p>"
            "<p>BSD 3-Clause licence.</p>"
        )

    def show_about(self) -> None:
        """Show version and places."""
        box = QMessageBox(self._window)
        box.setWindowTitle("About EasyTear")
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.setText(self.about_text())
        box.open()


def _dialog(title: str, parent: QWidget) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(22, 18, 22, 16)
    layout.setSpacing(14)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    layout.addWidget(buttons)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def _sheet_of(menu: str, rows: list[tuple[str, str, str]]) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 8)
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(4)
    grid.addWidget(label(menu, "title"), 0, 0, 1, 2)
    for row, (_, text, keys) in enumerate(rows, start=1):
        grid.addWidget(QLabel(text), row, 0)
        grid.addWidget(label(keys, "muted"), row, 1)
    return holder
