"""Which stretches of which tracks are film: they move, and go with their neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.base.scattered import FILM_REACH_MM, local_linear_at

IntArray = NDArray[np.int_]

# Stretches of time that are judged: short ones while the film is fast, long ones later, when
# film must be given time to show that it moves.
_STRETCHES_S = (0.1, 0.3, 0.9, 2.7)
# A stretch is used until so many times its length has passed: film slows down.
_WHILE = 15.0
# What moved less than this (mm) cannot be told from what stands still.
_STILL_MM = 0.025
# Film is seen to move where it goes so far (mm) in one stretch; less may be the iris, which shifts
# against the pupil when that changes its size.
_SEEN_MM = 0.15
# A few that go by mistake, while film rests before its onset, are no film: so many must go.
_LEAST_GOING = 0.2
# Film goes with the film around it to within this share of its way, and this much (mm).
_SHARE = 0.35
_FLOOR_MM = 0.05


def not_film(track: IntArray, time_s: FloatArray, xy: FloatArray, mm_per_px: float) -> BoolArray:
    """Return which rows belong to stretches that stand still or contradict their neighbours.

    Film moves together: in each stretch of time, those points that move about as most moving
    points do tell the film's way at every place (local linear fits). Points that have hardly
    gone a tenth of the film's way are iris, lashes or noise; others that do not go the way of
    the film around them are mismatches.

    Parameters
    ----------
    track : (m,) int array
        Track of each row, rows sorted by track, then time.
    time_s : (m,) float array
        Time of each row.
    xy : (m, 2) float array
        Positions in px.
    mm_per_px : float
        Scale.
    """
    bad = np.zeros(len(track), bool)
    if len(track) == 0:
        return bad
    begin = np.flatnonzero(np.diff(track, prepend=-1))
    end = np.append(begin[1:], len(track)) - 1
    seen = False
    for length in _STRETCHES_S:
        last = float(time_s.max())
        starts = np.arange(0.0, min(last, _WHILE * length), length / 2.0)
        for start in starts:
            seen |= _judge(
                bad, begin, end, time_s, xy, (start, min(start + length, last)), mm_per_px
            )
    return bad if seen else np.ones_like(bad)


def _judge(
    bad: BoolArray,
    begin: IntArray,
    end: IntArray,
    time_s: FloatArray,
    xy: FloatArray,
    stretch: tuple[float, float],
    mm_per_px: float,
) -> bool:
    """Mark rows of one stretch of time; return whether film was seen to move in it."""
    start, stop = stretch
    # Tracks that live through about all of it: film starts from one picture to the next, and one
    # that was only there before or after has gone another way.
    least = 0.9 * (stop - start)
    since = np.maximum(time_s[begin], start)
    until = np.minimum(time_s[end], stop)
    alive = np.flatnonzero(until - since >= max(least, 1e-6))
    if len(alive) < 5:
        return False
    a = _row(time_s, begin[alive], end[alive], since[alive])
    b = _row(time_s, begin[alive], end[alive], until[alive])
    rate = (stop - start) / np.maximum(time_s[b] - time_s[a], 1e-6)
    moved = (xy[b] - xy[a]) * rate[:, None]
    wrong = judge_moves(xy[a], moved, mm_per_px)
    if wrong is None:
        return False
    for i in np.flatnonzero(wrong):
        bad[a[i] : b[i] + 1] = True
    way = np.hypot(*moved[~wrong].T)
    return bool(len(way) >= 5 and np.median(way) * mm_per_px > _SEEN_MM)


def judge_moves(place: FloatArray, moved: FloatArray, mm_per_px: float) -> BoolArray | None:
    """Return which of some moves (n, 2) from places (n, 2) in the same time are not film's.

    None where no film is seen to move.
    """
    still = _STILL_MM / mm_per_px
    far = np.hypot(*moved.T)
    going = far > 3.0 * still
    if going.sum() < max(5.0, _LEAST_GOING * len(moved)):
        return None
    middle = np.median(moved[going], axis=0)
    length = float(np.hypot(*middle))
    if np.median(np.hypot(*(moved[going] - middle).T)) > 0.7 * length:
        return None
    stuck = far < max(still, 0.1 * length)
    reach = np.array(FILM_REACH_MM) / mm_per_px
    film = going & (np.hypot(*(moved - middle).T) < 1.2 * length)
    floor = _FLOOR_MM / mm_per_px
    off, way = stuck, moved
    for _ in range(2):
        way, _ = local_linear_at(place, place[film], moved[film], reach)
        off = np.hypot(*(moved - way).T) > floor + _SHARE * np.hypot(*way.T)
        film = going & ~off & ~stuck
    return np.asarray(stuck | (off & np.isfinite(way[:, 0])))


def _row(time_s: FloatArray, begin: IntArray, end: IntArray, at: FloatArray) -> IntArray:
    """Return each track's row nearest to a time, by bisection."""
    low, high = begin.copy(), end.copy()
    while np.any(high - low > 1):
        middle = (low + high) // 2
        right = time_s[middle] <= at
        low, high = np.where(right, middle, low), np.where(right, high, middle)
    nearer = np.abs(time_s[high] - at) < np.abs(time_s[low] - at)
    return np.asarray(np.where(nearer, high, low))


def longest_runs(track: IntArray, good: BoolArray) -> BoolArray:
    """Return which rows to keep: of each track its longest run of good rows."""
    m = len(track)
    if m == 0:
        return good
    breaks = np.flatnonzero((np.diff(track, prepend=-1) != 0) | (np.diff(good, prepend=False) != 0))
    size = np.diff(np.append(breaks, m))
    size = np.where(good[breaks], size, 0)
    owner = track[breaks]
    best = np.zeros(int(track.max()) + 1, int)
    np.maximum.at(best, owner, size)
    chosen = (size > 0) & (size == best[owner])
    # The first of equal runs.
    first = np.zeros(len(chosen), bool)
    index = np.flatnonzero(chosen)
    first[index[np.unique(owner[index], return_index=True)[1]]] = True
    return np.repeat(first, np.diff(np.append(breaks, m)))
