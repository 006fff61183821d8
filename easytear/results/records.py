"""Parts of summary.json that came with results format 2."""

from __future__ import annotations

from math import hypot
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Pair = tuple[float | None, float | None]
UNKNOWN: Pair = (None, None)
NORMAL_95 = 1.959964
"""Half width of a normal distribution's 95 % interval, in standard deviations."""


def widened(value: float | None, ci95: Pair, relative_sd: float) -> Pair:
    """Return a 95 % interval of a length with the scale's relative standard deviation added.

    Both errors are independent, so that half widths add as squares.
    """
    low, high = ci95
    if value is None or low is None or high is None:
        return ci95
    scale = NORMAL_95 * relative_sd * abs(value)
    return value - hypot(max(value - low, 0.0), scale), value + hypot(max(high - value, 0.0), scale)


class Record(BaseModel):
    """A frozen part of the summary. Unknown keys of later minor versions are kept."""

    model_config = ConfigDict(
        frozen=True, extra="allow", ser_json_inf_nan="null", populate_by_name=True
    )


class OtherLaw(Record):
    """Another law that was tried: by how much its information criterion is worse."""

    name: str
    delta_ic: float | None = None


class LawChoice(Record):
    """Which law the data speak for, how far it misses them, and what else was tried."""

    best: str
    misfit: float | None = None
    others: tuple[OtherLaw, ...] = ()


class Rise(Record):
    """How far the headline zone rose, without a law; None where the interval is shorter."""

    rise_1s_mm: float | None = None
    rise_1s_mm_ci95: Pair = UNKNOWN
    rise_1s_mm_ci95_given_scale: Pair = UNKNOWN
    rise_2s_mm: float | None = None
    rise_2s_mm_ci95: Pair = UNKNOWN
    rise_2s_mm_ci95_given_scale: Pair = UNKNOWN
    rise_5s_mm: float | None = None
    rise_5s_mm_ci95: Pair = UNKNOWN
    rise_5s_mm_ci95_given_scale: Pair = UNKNOWN
    half_rise_s: float | None = None
    half_rise_s_ci95: Pair = UNKNOWN
    early_velocity_mm_s: float | None = None
    early_velocity_mm_s_ci95: Pair = UNKNOWN
    early_velocity_mm_s_ci95_given_scale: Pair = UNKNOWN


class BlinkEntry(Record):
    """One blink of the video; both frames are inside it.

    Attributes
    ----------
    closure : float or None
        How far the lids closed at most, 0 to 1.
    complete : bool
        Whether they met.
    class_ : str or None
        What kind of blink it was ("class" in JSON).
    closing_s, contact_s, opening_s : float or None
        How long the lids closed, touched, and opened.
    closing_peak_mm_s, opening_peak_mm_s : float or None
        The upper lid's greatest speed in each.
    """

    start_frame: int
    end_frame: int
    start_s: float
    end_s: float
    closure: float | None = None
    complete: bool
    class_: str | None = Field(default=None, alias="class")
    closing_s: float | None = None
    contact_s: float | None = None
    opening_s: float | None = None
    closing_peak_mm_s: float | None = None
    opening_peak_mm_s: float | None = None


EventKind = Literal["light", "exposure", "focus", "lost_frames", "no_eye"]


class Event(Record):
    """Something in the recording that is no blink; both frames belong to it.

    `kind` "lost_frames": more time is missing between the two frames than dropped ones explain,
    and a blink may hide in it.
    """

    kind: EventKind
    start_frame: int
    end_frame: int


class Blinking(Record):
    """How this person blinked; all None where it is withheld."""

    rate_per_min: float | None = None
    rate_per_min_ci95: Pair = UNKNOWN
    partial_share: float | None = None
    partial_share_ci95: Pair = UNKNOWN
    interval_median_s: float | None = None
    interval_range_s: Pair = UNKNOWN
    contact_s_per_min: float | None = None
    observed_s: float | None = None


class BreakEntry(Record):
    """One film break.

    Attributes
    ----------
    kind : {"spot", "line", "area"}
        Its shape at the end.
    start_s : float
        Video time at which it is as large as a break must be.
    x_eye_px, y_eye_px : float
        Its middle at the end, in eye coordinates.
    area_px2 : float or None
        How much it lays open at the end.
    outline : tuple of pairs
        Its rim at the end, in eye coordinates.
    """

    kind: Literal["spot", "line", "area"]
    start_s: float
    x_eye_px: float
    y_eye_px: float
    area_px2: float | None = None
    outline: tuple[tuple[float, float], ...] = ()


class FilmBreak(Record):
    """The film's break-up in one interval; times without "video" count from the eye's opening.

    Attributes
    ----------
    watched_from_s, watched_until_s : float or None
        Video times between which a break would have been told.
    watched_px2 : float or None
        How much of the cornea was watched.
    ends_in_blink : bool
        Whether a blink ended the interval, and not the recording.
    breaks : tuple of BreakEntry
        In order of time.
    """

    first_s: float | None = None
    censored_at_s: float | None = None
    mean_s: float | None = None
    count: int | None = None
    area_end_mm2: float | None = None
    area_end_share: float | None = None
    protection_index: float | None = None
    watched_from_s: float | None = None
    watched_until_s: float | None = None
    watched_px2: float | None = None
    ends_in_blink: bool = False
    breaks: tuple[BreakEntry, ...] = ()
