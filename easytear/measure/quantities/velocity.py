"""Velocity of the film, without a model."""

from __future__ import annotations

from typing import Final

from easytear.measure.quantities.base import Quantity

_GROUP: Final = "Without a model"

QUANTITIES: Final = (
    Quantity("velocity.early_mm_s", "mm/s", "Early velocity", "early velocity",
             "mean upward velocity over the first 0.2 s after onset", _GROUP, studied=True,
             source="compare Owens and Phillips 2001, Cornea 20:484"),
    Quantity("velocity.mean_mm_s", "mm/s", "Mean velocity", "mean velocity",
             "mean upward velocity of the film", _GROUP),
    Quantity("velocity.peak_mm_s", "mm/s", "Peak velocity", "peak velocity",
             "highest upward velocity of the film", _GROUP),
    Quantity("velocity.time_of_peak_s", "s", "Time of the peak (video time)", "peak at",
             "video time of the highest velocity", _GROUP),
    Quantity("stabilization_s", "s", "Stabilisation time", "still after",
             "from onset until the upward velocity stays under the set limit", _GROUP, digits=2,
             studied=True, overview=True, source="Owens and Phillips 2001, Cornea 20:484"),
    Quantity("streak_angle_deg", "°", "Streak angle", "streaks",
             "direction of the film's texture, 0 level, 90 upright", _GROUP, digits=2,
             source="Goto and Tseng 2003, Arch Ophthalmol"),
)  # fmt: skip
