"""Film breaks drawn: over a frame, and as a map of one interval."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.base.geometry import ByteArray, FloatArray
from easytear.report.drawing import mapped
from easytear.results import IntervalResult
from easytear.show import palette

_SHIFT_BITS = 4


def draw_breaks(
    picture: ByteArray, interval: IntervalResult, time_s: float, matrix: FloatArray
) -> None:
    """Draw the rims of the film breaks that are there at a video time, in place.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array
        Blue-green-red.
    interval : IntervalResult
        The interval that the time lies in.
    time_s : float
        Video time.
    matrix : (2, 3) float array
        From eye coordinates to the picture.
    """
    found = interval.film_break
    if found is None:
        return
    for one in found.breaks:
        if one.start_s > time_s or len(one.outline) < 3:
            continue
        rim = mapped(np.array(one.outline, float), matrix)
        corners = [np.round(np.clip(rim, -8000, 8000) * (1 << _SHIFT_BITS)).astype(np.int32)]
        for hue, width in (((25, 25, 25), 3), (palette.blue_green_red(palette.BREAKS), 1)):
            cv2.polylines(picture, corners, True, hue, width, cv2.LINE_AA, _SHIFT_BITS)
