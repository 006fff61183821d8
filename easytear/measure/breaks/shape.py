"""What shape a film break has."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.measure.breaks.look import FilmLook
from easytear.measure.breaks.records import Kind

LONG: Final = 2.5
"""A line is longer than wide by this factor."""

LARGE_MM2: Final = 1.0
"""An area is at least so large; a smaller round break is a spot."""


def kind_of(x_mm: FloatArray, y_mm: FloatArray, grid_mm: float) -> Kind:
    """Return the kind of a break whose grid points are given."""
    if len(x_mm) < 3:
        return "spot"
    spread = np.cov(np.vstack([x_mm, y_mm])) + np.eye(2) * grid_mm**2 / 12.0
    small, large = np.linalg.eigvalsh(spread)
    if large / small >= LONG**2:
        return "line"
    return "area" if len(x_mm) * grid_mm**2 >= LARGE_MM2 else "spot"


def outline(mask: BoolArray, look: FilmLook) -> FloatArray:
    """Return the rim of the largest piece of a mask in eye coordinates, (k, 2)."""
    pieces, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not pieces:
        return np.empty((0, 2))
    rim = max(pieces, key=cv2.contourArea)[:, 0, :].astype(float)
    return np.column_stack([look.x_px(rim[:, 0]), look.y_px(rim[:, 1])])
