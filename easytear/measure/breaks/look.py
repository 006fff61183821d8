"""The film's look over one interval: brightness on a fine grid on the eye, a few times a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.base.stabilized import StabilisedFrames

GRID_MM: Final = 0.0625
"""Step of the grid: a quarter of the cells of 0.25 mm that are judged."""

STEP_S: Final = 0.1
"""Time between looks: a third of the accuracy that a first break is wanted with."""

MOST_LOOKS: Final = 400
"""Looks at a longer interval are further apart, so that memory stays bounded."""


@dataclass(frozen=True)
class FilmLook:
    """Linear brightness of the film, the eye held still.

    Attributes
    ----------
    time_s : (n,) float array
        Times of the looks.
    light : (n, h, w) float32 array
        Light on the grid, any unit; NaN where the picture did not cover the eye.
    inside : (h, w) bool array
        Where film can be judged.
    left_px, top_px, step_px : float
        Grid point (row, column) is the middle of a square of `step_px` pixels whose first one
        begins at (`left_px`, `top_px`), in eye coordinates.
    """

    time_s: FloatArray
    light: FloatArray
    inside: BoolArray
    left_px: float
    top_px: float
    step_px: float

    def x_px(self, column: FloatArray) -> FloatArray:
        """Return eye coordinates of grid columns."""
        x: FloatArray = self.left_px + (np.asarray(column) + 0.5) * self.step_px - 0.5
        return x

    def y_px(self, row: FloatArray) -> FloatArray:
        """Return eye coordinates of grid rows."""
        y: FloatArray = self.top_px + (np.asarray(row) + 0.5) * self.step_px - 0.5
        return y


def look_times(time_s: FloatArray) -> list[int]:
    """Return the frames to look at: `STEP_S` apart, fewer in long intervals."""
    if not len(time_s):
        return []
    length = float(time_s[-1] - time_s[0])
    step = max(STEP_S, length / MOST_LOOKS)
    wanted = time_s[0] + np.arange(0.0, length + 1e-9, step)
    return sorted(set(np.searchsorted(time_s, wanted - 1e-9).clip(0, len(time_s) - 1).tolist()))


def film_look(
    frames: StabilisedFrames, film_mask: BoolArray, mm_per_px: float, gamma: float
) -> FilmLook | None:
    """Look at the film through an interval; None where there is too little of it.

    Parameters
    ----------
    frames : StabilisedFrames
        The frames, not yet asked for any later one.
    film_mask : (H, W) bool array
        Where film can be trusted.
    mm_per_px : float
        Scale.
    gamma : float
        Of the camera: grey levels are its inverse power of light.
    """
    rows, columns = np.flatnonzero(film_mask.any(axis=1)), np.flatnonzero(film_mask.any(axis=0))
    step_px = max(GRID_MM / mm_per_px, 1.0)
    if not len(rows) or min(len(rows), len(columns)) < 12 * step_px:
        return None
    top, left = int(rows[0]), int(columns[0])
    size = int((columns[-1] + 1 - left) / step_px), int((rows[-1] + 1 - top) / step_px)
    stop = top + round(size[1] * step_px), left + round(size[0] * step_px)
    window = slice(top, stop[0]), slice(left, stop[1])
    table = ((np.arange(256) / 255.0) ** gamma).astype(np.float32)
    share = cv2.resize(film_mask[window].astype(np.float32), size, interpolation=cv2.INTER_AREA)
    at = look_times(frames.time_s)
    light = np.empty((len(at), size[1], size[0]), np.float32)
    for k, frame in enumerate(at):
        linear = cv2.LUT(frames.grey(frame)[window], table)
        seen = frames.seen(frame)[window]
        light[k] = cv2.resize(linear, size, interpolation=cv2.INTER_AREA)
        if not seen.all():
            covered = cv2.resize(seen.astype(np.float32), size, interpolation=cv2.INTER_AREA)
            light[k][covered < 0.999] = np.nan
    return FilmLook(frames.time_s[at], light, share > 0.999, float(left), float(top), step_px)
