"""The Play and View menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton

from easytear_gui.player.player import SPEEDS

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow


def connect_playing(window: MainWindow) -> None:
    """Connect the Play and View menus to the workspace."""
    actions, workspace = window.actions_, window.workspace
    player, canvas = workspace.player.player, workspace.player.canvas
    calls = {
        "play": player.toggle,
        "forward": lambda: player.shuttle(1),
        "backward": lambda: player.shuttle(-1),
        "next_frame": lambda: player.step(1),
        "previous_frame": lambda: player.step(-1),
        "next_ten": lambda: player.step(10),
        "previous_ten": lambda: player.step(-10),
        "first_frame": lambda: player.seek(0),
        "last_frame": lambda: player.seek(len(player) - 1),
        "next_interval": lambda: workspace.step_interval(1),
        "previous_interval": lambda: workspace.step_interval(-1),
        "slower": lambda: player.set_speed(_next_speed(player.speed, -1)),
        "faster": lambda: player.set_speed(_next_speed(player.speed, 1)),
        "zoom_in": lambda: canvas.zoom_by(1.25),
        "zoom_out": lambda: canvas.zoom_by(0.8),
        "zoom_fit": canvas.fit,
    }
    for name, call in calls.items():
        actions[name].triggered.connect(lambda _=False, c=call: c())
    panel = workspace.player
    for kind, button in panel.overlay_buttons.items():
        _tie(actions[f"show_{kind}"], button)
    _tie(actions["show_film"], panel.film_button)
    _tie(actions["hold_still"], panel.still_button)
    _tie(actions["lay_over"], workspace.plots.all_button)


def _tie(action: QAction, button: QToolButton) -> None:
    """Keep a menu entry and a button the same; the button shows the key."""
    action.setChecked(button.isChecked())
    action.toggled.connect(button.setChecked)
    button.toggled.connect(action.setChecked)
    keys = action.shortcut().toString()
    button.setToolTip(f"{button.toolTip()}  ({keys})" if keys else button.toolTip())


def _next_speed(speed: float, by: int) -> float:
    return SPEEDS[min(max(SPEEDS.index(speed) + by, 0), len(SPEEDS) - 1)]
