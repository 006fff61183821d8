"""What the app's window says, so that pictures of an older window are noticed.

`make_app_pictures.py` writes it beside the pictures (`app-texts.json`);
`tests/gui/test_pictures.py` compares it with the window as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QAbstractButton, QTabWidget

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow

RECORD = Path(__file__).resolve().parent / "app-texts.json"


def window_texts(window: MainWindow) -> list[str]:
    """Return the words of menus, toolbar, buttons and tabs of a fresh window.

    Settings and quantities are not the window's: it shows those that there are.
    """
    return sorted({text for text in _texts(window) if text})


def _texts(window: MainWindow) -> Iterator[str]:
    for menu in window.menus.values():
        yield menu.title()
        yield from (action.text() for action in menu.actions() if action.menu() is None)
    yield from (action.iconText() for action in window.bar.actions())
    yield from (button.text() for button in window.findChildren(QAbstractButton))
    for tabs in window.findChildren(QTabWidget):
        yield from (tabs.tabText(k) for k in range(tabs.count()))


def write_record(texts: list[str], pictures: list[Path]) -> None:
    """Keep what the window said when the pictures were made, and which pictures these are."""
    sums = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(pictures)}
    text = json.dumps({"texts": texts, "pictures": sums}, indent=1, ensure_ascii=False)
    RECORD.write_text(text + "\n", encoding="utf-8")


def read_record() -> dict[str, Any]:
    """Return what was kept."""
    record: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return record
