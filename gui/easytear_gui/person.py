"""Who corrects: asked once, and kept for every correction."""

from __future__ import annotations

from PySide6.QtWidgets import QInputDialog, QWidget

from easytear_gui import paths

_NAME = "person/name"


def person_name() -> str | None:
    """Return the name that the person gave, None where none was given."""
    return str(paths.preferences().value(_NAME) or "").strip() or None


def name_asked() -> bool:
    """Return whether the person was asked."""
    return paths.preferences().contains(_NAME)


def keep_name(name: str) -> None:
    """Keep the name; "" for somebody who gives none."""
    paths.preferences().setValue(_NAME, name.strip())


def ask_name(parent: QWidget, again: bool = False) -> QInputDialog | None:
    """Ask for the person's name: once, or when they want to change it."""
    if name_asked() and not again:
        return None
    dialog = QInputDialog(parent)
    dialog.setWindowTitle("Your name")
    dialog.setLabelText(
        "Who corrects? The name stands beside your corrections in the results.\n"
        "It is asked once; Help, Your name changes it. Leave it empty to give none."
    )
    dialog.setTextValue(person_name() or "")

    def ended(code: int) -> None:
        given = dialog.textValue() if code else person_name()
        keep_name(given or "")

    dialog.finished.connect(ended)  # not textValueSelected: that comes after `finished`
    dialog.open()
    return dialog
