"""Pixels to millimetres."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MEAN_HVID_MM = 11.7
"""Mean horizontal white-to-white of the adult cornea (Rüfer et al. 2005, 11.71 mm, n = 390)."""

SD_HVID_MM = 0.42
"""Its standard deviation between people (same source)."""


class Calibration(BaseModel):
    """The scale of a video.

    Attributes
    ----------
    mm_per_px : float
        Millimetres on the cornea per image pixel.
    mm_per_px_sd : float or None
        One standard deviation of it, None when unknown.
    source : {"user", "device", "hvid"}
        Given by the user, by a device preset, or from the iris width.
    """

    model_config = ConfigDict(frozen=True)

    mm_per_px: float = Field(gt=0)
    mm_per_px_sd: float | None = Field(default=None, ge=0)
    source: Literal["user", "device", "hvid"]


def scale_from_iris(
    iris_width_px: float,
    iris_width_sd_px: float,
    hvid_mm: float | None = None,
) -> Calibration:
    """Return the scale from the visible iris width.

    Parameters
    ----------
    iris_width_px, iris_width_sd_px : float
        Horizontal width of the iris (limbus to limbus) and its standard deviation.
    hvid_mm : float, optional
        The width measured on this person; without it the population mean is used, and its
        spread between people enters the uncertainty.
    """
    width_mm = MEAN_HVID_MM if hvid_mm is None else hvid_mm
    person = SD_HVID_MM / MEAN_HVID_MM if hvid_mm is None else 0.0
    mm_per_px = width_mm / iris_width_px
    relative = (person**2 + (iris_width_sd_px / iris_width_px) ** 2) ** 0.5
    return Calibration(mm_per_px=mm_per_px, mm_per_px_sd=mm_per_px * relative, source="hvid")
