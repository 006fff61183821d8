"""Reflections of lamps on the cornea, which lie over pupil and iris and belong to neither."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, ByteArray
from easytear.base.quantiles import grey_quantiles

_SMALL = 240
_LARGEST = 0.2
"""Size of the largest reflection, as a share of the picture's longer side."""

_THIN = 0.03
"""Width of the strokes of rings and dots of light, as such a share."""

_LINE = 0.02
"""Width of a topographer's mirrored rings: twenty and more lie across a cornea."""

_OUTSTANDING, _FAINT_DN = 5.0, 8.0

_ABOVE = 1.2
"""A reflection is brighter than skin and white of the eye by this factor."""


def without_reflections(grey: ByteArray, valid: BoolArray | None = None) -> ByteArray:
    """Return the picture with reflections filled from what lies about them.

    A reflection is smaller than a fifth of the picture and brighter than anything that is seen by
    scattered light; strokes and dots (of rings of light) are also told where they are only much
    brighter than what lies on both sides.

    Parameters
    ----------
    grey : (height, width) uint8 array
        The picture; it comes back itself where it has no reflections.
    valid : (height, width) bool array, optional
        What of it is picture.
    """
    factor = max(max(grey.shape) / _SMALL, 1.0)
    size = (max(round(grey.shape[1] / factor), 1), max(round(grey.shape[0] / factor), 1))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    inside = None
    if valid is not None and not valid.all():
        inside = cv2.resize(valid.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    if min(small.shape) < 12 or (inside is not None and not inside.any()):
        return grey
    broad, rings = _broad(small, inside), _rings(small)
    if not broad.any() and not rings.any():
        return grey
    # Thin lines have their own ground on both sides; broad reflections take it from around them.
    filled = np.where(rings > 0, _opened(small, _LINE * max(small.shape)), small)
    if broad.any():
        filled = cv2.inpaint(filled, broad, 3.0, cv2.INPAINT_TELEA)
    full = (grey.shape[1], grey.shape[0])
    over = cv2.resize(broad | rings, full, interpolation=cv2.INTER_LINEAR)
    filled = cv2.resize(filled, full, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
    clear = grey.copy()
    cv2.copyTo(filled, over, clear)
    return clear


def _broad(small: ByteArray, inside: BoolArray | None) -> ByteArray:
    """Return where reflections of lamps lie (0 or 1), by the range of what is picture, `inside`."""
    dark, usual, light = grey_quantiles(small, (0.05, 0.5, 0.95), inside)
    longer = max(small.shape)
    tall = _standing_out(small, _LARGEST * longer)
    thin = _standing_out(small, _THIN * longer)
    hot = (small > _ABOVE * light) & (tall > 0.5 * (light - dark) + 5.0)
    strokes = (thin > 0.8 * (usual - dark) + 15.0) & (small > light)
    mask = (hot | strokes).astype(np.uint8)
    return cv2.dilate(mask, np.ones((5, 5), np.uint8)).astype(np.uint8, copy=False)


def _rings(small: ByteArray) -> ByteArray:
    """Return where thin lines of light lie (0 or 1), such as a topographer's rings.

    Beside noise and texture, which are there everywhere, they stand out many times as far.
    """
    out = _standing_out(small, _LINE * max(small.shape))
    mask = (out > max(_FAINT_DN, _OUTSTANDING * grey_quantiles(out, (0.5,))[0])).astype(
        np.uint8, copy=False
    )
    return cv2.dilate(mask, np.ones((3, 3), np.uint8)).astype(np.uint8, copy=False)


def _opened(small: ByteArray, width: float) -> ByteArray:
    """Return the picture without anything bright that is narrower than this."""
    across = max(3, round(width) | 1)
    kernel = np.ones((across, across), np.uint8)
    return cv2.morphologyEx(small, cv2.MORPH_OPEN, kernel).astype(np.uint8, copy=False)


def _standing_out(small: ByteArray, width: float) -> ByteArray:
    """Return by how much each place is brighter than what it is an island in."""
    return cv2.subtract(small, _opened(small, width)).astype(np.uint8, copy=False)
