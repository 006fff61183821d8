"""The player's panel: picture, overlay switches, timeline, transport."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from easytear.base.geometry import ByteArray
from easytear.results import Analysis
from easytear_gui.player.canvas import Canvas
from easytear_gui.player.film_view import FilmView
from easytear_gui.player.overlays import OverlayData
from easytear_gui.player.paint import KINDS
from easytear_gui.player.player import SPEEDS, Player
from easytear_gui.player.timeline import Timeline
from easytear_gui.theme.colours import LIGHT, Colours
from easytear_gui.theme.icons import icon
from easytear_gui.widgets import label, tool_button

_TRANSPORT = (
    ("first", "First frame (Home)"),
    ("previous", "One frame back (Left)"),
    ("play", "Play or pause (Space, K)"),
    ("next", "One frame on (Right)"),
    ("last", "Last frame (End)"),
)


class PlayerPanel(QFrame):
    """Shows one video.

    Signals
    -------
    frame_shown(frame) : another frame is on the screen
    """

    frame_shown = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.player = Player(self)
        self.canvas = Canvas()
        self.timeline = Timeline()
        self.film_view: FilmView | None = None
        self._colours = LIGHT
        self._image: ByteArray | None = None
        self.overlay_buttons = {k: self._overlay_button(k) for k in KINDS}
        self.film_button = self._switch(
            "Film", "Show the enhanced film: what the tracker sees", self._refresh
        )
        self.still_button = self._switch(
            "Hold still", "Take the eye's motion out of the picture", self._stabilise
        )
        self.transport = {name: tool_button(tip=tip) for name, tip in _TRANSPORT}
        self.speed = QComboBox()
        self.speed.setToolTip("Speed of play, as a multiple of the video's own")
        self.speed.setAccessibleName("Speed of play")
        for value in SPEEDS:
            self.speed.addItem(_speed_text(value), value)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.time_label = label(role="readout")
        self.point_label = label(role="readout")
        self.hint = label(role="hint", centred=True, wrap=True)
        self.hint.hide()
        self.overlay_buttons["breaks"].hide()
        self._arrange()
        self._wire()

    # --- building ------------------------------------------------------------------------
    def _overlay_button(self, kind: str) -> QToolButton:
        title, colour, meaning = KINDS[kind]
        button = tool_button(title, f"Show {meaning}", checkable=True)
        button.setIcon(_swatch(colour))
        button.setIconSize(QSize(13, 10))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setChecked(kind in self.canvas.kinds)
        button.toggled.connect(lambda on, k=kind: self._switch_overlay(k, on))
        return button

    def _switch(self, text: str, tip: str, call: Callable[[], None]) -> QToolButton:
        button = tool_button(text, tip, checkable=True)
        button.toggled.connect(call)
        return button

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(6, 4, 6, 0)
        top.setSpacing(1)
        for button in self.overlay_buttons.values():
            top.addWidget(button)
        top.addStretch(1)
        top.addWidget(self.film_button)
        top.addWidget(self.still_button)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(8, 0, 12, 4)
        bottom.setSpacing(2)
        for button in self.transport.values():
            bottom.addWidget(button)
        bottom.addSpacing(6)
        bottom.addWidget(self.speed)
        bottom.addSpacing(10)
        bottom.addWidget(self.time_label)
        bottom.addStretch(1)
        self.point_label.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        bottom.addWidget(self.point_label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(3)
        layout.addLayout(top)
        layout.addWidget(self.hint)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.timeline)
        layout.addLayout(bottom)

    def _wire(self) -> None:
        player = self.player
        player.shown.connect(self._show)
        player.opened.connect(self._opened)
        player.state_changed.connect(self._player_state)
        self.canvas.pointed.connect(self._pointed)
        self.timeline.sought.connect(player.seek)
        self.speed.activated.connect(lambda i: player.set_speed(SPEEDS[i]))
        self.transport["first"].clicked.connect(lambda: player.seek(0))
        self.transport["previous"].clicked.connect(lambda: player.step(-1))
        self.transport["play"].clicked.connect(player.toggle)
        self.transport["next"].clicked.connect(lambda: player.step(1))
        self.transport["last"].clicked.connect(lambda: player.seek(len(player) - 1))
        for widget in (self.canvas, self.timeline):
            widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space plays and pauses while the picture or the timeline has the focus."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
            and self.canvas.tool is None
        ):
            self.player.toggle()
            return True
        return super().eventFilter(watched, event)

    # --- what is shown -------------------------------------------------------------------
    def load(self, path: Path | None, fps: float | None = None) -> None:
        """Open a video; None shows nothing. `fps`: its true rate where the file does not tell."""
        self.canvas.clear()
        self._image = None
        self.time_label.setText("")
        self.point_label.setText("")
        self.player.load(path, fps)
        self.canvas.set_waiting("" if path is None else f"Opening {path.name}")
        self.timeline.set_content(self.player.time_s, [], [])

    def show_analysis(self, analysis: Analysis | None) -> None:
        """Lay an analysis over the video; None takes it away."""
        overlays = OverlayData(analysis) if analysis is not None else None
        self.canvas.overlays = overlays
        # The strip is full on a small screen: this switch comes with what it switches.
        self.overlay_buttons["breaks"].setVisible(overlays is not None and overlays.has_breaks)
        self.canvas.update()

    def show_hint(self, text: str) -> None:
        """Say what to do with the tool that is on; "" hides the line."""
        self.hint.setText(text)
        self.hint.setVisible(bool(text))

    def set_colours(self, colours: Colours) -> None:
        """Take over a theme."""
        self._colours = colours
        self.canvas.background = QColor(colours.canvas)
        self.timeline.colours = colours
        self._player_state()
        for name, button in self.transport.items():
            if name != "play":
                button.setIcon(icon(name, colours.text))
        self.update()

    def _opened(self) -> None:
        self.timeline.set_content(self.player.time_s, self.timeline.blocks, self.timeline.blinks)

    def _show(self, frame: int, image: ByteArray) -> None:
        self._image = image
        self._refresh()
        self.timeline.set_frame(frame)
        time = self.player.time_s[frame]
        self.time_label.setText(f"{time:.3f} s    frame {frame} of {len(self.player) - 1}")
        self.frame_shown.emit(frame)

    def _refresh(self) -> None:
        if self._image is None:
            return
        image = self._image
        if self.film_button.isChecked() and self.film_view is not None:
            overlays = self.canvas.overlays
            motion = None if overlays is None else overlays.motion(self.player.frame)
            image = self.film_view(image, motion)
        self.canvas.show_frame(self.player.frame, image)

    def refresh(self) -> None:
        """Draw the present frame again."""
        self._refresh()

    def _stabilise(self) -> None:
        self.canvas.stabilised = self.still_button.isChecked()
        self.canvas.update()

    def _switch_overlay(self, kind: str, on: bool) -> None:
        (self.canvas.kinds.add if on else self.canvas.kinds.discard)(kind)
        self.canvas.update()

    def _player_state(self) -> None:
        name = "pause" if self.player.playing else "play"
        self.transport["play"].setIcon(icon(name, self._colours.text))
        self.speed.setCurrentIndex(SPEEDS.index(self.player.speed))

    def _pointed(self, x_px: float, y_px: float) -> None:
        here = x_px == x_px  # not NaN
        self.point_label.setText(f"x {x_px:.0f}  y {y_px:.0f} px" if here else "")


def _swatch(colour: str) -> QIcon:
    """Return an overlay's colour as a switch: a filled square while it is on, an empty one off."""
    out = QIcon()
    for state in (QIcon.State.On, QIcon.State.Off):
        picture = QPixmap(39, 30)  # with room to the words at its right
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colour), 4))
        painter.setBrush(QColor(colour) if state == QIcon.State.On else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(3, 3, 24, 24, 6, 6)
        if state == QIcon.State.On:
            painter.setPen(QPen(QColor("#14171C"), 4))
            painter.drawPolyline([QPoint(8, 15), QPoint(13, 21), QPoint(22, 9)])
        painter.end()
        out.addPixmap(picture, QIcon.Mode.Normal, state)
    return out


def _speed_text(speed: float) -> str:
    fractions = {0.125: "⅛×", 0.25: "¼×", 0.5: "½×"}
    return fractions.get(speed, f"{speed:g}×")
