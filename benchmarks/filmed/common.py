"""What several changes need."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.changes import Draw, Film, Place
from easytear.base.geometry import ByteArray, FloatArray

SEED = 20
"""Of all that is drawn, so that a change is the same each time."""


def even(length: float) -> int:
    """Return an even number of pixels."""
    return max(16, 2 * round(length / 2.0))


def as_bytes(picture: FloatArray) -> ByteArray:
    """Return grey levels rounded and kept within 8 bits."""
    return np.asarray(np.clip(np.rint(picture), 0, 255), dtype=np.uint8)


def moved(film: Film, place: Place) -> Draw:
    """Return what draws each frame moved as `place` says; edges are mirrored outwards."""
    size = (film.width_px, film.height_px)

    def draw(picture: ByteArray, number: int) -> ByteArray:
        moved = cv2.warpAffine(
            picture, place(number), size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )
        return np.asarray(moved, dtype=np.uint8)

    return draw
