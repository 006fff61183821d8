"""From scattered points to a grid, or to other points."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import FloatArray

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
    along = np.concatenate([wx, wx * u, wx * u**2])
    down = np.stack([wy, wy * v, wy * v**2])
    of = np.concatenate([down, *(down[:2] * f for f in values.T)])
    # sums[b, :, a] is of u^a v^b; further on the same of each value times v^b, b = 0 and 1.
    sums = (of.reshape(-1, len(xy)) @ along.T).reshape(len(of), len(y_px), 3, len(x_px))
    # A little of a zero slope: a node beside its tracks takes their mean, not their trend.
    normal = np.empty((len(y_px), len(x_px), 3, 3))
    powers = [(0, 0), (1, 0), (0, 1)]
    for i, (a, b) in enumerate(powers):
        for j, (c, d) in enumerate(powers):
            normal[..., i, j] = sums[b + d, :, a + c] + (0.3 if i == j > 0 else 0.0)
    known = normal[..., 0, 0] >= least_weight
    first = 3 + 2 * np.arange(values.shape[1])
    right = np.stack([np.moveaxis(sums[first + b, :, a], 0, -1) for a, b in powers], axis=-2)
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
    # Sums over all values are matrix products of the weights with powers of the places, taken
    # about their middle, and then moved to each point.
    middle = xy.mean(axis=0)
    x, y = ((xy - middle) / reach).T
    p, q = ((points - middle) / reach).T
    weight = np.exp(-0.5 * ((x - p[:, None]) ** 2 + (y - q[:, None]) ** 2))
    weight = np.nan_to_num(weight)
    known = weight.sum(axis=1) > LEAST_WEIGHT
    weight, p, q = weight[known], p[known], q[known]
    level = values.mean(axis=0)
    near = values - level
    powers = np.column_stack([np.ones(len(x)), x, y, x * x, x * y, y * y, (near**2).sum(axis=1)])
    total, sx, sy, sxx, sxy, syy, square = (weight @ powers).T
    a, ax, ay = (weight @ (near * f[:, None]) for f in (powers[:, 0], x, y))
    su, sv = sx - p * total, sy - q * total
    suu, svv = sxx - 2 * p * sx + p * p * total, syy - 2 * q * sy + q * q * total
    suv = sxy - p * sy - q * sx + p * q * total
    normal = np.array([[total, su, sv], [su, suu, suv], [sv, suv, svv]]).transpose(2, 0, 1)
    right = np.stack([a, ax - p[:, None] * a, ay - q[:, None] * a], axis=1)
    solved = np.linalg.solve(normal + np.diag([0.0, 0.1, 0.1]), right)
    fitted[known] = solved[:, 0] + level
    left = square - 2 * (solved * right).sum(axis=(1, 2)) + (solved * (normal @ solved)).sum((1, 2))
    variance = np.maximum(left, 0.0) / (total * values.shape[1])
    # Effective number of values in the mean (Kish).
    number = total**2 / (weight**2).sum(axis=1)
    sd[known] = np.sqrt(variance / np.maximum(number - 2.0, 1.0))
    return fitted, sd


def local_bent_at(
    points: FloatArray, xy: FloatArray, values: FloatArray, reach: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return values (g, k) at points as `local_linear_at` does, but bent along y.

    A straight line through film whose speed grows less and less with height lies below it in the
    middle: the front, carried by it, falls behind by some hundredths. The bend is held by as weak
    a prior as the slopes, so that few values give the straight line again.
    """
    fitted = np.full((len(points), values.shape[1]), np.nan)
    sd = np.full(len(points), np.nan)
    if len(xy) < 5 or len(points) == 0:
        return fitted, sd
    middle = xy.mean(axis=0)
    x, y = ((xy - middle) / reach).T
    p, q = ((points - middle) / reach).T
    weight = np.nan_to_num(np.exp(-0.5 * ((x - p[:, None]) ** 2 + (y - q[:, None]) ** 2)))
    known = weight.sum(axis=1) > LEAST_WEIGHT
    weight, p, q = weight[known], p[known], q[known]
    level = values.mean(axis=0)
    near = values - level
    # Sums of u^a v^b, u and v counted from each point, from sums about the middle of all.
    basis = np.stack([np.ones(len(x)), x, y, x * x, x * y, x * y**2, y**2, y**3, y**4])
    normal = _bent_normal(np.asarray(weight @ basis.T).T, p, q)
    total = normal[:, 0, 0]
    a, ax, ay, ayy = (weight @ (near * f[:, None]) for f in (basis[0], x, y, y * y))
    right = np.stack(
        [
            a,
            ax - p[:, None] * a,
            ay - q[:, None] * a,
            ayy - 2.0 * q[:, None] * ay + (q[:, None] ** 2 - 1.0) * a,
        ],
        axis=1,
    )
    solved = np.linalg.solve(normal + np.diag([0.0, 0.1, 0.1, 0.3]), right)
    fitted[known] = solved[:, 0] - solved[:, 3] + level
    left = weight @ (near**2).sum(axis=1) - 2 * (solved * right).sum(axis=(1, 2))
    left = left + (solved * (normal @ solved)).sum(axis=(1, 2))
    variance = np.maximum(left, 0.0) / (total * values.shape[1])
    number = total**2 / (weight**2).sum(axis=1)
    # The bend takes up one value more, and the middle of a bent line is known half as well.
    sd[known] = np.sqrt(1.5 * variance / np.maximum(number - 3.0, 1.0))
    return fitted, sd


def _bent_normal(sums: FloatArray, p: FloatArray, q: FloatArray) -> FloatArray:
    """Return the normal matrices (g, 4, 4) of 1, u, v, v^2 - 1 about points at (p, q).

    `sums` (9, g) are of 1, x, y, x^2, xy, xy^2, y^2, y^3, y^4 about the middle.
    """
    s, x, y, xx, xy, xyy, yy, yyy, yyyy = sums
    u, v = x - p * s, y - q * s
    uu = xx - 2 * p * x + p * p * s
    uv = xy - p * y - q * x + p * q * s
    vv = yy - 2 * q * y + q * q * s
    uvv = xyy - 2 * q * xy + q * q * x - p * vv
    vvv = yyy - 3 * q * yy + 3 * q**2 * y - q**3 * s
    vvvv = yyyy - 4 * q * yyy + 6 * q**2 * yy - 4 * q**3 * y + q**4 * s
    rows = [
        [s, u, v, vv - s],
        [u, uu, uv, uvv - u],
        [v, uv, vv, vvv - v],
        [vv - s, uvv - u, vvv - v, vvvv - 2 * vv + s],
    ]
    return np.asarray(rows).transpose(2, 0, 1)
