"""What the stages found as the summary holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from easytear.base.geometry import Ellipse, FloatArray
from easytear.measure.blinking import BlinkTimes, blink_statistics
from easytear.preprocess.records import Blink
from easytear.preprocess.records import Event as SeenEvent
from easytear.request.corrections import Corrections
from easytear.request.scale import Calibration, IrisWidth
from easytear.results import (
    BlinkEntry,
    BlinkInfo,
    Blinking,
    Columns,
    EllipseInfo,
    Event,
    Exclusion,
    IntervalResult,
    ScaleInfo,
)


@dataclass(frozen=True)
class Measured:
    """One interval's entry in the summary, and its columns of frames.csv (one row a frame)."""

    result: IntervalResult
    frames: Columns


def exclusions(corrections: Corrections) -> dict[int, Exclusion]:
    """Return what a person left out, by interval."""
    return {
        e.interval: Exclusion(reason=e.reason, by=e.by, when=e.when) for e in corrections.excluded
    }


def scale_info(scale: Calibration | None, iris: IrisWidth, followed_mm_per_px: float) -> ScaleInfo:
    """Return the scale as the summary holds it."""
    return ScaleInfo(
        mm_per_px=None if scale is None else scale.mm_per_px,
        mm_per_px_sd=None if scale is None else scale.mm_per_px_sd,
        source=None if scale is None else scale.source,
        iris_px=iris.px,
        iris_px_sd=iris.sd_px,
        followed_mm_per_px=followed_mm_per_px,
    )


SPEED_DECIMALS = 6
SPEED_DECIMALS_PX = 2
"""Digits of a lid's speed in mm/s and in pixels/s. The former tell the latter without doubt at any
scale, so that another scale and back gives the same number."""


def blink_entries(
    blinks: Sequence[Blink],
    time_s: FloatArray,
    usual_px_per_mm: float | None,
    mm_per_px: float | None,
) -> tuple[BlinkEntry, ...]:
    """Return the video's blinks as the summary holds them; frames count from the video's start.

    The lids' speeds are told as if the iris were a usual one: `usual_px_per_mm` leads to pixels,
    and the video's scale from there to mm; without a scale there are none.
    """

    def scaled(speed: float | None) -> float | None:
        if speed is None or usual_px_per_mm is None or mm_per_px is None:
            return None
        return _told_speed(speed * usual_px_per_mm, mm_per_px)

    return tuple(
        BlinkEntry(
            start_frame=one.start_frame,
            end_frame=one.end_frame,
            start_s=float(time_s[one.start_frame]),
            end_s=float(time_s[one.end_frame]),
            complete=one.complete,
            closure=one.closure,
            **{"class": one.kind},
            closing_s=one.closing_s,
            contact_s=one.contact_s,
            opening_s=one.opening_s,
            closing_peak_mm_s=scaled(one.closing_peak_mm_s),
            opening_peak_mm_s=scaled(one.opening_peak_mm_s),
        )
        for one in blinks
    )


def _told_speed(speed_px_s: float, mm_per_px: float) -> float:
    """Return a lid's speed in mm/s; its pixels are rounded, so that any scale leads back to them.

    A lid's edge is known to a tenth of a millimetre: neither rounding tells.
    """
    return round(round(speed_px_s, SPEED_DECIMALS_PX) * mm_per_px, SPEED_DECIMALS)


def rescaled_blinks(
    blinks: tuple[BlinkEntry, ...] | None, before: ScaleInfo, after: ScaleInfo
) -> tuple[BlinkEntry, ...] | None:
    """Return blinks with the lids' speeds at another scale, unknown without one."""
    if blinks is None or before.mm_per_px == after.mm_per_px:
        return blinks

    def scaled(speed: float | None) -> float | None:
        if speed is None or before.mm_per_px is None or after.mm_per_px is None:
            return None
        return _told_speed(speed / before.mm_per_px, after.mm_per_px)

    return tuple(
        one.model_copy(
            update={
                "closing_peak_mm_s": scaled(one.closing_peak_mm_s),
                "opening_peak_mm_s": scaled(one.opening_peak_mm_s),
            }
        )
        for one in blinks
    )


def event_entries(found: Sequence[SeenEvent], known: Sequence[Event]) -> tuple[Event, ...]:
    """Return the video's events in order: those seen in its pictures, and those its times tell."""
    seen = [
        Event(kind=one.kind, start_frame=one.start_frame, end_frame=one.end_frame) for one in found
    ]
    return tuple(sorted([*seen, *known], key=lambda event: (event.start_frame, event.kind)))


def blinking_entry(
    blinks: Sequence[Blink],
    events: Sequence[Event],
    time_s: FloatArray,
    stretch: tuple[int, int],
    *,
    instructed: bool,
) -> tuple[Blinking, tuple[str, ...]]:
    """Return how the person blinked in frames `stretch` of the video, and what is withheld.

    Time without eye or pictures was not watched.
    """
    step = np.diff(time_s, append=2.0 * time_s[-1] - time_s[-2])
    watched = np.zeros(len(time_s), bool)
    watched[stretch[0] : stretch[1]] = True
    for event in events:
        if event.kind in ("no_eye", "lost_frames"):
            watched[event.start_frame : event.end_frame + 1] = False
    times = [
        BlinkTimes(
            float(time_s[one.start_frame]),
            float(time_s[one.end_frame]),
            one.complete,
            one.contact_s,
        )
        for one in blinks
    ]
    found = blink_statistics(times, float(step[watched].sum()), instructed=instructed)
    values = {key: value for key, value in asdict(found).items() if key != "flags"}
    return Blinking(**values), found.flags


def blink_info(blink: Blink | None) -> BlinkInfo | None:
    """Return a blink as the summary holds it."""
    if blink is None:
        return None
    return BlinkInfo(
        start_frame=blink.start_frame, end_frame=blink.end_frame, complete=blink.complete
    )


def ellipse_info(ellipse: Ellipse | None) -> EllipseInfo | None:
    """Return an ellipse as the summary holds it."""
    if ellipse is None:
        return None
    return EllipseInfo(
        x_px=ellipse.x_px,
        y_px=ellipse.y_px,
        rx_px=ellipse.rx_px,
        ry_px=ellipse.ry_px,
        angle_deg=ellipse.angle_deg,
    )
