"""The film's velocity on a grid, from its tracks."""

from __future__ import annotations

import numpy as np

from easytear.geometry import FloatArray
from easytear.track.records import FilmTracks, VelocityField

# Tracks speak for their neighbourhood: standard deviation (mm) of their weight along x and y.
# Speed changes with height first of all.
_REACH_MM = (0.5, 0.25)
_GRID_MM = 0.4
# A node is known where tracks weigh at least so much.
_LEAST_WEIGHT = 1.5


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
    reach = np.array(_REACH_MM) / mm_per_px
    for k, (a, b) in enumerate(zip(begin, stop, strict=True)):
        rows = order[a:b]
        if len(rows) < 3:
            continue
        xy = np.column_stack([tracks.x_px[rows], tracks.y_px[rows]])
        v = np.column_stack([tracks.vx_px_s[rows], tracks.vy_px_s[rows]])
        weight = np.where(tracks.observed[rows], 1.0, 0.7)
        velocity[k] = local_linear(x_px, y_px, xy, v, weight, reach)
    return VelocityField(np.asarray(frames), x_px, y_px, velocity[..., 0], velocity[..., 1])


def local_linear(
    x_px: FloatArray,
    y_px: FloatArray,
    xy: FloatArray,
    values: FloatArray,
    weight: FloatArray,
    reach: FloatArray,
) -> FloatArray:
    """Return values (r, c, k) on a grid by weighted local linear fits; NaN where unknown.

    Parameters
    ----------
    x_px, y_px : (c,), (r,) float arrays
        The grid.
    xy : (n, 2) float array
        Where values are known.
    values : (n, k) float array
        Known values.
    weight : (n,) float array
        How much each counts.
    reach : (2,) float array
        Standard deviation of the Gaussian weight along x and y.
    """
    # The weight is a product over the axes, so that all sums are matrix products.
    u = (xy[None, :, 0] - x_px[:, None]) / reach[0]
    v = (xy[None, :, 1] - y_px[:, None]) / reach[1]
    wx, wy = np.exp(-0.5 * u**2), np.exp(-0.5 * v**2) * weight
    along = [wx, wx * u, wx * u**2]
    down = [wy, wy * v, wy * v**2]

    def total(a: int, b: int, of: FloatArray | float = 1.0) -> FloatArray:
        return np.asarray((down[b] * of) @ along[a].T)

    # A little of a zero slope: a node beside its tracks takes their mean, not their trend.
    normal = np.empty((len(y_px), len(x_px), 3, 3))
    powers = [(0, 0), (1, 0), (0, 1)]
    for i, (a, b) in enumerate(powers):
        for j, (c, d) in enumerate(powers):
            normal[..., i, j] = total(a + c, b + d) + (0.3 if i == j > 0 else 0.0)
    known = normal[..., 0, 0] >= _LEAST_WEIGHT
    right = np.stack(
        [np.stack([total(a, b, f) for f in values.T], axis=-1) for a, b in powers], axis=-2
    )
    fitted = np.full((*known.shape, values.shape[1]), np.nan)
    fitted[known] = np.linalg.solve(normal[known], right[known])[:, 0]
    return fitted
