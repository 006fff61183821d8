"""Small widgets made in one line."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QVBoxLayout, QWidget


def label(text: str = "", role: str = "", *, centred: bool = False, wrap: bool = False) -> QLabel:
    """Return a label; `role` is its name in the style sheet: title, hint, readout, big."""
    out = QLabel(text)
    out.setObjectName(role)
    out.setWordWrap(wrap)
    if centred:
        out.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return out


def tool_button(text: str = "", tip: str = "", *, checkable: bool = False) -> QToolButton:
    """Return a button of a tool strip; without text it shows an icon of 18 px."""
    out = QToolButton()
    out.setText(text)
    out.setToolTip(tip)
    out.setCheckable(checkable)
    out.setAccessibleName(text or tip)
    out.setAccessibleDescription(tip)
    out.setIconSize(QSize(18, 18))
    out.setObjectName("switch" if checkable else "strip")
    return out


def panel(*widgets: QWidget) -> QFrame:
    """Return a framed surface with widgets below each other."""
    out = QFrame()
    out.setObjectName("panel")
    layout = QVBoxLayout(out)
    layout.setContentsMargins(1, 1, 1, 1)
    layout.setSpacing(2)
    for widget in widgets:
        layout.addWidget(widget)
    return out
