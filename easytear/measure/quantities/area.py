"""Cornea below the front."""

from __future__ import annotations

from typing import Final

from easytear.measure.quantities.base import Quantity

_GROUP: Final = "Area"

QUANTITIES: Final = (
    Quantity("area.start_mm2", "mm²", "Area at the start", "start area",
             "cornea below the front at the start", _GROUP),
    Quantity("area.end_mm2", "mm²", "Area at the end", "end area",
             "cornea below the front at the end", _GROUP),
    Quantity("area.max_mm2", "mm²", "Largest area", "area",
             "largest area of cornea below the front", _GROUP, overview=True),
    Quantity("area.rate_mm2_s", "mm²/s", "Area rate", "area rate",
             "rate at which the area grows over the first second", _GROUP, studied=True),
    Quantity("area.end_fraction", "", "Share at the end", "share",
             "share of the region below the front at the end", _GROUP, digits=2),
)  # fmt: skip
