"""The colour of the light: white balance that jumps or drifts.

A lamp or a camera's white balance changes the tint of all places alike; film changes colour here
and there, and in most places by less (the median over the open eye stays within 2 % in a second
of a real spread).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, ByteArray, FloatArray
from easytear.preprocess.light import AGREEMENT

EVERY_S = 0.1
"""Colours are looked at this often: a white balance takes longer to settle than to be missed."""
LEAST_CHANGE = 0.03
"""Share by which the ratio of two colours changes in an event. The median over a real spread
changes by up to 0.019 in a second."""
_SHAPE = (12, 16)
_DARK = 4.0
"""Grey levels: colours of darker places are noise and coding."""
_DRIFT_S = 1.0
"""A drift is told from noise over this time."""


def tint_cells(colour: ByteArray, box: tuple[int, int, int, int]) -> ByteArray:
    """Return the colours of a part of a frame in few cells.

    Parameters
    ----------
    colour : (height, width, 3) uint8 array
        The frame in blue, green, red.
    box : (int, int, int, int)
        x0, y0, x1, y1 of the part, whole pixels.

    Returns
    -------
    (12, 16, 3) uint8 array
        Mean colours.
    """
    x0, y0, x1, y1 = box
    small = cv2.resize(colour[y0:y1, x0:x1], _SHAPE[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def tint_changes(
    cells: Sequence[ByteArray], frames: Sequence[int], time_s: FloatArray, free: BoolArray
) -> BoolArray:
    """Return (n,): frames between which the tint of the whole picture changes.

    Parameters
    ----------
    cells : sequence of (12, 16, 3) uint8 arrays
        From `tint_cells`, of some frames in order.
    frames : sequence of int
        The frames' numbers.
    time_s : (n,) float array
        Times of all frames.
    free : (n,) bool array
        Frames that show the open eye.
    """
    changing = np.zeros(len(time_s), bool)
    shown = [(frame, one) for frame, one in zip(frames, cells, strict=True) if free[frame]]
    if len(shown) < 2:
        return changing
    number = np.array([frame for frame, _ in shown])
    colours = np.stack([one for _, one in shown]).astype(np.float32)
    light = np.log(colours + _DARK)
    tint = light[..., [0, 2]] - light[..., [1]]
    usable: BoolArray = np.all((colours > 2 * _DARK) & (colours < 250), axis=3)
    for lag_s in (EVERY_S, _DRIFT_S):
        steps = changing.copy()
        later = np.searchsorted(time_s[number], time_s[number] + lag_s - 1e-6)
        for k, other in enumerate(later):
            if other >= len(number):
                break
            between = slice(number[k], number[other] + 1)
            # A step is told by its own frames; film after a blink is another one.
            if steps[between].any() or not free[between].all():
                continue
            both = np.asarray(usable[k] & usable[other])
            changing[between] |= _all_alike(tint[other] - tint[k], both)
    return changing


def _all_alike(change: FloatArray, usable: BoolArray) -> bool:
    """Return whether a tint changes, and nearly everywhere the same way."""
    if usable.sum() < 0.25 * usable.size:
        return False
    some = change[usable]
    middle = np.median(some, axis=0)
    channel = int(np.argmax(np.abs(middle)))
    most = float(middle[channel])
    alike = (some[:, channel] * np.sign(most) > 0.3 * abs(most)).mean()
    return abs(most) > LEAST_CHANGE and bool(alike > AGREEMENT)
