"""Which panel works in which viewer, and whether it can still be seen."""

from __future__ import annotations

import weakref
from typing import Any

from qtpy.QtWidgets import QDockWidget, QWidget

_AT_WORK: dict[int, weakref.ref[Any]] = {}


def take_seat(viewer: Any, panel: Any) -> Any:
    """Make a panel the one of its viewer; return the one that was, None without."""
    key = id(viewer.window._qt_window)
    before = _AT_WORK.get(key)
    _AT_WORK[key] = weakref.ref(panel)
    old = None if before is None else before()
    return old if old is not panel else None


def is_shut(panel: QWidget) -> bool:
    """Return whether a panel was closed: itself, its dock, or its window. A tab behind is not."""
    dock: Any = panel.parentWidget()
    while dock is not None and not isinstance(dock, QDockWidget):
        dock = dock.parentWidget()
    if dock is None:
        return not panel.isVisible()
    window = dock.window()
    return not dock.toggleViewAction().isChecked() or not (
        window.isVisible() or window.isMinimized()
    )


def is_open(viewer: Any) -> bool:
    """Return whether a viewer's window still stands."""
    try:
        window = viewer.window._qt_window
        return bool(window.isVisible() or window.isMinimized())
    except (AttributeError, RuntimeError):  # Qt has deleted it
        return False
