"""Several readers' points, lines and spans joined into one. Arrays in, arrays out.

What a reader marked is joined where at least two readers, and at least half of those who marked
anything of that kind thereabouts, have it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from scipy.optimize import linear_sum_assignment

from easytear.base.geometry import FloatArray

PAIR_REACH_PX = 25.0
"""Points of two people that begin farther apart than this are not taken for the same."""

_FAR = 1e9
_SETTLED_PX = 1e-6
_COLUMNS = 24
"""Vertices of a joined front: some two for each that a person draws."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Way:
    """A reader's point: its place in each frame, the frames in which it was set, its label."""

    place: Mapping[int, FloatArray]
    keyed: frozenset[int]
    label: str = ""


@dataclass(frozen=True)
class JoinedPoint:
    """A point that readers agree on.

    Attributes
    ----------
    frames : list of int
        Frames that one of them set, and in which enough of them have it.
    places : ndarray, shape (n, 2)
        Image coordinates, px.
    counts : list of int
        Readers in each frame.
    spread_px, way_spread_px : ndarray, shape (n,)
        Standard deviation of one reader per axis, of the places and of the ways: the latter
        without how far readers began from each other. Between two readers it is told from their
        difference.
    readers : int
        How many have the point.
    label : str
        What most of them call it.
    """

    frames: list[int]
    places: FloatArray
    counts: list[int]
    spread_px: FloatArray
    way_spread_px: FloatArray
    readers: int
    label: str


@dataclass(frozen=True)
class JoinedFront:
    """The front that readers agree on in a frame: (k, 2) line, and the spread of its height."""

    frame: int
    line: FloatArray
    spread_px: float
    readers: int


@dataclass(frozen=True)
class JoinedSpan:
    """A blink or interval that readers agree on; both frames inside, ends with their spread."""

    start_frame: int
    end_frame: int
    start_sd_frames: float
    end_sd_frames: float
    readers: int


def join_points(readers: Sequence[Sequence[Way]]) -> list[JoinedPoint]:
    """Join readers' points: groups of one a reader, as near to each other as can be.

    Readers are taken in, one after the other, those with most points first; each is matched one
    to one with the groups so far so that the sum of distances is least. Farther than
    `PAIR_REACH_PX` from each other points are not the same.
    """
    groups: list[dict[int, Way]] = []
    order = sorted(range(len(readers)), key=lambda n: (-len(readers[n]), n))
    for reader in order:
        _take_in(groups, reader, readers[reader])
    found = []
    for group in groups:
        around = sum(any(_overlap(way, group) for way in ways) for ways in readers)
        need = _needed(around)
        one = _joined(list(group.values()), need) if len(group) >= need else None
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: (one.frames[0], float(one.places[0, 0])))


def _needed(of: int) -> int:
    return max(2, -(-of // 2))


def _overlap(way: Way, group: Mapping[int, Way]) -> bool:
    return any(way.place.keys() & other.place.keys() for other in group.values())


def _take_in(groups: list[dict[int, Way]], reader: int, ways: Sequence[Way]) -> None:
    cost = np.full((len(groups), len(ways)), _FAR)
    for i, group in enumerate(groups):
        for j, way in enumerate(ways):
            cost[i, j] = _gap(group, way)
    cost[cost > PAIR_REACH_PX] = _FAR
    rows, columns = linear_sum_assignment(cost)
    taken = set()
    for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
        if cost[i, j] < _FAR:
            groups[i][reader] = ways[j]
            taken.add(j)
    groups += [{reader: way} for j, way in enumerate(ways) if j not in taken]


def _gap(group: Mapping[int, Way], way: Way) -> float:
    """Return how far a point is from a group's mean in the first frame that they share."""
    shared = [min(w.place.keys() & way.place.keys(), default=-1) for w in group.values()]
    frame = min((f for f in shared if f >= 0), default=None)
    if frame is None:
        return _FAR
    places = [w.place[frame] for w in group.values() if frame in w.place]
    return float(np.hypot(*(np.mean(places, axis=0) - way.place[frame])))


def _joined(ways: Sequence[Way], need: int) -> JoinedPoint | None:
    keyed = frozenset().union(*(way.keyed for way in ways))
    frames = [f for f in sorted(keyed) if sum(f in way.place for way in ways) >= need]
    if not frames:
        return None
    nowhere = np.full(2, np.nan)
    table = np.array([[way.place.get(f, nowhere) for f in frames] for way in ways])
    own, centre = _two_way(table)
    moved = table - own[:, None]
    counts = np.isfinite(table[..., 0]).sum(axis=0)
    # A median of two is their mean, and leaves one degree of freedom per axis: n - 1 of n.
    places = _spread(table - centre[None], counts)
    labels = [way.label for way in ways if way.label]
    label = max(labels, key=labels.count) if labels else ""
    return JoinedPoint(
        frames,
        centre,
        counts.tolist(),
        places,
        _spread(moved - np.nanmean(moved, axis=0), counts),
        len(ways),
        label,
    )


def _spread(residual: FloatArray, counts: FloatArray) -> FloatArray:
    squares = np.nansum(residual**2, axis=(0, 2)) / 2
    spread: FloatArray = np.sqrt(squares / np.maximum(counts - 1, 1))
    return spread


def _two_way(table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return each reader's own offset and the common way, by medians taken in turn (Tukey).

    Offsets have median zero, so that the way lies in the readers' middle also in frames that some
    of them lack.
    """
    own = np.zeros((len(table), 2))
    centre: FloatArray = np.nanmedian(table, axis=0)
    for _ in range(50):
        new = np.nanmedian(table - centre[None], axis=1)
        new = new - np.median(new, axis=0)
        centre = np.nanmedian(table - new[:, None], axis=0)
        moved = float(np.abs(new - own).max())
        own = new
        if moved < _SETTLED_PX:
            break
    return own, centre


def join_fronts(readers: Sequence[Mapping[int, tuple[FloatArray, bool]]]) -> list[JoinedFront]:
    """Join readers' fronts in each frame in which one of them drew it.

    Parameters
    ----------
    readers : sequence of mapping from frame to ((k, 2) line, drawn)
        Image coordinates; `drawn` is False where the line runs between drawn ones.
    """
    drew = [(min(lines), max(lines)) if lines else None for lines in readers]
    drawn = {f for lines in readers for f, (_, keyed) in lines.items() if keyed}
    found = []
    for frame in sorted(drawn):
        lines = [one[frame][0] for one in readers if frame in one]
        around = sum(span is not None and span[0] <= frame <= span[1] for span in drew)
        need = _needed(around)
        if len(lines) >= need:
            one = _joined_line(frame, lines, need)
            if one is not None:
                found.append(one)
    return found


def _joined_line(frame: int, lines: Sequence[FloatArray], need: int) -> JoinedFront | None:
    """Return the median line over the stretch that enough readers drew."""
    low = sorted(float(line[:, 0].min()) for line in lines)[need - 1]
    high = sorted((float(line[:, 0].max()) for line in lines), reverse=True)[need - 1]
    if high - low < 2.0:
        return None
    x = np.linspace(low, high, _COLUMNS)
    heights = np.array([_height(line, x) for line in lines])
    counts = np.isfinite(heights).sum(axis=0)
    kept = counts >= need
    if kept.sum() < 2:
        return None
    heights, counts = heights[:, kept], counts[kept]
    middle = np.nanmedian(heights, axis=0)
    squares = np.nansum((heights - np.nanmean(heights, axis=0)) ** 2, axis=0) / (counts - 1)
    line = np.column_stack([x[kept], middle])
    return JoinedFront(frame, line, float(np.sqrt(squares.mean())), len(lines))


def _height(line: FloatArray, x: FloatArray) -> FloatArray:
    order = np.argsort(line[:, 0], kind="stable")
    inside: FloatArray = np.interp(x, line[order, 0], line[order, 1], left=np.nan, right=np.nan)
    return inside


def join_spans(readers: Sequence[Sequence[Span]]) -> list[JoinedSpan]:
    """Join readers' spans that overlap; of each group the median of the ends, in whole frames.

    A reader who marked none of them did not look; one whose span lies elsewhere did.
    """
    looked = sum(bool(spans) for spans in readers)
    groups: list[dict[int, Span]] = []
    for reader, spans in sorted(enumerate(readers), key=lambda one: -len(one[1])):
        cost = np.array([[_shared(group, span) for span in spans] for group in groups])
        cost = cost.reshape(len(groups), len(spans))
        rows, columns = linear_sum_assignment(-cost)
        taken = set()
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
            if cost[i, j] > 0:
                groups[i][reader] = spans[j]
                taken.add(j)
        groups += [{reader: span} for j, span in enumerate(spans) if j not in taken]
    joined = [
        _joined_span(list(group.values())) for group in groups if len(group) >= _needed(looked)
    ]
    return sorted(joined, key=lambda one: one.start_frame)


def _shared(group: Mapping[int, Span], span: Span) -> int:
    start = median(one[0] for one in group.values())
    end = median(one[1] for one in group.values())
    return max(0, int(min(end, span[1]) - max(start, span[0]) + 1))


def _joined_span(spans: Sequence[Span]) -> JoinedSpan:
    starts, ends = np.array(spans, dtype=float).T
    return JoinedSpan(
        round(float(np.median(starts))),
        round(float(np.median(ends))),
        float(starts.std(ddof=1)),
        float(ends.std(ddof=1)),
        len(spans),
    )
