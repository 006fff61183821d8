"""Quantities that are computed from what was measured, added to an interval's results."""

from __future__ import annotations

from easytear.engine.entries import Measured
from easytear.measure.quantities import base
from easytear.measure.quantities.catalogue import computed


def with_computed(measured: Measured, mm_per_px: float | None) -> Measured:
    """Return an interval's results with the catalogue's computed quantities under `extra`."""
    frames, result = measured.frames, measured.result
    seen = base.Measured(result.model_dump(mode="json"), frames["time_s"], frames, mm_per_px)
    values, flags = computed(seen)
    if not values:
        return measured
    quality = result.quality.model_copy(update={"flags": (*result.quality.flags, *flags)})
    extra = {**result.extra, **values}
    told = result.model_copy(update={"extra": extra, "quality": quality})
    return Measured(told, frames)
