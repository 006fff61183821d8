"""Where new film points are born."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.base.geometry import ByteArray, FloatArray


def find_new(
    picture: ByteArray,
    past: ByteArray,
    trust: ByteArray,
    taken: FloatArray,
    spacing_px: float,
    most: int,
    failed: FloatArray,
) -> FloatArray:
    """Return new points (n, 2), the best structured of each free cell of a grid.

    Structure counts as far as it has changed since a past picture: what moves has, what is
    left of the still eye has not. (Noise has too, but cannot be followed.)

    Parameters
    ----------
    picture, past : (h, w) uint8 arrays
        The film's fine texture now, and when the film was elsewhere.
    trust : (h, w) uint8 array
        Where points may be born.
    taken : (m, 2) float array
        Points that exist.
    spacing_px : float
        Width of a cell.
    most : int
        At most so many points.
    failed : (rows, columns) float array
        How many points have failed lately in each cell; each halves its chance.
    """
    strength = cv2.cornerMinEigenVal(picture, 7, ksize=3)
    strength = cv2.multiply(strength, _changed(picture, past, spacing_px))
    strength[trust == 0] = 0.0
    height, width = strength.shape
    cell = max(int(spacing_px), 2)
    rows, columns = height // cell, width // cell
    cut = strength[: rows * cell, : columns * cell]
    blocks = cut.reshape(rows, cell, columns, cell).swapaxes(1, 2).reshape(rows, columns, -1)
    where = blocks.argmax(axis=2)
    best = np.take_along_axis(blocks, where[..., None], axis=2)[..., 0]
    best = best * 0.5**failed
    free = best > 0.0
    r, c = (taken[:, 1] / cell).astype(int), (taken[:, 0] / cell).astype(int)
    on = (r >= 0) & (r < rows) & (c >= 0) & (c < columns)
    free[r[on], c[on]] = False
    if not free.any() or most <= 0:
        return np.zeros((0, 2))
    # Structure well under that of the liveliest cells is noise.
    free &= best > 0.03 * np.quantile(best[best > 0.0], 0.9)
    row, column = np.nonzero(free)
    order = np.argsort(-best[row, column])[:most]
    row, column = row[order], column[order]
    inner = where[row, column]
    xy = np.column_stack([column * cell + inner % cell, row * cell + inner // cell])
    return xy.astype(float)


def _changed(picture: ByteArray, past: ByteArray, width_px: float) -> FloatArray:
    """Return how much of the texture around each pixel has changed, from 0 to 1."""
    height, width = picture.shape
    half = (max(width // 2, 1), max(height // 2, 1))
    box = (int(width_px / 2) | 1, int(width_px / 2) | 1)
    now, then = (
        cv2.resize(p, half, interpolation=cv2.INTER_AREA).astype(np.float32) - np.float32(128.0)
        for p in (picture, past)
    )
    change = cv2.blur((now - then) ** 2, box)
    both = cv2.blur(now**2 + then**2, box)
    share = np.minimum(change / np.maximum(both, np.float32(1.0)), np.float32(1.0)) ** 2
    return np.asarray(cv2.resize(share, (width, height), interpolation=cv2.INTER_LINEAR))
