"""What leaves the app: plots, results, pages, overlay videos, and the way to napari."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow


class TakingOut(QObject):
    """Export and napari."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
