"""From scattered points to a grid."""

from __future__ import annotations

import numpy as np

from easytear.geometry import FloatArray

# A node is known where the points around it weigh at least so much.
_LEAST_WEIGHT = 1.5


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
