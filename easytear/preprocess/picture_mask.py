"""What of a video's frames is picture: not borders, an aperture's surround, or burnt-in text."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray

_WORK = 320
"""Borders are looked for with the longer side reduced to at most about this."""

_STILL_DN = 4.0
"""A place without light differs by no more than this from picture to picture, after coding."""

_DARK_SHARE = 0.05
"""Black is what is within this share of the picture's range above its darkest place."""


def picture_mask(pictures: NDArray[np.uint8]) -> BoolArray:
    """Return where the frames show something, (height, width).

    Left out are bars (rows and columns at a side that hold one and the same value throughout),
    black surroundings of a cut or round aperture (black in every frame, and joined to the frame's
    edge), what is beyond them (text on a border), and text burnt into the picture (small, sharp,
    and unchanged while what is about it changes).

    Parameters
    ----------
    pictures : (k, height, width) uint8 array
        Grey frames spread over the video.
    """
    height, width = int(pictures.shape[1]), int(pictures.shape[2])
    factor = max(max(height, width) / _WORK, 1.0)
    size = (max(round(width / factor), 1), max(round(height / factor), 1))
    small = np.stack([cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in pictures])
    low, high = small.min(axis=0), small.max(axis=0)
    empty = _bars(low, high) | _surround(low, high)
    valid = ~empty
    if empty.any() and valid.any():
        # The border's edge is spread by reduction and coding.
        valid = _largest(cv2.erode(valid.astype(np.uint8), np.ones((3, 3)), borderValue=1) > 0)
    full = cv2.resize(valid.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    return full & ~burnt_in_text(pictures)


def _bars(low: NDArray[np.uint8], high: NDArray[np.uint8]) -> BoolArray:
    """Return rows and columns at the sides that are one value in space and time."""
    empty = np.zeros(low.shape, bool)
    for turned, mask in ((False, empty), (True, empty.T)):
        a, b = (low.T, high.T) if turned else (low, high)
        for order in (slice(None), slice(None, None, -1)):
            spread = b[order].max(axis=1).astype(float) - a[order].min(axis=1)
            flat = spread <= 2.0 * _STILL_DN
            count = len(flat) if flat.all() else int(np.argmin(flat))
            mask[order][:count] = True
    return empty


def _surround(low: NDArray[np.uint8], high: NDArray[np.uint8]) -> BoolArray:
    """Return what is black in every frame and joined to the frame's edge."""
    smooth = cv2.GaussianBlur(high, (0, 0), 1.0).astype(float)
    black, light = float(smooth.min()), float(np.quantile(smooth, 0.95))
    # Nothing that is seen by light is quite black; where the darkest is bright there is no border.
    if black > 40.0 or light - black < 10.0:
        return np.zeros(low.shape, bool)
    dark = smooth < black + max(_STILL_DN, _DARK_SHARE * (light - black))
    dark &= high.astype(float) - low < 2.0 * _STILL_DN
    padded = cv2.copyMakeBorder(dark.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, labels = cv2.connectedComponents(padded, connectivity=4)
    outside: BoolArray = (labels == labels[0, 0])[1:-1, 1:-1] & dark
    # A border takes up some of the edge; a lash or shade that just reaches it does not.
    rim = np.concatenate([outside[0], outside[-1], outside[:, 0], outside[:, -1]])
    return outside if rim.mean() > 0.1 else np.zeros(low.shape, bool)


def _largest(mask: BoolArray) -> BoolArray:
    """Return the largest piece with its holes filled (dark places within are picture)."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=4
    )
    if count < 2:
        return mask
    main = labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    padded = cv2.copyMakeBorder((~main).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, around = cv2.connectedComponents(padded, connectivity=4)
    filled: BoolArray = (around != around[0, 0])[1:-1, 1:-1]
    return filled


def burnt_in_text(pictures: NDArray[np.uint8]) -> BoolArray:
    """Return burnt-in text: fine, sharp, and the same while most of the picture changes.

    Parameters
    ----------
    pictures : (k, height, width) uint8 array
        Grey frames spread over the video.
    """
    height, width = int(pictures.shape[1]), int(pictures.shape[2])
    nothing = np.zeros((height, width), bool)
    some = pictures[:: max(len(pictures) // 8, 1)]
    if min(height, width) < 48 or len(some) < 3:
        return nothing
    low, high = some.min(axis=0), some.max(axis=0)
    change = high.astype(np.int16) - low
    usual = float(np.median(change))
    if usual < 3.0 * _STILL_DN:
        return nothing
    across = max(5, round(0.02 * max(height, width)) | 1)
    kernel = np.ones((across, across), np.uint8)
    fine = cv2.max(
        cv2.morphologyEx(low, cv2.MORPH_TOPHAT, kernel),
        cv2.morphologyEx(high, cv2.MORPH_BLACKHAT, kernel),
    )
    marks = ((fine > 60) & (change < min(2.0 * _STILL_DN, 0.3 * usual))).astype(np.uint8)
    # Strokes of one word lie close together along the line; single spots are reflections.
    words = cv2.morphologyEx(
        marks, cv2.MORPH_CLOSE, np.ones((across // 2 | 1, 2 * across), np.uint8)
    )
    count, _, stats, _ = cv2.connectedComponentsWithStats(words, connectivity=8)
    found = nothing.astype(np.uint8)
    for k in range(1, count):
        x, y, w, h, _ = stats[k]
        pieces = cv2.connectedComponents(marks[y : y + h, x : x + w])[0] - 1
        if w > 1.5 * h and h <= 0.15 * height and pieces >= 3:
            # Digits of a clock that change stand beside those that do not.
            x0, x1 = max(x - h, 0), min(x + w + h, width)
            found[max(y - 2, 0) : y + h + 2, x0:x1] = 1
    return found > 0
