"""How a person blinked, of the video as a whole."""

from __future__ import annotations

from typing import Final

from easytear.measure.quantities.base import Quantity

_GROUP: Final = "Blinking"
_WITHHELD: Final = "withheld under 30 s of watching and where blinking was instructed"

QUANTITIES: Final = (
    Quantity("blinking.rate_per_min", "1/min", "Blink rate", "blink rate",
             f"blinks a minute; {_WITHHELD}", _GROUP, ci95=True, per="video",
             source="interval: Garwood 1936, Biometrika 28:437"),
    Quantity("blinking.partial_share", "", "Share of partial blinks", "partial",
             "share of blinks in which the lids did not meet; withheld where instructed",
             _GROUP, digits=2, ci95=True, per="video",
             source="interval: Wilson 1927, J Am Stat Assoc 22:209"),
    Quantity("blinking.interval_median_s", "s", "Inter-blink interval", "interval",
             f"median time from the end of a blink to the start of the next; {_WITHHELD}", _GROUP,
             per="video"),
    Quantity("blinking.contact_s_per_min", "s/min", "Lid contact", "contact",
             f"time in which the lids touch, a minute; {_WITHHELD}", _GROUP, digits=2, per="video"),
    Quantity("blinking.observed_s", "s", "Watched for", "watched",
             "how long the eye was watched", _GROUP, per="video"),
)  # fmt: skip
