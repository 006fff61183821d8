"""The style sheet, and the one object that says which theme is on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from easytear_gui.theme.colours import DARK, LIGHT, Colours, qt_palette
from easytear_gui.theme.icons import pixmap

Choice = Literal["system", "light", "dark"]

_SHEET = """
QMainWindow, QDialog {{ background: {window}; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 5px; }}
QMenuBar {{ background: {panel}; border-bottom: 1px solid {border}; padding: 2px 6px; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {hover}; }}
QMenu {{ background: {panel}; border: 1px solid {border}; padding: 5px; }}
QMenu::item {{ padding: 5px 26px 5px 10px; border-radius: 4px; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::item:selected {{ background: {accent_soft}; color: {text}; }}
QMenu::item:disabled {{ color: {muted}; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 5px 8px; }}
QToolBar {{ background: {panel}; border: 0; border-bottom: 1px solid {border};
    padding: 5px 8px; spacing: 3px; }}
QToolBar::separator {{ width: 1px; background: {border}; margin: 5px 6px; }}
QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 4px 8px; }}
QToolButton:hover:enabled {{ background: {hover}; }}
QToolButton:pressed, QToolButton:checked {{ background: {accent_soft}; }}
QToolButton#switch {{ padding: 3px 6px; color: {muted}; }}
QToolButton#switch:checked {{ color: {text}; border-color: {accent}; background: {accent_soft}; }}
QToolButton#bar:checked {{ border-color: {accent}; }}
QToolButton:focus {{ border-color: {accent}; }}
QToolButton:disabled {{ color: {muted}; }}
QToolButton#qt_toolbar_ext_button {{ padding: 0; border: 0; }}
QToolButton#primary {{ background: {accent}; color: {on_accent}; padding: 4px 14px;
    font-weight: 600; }}
QToolButton#primary:hover:enabled {{ background: {accent}; border-color: {text}; }}
QToolButton#primary:disabled {{ background: {hover}; color: {muted}; }}
QToolButton#strip {{ padding: 3px 6px; }}
QToolButton::menu-indicator {{ image: none; }}
QPushButton {{ background: {raised}; border: 1px solid {border}; border-radius: 6px;
    padding: 5px 14px; min-height: 18px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:disabled {{ color: {muted}; }}
QPushButton:default, QPushButton#primary {{ background: {accent}; color: {on_accent};
    border-color: {accent}; font-weight: 600; }}
QFrame#panel {{ background: {panel}; border: 1px solid {border}; border-radius: 8px; }}
QFrame#panel > QWidget {{ background: transparent; }}
QLabel#title {{ font-weight: 600; }}
QLabel#muted, QLabel#hint {{ color: {muted}; }}
QLabel#big {{ font-size: 20pt; font-weight: 600; }}
QLabel#readout {{ color: {muted}; }}
QFrame#banner {{ background: {warning_soft}; border: 1px solid {border}; border-radius: 8px; }}
QFrame#banner QLabel {{ color: {text}; }}
QFrame#banner[kind="bad"] {{ background: {danger_soft}; }}
QFrame#banner[kind="work"] {{ background: {accent_soft}; }}
QFrame#drop {{ background: {panel}; border: 2px dashed {border}; border-radius: 14px; }}
QFrame#drop[over="true"] {{ border-color: {accent}; background: {accent_soft}; }}
QListView, QTableView, QTreeView, QScrollArea, QPlainTextEdit, QTextBrowser {{
    background: {panel}; border: 0; outline: 0; }}
QTableView {{ gridline-color: {border}; alternate-background-color: {raised};
    selection-background-color: {accent_soft}; }}
QTableView::item {{ padding: 0 6px; }}
QHeaderView {{ background: {panel}; }}
QHeaderView::section {{ background: {panel}; color: {muted}; border: 0;
    border-bottom: 1px solid {border}; padding: 5px 8px; font-weight: 600; }}
QTableCornerButton::section {{ background: {panel}; border: 0; }}
QTabWidget::pane {{ border: 0; }}
QTabBar {{ background: transparent; }}
QTabBar::tab {{ color: {muted}; padding: 6px 14px; border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; font-weight: 600; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:focus {{ color: {accent}; }}
QSplitter::handle {{ background: transparent; }}
QSplitter::handle:hover {{ background: {border}; }}
QStatusBar {{ background: {panel}; border-top: 1px solid {border}; color: {muted}; }}
QStatusBar::item {{ border: 0; }}
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QPlainTextEdit#field {{
    background: {raised}; border: 1px solid {border}; border-radius: 5px; padding: 3px 6px;
    min-height: 18px; selection-background-color: {accent}; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {{
    border-color: {accent}; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: 0; }}
QComboBox QLineEdit {{ border: 0; padding: 0; background: transparent; }}
QComboBox::drop-down {{ border: 0; width: 20px; }}
QComboBox::down-arrow {{ image: url({chevron}); width: 11px; height: 11px; }}
QComboBox QAbstractItemView {{ background: {panel}; border: 1px solid {border};
    selection-background-color: {accent_soft}; selection-color: {text}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: 14px; height: 14px;
    border: 1px solid {muted}; background: {raised}; }}
QCheckBox::indicator {{ border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url({tick}); }}
QRadioButton::indicator:checked {{ border-color: {accent}; image: url({dot}); }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {border}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {accent}; }}
QScrollArea#plain, QWidget#plain {{ background: transparent; }}
QProgressBar {{ background: {hover}; border: 0; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 1px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 1px; }}
QScrollBar::handle {{ background: {border}; border-radius: 4px; min-height: 24px;
    min-width: 24px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
    background: transparent; width: 0; height: 0; }}
"""


def style_sheet(colours: Colours) -> str:
    """Return the Qt style sheet of a theme."""
    return _SHEET.format(
        **vars(colours),
        chevron=_picture("down", colours.muted),
        tick=_picture("tick", colours.on_accent),
        dot=_picture("dot", colours.accent),
    )


def _picture(name: str, colour: str) -> str:
    """Return the place of an icon's picture in this colour: style sheets take files only."""
    file = Path(_FILES.path()) / f"{name}-{colour[1:]}.png"
    if not file.is_file():
        pixmap(name, colour, 44).save(str(file))
    return file.as_posix()


_FILES = QTemporaryDir()


class Theme(QObject):
    """Which theme is on; tells when it changes."""

    changed = Signal()

    def __init__(self, choice: Choice = "system") -> None:
        super().__init__()
        self.choice: Choice = choice
        self.colours: Colours = self._resolve()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)

    def choose(self, choice: Choice) -> None:
        """Switch to a theme, or to the system's."""
        self.choice = choice
        self.apply()

    def apply(self) -> None:
        """Put the theme on the application."""
        self.colours = self._resolve()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(qt_palette(self.colours))
            app.setStyleSheet(style_sheet(self.colours))
        self.changed.emit()

    def _resolve(self) -> Colours:
        if self.choice == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self.choice == "dark" else LIGHT

    def _system_changed(self) -> None:
        if self.choice == "system":
            self.apply()
