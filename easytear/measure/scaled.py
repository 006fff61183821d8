"""The scale's uncertainty in every interval of a length or velocity.

Measuring knows pixels and one scale; how well the scale is known belongs to the video. Where the
iris width was not measured it contains the spread of widths between people.
"""

from __future__ import annotations

from typing import Any, TypeVar

from easytear.request.scale import MEAN_HVID_MM, SD_HVID_MM
from easytear.results.model import Fit, IntervalResult, Quality, ScaleInfo
from easytear.results.records import Record, widened
from easytear.show.flags import SENTENCES

BETWEEN_PEOPLE = 0.999 * SD_HVID_MM / MEAN_HVID_MM
"""A scale from the iris that is less certain than this rests on the mean width."""

GIVEN = "_ci95_given_scale"

R = TypeVar("R", bound=Record)


def with_scale(result: IntervalResult, scale: ScaleInfo) -> IntervalResult:
    """Return an interval's result whose `*_ci95` contain the scale's uncertainty.

    Parameters
    ----------
    result : IntervalResult
        Its `*_ci95_given_scale` are as measured.
    scale : ScaleInfo
        The video's scale.
    """
    relative = 0.0
    if scale.mm_per_px and scale.mm_per_px_sd:
        relative = scale.mm_per_px_sd / scale.mm_per_px
    spread = result.spread
    bands = tuple(b.model_copy(update={"fit": _fit(b.fit, relative)}) for b in spread.bands)
    fits = {name: _fit(getattr(spread, name), relative) for name in ("y", "x", "front")}
    rise = None if spread.rise is None else _widened(spread.rise, relative)
    moved = spread.model_copy(update={**fits, "bands": bands, "rise": rise})
    return result.model_copy(update={"spread": moved, "quality": _noted(result, scale, relative)})


def _noted(result: IntervalResult, scale: ScaleInfo, relative: float) -> Quality:
    """Return the quality with a flag where the scale rests on the mean iris."""
    quality = result.quality
    if scale.source != "hvid" or relative < BETWEEN_PEOPLE or result.spread.y is None:
        return quality
    order = {name: number for number, name in enumerate(SENTENCES)}
    flags = {*quality.flags, "scale_from_mean_iris"}
    return quality.model_copy(
        update={"flags": tuple(sorted(flags, key=lambda f: (order.get(f, 999), f)))}
    )


def _fit(fit: Fit | None, relative: float) -> Fit | None:
    return None if fit is None else _widened(fit, relative)


def _widened(record: R, relative: float) -> R:
    """Return a record each of whose intervals given the scale stands beside one that is not."""
    fields: dict[str, Any] = {**dict(record), **(record.model_extra or {})}
    update = {
        name.removesuffix("_given_scale"): widened(fields[name.removesuffix(GIVEN)], pair, relative)
        for name, pair in fields.items()
        if name.endswith(GIVEN)
    }
    return record.model_copy(update=update)
