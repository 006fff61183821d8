"""The part of the picture in which the lids are watched, reduced to cells of the eye's own size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, ByteArray, FloatArray
from easytear.preprocess.locate import EyeLocation

ROWS = 64
COLUMNS = 32

_STANDARD_WIDTH = 320
"""The view is reduced to this width before its fine contrast is taken, so that a picture of
twice the size says the same: an iris then is about 100 px in radius, and 1 px 0.06 mm."""

LOG_STEP = 0.02
_LOG_LEAST = -0.4
"""Fine contrast is kept as a logarithm in steps of 2 %, from this value up, in one byte."""

CODING_NOISE = 0.7
"""Grey levels: about the fine contrast that noise and coding leave in a smooth place."""


@dataclass(frozen=True)
class LidView:
    """Where the lids are watched, and the anatomy that is known there; image coordinates.

    Attributes
    ----------
    box : (int, int, int, int)
        x0, y0, x1, y1: the eye with its lids, whole pixels.
    pupil_px : (float, float)
        The pupil's usual centre; NaN unknown.
    iris_radius_px : float
        Half the width of the limbus; NaN unknown.
    iris_bottom_px : float
        y of the limbus where it is nearest to the lower lid; NaN unknown.
    upside_down : bool
        True where the upper lid comes from below.
    valid : (ROWS, COLUMNS) bool array
        Cells that show the scene: no border, no burnt-in text.
    """

    box: tuple[int, int, int, int]
    pupil_px: tuple[float, float]
    iris_radius_px: float
    iris_bottom_px: float
    upside_down: bool
    valid: BoolArray

    @classmethod
    def of(cls, location: EyeLocation | None, shape: tuple[int, int]) -> LidView:
        """Return the view of the eye where it was located; `shape` is the frames' height, width."""
        if location is None or location.pupil is None:
            return cls.whole(shape)
        x0, y0, x1, y1 = box = location.window
        turned = bool(location.upside_down)
        part = location.valid[y0:y1, x0:x1].astype(np.float32)
        valid = cv2.resize(part, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA) > 0.9
        iris = location.iris
        bottom = math.nan
        if iris is not None:
            points = iris.points()[:, 1]
            bottom = float(points.min() if turned else points.max())
        return cls(
            box,
            (location.pupil.x_px, location.pupil.y_px),
            location.iris_radius_px,
            bottom,
            turned,
            valid[::-1].copy() if turned else valid,
        )

    @classmethod
    def whole(cls, shape: tuple[int, int]) -> LidView:
        """Return the view of a picture in which no eye was located."""
        every = np.ones((ROWS, COLUMNS), bool)
        unknown = (math.nan, math.nan)
        return cls((0, 0, shape[1], shape[0]), unknown, math.nan, math.nan, False, every)

    @property
    def cell_px(self) -> tuple[float, float]:
        """Width and height of a cell in pixels."""
        x0, y0, x1, y1 = self.box
        return (x1 - x0) / COLUMNS, (y1 - y0) / ROWS

    def row_of(self, y_px: FloatArray | float) -> FloatArray:
        """Return heights in the picture as rows of cells, counted from the upper lid's side."""
        row = (np.asarray(y_px, float) - self.box[1]) / self.cell_px[1]
        return ROWS - row if self.upside_down else row

    def cells(self, grey: ByteArray) -> NDArray[np.uint8]:
        """Return the view of one frame in cells.

        Parameters
        ----------
        grey : (height, width) uint8 array
            The frame.

        Returns
        -------
        (2, ROWS, COLUMNS) uint8 array
            Mean brightness, and the logarithm of the fine contrast (structure of about 0.1 mm);
            the first row lies on the upper lid's side.
        """
        x0, y0, x1, y1 = self.box
        part = grey[y0:y1, x0:x1]
        if part.shape[1] > _STANDARD_WIDTH:
            height = max(round(part.shape[0] * _STANDARD_WIDTH / part.shape[1]), 1)
            size = (_STANDARD_WIDTH, height)
            part = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        smooth = part.astype(np.float32)
        fine = cv2.absdiff(
            cv2.GaussianBlur(smooth, (0, 0), 1.0), cv2.GaussianBlur(smooth, (0, 0), 2.5)
        )
        bright = cv2.resize(part, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
        fine = cv2.resize(fine, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
        steps = (np.log(fine + CODING_NOISE) - _LOG_LEAST) / LOG_STEP
        cells = np.stack([bright, np.clip(np.rint(steps), 0, 255)]).astype(np.uint8)
        return cells[:, ::-1].copy() if self.upside_down else cells


def unpacked(cells: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return cells as numbers: brightness in grey levels, logarithm of the fine contrast."""
    out = cells.astype(np.float32)
    out[..., 1, :, :] = out[..., 1, :, :] * np.float32(LOG_STEP) + np.float32(_LOG_LEAST)
    return out
