"""The picture: a frame with its overlays, zoomed and panned, and tools that draw on it."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from easytear.base.geometry import ByteArray, FloatArray
from easytear_gui.player.overlays import OverlayData
from easytear_gui.player.paint import image_rect, paint_overlays, paint_preview

_MOST_ZOOM = 40.0
_AROUND = 0.04
"""Room around a handle beyond the picture, as a share of the picture."""

_TABS = frozenset((Qt.Key.Key_Tab, Qt.Key.Key_Backtab))
_TOOL_KEYS = _TABS | {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Insert,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Escape,
}


class Tool(Protocol):
    """Something that draws on the picture and takes the mouse and keys while it is on.

    Points are in image coordinates of the frame shown; `to_screen` maps them to the widget.
    """

    hint: str
    chosen: int

    def points(self) -> list[QPointF]:
        """Return the handles."""

    def paint(self, painter: QPainter, to_screen: QTransform) -> None:
        """Draw in widget coordinates."""

    def press(self, point: QPointF, reach_px: float) -> bool:
        """Take a mouse press; return whether it is the tool's."""

    def move(self, point: QPointF) -> None:
        """Follow the mouse while pressed."""

    def release(self, point: QPointF) -> None:
        """Take the mouse's release."""

    def double(self, point: QPointF, reach_px: float) -> None:
        """Take a double click."""

    def key(self, event: QKeyEvent) -> bool:
        """Take a key; return whether it is the tool's."""


class Canvas(QWidget):
    """Shows one frame.

    Signals
    -------
    pointed(x_px, y_px) : the mouse is over this image point (NaN: left the picture)
    tool_ended(accepted) : the person finished with the tool
    """

    pointed = Signal(float, float)
    tool_ended = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.overlays: OverlayData | None = None
        self.kinds: set[str] = {"region", "limbus", "front", "tracks", "breaks"}
        self.stabilised = False
        self.preview: OverlayData | None = None
        self.tool: Tool | None = None
        self.frame = -1
        self.background = QColor("#0F1216")
        self._waiting = ""
        self._waited = QElapsedTimer()
        self._ticks = QTimer(self)
        self._ticks.setInterval(200)
        self._ticks.timeout.connect(self.update)
        self._image: QImage | None = None
        self._pixels: ByteArray | None = None
        self._size = QSize(640, 480)
        self._zoom, self._centre = 1.0, QPointF(0.5, 0.5)
        self._room = QRectF(0.0, 0.0, 1.0, 1.0)
        self._grabbed: QPointF | None = None
        self._tool_grabbed = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Video picture")

    # --- what is shown -------------------------------------------------------------------
    def show_frame(self, frame: int, image: ByteArray) -> None:
        """Show a (height, width, 3) blue-green-red or (height, width) grey frame."""
        pixels = np.ascontiguousarray(image)
        height, width = pixels.shape[:2]
        kind = QImage.Format.Format_BGR888 if pixels.ndim == 3 else QImage.Format.Format_Grayscale8
        self._pixels = pixels  # the image borrows their memory
        self._image = QImage(pixels.data, width, height, pixels.strides[0], kind)
        self._size, self.frame = QSize(width, height), frame
        self.set_waiting("")
        self.update()

    def set_waiting(self, text: str) -> None:
        """Say what is waited for while there is no picture, and for how long; "" for nothing."""
        self._waiting = text
        if text:
            self._waited.start()
            self._ticks.start()
        else:
            self._ticks.stop()

    def _paint_waiting(self, painter: QPainter) -> None:
        seconds = self._waited.elapsed() / 1000.0
        dots = "." * (1 + int(seconds * 2.5) % 3)
        text = f"{self._waiting} {dots}" + (f"\n{seconds:.0f} s" if seconds >= 2.0 else "")
        painter.setPen(QColor("#C8CFD8"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)

    def clear(self) -> None:
        """Show nothing."""
        self._image = self._pixels = None
        self.overlays = self.preview = None
        self.frame = -1
        self.fit()

    def fit(self) -> None:
        """Show the whole picture."""
        self._zoom, self._centre = 1.0, QPointF(0.5, 0.5)
        self.update()

    def show_tool(self) -> None:
        """Show the whole picture and every handle of the tool, also those beyond the picture."""
        room = self._reach()
        self._zoom = min(1.0 / room.width(), 1.0 / room.height(), 1.0)
        self._centre = room.center()
        self._shift(QPointF(0.0, 0.0))

    def _reach(self) -> QRectF:
        """Return what can be brought into view, in shares of the picture's size."""
        room = QRectF(0.0, 0.0, 1.0, 1.0)
        if self.tool is None or self._tool_grabbed:
            return room if self.tool is None else self._room
        width, height = self._size.width(), self._size.height()
        for point in self.tool.points():
            at = QPointF(point.x() / width, point.y() / height)
            room |= QRectF(at - QPointF(_AROUND, _AROUND), at + QPointF(_AROUND, _AROUND))
        self._room = room
        return room

    def handle_in_view(self) -> bool:
        """Return whether the tool's chosen handle can be seen."""
        if self.tool is None:
            return False
        point = self.tool.points()[self.tool.chosen]
        return QRectF(self.rect()).contains(self.frame_transform().map(point))

    def _bring_handle(self) -> None:
        if self.tool is not None and not self.handle_in_view():
            at = self.frame_transform().map(self.tool.points()[self.tool.chosen])
            away = at - QPointF(self.rect().center())
            self.pan_by(-away.x(), -away.y())
            if not self.handle_in_view():
                self.show_tool()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom about a point of the widget (its middle without one)."""
        at = QPointF(self.rect().center()) if at is None else at
        before = self.image_transform().inverted()[0].map(at)
        room = self._reach()
        least = min(1.0 / room.width(), 1.0 / room.height(), 1.0)
        self._zoom = min(max(self._zoom * factor, least), _MOST_ZOOM)
        after = self.image_transform().inverted()[0].map(at)
        self._shift(before - after)

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the picture by screen pixels."""
        scale = self.image_transform().m11()
        self._shift(QPointF(-dx / scale, -dy / scale))

    @property
    def zoom(self) -> float:
        """Screen pixels per image pixel, in device-independent pixels."""
        return self.image_transform().m11()

    def _shift(self, by: QPointF) -> None:
        x = self._centre.x() + by.x() / self._size.width()
        y = self._centre.y() + by.y() / self._size.height()
        room = self._reach()
        self._centre = QPointF(
            _kept(x, room.left(), room.right(), self._zoom),
            _kept(y, room.top(), room.bottom(), self._zoom),
        )
        self.update()

    # --- coordinates ---------------------------------------------------------------------
    def image_transform(self) -> QTransform:
        """Return the map from picture coordinates to the widget."""
        width, height = self._size.width(), self._size.height()
        scale = min(self.width() / width, self.height() / height) * self._zoom
        out = QTransform()
        out.translate(self.width() / 2, self.height() / 2)
        out.scale(scale, scale)
        out.translate(0.5 - self._centre.x() * width, 0.5 - self._centre.y() * height)
        return out

    def eye_transform(self) -> QTransform:
        """Return the map from eye coordinates to the widget."""
        if self.stabilised:
            return self.image_transform()
        return self._motion() * self.image_transform()

    def frame_transform(self) -> QTransform:
        """Return the map from the frame's own image coordinates to the widget."""
        if not self.stabilised:
            return self.image_transform()
        return self._motion().inverted()[0] * self.image_transform()

    def _motion(self) -> QTransform:
        if self.overlays is None or self.frame < 0:
            return QTransform()
        return as_transform(self.overlays.motion(self.frame))

    # --- events --------------------------------------------------------------------------
    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.background)
        if self._image is None:
            if self._waiting:
                self._paint_waiting(painter)
            return
        painter.setTransform(self.frame_transform())
        smooth = self.zoom < 4.0
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(image_rect(self._size.width(), self._size.height()), self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(self.eye_transform())
        if self.overlays is not None:
            paint_overlays(painter, self.overlays, self.frame, self.kinds)
        if self.preview is not None:
            paint_preview(painter, self.preview, self.frame)
        if self.tool is not None:
            painter.resetTransform()
            self.tool.paint(painter, self.frame_transform())

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.tool is not None:
            point = self._image_point(event.position())
            self._tool_grabbed = self.tool.press(point, 10.0 / self.zoom)
            self.update()
            if self._tool_grabbed:
                return
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._grabbed = event.position()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = self._image_point(event.position())
        if self._tool_grabbed and self.tool is not None:
            self.tool.move(point)
            self.update()
        elif self._grabbed is not None:
            by = event.position() - self._grabbed
            self._grabbed = event.position()
            self.pan_by(by.x(), by.y())
        inside = image_rect(self._size.width(), self._size.height()).contains(point)
        if inside and self._image is not None:
            self.pointed.emit(point.x(), point.y())
        else:
            self.pointed.emit(float("nan"), float("nan"))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._tool_grabbed and self.tool is not None:
            self.tool.release(self._image_point(event.position()))
            self.update()
        self._tool_grabbed, self._grabbed = False, None

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.tool is not None:
            self.tool.double(self._image_point(event.position()), 10.0 / self.zoom)
            self.update()
        else:
            self.fit()

    @override
    def event(self, event: QEvent) -> bool:
        """Give keys of a tool to the tool, not to menus or to the focus."""
        if self.tool is not None and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and event.key() in _TOOL_KEYS:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() in _TABS:
                self.keyPressEvent(event)
                return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.tool is not None:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
                self.tool_ended.emit(event.key() != Qt.Key.Key_Escape)
                return
            if event.key() not in _TABS and not self.handle_in_view():
                self._bring_handle()  # nothing moves that cannot be seen
                self.update()
                return
            if self.tool.key(event):
                self._bring_handle()
                self.update()
                return
        super().keyPressEvent(event)

    def _image_point(self, position: QPointF) -> QPointF:
        return self.frame_transform().inverted()[0].map(position)

    def picture_rect(self) -> QRectF:
        """Return where the picture lies in the widget."""
        return self.frame_transform().mapRect(image_rect(self._size.width(), self._size.height()))


def _kept(at: float, low: float, high: float, zoom: float) -> float:
    """Return a centre of the view that shows nothing beyond `low` and `high`, if it is so wide."""
    half = 0.5 / zoom
    if high - low <= 2.0 * half:
        return (low + high) / 2.0
    return min(max(at, low + half), high - half)


def as_transform(affine: FloatArray) -> QTransform:
    """Return a (2, 3) affine map as Qt's."""
    (a, b, tx), (c, d, ty) = affine.tolist()
    return QTransform(a, c, b, d, tx, ty)
