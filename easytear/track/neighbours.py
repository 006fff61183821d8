"""What the points around a point do: their median, their gradient, and who contradicts them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from easytear.base.geometry import BoolArray, FloatArray

IntArray = NDArray[np.int_]

# Neighbours this near (sum of squared distances, px^2) tell no gradient.
_HOLD_PX2 = 60.0


def neighbours(points: FloatArray, of: FloatArray, count: int) -> IntArray:
    """Return indices (n, count) into `of` of each point's nearest, itself left out.

    Distances along y count double: film speed changes with height first of all. Where `of` has
    too few members the index is len(of).
    """
    stretch = np.array([1.0, 2.0])
    answer = cKDTree(of * stretch).query(points * stretch, k=count + 1)
    distance, index = np.asarray(answer[0]), np.asarray(answer[1], int)
    itself = distance <= 1e-9
    # Drop the point itself where it is a member, the farthest where it is not.
    drop = np.where(itself.any(axis=1), itself.argmax(axis=1), count)
    keep = np.arange(count + 1)[None, :] != drop[:, None]
    return np.asarray(index[keep].reshape(len(points), count))


def median_of(values: FloatArray, index: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the neighbours' median (n, 2) and their median distance from it (n,).

    Values that are NaN do not count; NaN where fewer than three neighbours are left.
    """
    near = np.vstack([values, [np.nan, np.nan]])[index]
    middle = np.stack([_median(near[:, :, k]) for k in (0, 1)], axis=1)
    spread = _median(np.hypot(*(near - middle[:, None]).transpose(2, 0, 1)))
    return middle, spread


def _median(values: FloatArray) -> FloatArray:
    """Return the median (n,) of each row, NaN left out (numpy's own is thirty times slower)."""
    ordered = np.sort(values, axis=1)
    count = np.isfinite(values).sum(axis=1)
    row = np.arange(len(values))
    low, high = ordered[row, (count - 1) // 2], ordered[row, np.minimum(count // 2, count)]
    return np.where(count >= 3, 0.5 * (low + high), np.nan)


def gradients(values: FloatArray, xy: FloatArray, index: IntArray) -> FloatArray:
    """Return the gradient (n, 2, 2) of values (m, 2) over neighbours; [i, j] = d value_i / d x_j.

    Least squares over each point's neighbours, held back where they lie too close together.
    """
    padded = np.vstack([values, [np.nan, np.nan]])[index]
    place = np.vstack([xy, [np.nan, np.nan]])[index]
    known = np.isfinite(padded[..., :1] + place[..., :1])
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    dv = np.where(known, padded, 0.0)
    dx = np.where(known, place, 0.0)
    dv = np.where(known, dv - dv.sum(axis=1, keepdims=True) / count, 0.0)
    dx = np.where(known, dx - dx.sum(axis=1, keepdims=True) / count, 0.0)
    normal = dx.transpose(0, 2, 1) @ dx + _HOLD_PX2 * np.eye(2)
    right = dx.transpose(0, 2, 1) @ dv
    return np.asarray(np.linalg.solve(normal, right).transpose(0, 2, 1))


def contradicts(
    steps: FloatArray, middle: FloatArray, spread: FloatArray, floor_px: float
) -> BoolArray:
    """Return which steps contradict their neighbours: normalised median test.

    Westerweel and Scarano (2005), Exp. Fluids 39:1096, with threshold 3. Points without
    neighbours contradict nobody.
    """
    residual = np.hypot(*(steps - middle).T) / (spread + floor_px)
    return np.asarray(residual > 3.0)
