"""What the stages found as the summary holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from easytear.base.geometry import Ellipse, FloatArray
from easytear.preprocess.records import Blink
from easytear.request.corrections import Corrections
from easytear.request.scale import Calibration
from easytear.results import (
    BlinkEntry,
    BlinkInfo,
    Columns,
    EllipseInfo,
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


def scale_info(
    scale: Calibration | None, iris_px: float | None = None, iris_px_sd: float | None = None
) -> ScaleInfo:
    """Return the scale as the summary holds it."""
    return ScaleInfo(
        mm_per_px=None if scale is None else scale.mm_per_px,
        mm_per_px_sd=None if scale is None else scale.mm_per_px_sd,
        source=None if scale is None else scale.source,
        iris_px=iris_px,
        iris_px_sd=iris_px_sd,
    )


def blink_entries(blinks: Sequence[Blink], time_s: FloatArray) -> tuple[BlinkEntry, ...]:
    """Return the video's blinks as the summary holds them; frames count from the video's start."""
    return tuple(
        BlinkEntry(
            start_frame=one.start_frame,
            end_frame=one.end_frame,
            start_s=float(time_s[one.start_frame]),
            end_s=float(time_s[one.end_frame]),
            complete=one.complete,
        )
        for one in blinks
    )


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
