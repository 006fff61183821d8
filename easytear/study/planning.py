"""How many subjects a further study needs, from the variances that this one found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scipy import stats

from easytear.statistics.effects import noncentral_t_cdf

RATIOS: Final = (1.2, 1.5, 2.0)
POWERS: Final = (0.8, 0.9)
MOST: Final = 10_000_000
"""Subjects beyond which no study is planned."""


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
    """Return the least whole number of subjects (of each group) whose power suffices."""
    effect = math.log(ratio) / sd
    few, many = 1, 3 if paired else 2
    while power_of(effect, many, paired) < power and many < MOST:
        few, many = many, 2 * many
    least = 3 if paired else 2
    while many - few > 1 and many > least:
        middle = (few + many) // 2
        if power_of(effect, middle, paired) < power:
            few = middle
        else:
            many = middle
    return many


def power_of(effect: float, subjects: int, paired: bool) -> float:
    """Return the power of a two-sided t test at 5 % (Cohen 1988, chapter 2).

    `effect` is in standard deviations, of the differences where `paired`; `subjects` are those of
    each group.
    """
    df = subjects - 1 if paired else 2 * subjects - 2
    delta = effect * math.sqrt(subjects if paired else subjects / 2)
    t = float(stats.t.ppf(0.975, df))
    return 1 - noncentral_t_cdf(t, df, delta) + noncentral_t_cdf(-t, df, delta)
