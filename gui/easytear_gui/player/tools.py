"""Tools that draw on the picture: a ruler, an ellipse, a polygon. Mouse or keys alone."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPolygonF, QTransform

from easytear.base.geometry import Ellipse
from easytear.show import palette
from easytear_gui.player.paint import pen

_STEPS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
_FEWEST = 3


class Handles:
    """Points that are dragged, or chosen by Tab and moved by the arrow keys."""

    hint = ""

    def __init__(self) -> None:
        self.chosen = 0
        self.touched = False

    def points(self) -> list[QPointF]:
        """Return the handles."""
        raise NotImplementedError

    def put(self, handle: int, point: QPointF) -> None:
        """Move a handle."""
        raise NotImplementedError

    def press(self, point: QPointF, reach_px: float) -> bool:
        """Take hold of the nearest handle in reach."""
        near = self._nearest(point)
        if near is None or QLineF(self.points()[near], point).length() > reach_px:
            return False
        self.chosen = near
        return True

    def move(self, point: QPointF) -> None:
        """Move the handle that is held."""
        self.put(self.chosen, point)
        self.touched = True

    def release(self, point: QPointF) -> None:
        """Let go."""

    def double(self, point: QPointF, reach_px: float) -> None:
        """Do nothing."""

    def key(self, event: QKeyEvent) -> bool:
        """Tab chooses the next handle; arrows move it by 1 px, with Shift by 10."""
        key = Qt.Key(event.key())
        count = len(self.points())
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and count:
            self.chosen = (self.chosen + (1 if key == Qt.Key.Key_Tab else -1)) % count
            return True
        if key in _STEPS and count:
            factor = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            dx, dy = _STEPS[key]
            at = self.points()[self.chosen]
            self.move(QPointF(at.x() + factor * dx, at.y() + factor * dy))
            return True
        return False

    def _nearest(self, point: QPointF) -> int | None:
        points = self.points()
        if not points:
            return None
        return min(range(len(points)), key=lambda i: QLineF(points[i], point).length())

    def paint_handles(self, painter: QPainter, to_screen: QTransform, colour: str) -> None:
        """Draw the handles, the chosen one filled."""
        for position, point in enumerate(self.points()):
            painter.setPen(pen("#14171C", 1.0))
            chosen = position == self.chosen
            painter.setBrush(QColor(colour if chosen else "#FFFFFF"))
            size = 5.5 if chosen else 4.5
            painter.drawEllipse(to_screen.map(point), size, size)


class Ruler(Handles):
    """A line whose length the person knows."""

    hint = (
        "Drag a line over something of known length. Enter: give its length. Esc: give up. "
        "Keys: Tab and arrows."
    )

    def __init__(self, centre: QPointF, length_px: float) -> None:
        super().__init__()
        half = QPointF(length_px / 2, 0.0)
        self.ends = [centre - half, centre + half]

    @property
    def length_px(self) -> float:
        """Length in image pixels."""
        return QLineF(*self.ends).length()

    def points(self) -> list[QPointF]:
        """Return both ends."""
        return self.ends

    def put(self, handle: int, point: QPointF) -> None:
        """Move an end."""
        self.ends[handle] = point

    def press(self, point: QPointF, reach_px: float) -> bool:
        """Take an end, or begin a new line."""
        if not super().press(point, reach_px):
            self.ends, self.chosen = [point, point], 1
        return True

    def paint(self, painter: QPainter, to_screen: QTransform) -> None:
        """Draw the line with its length."""
        line = QLineF(to_screen.map(self.ends[0]), to_screen.map(self.ends[1]))
        painter.setPen(pen("#14171C", 4.0, 0.7))
        painter.drawLine(line)
        painter.setPen(pen(palette.LIMBUS, 2.0))
        painter.drawLine(line)
        self.paint_handles(painter, to_screen, palette.LIMBUS)
        text = f"{self.length_px:.1f} px"
        at = line.center() + QPointF(8, -8)
        painter.setPen(QColor("#14171C"))
        painter.drawText(at + QPointF(1, 1), text)
        painter.setPen(QColor("#FFFFFF"))
        painter.drawText(at, text)


class EllipseTool(Handles):
    """An ellipse with its centre and the ends of its axes as handles."""

    hint = (
        "Drag the middle or the ends of the axes until the ellipse lies on the iris's edge. "
        "Enter: keep. Esc: give up. Keys: Tab and arrows."
    )

    def __init__(self, shape: Ellipse) -> None:
        super().__init__()
        self.shape = shape

    def points(self) -> list[QPointF]:
        """Return centre, ends of the first axis, ends of the second axis."""
        s = self.shape
        angle = math.radians(s.angle_deg)
        u = QPointF(math.cos(angle), math.sin(angle)) * s.rx_px
        v = QPointF(-math.sin(angle), math.cos(angle)) * s.ry_px
        centre = QPointF(s.x_px, s.y_px)
        return [centre, centre + u, centre - u, centre + v, centre - v]

    def put(self, handle: int, point: QPointF) -> None:
        """Move the whole ellipse, or one end of an axis while the other end stays."""
        s = self.shape
        if handle == 0:
            self.shape = Ellipse(point.x(), point.y(), s.rx_px, s.ry_px, s.angle_deg)
            return
        angle = math.radians(s.angle_deg + (0.0 if handle < 3 else 90.0))
        along = QPointF(math.cos(angle), math.sin(angle)) * (1.0 if handle % 2 else -1.0)
        radius = s.rx_px if handle < 3 else s.ry_px
        far = QPointF(s.x_px, s.y_px) - along * radius
        length = max(QPointF.dotProduct(point - far, along), 4.0)
        centre = far + along * (length / 2)
        rx, ry = (length / 2, s.ry_px) if handle < 3 else (s.rx_px, length / 2)
        self.shape = Ellipse(centre.x(), centre.y(), rx, ry, s.angle_deg)

    def paint(self, painter: QPainter, to_screen: QTransform) -> None:
        """Draw the ellipse."""
        shape = to_screen.map(
            QPolygonF([QPointF(float(x), float(y)) for x, y in self.shape.points(120)])
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen("#14171C", 4.0, 0.6))
        painter.drawPolygon(shape)
        painter.setPen(pen(palette.LIMBUS, 2.0))
        painter.drawPolygon(shape)
        self.paint_handles(painter, to_screen, palette.LIMBUS)


class PolygonTool(Handles):
    """A polygon: drag corners, double-click to add one, Delete to take one away."""

    hint = (
        "Drag corners; double-click the line to add one, Delete takes the chosen one away. "
        "Enter: keep. Esc: give up. Keys: Tab, arrows, Insert."
    )

    def __init__(self, corners: list[tuple[float, float]]) -> None:
        super().__init__()
        self.corners = [QPointF(x, y) for x, y in corners]

    def points(self) -> list[QPointF]:
        """Return the corners."""
        return self.corners

    def put(self, handle: int, point: QPointF) -> None:
        """Move a corner."""
        self.corners[handle] = point

    def double(self, point: QPointF, reach_px: float) -> None:
        """Add a corner where the outline passes."""
        sides = range(len(self.corners))
        best = min(sides, key=lambda i: _distance(point, self.corners[i], self._next(i)))
        if _distance(point, self.corners[best], self._next(best)) <= 2.0 * reach_px:
            self._insert(best, point)

    def key(self, event: QKeyEvent) -> bool:
        """Delete and Insert beside the keys of all handles."""
        deletes = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        if event.key() in deletes and len(self.corners) > _FEWEST:
            del self.corners[self.chosen]
            self.chosen %= len(self.corners)
            self.touched = True
            return True
        if event.key() == Qt.Key.Key_Insert:
            here, there = self.corners[self.chosen], self._next(self.chosen)
            self._insert(self.chosen, (here + there) / 2.0)
            return True
        return super().key(event)

    def paint(self, painter: QPainter, to_screen: QTransform) -> None:
        """Draw the outline."""
        outline = to_screen.map(QPolygonF(self.corners))
        fill = QColor(palette.REGION)
        fill.setAlphaF(0.12)
        painter.setBrush(fill)
        painter.setPen(pen("#14171C", 4.0, 0.6))
        painter.drawPolygon(outline)
        painter.setPen(pen(palette.REGION, 2.0))
        painter.drawPolygon(outline)
        self.paint_handles(painter, to_screen, palette.REGION)

    def _next(self, corner: int) -> QPointF:
        return self.corners[(corner + 1) % len(self.corners)]

    def _insert(self, after: int, point: QPointF) -> None:
        self.corners.insert(after + 1, point)
        self.chosen = after + 1
        self.touched = True


def thinned(polygon: list[tuple[float, float]], most: int = 24) -> list[tuple[float, float]]:
    """Return an outline with at most so many corners, those kept that shape it most."""
    corners = list(polygon)
    while len(corners) > most:
        count = len(corners)
        areas = [_triangle(corners[i - 1], corners[i], corners[(i + 1) % count])
                 for i in range(count)]  # fmt: skip
        del corners[areas.index(min(areas))]
    return corners


def _triangle(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))


def _distance(point: QPointF, a: QPointF, b: QPointF) -> float:
    """Return the distance of a point from the line between two others."""
    along = b - a
    length2 = QPointF.dotProduct(along, along)
    share = QPointF.dotProduct(point - a, along) / length2 if length2 else 0.0
    return QLineF(point, a + along * min(max(share, 0.0), 1.0)).length()
