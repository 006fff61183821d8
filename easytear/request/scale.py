"""Pixels to millimetres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

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


class ScaleRequest(BaseModel):
    """Where the scale is to come from.

    Attributes
    ----------
    kind : {"hvid", "mm_per_px", "device"}
        From the iris width in the picture; given as a number; from an instrument.
    value : float or None
        Millimetres: of this person's iris (None: the population's mean), or per pixel.
    sd : float or None
        One standard deviation of `value`, None where nobody said one.
    device : str or None
        The instrument's name, where one was named.
    by, when, why : str or None
        Who decided it, when (ISO 8601), and why: no number depends on them (see `content`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["hvid", "mm_per_px", "device"] = "hvid"
    value: float | None = Field(default=None, gt=0)
    sd: float | None = Field(default=None, ge=0)
    device: str | None = None
    by: str | None = None
    when: str | None = None
    why: str | None = None

    def content(self) -> tuple[object, ...]:
        """Return what the results depend on: all but who decided it, when, and why."""
        return (self.kind, self.value, self.sd, self.device)

    def detail(self) -> str:
        """Return what was decided in a few words."""
        if self.value is None:
            return "mean iris width"
        sd = "" if self.sd is None else f" ± {self.sd:.3g}"
        if self.kind == "hvid":
            return f"iris width {self.value:.2f}{sd} mm"
        return f"{self.value:.5g}{sd} mm/px"

    @model_validator(mode="after")
    def _fits(self) -> ScaleRequest:
        if self.value is None and self.kind != "hvid":
            raise ValueError(f"a scale of the kind {self.kind} needs its value")
        if self.value is not None:
            low, high = (8.0, 15.0) if self.kind == "hvid" else (0.0005, 0.5)
            if not low <= self.value <= high:
                unit = "mm" if self.kind == "hvid" else "mm/px"
                raise ValueError(f"{self.value} is not within {low} and {high} {unit}")
        return self

    @classmethod
    def given(cls, known: Calibration, device: str | None = None) -> ScaleRequest:
        """Return the request for a scale that is known."""
        kind: Literal["mm_per_px", "device"] = "device" if known.source == "device" else "mm_per_px"
        return cls(kind=kind, value=known.mm_per_px, sd=known.mm_per_px_sd, device=device)

    def calibration(self) -> Calibration | None:
        """Return the scale if it is given, None where the iris tells it."""
        if self.kind == "hvid" or self.value is None:
            return None
        source: Literal["user", "device"] = "device" if self.kind == "device" else "user"
        return Calibration(mm_per_px=self.value, mm_per_px_sd=self.sd, source=source)

    @property
    def person_sd_mm(self) -> float:
        """How far this person's iris width is in doubt: people's spread where not measured."""
        return SD_HVID_MM if self.value is None else (self.sd or 0.0)


@dataclass(frozen=True)
class IrisWidth:
    """Width of the visible iris, limbus to limbus, and its standard deviation; None: unknown."""

    px: float | None
    sd_px: float | None


def middle_width(found: Sequence[IrisWidth]) -> IrisWidth:
    """Return the width of one eye's iris from several looks at it: the middle one."""
    known = [(one.px, one.sd_px) for one in found if one.px is not None]
    if not known:
        return IrisWidth(None, None)
    order = np.argsort([px for px, _ in known])
    px, sd = known[int(order[len(known) // 2])]
    return IrisWidth(px, sd if sd is not None and math.isfinite(sd) else None)


def scale_of(asked: ScaleRequest, iris: IrisWidth) -> Calibration | None:
    """Return a video's scale; None where none is given and no iris is seen.

    Where the iris width was not measured on this person, the spread of widths between people is in
    the uncertainty.
    """
    given = asked.calibration()
    if given is not None or iris.px is None:
        return given
    width_mm = MEAN_HVID_MM if asked.value is None else asked.value
    mm_per_px = width_mm / iris.px
    person, seen = asked.person_sd_mm / width_mm, (iris.sd_px or 0.0) / iris.px
    sd = mm_per_px * (person**2 + seen**2) ** 0.5
    return Calibration(mm_per_px=mm_per_px, mm_per_px_sd=sd, source="hvid")


def followed_scale(asked: ScaleRequest, iris: IrisWidth, width_px: int) -> float:
    """Return the scale (mm/px) that sets the distances in which film is looked for.

    The mean iris tells it well enough, and does not change when this person's iris or a ruler is
    measured later: then nothing needs to be followed again. A given scale stands in for an iris
    that is not seen, or that cannot be one because its width would be no person's.
    """
    given = asked.calibration()
    if iris.px is None:
        return ROUGH_WIDTH_MM / width_px if given is None else given.mm_per_px
    usual = MEAN_HVID_MM / iris.px
    if given is not None and abs(given.mm_per_px * iris.px - MEAN_HVID_MM) > NO_IRIS_MM:
        return given.mm_per_px
    return usual


NO_IRIS_MM: Final = 6 * SD_HVID_MM
"""So far from the mean no adult's iris is (9.2 to 14.2 mm)."""

ROUGH_WIDTH_MM: Final = 12.0
"""A picture shows about this much of the eye; only where nothing else gives a scale."""
