"""What a comparison of observers finds."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from easytear.annotate.agreement.events import EventAgreement
from easytear.annotate.agreement.statistics import BlandAltman, Icc

PROGRAM = "EasyTear"
GOLD = "gold standard"
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


class ReaderScore(_Record):
    """A reader over all videos against the gold standard, or against what the others agree on.

    Attributes
    ----------
    intervals : int
        In which both marked something.
    points, points_missed : int
        Placements compared, and points of the reference without a partner.
    points_median_px, points_p90_px, points_median_mm : float or None
        Distance of the ways since the first frame that both have.
    front_frames, front_median_px, front_signed_px : int, float or None, float or None
        Distance of the lines, and its sign: positive where the reader's is lower in the picture.
    start_frames, end_frames : float or None
        Mean of the reader's ends of intervals minus the reference's.
    lambda_ratio, lambda_intervals : float or None, int
        Geometric mean of the reader's lambda over the reference's, and of how many intervals.
    """

    reader: str
    against: str
    intervals: int
    points: int
    points_missed: int
    points_median_px: float | None
    points_p90_px: float | None
    points_median_mm: float | None
    front_frames: int
    front_median_px: float | None
    front_signed_px: float | None
    start_frames: float | None
    end_frames: float | None
    lambda_ratio: float | None
    lambda_intervals: int


class Agreement(_Record):
    """Everything about the agreement but the single comparisons.

    `subjects` counts the eyes or people that videos are of, as far as told; intervals of one
    subject are alike, and every interval of a statistic respects it.
    """

    schema_: str = "easytear-agreement/2"
    videos: tuple[str, ...]
    subjects: int
    observers: tuple[Who, ...]
    pairs: tuple[PairAgreement, ...]
    icc_all: dict[str, Icc]
    icc_people: dict[str, Icc]
    scores: tuple[ReaderScore, ...] = ()
