"""The data model of one analysed video: what stands in summary.json (results format 2).

Units stand at the end of the names; image and eye coordinates as in the results format.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from easytear.base.geometry import Ellipse
from easytear.request.corrections import CorrectionNote
from easytear.request.request import Request
from easytear.results.records import (
    UNKNOWN,
    BlinkEntry,
    Blinking,
    Event,
    FilmBreak,
    LawChoice,
    Pair,
    Record,
    Rise,
)

SCHEMA: Final = "easytear-results/2"


class VideoInfo(Record):
    """The video that was analysed.

    `fps_given` is the rate at which frames were taken where a person told it, `capture_fps` the
    one that the recorder noted.
    """

    path: str
    sha256: str
    width_px: int
    height_px: int
    frame_count: int
    duration_s: float
    fps_mean: float
    variable_frame_rate: bool
    codec: str
    fps_given: float | None = None
    capture_fps: float | None = None


class ScaleInfo(Record):
    """Scale of the video; all None where neither the user nor the iris gave one.

    `iris_px` is the width of the iris that the video shows (the middle one of its intervals),
    whether or not the scale came from it; `followed_mm_per_px` is the scale that set the distances
    in which film was looked for, which a better scale known later does not change.
    """

    mm_per_px: float | None = Field(gt=0, allow_inf_nan=False)
    mm_per_px_sd: float | None
    source: Literal["user", "device", "hvid"] | None
    iris_px: float | None = None
    iris_px_sd: float | None = None
    followed_mm_per_px: float | None = None


class BlinkInfo(Record):
    """A blink; both frames are inside it."""

    start_frame: int
    end_frame: int
    complete: bool


class EllipseInfo(Record):
    """Pupil or limbus in the interval's first frame."""

    x_px: float
    y_px: float
    rx_px: float
    ry_px: float
    angle_deg: float

    def ellipse(self) -> Ellipse:
        """Return it as a shape to compute with."""
        return Ellipse(self.x_px, self.y_px, self.rx_px, self.ry_px, self.angle_deg)


class Fit(Record):
    """One fitted spread law: rho (1 - exp(-(t - onset) / lambda)) [+ drift (t - onset)]."""

    model: Literal["exponential", "exponential+drift"]
    rho_mm: float | None
    rho_mm_ci95: Pair
    rho_mm_ci95_given_scale: Pair = UNKNOWN
    lambda_s: float | None
    lambda_s_ci95: Pair
    onset_s: float | None
    drift_mm_s: float | None
    initial_velocity_mm_s: float | None
    initial_velocity_mm_s_ci95: Pair
    initial_velocity_mm_s_ci95_given_scale: Pair = UNKNOWN
    r2: float | None
    rmse_mm: float | None
    n: int
    window_over_lambda: float | None
    converged: bool
    law: LawChoice | None = None


class Band(Record):
    """The spread of the material that was at this height above the lower limbus at onset."""

    from_mm: float
    to_mm: float
    fit: Fit | None


class Spread(Record):
    """The spread laws of one interval."""

    y: Fit | None
    bands: tuple[Band, ...] = ()
    x: Fit | None
    front: Fit | None
    rise: Rise | None = None


class Velocity(Record):
    """Upward film velocity in the headline zone, without a model."""

    mean_mm_s: float | None
    peak_mm_s: float | None
    time_of_peak_s: float | None
    early_mm_s: float | None


class Area(Record):
    """Area of cornea below the front."""

    start_mm2: float | None
    end_mm2: float | None
    max_mm2: float | None
    rate_mm2_s: float | None
    end_fraction: float | None


class Thickness(Record):
    """Film thickness over the interval."""

    median_nm: float | None
    p10_nm: float | None
    p90_nm: float | None
    thinning_nm_s: float | None


class Quality(Record):
    """How far the numbers can be trusted: score 0 to 1, flags as stable short words."""

    score: float
    flags: tuple[str, ...] = ()


class Exclusion(Record):
    """A person's decision to leave an interval out of averages."""

    reason: str
    by: str | None = None
    when: str | None = None


class Observed(Record):
    """What measuring again needs, and no other field holds.

    `iris_width_sd_px` is one standard deviation of the iris's width in this interval.
    `lower_edge` are points (x_px, y_px) of the lower border of the exposed cornea; `front_x_px`
    are the columns in which the front was looked for, also those where none was told; `flags` and
    `front_flags` are what was noted while looking, before anything was measured; `watched_s` is
    for how long film could be seen: out of focus and in lost pictures it cannot.
    """

    lower_edge: tuple[tuple[float, float], ...] = ()
    iris_width_sd_px: float | None = None
    front_x_px: tuple[float, ...] | None = None
    flags: tuple[str, ...] = ()
    front_flags: tuple[str, ...] = ()
    watched_s: float | None = None


class IntervalResult(Record):
    """Everything measured in one inter-blink interval; both frames are inside it."""

    index: int
    start_frame: int
    end_frame: int
    start_s: float
    end_s: float
    blink_before: BlinkInfo | None
    pupil: EllipseInfo | None
    iris: EllipseInfo | None
    region: tuple[tuple[float, float], ...] | None
    spread: Spread
    velocity: Velocity
    stabilization_s: float | None
    streak_angle_deg: float | None
    area: Area
    thickness: Thickness | None
    quality: Quality
    film_break: FilmBreak | None = None
    extra: dict[str, Any] = Field(default_factory=dict)
    excluded: Exclusion | None = None
    observed: Observed = Observed()


class Summary(Record):
    """summary.json as a whole.

    `blinks` and `events` are None in results of format 1, which do not tell them, as they do not
    tell what their `earlier_notes` say in words only.
    """

    schema_: Literal["easytear-results/2"] = Field(default=SCHEMA, alias="schema")
    video: VideoInfo
    software: dict[str, str]
    request: Request
    calibration: ScaleInfo
    blinking: Blinking | None = None
    blinks: tuple[BlinkEntry, ...] | None = None
    events: tuple[Event, ...] | None = None
    intervals: tuple[IntervalResult, ...]
    extra: dict[str, Any] = Field(default_factory=dict)
    flags: tuple[str, ...] = ()
    earlier_notes: tuple[CorrectionNote, ...] = ()

    @property
    def notes(self) -> tuple[CorrectionNote, ...]:
        """Who changed what."""
        return tuple(dict.fromkeys((*self.earlier_notes, *self.request.notes())))
