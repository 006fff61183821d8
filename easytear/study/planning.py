"""How many subjects a further study needs, from the variances that this one found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from statsmodels.stats.power import TTestIndPower, TTestPower

RATIOS: Final = (1.2, 1.5, 2.0)
POWERS: Final = (0.8, 0.9)


@dataclass(frozen=True)
class Plan:
    """Subjects (of each group, or in all) that find a ratio at 5 % with this power."""

    design: str
    sd: float
    ratio: float
    power: float
    subjects: int


def plans(components: Mapping[str, float]) -> list[Plan]:
    """Return sample sizes for two-sided t tests of a logarithm.

    Parameters
    ----------
    components : mapping
        Standard deviations between `subject`, `eye`, `visit` and `rest` (a visit of an eye) of
        the mixed model of visits; one that is absent counts as zero.
    """
    s, e, v, r = (components.get(name, 0.0) ** 2 for name in ("subject", "eye", "visit", "rest"))
    designs = (
        ("two groups, one eye, one visit", s + e + v + r, False),
        ("two groups, both eyes, one visit", s + e / 2 + v + r / 2, False),
        ("change of one eye between two visits", 2 * (v + r), True),
        ("change of both eyes between two visits", 2 * v + r, True),
    )
    found: list[Plan] = []
    for design, variance, paired in designs:
        if variance <= 0:
            continue
        sd = math.sqrt(variance)
        for ratio in RATIOS:
            for power in POWERS:
                found.append(Plan(design, sd, ratio, power, _subjects(ratio, sd, power, paired)))
    return found


def _subjects(ratio: float, sd: float, power: float, paired: bool) -> int:
    """Return the least whole number of subjects whose power suffices."""
    effect = math.log(ratio) / sd
    one = TTestPower() if paired else TTestIndPower()
    least = 3 if paired else 2
    given = {"nobs": least} if paired else {"nobs1": least}
    if float(one.power(effect_size=effect, alpha=0.05, **given)) >= power:
        return least
    needed = float(one.solve_power(effect_size=effect, alpha=0.05, power=power))
    return math.ceil(needed - 1e-9)
