"""What segmentation finds: plain records of arrays."""

from __future__ import annotations

from dataclasses import dataclass

from easytear.base.geometry import BoolArray, FloatArray


@dataclass(frozen=True)
class FilmFront:
    """The upper edge of the spreading layer in one interval.

    Attributes
    ----------
    x_px : (c,) float array
        Columns in eye coordinates, the same through the interval, at most 8 px apart.
    y_px, sd_px : (n, c) float arrays
        Height of the edge (eye coordinates, y down) in each of the interval's n frames, and its
        standard deviation; NaN where no front can be told.
    observed : (n, c) bool array
        True where measured, False where predicted (and where NaN).
    flags : tuple of str
        Stable short words, for example "front_not_visible".
    """

    x_px: FloatArray
    y_px: FloatArray
    sd_px: FloatArray
    observed: BoolArray
    flags: tuple[str, ...] = ()
