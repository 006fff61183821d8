"""How far apart two observers' points and fronts are.

Rows of the tables are single comparisons: two observers, one frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from easytear.annotate.film import FilmMotion
from easytear.annotate.readers.joined import PAIR_REACH_PX
from easytear.base.geometry import FloatArray

POINT_COLUMNS = ("track", "other", "frame", "since_s", "distance_px", "apart_px")
FRONT_COLUMNS = ("frame", "mean_px", "p95_px", "signed_px", "overlap")


@dataclass(frozen=True)
class Path:
    """One annotated point: where it is in each frame, and which frames the person set."""

    track: int
    place: Mapping[int, FloatArray]
    keyed: frozenset[int]

    @property
    def first(self) -> int:
        """The first frame."""
        return min(self.place)


def points_to_program(paths: Iterable[Path], film: FilmMotion, time_s: FloatArray) -> pd.DataFrame:
    """Compare annotated points with where the program's film would have carried them.

    A person's point and a program's track are never the same bit of film, so the program's
    motion is asked where it takes the very point that the person began with. Distances stand
    at the frames that the person set; between them there is only interpolation.

    Returns
    -------
    pandas.DataFrame
        Columns `POINT_COLUMNS`; `other` is empty, `apart_px` 0.
    """
    rows = []
    for path in paths:
        start, stop = path.first, max(path.place)
        carried = film.carry(path.place[start][None], start, stop)[:, 0]
        for frame in sorted(path.keyed):
            if frame == start:
                continue
            distance = float(np.hypot(*(carried[frame - start] - path.place[frame])))
            if np.isfinite(distance):
                since = time_s[frame] - time_s[start]
                rows.append((path.track, pd.NA, frame, since, distance, 0.0))
    return pd.DataFrame(rows, columns=list(POINT_COLUMNS))


def points_between(
    ours: Iterable[Path], theirs: Iterable[Path], time_s: FloatArray
) -> pd.DataFrame:
    """Compare two people's points.

    Points are paired, one to one, by their distance in the first frame both have, so that the
    sum of distances is least. What counts is the difference of the ways since that frame;
    how far apart they began stands beside it.

    Returns
    -------
    pandas.DataFrame
        Columns `POINT_COLUMNS`.
    """
    rows = []
    for a, b, start in _pairs(list(ours), list(theirs)):
        apart = a.place[start] - b.place[start]
        for frame in sorted((a.keyed | b.keyed) & a.place.keys() & b.place.keys()):
            if frame <= start:
                continue
            way = a.place[frame] - b.place[frame] - apart
            since = time_s[frame] - time_s[start]
            rows.append((a.track, b.track, frame, since, np.hypot(*way), np.hypot(*apart)))
    return pd.DataFrame(rows, columns=list(POINT_COLUMNS))


def _pairs(ours: list[Path], theirs: list[Path]) -> Iterator[tuple[Path, Path, int]]:
    far = 1e9
    cost = np.full((len(ours), len(theirs)), far)
    first = np.zeros(cost.shape, dtype=int)
    for i, a in enumerate(ours):
        for j, b in enumerate(theirs):
            common = a.place.keys() & b.place.keys()
            if common:
                first[i, j] = min(common)
                gap = a.place[first[i, j]] - b.place[first[i, j]]
                cost[i, j] = min(float(np.hypot(*gap)), far)
    cost[cost > PAIR_REACH_PX] = far
    for row, column in zip(*linear_sum_assignment(cost), strict=True):
        if cost[row, column] < far:
            yield ours[int(row)], theirs[int(column)], int(first[row, column])


def front_distances(
    ours: Mapping[int, FloatArray], theirs: Mapping[int, FloatArray], frames: Iterable[int]
) -> pd.DataFrame:
    """Compare two observers' fronts in the frames that both have.

    Parameters
    ----------
    ours, theirs : mapping of frame to (k, 2) array
        Open lines in image coordinates.
    frames : iterable of int
        Frames to look at.

    Returns
    -------
    pandas.DataFrame
        Columns `FRONT_COLUMNS`: mean and 95th percentile of the distance from each line to the
        other, over the stretch of x that both cover; mean of our y minus theirs (negative:
        ours is higher in the picture); share of the shorter line's width that both cover.
    """
    rows = []
    for frame in sorted(set(frames) & ours.keys() & theirs.keys()):
        row = _line_distance(ours[frame], theirs[frame])
        if row is not None:
            rows.append((frame, *row))
    return pd.DataFrame(rows, columns=list(FRONT_COLUMNS))


def _line_distance(a: FloatArray, b: FloatArray) -> tuple[float, float, float, float] | None:
    low = max(a[:, 0].min(), b[:, 0].min())
    high = min(a[:, 0].max(), b[:, 0].max())
    width = min(np.ptp(a[:, 0]), np.ptp(b[:, 0]))
    if high - low < 2.0 or width <= 0:
        return None
    dense_a, dense_b = _dense(a), _dense(b)
    near_a = dense_a[(dense_a[:, 0] >= low) & (dense_a[:, 0] <= high)]
    near_b = dense_b[(dense_b[:, 0] >= low) & (dense_b[:, 0] <= high)]
    there = np.concatenate([cKDTree(dense_b).query(near_a)[0], cKDTree(dense_a).query(near_b)[0]])
    x = np.arange(low, high + 0.5)
    signed = _height(a, x) - _height(b, x)
    share = float((high - low) / width)
    return float(there.mean()), float(np.quantile(there, 0.95)), float(signed.mean()), share


def _dense(line: FloatArray) -> FloatArray:
    """Return the line with a vertex at least every half pixel."""
    step = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(step)])
    at = np.linspace(0.0, along[-1], max(int(along[-1] / 0.5) + 1, 2))
    return np.column_stack([np.interp(at, along, line[:, axis]) for axis in (0, 1)])


def _height(line: FloatArray, x: FloatArray) -> FloatArray:
    order = np.argsort(line[:, 0], kind="stable")
    return np.asarray(np.interp(x, line[order, 0], line[order, 1]))
