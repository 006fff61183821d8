"""Draws overlays with a painter whose coordinates are eye coordinates."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from easytear.base.geometry import FloatArray
from easytear.results.model import EllipseInfo, IntervalResult
from easytear.show import palette
from easytear_gui.player.overlays import FrontLine, OverlayData, Tails

KINDS: Final = {
    "region": ("Region", palette.REGION, "the exposed cornea that is analysed"),
    "limbus": (
        "Eye",
        palette.LIMBUS,
        "the ellipses of pupil and limbus (the iris's edge)",
    ),
    "front": ("Front", palette.FRONT, "the lipid front with its band of two standard deviations"),
    "tracks": ("Tracks", palette.TRACKS, "film points with the way of their last half second"),
    "velocity": ("Velocity", palette.VELOCITY, "arrows: the way the film goes in 0.25 s"),
    "breaks": ("Breaks", palette.BREAKS, "the rims of film breaks: where the lipid layer is open"),
}
"""Overlays in the order in which they are drawn: label, colour, meaning."""


_TAIL_STEP = 3


def paint_overlays(
    painter: QPainter, data: OverlayData, frame: int, kinds: Collection[str]
) -> None:
    """Draw the overlays of a frame; pens keep their width whatever the zoom."""
    interval = data.interval_at(frame)
    if interval is None:
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if "region" in kinds:
        _region(painter, interval)
    if "limbus" in kinds:
        _ellipses(painter, interval)
    if "velocity" in kinds:
        _arrows(painter, data.arrows(frame))
    if "tracks" in kinds:
        _tracks(painter, data.tails(frame))
    if "front" in kinds:
        _front(painter, data.front(frame))
    if "breaks" in kinds:
        _breaks(painter, data.breaks(frame))


def paint_preview(painter: QPainter, data: OverlayData, frame: int) -> None:
    """Draw the front of a preview, dashed in white over black."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for points in data.front(frame).pieces:
        _take(painter, "#14171C", 3.4, 0.7)
        painter.drawPolyline(polygon(points))
        dashed = _take(painter, "#FFFFFF", 1.8)
        dashed.setDashPattern([4.0, 3.0])
        painter.setPen(dashed)
        painter.drawPolyline(polygon(points))


def pen(colour: str, width: float = 1.6, alpha: float = 1.0) -> QPen:
    """Return a pen with round ends."""
    ink = QColor(colour)
    ink.setAlphaF(alpha)
    out = QPen(ink, width)
    out.setCapStyle(Qt.PenCapStyle.RoundCap)
    out.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return out


def _take(painter: QPainter, colour: str, width: float, alpha: float = 1.0) -> QPen:
    """Give the painter a pen of this width on the screen, whatever the zoom; return it."""
    out = pen(colour, width * painter.device().devicePixelRatio(), alpha)
    out.setCosmetic(True)
    painter.setPen(out)
    return out


def polygon(points: FloatArray) -> QPolygonF:
    """Return (n, 2) points as a Qt polygon."""
    return QPolygonF([QPointF(x, y) for x, y in points.tolist()])


def ellipse_path(shape: EllipseInfo) -> QPainterPath:
    """Return an ellipse as a path."""
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), shape.rx_px, shape.ry_px)
    turn = QTransform().translate(shape.x_px, shape.y_px).rotate(shape.angle_deg)
    return turn.map(path)


def _region(painter: QPainter, interval: IntervalResult) -> None:
    if interval.region:
        _take(painter, palette.REGION, 1.4, 0.95)
        painter.drawPolygon(polygon(np.array(interval.region)))


def _ellipses(painter: QPainter, interval: IntervalResult) -> None:
    if interval.iris is not None:
        _take(painter, palette.LIMBUS, 1.4, 0.9)
        painter.drawPath(ellipse_path(interval.iris))
    if interval.pupil is not None:
        _take(painter, palette.PUPIL, 1.4, 0.95)
        painter.drawPath(ellipse_path(interval.pupil))


def _tracks(painter: QPainter, tails: Tails) -> None:
    if not len(tails.points):
        return
    # Line by line, one device pixel wide: Qt's quick way, ten times that of one wide path.
    thin = pen(palette.TRACKS, 1.0, 0.75)
    thin.setCosmetic(True)
    painter.setPen(thin)
    for line in np.split(tails.lines, np.flatnonzero(~tails.join) + 1):
        if len(line) > 1:
            painter.drawPolyline(polygon(line[::-_TAIL_STEP]))
    for seen, alpha in ((True, 1.0), (False, 0.45)):
        points = tails.points[tails.observed == seen]
        if len(points):
            _take(painter, palette.TRACKS, 4.0, alpha)
            painter.drawPoints(polygon(points))


def _front(painter: QPainter, front: FrontLine) -> None:
    band = QColor(palette.FRONT)
    band.setAlphaF(0.22)
    for points, sd in zip(front.pieces, front.sd_px, strict=True):
        edge = np.column_stack([np.zeros_like(sd), 2.0 * sd])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(band)
        painter.drawPolygon(polygon(np.vstack([points - edge, (points + edge)[::-1]])))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _take(painter, palette.FRONT, 2.2)
        painter.drawPolyline(polygon(points))


def _breaks(painter: QPainter, rims: list[FloatArray]) -> None:
    for rim in rims:
        for hue, width in (("#191919", 3.4), (palette.BREAKS, 1.4)):
            _take(painter, hue, width)
            painter.drawPolygon(polygon(rim))


def _arrows(painter: QPainter, arrows: FloatArray) -> None:
    _take(painter, palette.VELOCITY, 1.6, 0.95)
    for x0, y0, x1, y1 in arrows.tolist():
        dx, dy = x1 - x0, y1 - y0
        length = math.hypot(dx, dy)
        if length < 2.0:
            painter.drawPoint(QPointF(x0, y0))
            continue
        head, end = min(6.0, 0.35 * length) / length, QPointF(x1, y1)
        left = QPointF(x1 - head * (dx + 0.5 * dy), y1 - head * (dy - 0.5 * dx))
        right = QPointF(x1 - head * (dx - 0.5 * dy), y1 - head * (dy + 0.5 * dx))
        painter.drawPolyline([QPointF(x0, y0), end, left])
        painter.drawLine(end, right)


def image_rect(width_px: int, height_px: int) -> QRectF:
    """Return where an image lies in image coordinates (pixel centres are whole)."""
    return QRectF(-0.5, -0.5, width_px, height_px)
