"""What a comparison of observers finds."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from easytear.annotate.agreement.events import EventAgreement
from easytear.annotate.agreement.statistics import BlandAltman, Icc

PROGRAM = "EasyTear"
QUANTITIES: Mapping[str, str] = {
    "lambda_s": "λ (s)",
    "rho_mm": "ρ (mm)",
    "initial_velocity_mm_s": "initial velocity (mm/s)",
    "mean_velocity_mm_s": "mean velocity (mm/s)",
}
"""Quantities laid side by side, and how people call them."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class Who(_Record):
    """An observer: the program, or a person."""

    name: str
    blind: bool | None
    points: int
    fronts: int
    blinks: int


class Distance(_Record):
    """A distribution of distances."""

    n: int
    median_px: float
    p90_px: float
    median_mm: float | None
    p90_mm: float | None


class PairAgreement(_Record):
    """Two observers on all videos; distances are None where they have nothing in common."""

    a: str
    b: str
    points: Distance | None
    front: Distance | None
    blinks: EventAgreement | None
    intervals: EventAgreement | None
    bland_altman: dict[str, BlandAltman]


class Agreement(_Record):
    """Everything about the agreement but the single comparisons."""

    schema_: str = "easytear-agreement/1"
    videos: tuple[str, ...]
    observers: tuple[Who, ...]
    pairs: tuple[PairAgreement, ...]
    icc_all: dict[str, Icc]
    icc_people: dict[str, Icc]
