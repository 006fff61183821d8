"""The film's motion as the program's tracks tell it: carries any point through frames."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from easytear.base.geometry import FloatArray

NEIGHBOURS = 8
FEWEST = 3
REACH_PX = 40.0


@dataclass(frozen=True)
class _Step:
    """Where tracks stand in a frame, and their way to the next (or the frame before)."""

    tree: cKDTree
    motion_px: FloatArray


@dataclass(repr=False)
class FilmMotion:
    """Carries points along the film, in image coordinates.

    The step of a point from one frame to the next is the mean of the steps of the nearest
    tracks, each weighted by the inverse square of its distance: film near by moves alike.
    Where fewer than three tracks are within reach nothing is known.

    Parameters
    ----------
    tracks : pandas.DataFrame
        tracks.csv of the results format.
    reach_px : float
        How far a track tells of its neighbourhood.
    """

    tracks: pd.DataFrame
    reach_px: float = REACH_PX
    _at: dict[int, tuple[NDArray[np.int_], FloatArray]] = field(default_factory=dict, init=False)
    _steps: dict[tuple[int, int], _Step | None] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Sort the tracks by frame once."""
        table = self.tracks.sort_values(["frame", "track_id"], kind="stable")
        ids = table["track_id"].to_numpy(dtype=int)
        xy = table[["x_px", "y_px"]].to_numpy(dtype=float)
        frames, starts = np.unique(table["frame"].to_numpy(dtype=int), return_index=True)
        stops = [*starts[1:], len(ids)]
        for frame, start, stop in zip(frames, starts, stops, strict=True):
            self._at[int(frame)] = (ids[start:stop], xy[start:stop])

    def step(self, xy: FloatArray, frame: int, direction: int) -> FloatArray:
        """Return (k, 2) points one frame later (`direction` 1) or earlier (-1); NaN unknown."""
        moved = np.full_like(xy, np.nan)
        step = self._step(frame, direction)
        known = np.isfinite(xy).all(axis=1)
        if step is None or not known.any():
            return moved
        count = min(NEIGHBOURS, len(step.motion_px))
        distance, near = step.tree.query(xy[known], k=list(range(1, count + 1)))
        inside = np.asarray(distance <= self.reach_px)
        weight = np.where(inside, 1.0 / (distance**2 + 1.0), 0.0)
        total = weight.sum(axis=1)
        mean = (weight[..., None] * step.motion_px[near]).sum(axis=1)
        enough = inside.sum(axis=1) >= FEWEST
        mean[enough] /= total[enough, None]
        mean[~enough] = np.nan
        moved[known] = xy[known] + mean
        return moved

    def carry(self, xy: FloatArray, start: int, stop: int) -> FloatArray:
        """Return (|stop - start| + 1, k, 2): (k, 2) points in each frame from start to stop."""
        path = np.full((abs(stop - start) + 1, *xy.shape), np.nan)
        path[0] = xy
        direction = 1 if stop >= start else -1
        for i in range(len(path) - 1):
            path[i + 1] = self.step(path[i], start + i * direction, direction)
        return path

    def _step(self, frame: int, direction: int) -> _Step | None:
        key = (frame, direction)
        if key not in self._steps:
            self._steps[key] = self._make_step(frame, direction)
        return self._steps[key]

    def _make_step(self, frame: int, direction: int) -> _Step | None:
        here, there = self._at.get(frame), self._at.get(frame + direction)
        if here is None or there is None:
            return None
        _, i, j = np.intersect1d(here[0], there[0], return_indices=True)
        if len(i) < FEWEST:
            return None
        start = here[1][i]
        return _Step(cKDTree(start), there[1][j] - start)
