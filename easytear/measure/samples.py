"""Observations of one interval as matrices: a row per track or front column, a column per frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks


@dataclass(frozen=True)
class Samples:
    """Positions over time of many tracks (or front columns) in millimetres, y up.

    Attributes
    ----------
    time_s : (n,) float array
        Frame times, video time, rising.
    value : (t, n) float array
        The coordinate that is fitted (height, or x); 0 where `weight` is 0.
    weight : (t, n) float array
        Inverse variance in 1/mm^2; 0 where nothing was observed.
    place_mm : (t,) float array
        Mean x of each row: where it lies along the eye.
    """

    time_s: FloatArray
    value: FloatArray
    weight: FloatArray
    place_mm: FloatArray

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.place_mm)

    def rows(self, chosen: NDArray[np.int_] | BoolArray) -> Samples:
        """Return some of the rows."""
        return replace(
            self,
            value=self.value[chosen],
            weight=self.weight[chosen],
            place_mm=self.place_mm[chosen],
        )

    def frames(self, chosen: NDArray[np.int_] | BoolArray) -> Samples:
        """Return some of the frames."""
        return replace(
            self,
            time_s=self.time_s[chosen],
            value=self.value[:, chosen],
            weight=self.weight[:, chosen],
        )

    def useful(self, fewest: int = 3) -> Samples:
        """Return the rows that were observed in at least `fewest` frames."""
        return self.rows((self.weight > 0).sum(axis=1) >= fewest)


def inverse_variance(sd: FloatArray, seen: BoolArray) -> FloatArray:
    """Return weights 1 / (sd^2 + typical sd^2), 0 where not seen.

    The typical variance is added because a filter's claim to know one frame far better than
    the others is not to be trusted that far.
    """
    if not seen.any():
        return np.zeros(sd.shape)
    known = np.where(seen & np.isfinite(sd), sd, np.nan)
    typical = float(np.nanmedian(known)) if np.isfinite(known).any() else 1.0
    typical = max(typical, 1e-6)
    variance = np.where(np.isfinite(known), known, typical) ** 2 + typical**2
    return np.where(seen, 1.0 / variance, 0.0)


def looked_at(tracks: FilmTracks, count: int) -> NDArray[np.int_]:
    """Return the frames in which any track was observed, and the first and last of `count`.

    Slow film is looked at some ten times a second; other frames hold nothing to fit to.
    """
    seen = np.zeros(count, dtype=bool)
    inside = (tracks.frame >= 0) & (tracks.frame < count)
    seen[tracks.frame[inside & tracks.observed]] = True
    seen[[0, -1]] = True
    return np.flatnonzero(seen)


def track_samples(
    time_s: FloatArray,
    tracks: FilmTracks,
    mm_per_px: float,
    frames: NDArray[np.int_] | None = None,
) -> tuple[Samples, Samples]:
    """Return the observed heights (y up, mm) and the x positions of all tracks.

    Parameters
    ----------
    time_s : (n,) array
        Frame times of the interval.
    tracks : FilmTracks
        Tracks in eye coordinates; frames outside 0..n-1 are ignored.
    mm_per_px : float
        Scale.
    frames : (k,) int array, optional
        The frames wanted, rising; all n without it.

    Returns
    -------
    (Samples, Samples)
        Row i belongs to the i-th distinct track number, in rising order.
    """
    wanted = np.arange(len(time_s)) if frames is None else frames
    column = np.full(len(time_s) + 1, -1)
    column[wanted] = np.arange(len(wanted))
    inside = (tracks.frame >= 0) & (tracks.frame < len(time_s))
    _, row = np.unique(tracks.track, return_inverse=True)
    count = int(row.max()) + 1 if len(row) else 0
    found = inside & tracks.observed & np.isfinite(tracks.x_px) & np.isfinite(tracks.y_px)
    found &= column[np.where(inside, tracks.frame, -1)] >= 0
    at = row[found], column[tracks.frame[found]]
    shape = (count, len(wanted))
    seen = np.zeros(shape, dtype=bool)
    seen[at] = True
    time_s = time_s[wanted]

    def laid_out(values: FloatArray, unseen: float) -> FloatArray:
        matrix = np.full(shape, unseen)
        matrix[at] = values[found] * mm_per_px
        return matrix

    weight = inverse_variance(laid_out(tracks.sd_px, np.nan), seen)
    x, y = laid_out(tracks.x_px, 0.0), laid_out(-tracks.y_px, 0.0)
    place = _row_mean(x, seen)
    return Samples(time_s, y, weight, place), Samples(time_s, x, weight, place)


def front_samples(time_s: FloatArray, front: FilmFront, mm_per_px: float) -> Samples:
    """Return the observed heights (y up, mm) of the front, a row per column; see `Samples`."""
    height = -front.y_px.T * mm_per_px
    seen = front.observed.T & np.isfinite(height)
    weight = inverse_variance(front.sd_px.T * mm_per_px, seen)
    return Samples(time_s, np.where(seen, height, 0.0), weight, front.x_px * mm_per_px)


def _row_mean(values: FloatArray, seen: BoolArray) -> FloatArray:
    count = np.maximum(seen.sum(axis=1), 1)
    mean: FloatArray = np.where(seen, values, 0.0).sum(axis=1) / count
    return mean


def fit_frames(time_s: FloatArray, end_s: float, most: int = 150) -> NDArray[np.int_]:
    """Return the frames to fit on: those until `end_s`, thinned where neighbours say the same.

    All frames of the first 1.5 s stay (half of `most` at high frame rates); later, where the
    film is slow and errors of neighbouring frames are alike, every k-th frame is enough.
    """
    inside = np.flatnonzero(time_s <= end_s + 1e-9)
    if len(inside) <= most:
        return inside
    early = inside[time_s[inside] - time_s[0] <= 1.5]
    if len(early) > most // 2:
        early = early[:: -(-len(early) // (most // 2))]
    late = inside[inside > early[-1]]
    step = -(-len(late) // (most - len(early)))
    return np.concatenate([early, late[::step]])
