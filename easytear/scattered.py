"""From scattered points to a grid, or to other points."""

from __future__ import annotations

import numpy as np

from easytear.geometry import FloatArray

# Tracks speak for their neighbourhood: standard deviation (mm) of their weight along x and y.
# Film speed changes with height first of all.
FILM_REACH_MM = (0.5, 0.25)
# A node is known where the points around it weigh at least so much.
LEAST_WEIGHT = 1.5


def local_linear(
    x_px: FloatArray,
    y_px: FloatArray,
    xy: FloatArray,
    values: FloatArray,
    weight: FloatArray,
    reach: FloatArray,
    least_weight: float = LEAST_WEIGHT,
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
    least_weight : float
        A node is known where the points around it weigh at least so much.
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
    known = normal[..., 0, 0] >= least_weight
    right = np.stack(
        [np.stack([total(a, b, f) for f in values.T], axis=-1) for a, b in powers], axis=-2
    )
    fitted = np.full((*known.shape, values.shape[1]), np.nan)
    fitted[known] = np.linalg.solve(normal[known], right[known])[:, 0]
    return fitted


def local_linear_at(
    points: FloatArray, xy: FloatArray, values: FloatArray, reach: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return values (g, k) at points by weighted local linear fits, and their deviation (g,).

    Parameters
    ----------
    points : (g, 2) float array
        Where values are wanted; may hold NaN.
    xy : (n, 2) float array
        Where values are known.
    values : (n, k) float array
        Known values.
    reach : (2,) float array
        Standard deviation of the Gaussian weight along x and y.

    Returns
    -------
    fitted : (g, k) float array
        NaN where no known value is near.
    sd : (g,) float array
        Standard deviation of the fit, per value, from the scatter about it.
    """
    fitted = np.full((len(points), values.shape[1]), np.nan)
    sd = np.full(len(points), np.nan)
    if len(xy) < 4 or len(points) == 0:
        return fitted, sd
    u = (xy[None] - points[:, None]) / reach
    weight = np.nan_to_num(np.exp(-0.5 * (u**2).sum(axis=2)))
    known = weight.sum(axis=1) > LEAST_WEIGHT
    u, weight = u[known], weight[known]
    design = np.concatenate([np.ones((*weight.shape, 1)), u], axis=2)
    weighted = (weight[:, :, None] * design).transpose(0, 2, 1)
    normal = weighted @ design + np.diag([0.0, 0.1, 0.1])
    solved = np.linalg.solve(normal, weighted @ values)
    fitted[known] = solved[:, 0]
    scatter = ((values[None] - design @ solved) ** 2).mean(axis=2)
    total = weight.sum(axis=1)
    variance = (weight * scatter).sum(axis=1) / total
    # Effective number of values in the mean (Kish).
    number = total**2 / (weight**2).sum(axis=1)
    sd[known] = np.sqrt(variance / np.maximum(number - 2.0, 1.0))
    return fitted, sd
