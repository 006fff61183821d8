"""The film's velocity on a grid, from its tracks."""

from __future__ import annotations

import numpy as np

from easytear.base.scattered import FILM_REACH_MM, local_linear
from easytear.track.records import FilmTracks, VelocityField

_GRID_MM = 0.4


def velocity_field(
    tracks: FilmTracks,
    frames: np.ndarray[tuple[int], np.dtype[np.int_]],
    shape: tuple[int, int],
    mm_per_px: float,
) -> VelocityField:
    """Return the velocity on a grid: at each node a local linear fit to the tracks around it.

    Parameters
    ----------
    tracks : FilmTracks
        Smoothed tracks, frame pixels.
    frames : (f,) int array
        Frames at which the field is wanted, rising.
    shape : (int, int)
        Height and width of the frames.
    mm_per_px : float
        Scale of the frames.
    """
    spacing = _GRID_MM / mm_per_px
    x_px = np.arange(spacing / 2, shape[1], spacing)
    y_px = np.arange(spacing / 2, shape[0], spacing)
    order = np.argsort(tracks.frame, kind="stable")
    begin = np.searchsorted(tracks.frame[order], frames)
    stop = np.searchsorted(tracks.frame[order], frames + 1)
    velocity = np.full((len(frames), len(y_px), len(x_px), 2), np.nan)
    reach = np.array(FILM_REACH_MM) / mm_per_px
    for k, (a, b) in enumerate(zip(begin, stop, strict=True)):
        rows = order[a:b]
        if len(rows) < 3:
            continue
        xy = np.column_stack([tracks.x_px[rows], tracks.y_px[rows]])
        v = np.column_stack([tracks.vx_px_s[rows], tracks.vy_px_s[rows]])
        weight = np.where(tracks.observed[rows], 1.0, 0.7)
        velocity[k] = local_linear(x_px, y_px, xy, v, weight, reach)
    return VelocityField(np.asarray(frames), x_px, y_px, velocity[..., 0], velocity[..., 1])
