"""What tracking finds: plain records of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray


@dataclass(frozen=True)
class FilmTracks:
    """Film points followed through one interval: long form, sorted by track, then frame.

    Attributes
    ----------
    track : (m,) int array
        Track number, from 0.
    frame : (m,) int array
        Frame counted from the interval's start; without gaps within a track.
    x_px, y_px : (m,) float arrays
        Smoothed position in eye coordinates.
    vx_px_s, vy_px_s : (m,) float arrays
        Smoothed velocity, image axes (y down), per second of video time.
    sd_px : (m,) float array
        One standard deviation of the position (per axis).
    observed : (m,) bool array
        True where the point was measured in this frame, False where predicted.
    """

    track: NDArray[np.int_]
    frame: NDArray[np.int_]
    x_px: FloatArray
    y_px: FloatArray
    vx_px_s: FloatArray
    vy_px_s: FloatArray
    sd_px: FloatArray
    observed: BoolArray

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.track)


@dataclass(frozen=True)
class VelocityField:
    """The film's velocity on a grid, for the measurement and the overlay.

    Attributes
    ----------
    frame : (f,) int array
        Frames from the interval's start at which the field is given, rising.
    x_px, y_px : (c,), (r,) float arrays
        Grid columns and rows in eye coordinates.
    vx_px_s, vy_px_s : (f, r, c) float arrays
        Velocity (y down); NaN where nothing is known.
    """

    frame: NDArray[np.int_]
    x_px: FloatArray
    y_px: FloatArray
    vx_px_s: FloatArray
    vy_px_s: FloatArray
