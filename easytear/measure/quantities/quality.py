"""How far the numbers can be trusted."""

from __future__ import annotations

from typing import Final

from easytear.measure.quantities.base import Quantity

QUANTITIES: Final = (
    Quantity("quality.score", "", "Quality", "quality",
             "how far the numbers can be trusted, 0 to 1", "Quality", digits=2, overview=True),
    Quantity("quality.flags", "", "What to know", "what to know",
             "what to know before believing the numbers, joined by ;", "Quality", kind="text"),
)  # fmt: skip
