"""Shapes that several rooms speak of. Image coordinates: x right, y down, pixel centres whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.floating]
BoolArray = NDArray[np.bool_]
ByteArray = NDArray[np.uint8]


@dataclass(frozen=True)
class Ellipse:
    """An ellipse in image or eye coordinates.

    Attributes
    ----------
    x_px, y_px : float
        Centre.
    rx_px, ry_px : float
        Semi-axes; `rx_px` lies along `angle_deg`.
    angle_deg : float
        Direction of the first axis, from x towards y (clockwise on screen).
    """

    x_px: float
    y_px: float
    rx_px: float
    ry_px: float
    angle_deg: float = 0.0

    def moved(self, dx_px: float, dy_px: float) -> Ellipse:
        """Return the ellipse shifted by (`dx_px`, `dy_px`)."""
        return Ellipse(self.x_px + dx_px, self.y_px + dy_px, self.rx_px, self.ry_px, self.angle_deg)

    def scaled(self, factor: float) -> Ellipse:
        """Return the ellipse about the same centre with both semi-axes times `factor`."""
        return Ellipse(
            self.x_px, self.y_px, self.rx_px * factor, self.ry_px * factor, self.angle_deg
        )

    def level(self, x_px: FloatArray, y_px: FloatArray) -> FloatArray:
        """Return the normalised radius of points: below 1 inside, 1 on the edge."""
        angle = np.deg2rad(self.angle_deg)
        dx, dy = np.asarray(x_px) - self.x_px, np.asarray(y_px) - self.y_px
        u = (dx * np.cos(angle) + dy * np.sin(angle)) / self.rx_px
        v = (-dx * np.sin(angle) + dy * np.cos(angle)) / self.ry_px
        level: FloatArray = np.hypot(u, v)
        return level

    def points(self, count: int = 96) -> FloatArray:
        """Return `count` points (count, 2) as x, y evenly spaced in parameter."""
        t = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
        angle = np.deg2rad(self.angle_deg)
        u, v = self.rx_px * np.cos(t), self.ry_px * np.sin(t)
        x = self.x_px + u * np.cos(angle) - v * np.sin(angle)
        y = self.y_px + u * np.sin(angle) + v * np.cos(angle)
        return np.column_stack([x, y])

    def mask(self, shape: tuple[int, int]) -> BoolArray:
        """Return the (height, width) mask of pixels inside."""
        mask = np.zeros(shape, bool)
        # Its points lie within its greater semi-axis: nothing else needs to be asked.
        reach = max(self.rx_px, self.ry_px) + 1.0
        x0, x1 = _within(self.x_px - reach, self.x_px + reach, shape[1])
        y0, y1 = _within(self.y_px - reach, self.y_px + reach, shape[0])
        yy, xx = np.mgrid[y0:y1, x0:x1]
        mask[y0:y1, x0:x1] = self.level(xx, yy) <= 1.0
        return mask


def _within(low: float, high: float, size: int) -> tuple[int, int]:
    """Return the whole numbers from `low` to `high` inside 0 to `size` - 1, the end excluded."""
    first, stop = np.clip([np.floor(low), np.ceil(high) + 1.0], 0, size).tolist()
    return int(first), int(stop)


def eye_to_image_matrices(
    dx_px: ArrayLike, dy_px: ArrayLike, rotation_deg: ArrayLike, centre: tuple[float, float]
) -> FloatArray:
    """Return the (..., 2, 3) matrices from eye coordinates to the images of frames.

    The eye turns about the pupil's `centre` (x, y in the interval's first frame), positive from x
    towards y, and moves by (`dx_px`, `dy_px`), each (...); unknown motion (NaN) counts as none.
    """
    dx, dy, degrees = (
        np.nan_to_num(np.asarray(v, float), nan=0.0) for v in (dx_px, dy_px, rotation_deg)
    )
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    x, y = centre
    rows = [
        np.stack([cos, -sin, x + dx - cos * x + sin * y], axis=-1),
        np.stack([sin, cos, y + dy - sin * x - cos * y], axis=-1),
    ]
    matrices: FloatArray = np.stack(rows, axis=-2)
    return matrices
