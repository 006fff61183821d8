"""What keys do to intervals, blinks, notes, front, region, limbus, pupil and scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Literal

import numpy as np

from easytear.annotate import edits
from easytear.annotate.interpolate import shape_at, simplified
from easytear.annotate.model import (
    BlinkMark,
    EllipseKeyframe,
    EllipseMark,
    FrontLine,
    IntervalMark,
    Keyframe,
    NoteMark,
    Point,
    RegionMark,
    ScaleMark,
    Source,
)
from easytear.base.errors import AnnotationError
from easytear.base.geometry import Ellipse, FloatArray
from easytear.results import EllipseInfo, IntervalResult
from easytear_napari.state import Annotator, Stretch

FRONT_TOLERANCE_PX = 0.75
RULER_CLICK_PX = 1.0
"""How well a person points at one end of a ruler."""

Ask = Callable[[str, str], str | None]
"""Asks the person a question, an answer given beforehand; None when they turn away."""


class MarkVerbs:
    """The part of the verbs that is not about points.

    Parameters
    ----------
    annotator : Annotator
        The shared state.
    draw_front : callable
        Lets the person draw a front with the mouse.
    ask : callable
        Asks the person for text.
    """

    def __init__(self, annotator: Annotator, draw_front: Callable[[], None], ask: Ask) -> None:
        self._a = annotator
        self._draw_front = draw_front
        self._ask = ask
        self._blink_start: int | None = None
        self._ruler_start: FloatArray | None = None

    # Intervals and blinks

    def start_here(self) -> None:
        """Move the interval's start to this frame."""
        ahead = [s for s in self._a.stretches() if s.end_frame > self._a.frame]
        self.move_edge(ahead[0] if ahead else None, "start", self._a.frame)

    def end_here(self) -> None:
        """Move the interval's end to this frame."""
        behind = [s for s in self._a.stretches() if s.start_frame < self._a.frame]
        self.move_edge(behind[-1] if behind else None, "end", self._a.frame)

    def blink(self) -> None:
        """Begin a blink at this frame, or end the one begun; in a blink, delete it."""
        a = self._a
        if self._blink_start is not None:
            start, self._blink_start = self._blink_start, None
            first, last = sorted((start, a.frame))
            blind = not a.program_shown
            mark = BlinkMark(id=1, start_frame=first, end_frame=last, blind=blind)
            a.do(edits.add(a.document, mark))
            return
        here = [m for m in a.document.of(BlinkMark) if m.start_frame <= a.frame <= m.end_frame]
        if here:
            a.do(edits.delete(a.document, here[0].id))
            return
        self._blink_start = a.frame
        a.said.emit(f"Blink from frame {a.frame}: go to its last frame and press J again.")

    def exclude(self) -> None:
        """Leave the interval out of averages, for a reason; an excluded one is taken in again."""
        a, stretch = self._a, self._a.stretch_at(self._a.frame)
        if stretch is None:
            raise AnnotationError("There is no interval at this frame.")
        mark = stretch.mark
        if mark is not None and mark.excluded:
            a.do(edits.change(a.document, mark.id, "take interval in again", excluded=""))
            return
        reason = (self._ask("Why is this interval to be left out?", "") or "").strip()
        if not reason:
            a.said.emit("An interval is left out only for a reason; nothing was changed.")
        elif mark is not None:
            a.do(edits.change(a.document, mark.id, "leave interval out", excluded=reason))
        else:
            new = IntervalMark(
                id=1,
                start_frame=stretch.start_frame,
                end_frame=stretch.end_frame,
                program_interval=stretch.index,
                excluded=reason,
                blind=not a.program_shown,
            )
            a.do(edits.add(a.document, new))

    def note(self) -> None:
        """Write a note on this frame, or change the one there; without text it is deleted."""
        a = self._a
        here = [m for m in a.document.of(NoteMark) if m.start_frame <= a.frame <= m.end_frame]
        before = here[0].note if here else ""
        text = self._ask(f"Note on frame {a.frame}:", before)
        if text is None or text.strip() == before:
            return
        if not here:
            mark = NoteMark(
                id=1,
                start_frame=a.frame,
                end_frame=a.frame,
                note=text.strip(),
                blind=not a.program_shown,
            )
            a.do(edits.add(a.document, mark))
        elif text.strip():
            a.do(edits.change(a.document, here[0].id, "change note", note=text.strip()))
        else:
            a.do(edits.delete(a.document, here[0].id))

    def scale(self) -> None:
        """Set one end of something of known length under the pointer, or its other end."""
        a, where = self._a, self._pointer()
        if self._ruler_start is None:
            self._ruler_start = where
            a.said.emit("Go to the other end of the known length and press G again.")
            return
        start, self._ruler_start = self._ruler_start, None
        length_px = float(np.hypot(*(where - start)))
        answer = self._ask(f"How long is this, in mm? ({length_px:.0f} px)", "")
        if answer is None:
            return
        try:
            length_mm = float(answer.replace(",", "."))
        except ValueError:
            length_mm = 0.0
        if not (0.0 < length_mm < float("inf")) or length_px < 2.0 * RULER_CLICK_PX:
            raise AnnotationError(f"No scale follows from {answer!r} mm for {length_px:.0f} px.")
        share = RULER_CLICK_PX * np.sqrt(2.0) / length_px
        mark = ScaleMark(
            id=1,
            mm_per_px=length_mm / length_px,
            mm_per_px_sd=float(length_mm / length_px * share),
            blind=not a.program_shown,
        )
        before = [edits.delete(a.document, old.id) for old in a.document.of(ScaleMark)]
        a.do(edits.several("set the scale", [*before, edits.add(a.document, mark)]))
        a.said.emit(f"Scale: {mark.mm_per_px:.5f} mm per px.")

    # Front and eye

    def front(self) -> None:
        """Take over the program's front in this frame, or draw one."""
        a = self._a
        line = self._program_front() if a.program_shown else None
        source: Source = "program"
        own = a.own_front()
        part = None if own is None else a.part(own)
        if part is not None:
            now = shape_at(part, a.frame, a.video.time_s, a.film)
            line, source = (line, source) if now is None else (now, "hand")
        if line is None:
            self._draw_front()
            return
        self.put_front(line, source)

    def put_front(
        self, line: FloatArray, source: Source = "hand", frame: int | None = None
    ) -> None:
        """Set the front of a frame: its line is added to the front of that interval."""
        a = self._a
        frame = a.frame if frame is None else frame
        blind = not a.program_shown
        own = a.own_front(frame)
        if own is not None:
            a.do(
                edits.put_keyframe(
                    a.document, own.id, frame, line.tolist(), blind=blind, source=source
                )
            )
            return
        key = Keyframe(frame=frame, points=tuple(as_point(p) for p in line), source=source)
        a.do(edits.add(a.document, FrontLine(id=1, label="front", keyframes=(key,), blind=blind)))

    def straighten(self) -> None:
        """Put the vertices beside the one nearest to the pointer on a straight line."""
        front = self._front_here()
        if front is None:
            raise AnnotationError("There is no front set in this frame; press F first.")
        points = np.array(next(k for k in front.keyframes if k.frame == self._a.frame).points)
        near = int(np.hypot(*(points - self._pointer()).T).argmin())
        first, last = max(near - 2, 0), min(near + 2, len(points) - 1)
        blind = not self._a.program_shown
        self._a.do(
            edits.straighten(self._a.document, front.id, self._a.frame, first, last, blind=blind)
        )

    def limbus(self) -> None:
        """Take the limbus over, to be moved with the mouse."""
        one = self._interval()
        self._take_ellipse("limbus", one, one.iris if one else None, 0.4)

    def pupil(self) -> None:
        """Take the pupil over, to be moved with the mouse."""
        one = self._interval()
        self._take_ellipse("pupil", one, one.pupil if one else None, 0.12)

    def _take_ellipse(
        self,
        kind: Literal["limbus", "pupil"],
        one: IntervalResult | None,
        found: EllipseInfo | None,
        share: float,
    ) -> None:
        """Make an ellipse the person's own: what the program found, else one of that share."""
        a = self._a
        if any(m.kind == kind and a.part(m) is not None for m in a.document.of(EllipseMark)):
            raise AnnotationError(
                f"The {kind} of this interval is yours already; move it with the mouse."
            )
        width, height = a.video.width_px or 640, a.video.height_px or 480
        at = Ellipse(width / 2, height / 2, width * share, width * share)
        if found is not None:
            at = found.ellipse()
        source: Source = "hand" if found is None else "program"
        frame = self._key_frame(one)
        if one is not None and a.eye is not None:
            centre = a.eye.to_image(np.array([[at.x_px, at.y_px]]), frame)[0]
            at = replace(at, x_px=float(centre[0]), y_px=float(centre[1]))
        key = EllipseKeyframe(frame=frame, source=source, **asdict(at))
        blind = not a.program_shown
        a.do(edits.add(a.document, EllipseMark(id=1, kind=kind, keyframes=(key,), blind=blind)))

    def region(self) -> None:
        """Take the region over, to be moved with the mouse."""
        a, one = self._a, self._interval()
        if any(a.part(mark) is not None for mark in a.document.of(RegionMark)):
            raise AnnotationError(
                "The region of this interval is yours already; move its corners with the mouse."
            )
        found = one.region if one is not None else None
        width, height = a.video.width_px or 640, a.video.height_px or 480
        box = [(0.2, 0.4), (0.5, 0.3), (0.8, 0.4), (0.8, 0.8), (0.5, 0.9), (0.2, 0.8)]
        polygon = found or tuple((x * width, y * height) for x, y in box)
        frame = self._key_frame(one)
        if one is not None and a.eye is not None:
            polygon = tuple(map(as_point, a.eye.to_image(np.array(polygon), frame)))
        points = simplified_polygon(polygon)
        source: Source = "program" if found else "hand"
        mark = RegionMark(
            id=1,
            keyframes=(Keyframe(frame=frame, points=points, source=source),),
            blind=not a.program_shown,
        )
        a.do(edits.add(a.document, mark))

    def _key_frame(self, one: IntervalResult | None) -> int:
        """Return where a shape is set: in its interval's first frame, as the person has it."""
        return self._a.frame if one is None else max(one.start_frame, self._a.span()[0])

    def _pointer(self) -> FloatArray:
        if self._a.pointer is None:
            raise AnnotationError("Put the pointer over the video first.")
        return self._a.pointer

    def move_edge(self, stretch: Stretch | None, name: str, frame: int) -> None:
        """Move an interval's "start" or "end"; without an interval, mark one."""
        a = self._a
        start, end = (
            (0, a.frame_count - 1) if stretch is None else (stretch.start_frame, stretch.end_frame)
        )
        start, end = (frame, end) if name == "start" else (start, frame)
        if end <= start:
            a.said.emit("An interval cannot end before it starts.")
        elif stretch is not None and stretch.mark is not None:
            label = f"move interval's {name} to {frame}"
            a.do(edits.change(a.document, stretch.mark.id, label, start_frame=start, end_frame=end))
        else:
            mark = IntervalMark(
                id=1,
                start_frame=start,
                end_frame=end,
                program_interval=None if stretch is None else stretch.index,
                blind=not a.program_shown,
            )
            a.do(edits.add(a.document, mark))

    def _front_here(self) -> FrontLine | None:
        for line in self._a.document.of(FrontLine):
            if any(k.frame == self._a.frame and not k.outside for k in line.keyframes):
                return line
        return None

    def _program_front(self) -> FloatArray | None:
        a = self._a
        line = a.program_front(a.frame)
        if line is None:
            return None
        kept = simplified(line[:, 0], line[:, 1:], FRONT_TOLERANCE_PX)
        result: FloatArray = line[kept]
        return result

    def _interval(self) -> IntervalResult | None:
        a = self._a
        inside = [
            one for one in a.program_intervals() if one.start_frame <= a.frame <= one.end_frame
        ]
        return inside[0] if inside else None


def simplified_polygon(polygon: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    """Return a polygon with at most some 24 corners, so that they can be moved by hand."""
    every = max(1, len(polygon) // 24)
    return tuple(as_point(p) for p in polygon[::every])


def as_point(place: Sequence[float] | FloatArray) -> Point:
    """Return a place as a pair of floats."""
    return float(place[0]), float(place[1])
