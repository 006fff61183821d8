"""The timeline: blinks, intervals with their quality, the playhead, and bounds to drag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from easytear.base.geometry import FloatArray
from easytear.show import palette
from easytear_gui import words
from easytear_gui.player.paint import pen
from easytear_gui.theme.colours import LIGHT, Colours

_EDGE_PX = 7
_PAD = 12
_BAND = QRectF(0, 6, 1, 24)


@dataclass(frozen=True)
class Block:
    """An interval on the timeline; both frames are inside it."""

    index: int
    start: int
    end: int
    score: float | None = None
    excluded: bool = False
    moved: bool = False


@dataclass(frozen=True)
class BlinkMark:
    """A blink on the timeline; both frames are inside it."""

    start: int
    end: int
    complete: bool = True


class Timeline(QWidget):
    """Shows the whole video as a line.

    Signals
    -------
    sought(frame) : the person wants this frame
    picked(index) : an interval was clicked
    bounds_dragged(index, start, end) : an interval got new bounds
    """

    sought = Signal(int)
    picked = Signal(int)
    bounds_dragged = Signal(int, int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colours: Colours = LIGHT
        self.time_s: FloatArray = np.zeros(0)
        self.blocks: list[Block] = []
        self.blinks: list[BlinkMark] = []
        self.frame, self.selected = 0, -1
        self.editing = False
        self._drag: tuple[Block, str, int] | None = None
        self._seeking = False
        self.setMouseTracking(True)
        self.setFixedHeight(52)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Timeline")
        self.setAccessibleDescription("Blinks, intervals and the playhead. Arrow keys step.")

    def set_content(self, time_s: FloatArray, blocks: list[Block], blinks: list[BlinkMark]) -> None:
        """Show another video, or other intervals."""
        self.time_s, self.blocks, self.blinks = time_s, blocks, blinks
        self.update()

    def set_frame(self, frame: int) -> None:
        """Move the playhead."""
        self.frame = frame
        self.update()

    # --- coordinates ---------------------------------------------------------------------
    def _step(self) -> float:
        return float(np.median(np.diff(self.time_s))) if len(self.time_s) > 1 else 1.0

    def _end(self) -> float:
        return float(self.time_s[-1]) + self._step() if len(self.time_s) else 1.0

    def x_of(self, frame: float) -> float:
        """Return where a frame begins."""
        if not len(self.time_s):
            return float(_PAD)
        count = len(self.time_s)
        time = self._end() if frame >= count else self.time_s[max(int(frame), 0)]
        return _PAD + float(time) / self._end() * (self.width() - 2 * _PAD)

    def frame_at(self, x: float) -> int:
        """Return the frame at a place of the widget."""
        time = (x - _PAD) / max(self.width() - 2 * _PAD, 1) * self._end()
        frame = int(np.searchsorted(self.time_s, time, side="right")) - 1
        return min(max(frame, 0), max(len(self.time_s) - 1, 0))

    def _rect(self, start: int, end: int) -> QRectF:
        left, right = self.x_of(start), self.x_of(end + 1)
        return QRectF(left, _BAND.top(), max(right - left, 2.0), _BAND.height())

    # --- painting ------------------------------------------------------------------------
    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groove = QRectF(_PAD, _BAND.top(), self.width() - 2 * _PAD, _BAND.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.colours.hover))
        painter.drawRoundedRect(groove, 4, 4)
        if not len(self.time_s):
            return
        for blink in self.blinks:
            self._paint_blink(painter, blink)
        for block in self.blocks:
            self._paint_block(painter, self._shown(block))
        self._paint_ticks(painter)
        self._paint_playhead(painter)

    def _shown(self, block: Block) -> Block:
        if self._drag is None or self._drag[0].index != block.index:
            return block
        _, edge, frame = self._drag
        start, end = (frame, block.end) if edge == "start" else (block.start, frame)
        return Block(block.index, start, end, block.score, block.excluded, True)

    def _paint_blink(self, painter: QPainter, blink: BlinkMark) -> None:
        colour = QColor(palette.BLINK)
        colour.setAlphaF(0.85 if blink.complete else 0.45)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRect(self._rect(blink.start, blink.end))

    def _paint_block(self, painter: QPainter, block: Block) -> None:
        rect = self._rect(block.start, block.end).adjusted(0.75, 0, -0.75, 0)
        fill = QColor(palette.interval_colour(block.index))
        fill.setAlphaF(0.16 if block.excluded else 0.42)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, 3, 3)
        if block.excluded:
            painter.setBrush(Qt.BrushStyle.BDiagPattern)
            painter.drawRoundedRect(rect, 3, 3)
        if block.score is not None:
            strip = QRectF(rect.left(), rect.bottom() - 4, rect.width(), 4)
            painter.setBrush(QColor(palette.quality_colour(block.score)))
            painter.drawRoundedRect(strip, 2, 2)
        if block.index == self.selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen(self.colours.text, 1.5))
            painter.drawRoundedRect(rect, 3, 3)
        painter.setPen(QColor(self.colours.text))
        label = f"{block.index + 1}" + (" (moved)" if block.moved and rect.width() > 90 else "")
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        if rect.width() > 16:
            painter.drawText(rect.adjusted(6, -2, -4, -2), flags, label)
        if self.editing:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.colours.accent))
            for x in (rect.left(), rect.right()):
                painter.drawRoundedRect(QRectF(x - 2, rect.top() - 3, 4, rect.height() + 6), 2, 2)

    def _paint_ticks(self, painter: QPainter) -> None:
        step = _tick_step(self._end(), (self.width() - 2 * _PAD) / 70)
        painter.setPen(QColor(self.colours.muted))
        font = painter.font()
        font.setPointSizeF(max(font.pointSizeF() - 1.5, 6.5))
        painter.setFont(font)
        for k in range(int(self._end() / step) + 1):
            x = _PAD + k * step / self._end() * (self.width() - 2 * _PAD)
            painter.drawLine(QPointF(x, _BAND.bottom() + 2), QPointF(x, _BAND.bottom() + 5))
            text = f"{k * step:g} s"
            width = painter.fontMetrics().horizontalAdvance(text)
            left = min(max(x - width / 2, 0.0), self.width() - width - 1.0)
            painter.drawText(QPointF(left, self.height() - 2), text)

    def _paint_playhead(self, painter: QPainter) -> None:
        x = self.x_of(self.frame)
        painter.setPen(pen(self.colours.text, 1.6))
        painter.drawLine(QPointF(x, 2), QPointF(x, _BAND.bottom() + 3))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.colours.text))
        painter.drawEllipse(QPointF(x, 3.5), 3.5, 3.5)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen(self.colours.accent, 1.2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 0.75, -1, -0.75), 5, 5)

    # --- events --------------------------------------------------------------------------
    def _edge_at(self, x: float) -> tuple[Block, str] | None:
        if not self.editing:
            return None
        found = [
            (abs(self.x_of(frame) - x), block, name)
            for block in self.blocks
            for frame, name in ((block.start, "start"), (block.end + 1, "end"))
        ]
        near = [f for f in found if f[0] <= _EDGE_PX]
        if not near:
            return None
        best = min(near, key=lambda f: (f[0], f[1].index != self.selected))
        return best[1], best[2]

    def block_at(self, frame: int) -> Block | None:
        """Return the interval that a frame is in."""
        return next((b for b in self.blocks if b.start <= frame <= b.end), None)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not len(self.time_s):
            return
        x = event.position().x()
        edge = self._edge_at(x)
        if edge is not None:
            block, name = edge
            self._drag = (block, name, block.start if name == "start" else block.end)
            return
        self._seeking = True
        frame = self.frame_at(x)
        block_here = self.block_at(frame)
        if block_here is not None:
            self.picked.emit(block_here.index)
        self.sought.emit(frame)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._drag is not None:
            block, name, _ = self._drag
            self._drag = (block, name, self._allowed(block, name, self.frame_at(x)))
            self.sought.emit(self._drag[2])
            self.update()
        elif self._seeking:
            self.sought.emit(self.frame_at(x))
        edge = self._drag is not None or self._edge_at(x) is not None
        self.setCursor(Qt.CursorShape.SplitHCursor if edge else Qt.CursorShape.ArrowCursor)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._seeking = False
        if self._drag is not None:
            moved = self._shown(self._drag[0])
            old, self._drag = self._drag[0], None
            if (moved.start, moved.end) != (old.start, old.end):
                self.bounds_dragged.emit(moved.index, moved.start, moved.end)
            self.update()

    def _allowed(self, block: Block, edge: str, frame: int) -> int:
        """Keep bounds in order and clear of the neighbours."""
        others = [b for b in self.blocks if b.index != block.index]
        if edge == "start":
            lowest = max([b.end + 1 for b in others if b.end < block.start], default=0)
            return min(max(frame, lowest), block.end - 1)
        last = len(self.time_s) - 1
        highest = min([b.start - 1 for b in others if b.start > block.end], default=last)
        return max(min(frame, highest), block.start + 1)

    def allowed(self, index: int, edge: str, frame: int) -> tuple[int, int] | None:
        """Return an interval's bounds with one edge at `frame`, as far as neighbours allow."""
        block = next((b for b in self.blocks if b.index == index), None)
        if block is None:
            return None
        frame = self._allowed(block, edge, frame)
        return (frame, block.end) if edge == "start" else (block.start, frame)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def event(self, event: QEvent) -> bool:
        """Show what is under the mouse as a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(event.pos().x()), self)
            return True
        return super().event(event)

    def _tip(self, x: int) -> str:
        if not len(self.time_s):
            return ""
        frame = self.frame_at(x)
        parts = [f"{self.time_s[frame]:.3f} s, frame {frame}"]
        block = self.block_at(frame)
        if block is not None:
            score = "" if block.score is None else f", quality {words.quality(block.score)}"
            parts.append(f"Interval {block.index + 1}{score}" + (", excluded" * block.excluded))
        blink = next((b for b in self.blinks if b.start <= frame <= b.end), None)
        if blink is not None:
            parts.append("Blink" if blink.complete else "Partial blink")
        return "\n".join(parts)


def _tick_step(length_s: float, most: float) -> float:
    for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600):
        if length_s / step <= max(most, 1):
            return float(step)
    return 1800.0
