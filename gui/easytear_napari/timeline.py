"""The timeline: intervals, blinks, keyframes, and where the film is now."""

from __future__ import annotations

from typing import Final

from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtCore import Signal as QtSignal  # type: ignore[attr-defined]
from qtpy.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from qtpy.QtWidgets import QSizePolicy, QWidget

from easytear.annotate.interpolate import visible_spans
from easytear.annotate.model import BlinkMark, FrontLine, NoteMark, PointTrack
from easytear_napari import look
from easytear_napari.state import Annotator

MARGIN: Final = 8
INTERVAL_Y: Final = 6
INTERVAL_H: Final = 14
LANE_Y: Final = 28
LANE_H: Final = 9
LANES: Final = 12
GRAB_PX: Final = 5


class Timeline(QWidget):
    """Shows the whole video as a bar.

    Upper band: intervals, blinks dark between them; an edge can be dragged. Below, a lane for
    each point (the current one bright) and one for the front, with a diamond per keyframe. A
    click goes to that frame.
    """

    edge_moved = QtSignal(int, str, int)
    """Interval's place in the list, "start" or "end", frame."""

    frame_asked = QtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it; `parent` as in Qt."""
        super().__init__(parent)
        self._a: Annotator | None = None
        self._dragged: tuple[int, str] | None = None
        self._drag_frame = 0
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline with intervals, blinks and keyframes")

    def set_annotator(self, annotator: Annotator | None) -> None:
        """Show another video."""
        self._a = annotator
        self.refresh()

    def refresh(self) -> None:
        """Draw again, with as many lanes as there are points."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size it would like."""
        return QSize(340, LANE_Y + LANE_H * max(self._lane_count(), 3) + 8)

    minimumSizeHint = sizeHint  # noqa: N815 - Qt's name

    def x_of(self, frame: float) -> float:
        """Return where a frame is drawn."""
        count = max(self._a.frame_count if self._a else 1, 2)
        return MARGIN + (self.width() - 2 * MARGIN) * frame / (count - 1)

    def frame_at(self, x: float) -> int:
        """Return the frame drawn at x."""
        count = max(self._a.frame_count if self._a else 1, 2)
        share = (x - MARGIN) / max(self.width() - 2 * MARGIN, 1)
        return int(min(max(round(share * (count - 1)), 0), count - 1))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw (called by Qt)."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        base = self.palette().color(self.foregroundRole())
        faint = QColor(base)
        faint.setAlphaF(0.13)
        band = QRectF(self.x_of(0), INTERVAL_Y, self.width() - 2 * MARGIN, INTERVAL_H)
        painter.fillRect(band, faint)
        if self._a is not None:
            self._paint_intervals(painter, self._a, base)
            self._paint_blinks(painter, self._a, base)
            self._paint_lanes(painter, self._a, base)
            x = self.x_of(self._a.frame)
            painter.setPen(QPen(base, 1.4))
            painter.drawLine(QPointF(x, 2), QPointF(x, self.height() - 2))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of an edge, or go to a frame."""
        self._dragged = self._edge_at(event.position())
        self._drag_frame = self.frame_at(event.position().x())
        if self._dragged is None:
            self.frame_asked.emit(self._drag_frame)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag an edge, or run through the film."""
        over = self._edge_at(event.position())
        shape = (
            Qt.CursorShape.SizeHorCursor if over or self._dragged else Qt.CursorShape.ArrowCursor
        )
        self.setCursor(shape)
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        frame = self.frame_at(event.position().x())
        if frame != self._drag_frame:
            self._drag_frame = frame
            self.frame_asked.emit(frame)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let an edge go where it is."""
        if self._dragged is not None:
            place, name = self._dragged
            self._dragged = None
            self.edge_moved.emit(place, name, self.frame_at(event.position().x()))

    def _edge_at(self, where: QPointF) -> tuple[int, str] | None:
        if self._a is None or not INTERVAL_Y - 3 <= where.y() <= INTERVAL_Y + INTERVAL_H + 3:
            return None
        for n, one in enumerate(self._a.stretches()):
            for name, frame in (("start", one.start_frame), ("end", one.end_frame)):
                if abs(self.x_of(frame) - where.x()) <= GRAB_PX:
                    return n, name
        return None

    def _lane_count(self) -> int:
        if self._a is None:
            return 0
        fronts = sum(1 for _ in self._a.document.of(FrontLine))
        return min(len(self._a.points()), LANES) + fronts

    def _paint_intervals(self, painter: QPainter, a: Annotator, base: QColor) -> None:
        for one in a.stretches():
            colour = QColor(base if one.mark is not None else look.PROGRAM)
            colour.setAlphaF(0.55)
            left, right = self.x_of(one.start_frame), self.x_of(one.end_frame)
            painter.fillRect(QRectF(left, INTERVAL_Y, right - left, INTERVAL_H), colour)
            colour.setAlphaF(1.0)
            painter.setPen(QPen(colour, 2))
            for x in (left, right):
                painter.drawLine(QPointF(x, INTERVAL_Y), QPointF(x, INTERVAL_Y + INTERVAL_H))

    def _paint_blinks(self, painter: QPainter, a: Annotator, base: QColor) -> None:
        spans = [(m.start_frame, m.end_frame, True) for m in a.document.of(BlinkMark)]
        spans += [(b.start_frame, b.end_frame, False) for b in a.program_blinks()]
        for start, end, own in spans:
            colour = QColor(base) if own else QColor(look.BLINK)
            left = self.x_of(start)
            wide = max(self.x_of(end) - left, 2.0)
            painter.fillRect(QRectF(left, INTERVAL_Y, wide, INTERVAL_H), colour)
        painter.setPen(QPen(QColor(look.NOTE), 2))
        for note in a.document.of(NoteMark):
            y = INTERVAL_Y + INTERVAL_H + 3
            left, right = self.x_of(note.start_frame), self.x_of(note.end_frame)
            painter.drawLine(QPointF(left, y), QPointF(max(right, left + 4.0), y))

    def _paint_lanes(self, painter: QPainter, a: Annotator, base: QColor) -> None:
        items: list[FrontLine | PointTrack] = [*a.document.of(FrontLine), *a.points()[:LANES]]
        for lane, item in enumerate(items):
            y = LANE_Y + LANE_H * (lane + 0.5)
            colour = QColor(base)
            if item.id == a.current:
                colour = QColor(look.CURRENT)
            elif isinstance(item, FrontLine):
                colour = QColor(look.FRONT)
            painter.setPen(QPen(colour, 1.2))
            for start, end in visible_spans(item):
                painter.drawLine(QPointF(self.x_of(start), y), QPointF(self.x_of(end), y))
            painter.setBrush(colour)
            for key in item.keyframes:
                self._diamond(painter, self.x_of(key.frame), y, hollow=key.outside)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    @staticmethod
    def _diamond(painter: QPainter, x: float, y: float, hollow: bool) -> None:
        brush = painter.brush()
        if hollow:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        r = 3.0
        corners = [QPointF(x, y - r), QPointF(x + r, y), QPointF(x, y + r), QPointF(x - r, y)]
        painter.drawPolygon(QPolygonF(corners))
        painter.setBrush(brush)
