"""Where a shape stands between its keyframes.

Linear interpolation runs in time (on constant frame rates that is what CVAT shows). Along the
film, the earlier keyframe is carried forward and the later one backward by the film's own
motion, and the two are blended: at each keyframe the shape is exactly where the person put it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from easytear.annotate.model import (
    EllipseKeyframe,
    EllipseMark,
    FrontLine,
    Keyframe,
    PointTrack,
    RegionMark,
    ShapeItem,
)
from easytear.base.geometry import Ellipse, FloatArray

_K = TypeVar("_K", Keyframe, EllipseKeyframe)


class CarriesFilm(Protocol):
    """What interpolation along the film needs; see `easytear.annotate.film.FilmMotion`."""

    def carry(self, xy: FloatArray, start: int, stop: int) -> FloatArray:
        """Return (|stop - start| + 1, k, 2) points in each frame from start to stop."""
        ...


def visible_spans(item: ShapeItem | EllipseMark) -> list[tuple[int, int]]:
    """Return the stretches (first frame, last frame; both inside) in which a shape is seen.

    A shape is seen from a keyframe to the frame before it goes outside, or to its last keyframe.
    """
    spans: list[tuple[int, int]] = []
    start: int | None = None
    for key in item.keyframes:
        if key.outside and start is not None:
            spans.append((start, key.frame - 1))
            start = None
        elif not key.outside and start is None:
            start = key.frame
    if start is not None:
        spans.append((start, item.keyframes[-1].frame))
    return spans


def shape_at(
    item: ShapeItem,
    frame: int,
    time_s: Sequence[float] = (),
    film: CarriesFilm | None = None,
) -> FloatArray | None:
    """Return the (k, 2) points of a shape in a frame, None where it is not seen."""
    around = _around(item.keyframes, frame)
    if around is None:
        return None
    before, after = around
    if after is None:
        return np.array(before.points)
    if isinstance(item, RegionMark) and len(before.points) != len(after.points):
        return np.array(before.points)
    here: FloatArray = _stretch(before, after, time_s, _film_for(item, film))[frame - before.frame]
    return here


def ellipse_at(item: EllipseMark, frame: int, time_s: Sequence[float] = ()) -> Ellipse | None:
    """Return an ellipse in a frame, interpolated in time, None where it is not seen."""
    around = _around(item.keyframes, frame)
    if around is None:
        return None
    before, after = around
    if after is None:
        return before.ellipse()
    share = float(_shares(before.frame, after.frame, time_s)[frame - before.frame])
    a, b = before.ellipse(), after.ellipse()
    names = ("x_px", "y_px", "rx_px", "ry_px", "angle_deg")
    return Ellipse(*((1 - share) * getattr(a, n) + share * getattr(b, n) for n in names))


def point_path(
    item: PointTrack, time_s: Sequence[float] = (), film: CarriesFilm | None = None
) -> tuple[NDArray[np.int_], FloatArray]:
    """Return the frames (n,) in which a point is seen and its (n, 2) positions there."""
    frames: list[NDArray[np.int_]] = []
    places: list[FloatArray] = []
    for before, after in zip(item.keyframes, [*item.keyframes[1:], None], strict=True):
        if before.outside:
            continue
        if after is None:
            frames.append(np.array([before.frame]))
            places.append(np.array(before.points))
        else:
            frames.append(np.arange(before.frame, after.frame))
            places.append(_stretch(before, after, time_s, _film_for(item, film))[:, 0])
    return np.concatenate(frames), np.concatenate(places)


def front_frames(
    line: FrontLine, time_s: Sequence[float], film: CarriesFilm | None = None
) -> tuple[dict[int, FloatArray], frozenset[int]]:
    """Return a front (k, 2) in each frame in which it is seen, and its keyframes."""
    drawn: dict[int, FloatArray] = {}
    for start, stop in visible_spans(line):
        for frame in range(start, min(stop, len(time_s) - 1) + 1):
            points = shape_at(line, frame, time_s, film)
            assert points is not None
            drawn[frame] = points
    return drawn, frozenset(key.frame for key in line.keyframes if not key.outside)


def same_count(start: FloatArray, stop: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return two lines with as many vertices as each other, matched by share of their length."""
    if len(start) == len(stop):
        return start, stop
    if np.dot(start[-1] - start[0], stop[-1] - stop[0]) < 0:
        stop = stop[::-1]
    a, b = _along(start), _along(stop)
    both = np.union1d(a, b)
    return _resampled(start, a, both), _resampled(stop, b, both)


def simplified(
    at: NDArray[np.floating] | NDArray[np.int_], values: FloatArray, tolerance: float
) -> list[int]:
    """Return which samples to keep so that straight lines between them are never far off.

    Douglas and Peucker's algorithm, with the distance taken across `at` (time, or x): a path
    keeps its keyframes few, and a person can move them.

    Parameters
    ----------
    at : (n,) array
        Rising positions of the samples.
    values : (n, k) array
        The samples.
    tolerance : float
        Largest distance allowed, in units of `values`.
    """
    kept, open_ends = {0, len(at) - 1}, [(0, len(at) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        if last - first < 2:
            continue
        share = ((at[first : last + 1] - at[first]) / (at[last] - at[first]))[:, None]
        chord = (1 - share) * values[first] + share * values[last]
        off = np.sqrt(((values[first : last + 1] - chord) ** 2).sum(axis=1))
        worst = first + int(off.argmax())
        if off.max() > tolerance:
            kept.add(worst)
            open_ends += [(first, worst), (worst, last)]
    return sorted(kept)


def _film_for(item: ShapeItem, film: CarriesFilm | None) -> CarriesFilm | None:
    along = isinstance(item, PointTrack | FrontLine) and item.interpolation == "film"
    return film if along else None


def _around(keyframes: Sequence[_K], frame: int) -> tuple[_K, _K | None] | None:
    """Return the keyframe at or before a frame and the one after; None where not seen."""
    i = bisect_right([key.frame for key in keyframes], frame) - 1
    if i < 0 or keyframes[i].outside:
        return None
    if keyframes[i].frame == frame:
        return keyframes[i], None
    return (keyframes[i], keyframes[i + 1]) if i + 1 < len(keyframes) else None


def _shares(start: int, stop: int, time_s: Sequence[float]) -> FloatArray:
    """Return how far (0 to 1) each frame from start to before stop is on the way to stop."""
    if stop < len(time_s) and time_s[stop] > time_s[start]:
        time = np.asarray(time_s[start : stop + 1], dtype=float)
        shares: FloatArray = (time[:-1] - time[0]) / (time[-1] - time[0])
        return shares
    return np.arange(stop - start) / (stop - start)


def _stretch(
    before: Keyframe, after: Keyframe, time_s: Sequence[float], film: CarriesFilm | None
) -> FloatArray:
    """Return (n, k, 2) points in each frame from one keyframe to just before the next."""
    start, stop = same_count(np.array(before.points), np.array(after.points))
    share = _shares(before.frame, after.frame, time_s)[:, None, None]
    linear: FloatArray = (1 - share) * start + share * stop
    if film is None or len(linear) == 1:
        return linear
    forward = film.carry(start, before.frame, after.frame)[:-1]
    backward = film.carry(stop, after.frame, before.frame)[::-1][:-1]
    blended = (1 - share) * forward + share * backward
    whole = np.isfinite(blended).all(axis=(0, 2), keepdims=True)
    return np.where(whole, blended, linear)


def _along(line: FloatArray) -> FloatArray:
    """Return the share of its length (0 to 1) at which each vertex of a line stands."""
    step = np.hypot(*np.diff(line, axis=0).T)
    length = np.concatenate([[0.0], np.cumsum(step)])
    if length[-1] == 0.0:
        return np.linspace(0.0, 1.0, len(line))
    shares: FloatArray = length / length[-1]
    return shares


def _resampled(line: FloatArray, at: FloatArray, wanted: FloatArray) -> FloatArray:
    return np.column_stack([np.interp(wanted, at, line[:, axis]) for axis in (0, 1)])
