"""Film thickness from its colours."""

from __future__ import annotations

from typing import Final

from easytear.measure.quantities.base import Quantity

_GROUP: Final = "Thickness"
_RELATIVE: Final = "relative unless the colours were calibrated"

QUANTITIES: Final = (
    Quantity("thickness.median_nm", "nm", "Median thickness", "thickness",
             f"median film thickness ({_RELATIVE})", _GROUP, digits=2, overview=True),
    Quantity("thickness.p10_nm", "nm", "Thickness, 10th percentile", "10 % thickness",
             "10th percentile of film thickness", _GROUP, digits=2),
    Quantity("thickness.p90_nm", "nm", "Thickness, 90th percentile", "90 % thickness",
             "90th percentile of film thickness", _GROUP, digits=2),
    Quantity("thickness.thinning_nm_s", "nm/s", "Thinning", "thinning",
             "rate at which the film thins", _GROUP, digits=2, studied=True),
)  # fmt: skip
