"""Intervals as a person left them: bounds moved, blinks marked, and shapes cut at them.

The tear film is spread anew at each blink, so nothing is interpolated across one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import TypeVar, cast

from easytear.annotate.eye import EyeFrames
from easytear.annotate.model import (
    Annotations,
    BlinkMark,
    EllipseMark,
    FrontLine,
    IntervalMark,
    PointTrack,
    RegionMark,
)
from easytear.results import Analysis

_S = TypeVar("_S", bound=PointTrack | FrontLine | RegionMark | EllipseMark)
Bounds = Mapping[int, tuple[int, int]]
"""First and last frame of each interval of the program, by its index."""


def bounds_of(document: Annotations, analysis: Analysis | EyeFrames) -> dict[int, tuple[int, int]]:
    """Return the bounds of each interval of the program as the person moved them.

    A blink marked in an interval cuts it; the longer part is kept. One marked over all of it
    leaves it as it is: see `blinked_away`.
    """
    bounds = moved_bounds(document, analysis)
    for mark in document.of(BlinkMark):
        for index, (start, end) in bounds.items():
            parts = [(start, min(end, mark.start_frame - 1)), (max(start, mark.end_frame + 1), end)]
            first, last = max(parts, key=lambda p: p[1] - p[0])
            if last > first:
                bounds[index] = (first, last)
    return bounds


def moved_bounds(
    document: Annotations, analysis: Analysis | EyeFrames
) -> dict[int, tuple[int, int]]:
    """Return the bounds of each interval of the program, those the person moved in their place."""
    known = analysis.summary.intervals if isinstance(analysis, Analysis) else analysis.intervals
    bounds = {one.index: (one.start_frame, one.end_frame) for one in known}
    for mark in document.of(IntervalMark):
        if mark.program_interval in bounds:
            bounds[mark.program_interval] = (mark.start_frame, mark.end_frame)
    return bounds


def blinked_away(document: Annotations, analysis: Analysis | EyeFrames) -> dict[int, BlinkMark]:
    """Return the intervals over the whole of which the person marked a blink."""
    return {
        index: mark
        for mark in document.of(BlinkMark)
        for index, (start, end) in moved_bounds(document, analysis).items()
        if mark.start_frame <= start + 1 and mark.end_frame >= end - 1
    }


def cut(item: _S, spans: Iterable[tuple[int, int]]) -> list[_S]:
    """Return a shape in parts: one for each span (both frames inside) with keyframes in it."""
    parts: list[_S] = []
    for start, end in spans:
        keys = [key for key in item.keyframes if start <= key.frame <= end]
        while keys and keys[0].outside:
            keys = keys[1:]
        if keys:
            parts.append(cast(_S, item.model_copy(update={"keyframes": tuple(keys)})))
    return parts


def by_hand(item: PointTrack | FrontLine, frame: int) -> bool:
    """Return whether a person had a hand in where a shape stands in a frame.

    Not where it was taken over from the program and left so: in a keyframe, or between two.
    """
    keys = item.keyframes
    i = max(bisect_right([key.frame for key in keys], frame) - 1, 0)
    around = keys[i : i + 1] if keys[i].frame == frame else keys[i : i + 2]
    return any(key.source != "program" for key in around)
