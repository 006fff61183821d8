"""How many intervals can be used, group by group, and what the quality threshold changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from easytear.statistics.clusters import share
from easytear.statistics.icc import Interval
from easytear.study.groups import Comparison, Contrast, level_name, mixed_test
from easytear.study.values import UNIT, Values

THRESHOLDS: Final = (0.3, 0.4, 0.5, 0.6, 0.7)
UNLIKE: Final = 0.1
"""Difference of shares from which the page warns: fits that fail are not missing at random."""


@dataclass(frozen=True)
class Usable:
    """Intervals of one group that enter averages, of those found, clustered in subjects."""

    column: str
    level: str
    used: int
    found: int
    subjects: int
    share: Interval | None


@dataclass(frozen=True)
class AtThreshold:
    """An effect where only intervals of at least this quality score enter.

    `contrast` is None where groups are then too small for a test.
    """

    column: str
    measure: str
    threshold: float
    intervals: int
    subjects: int
    contrast: Contrast | None
    p: float | None


def usable(values: Values, columns: Sequence[str]) -> list[Usable]:
    """Return the share of usable intervals in every group of every column."""
    rows = values.rows
    rows = rows[rows["error"].isna() & rows["interval"].notna()]
    found: list[Usable] = []
    for column in columns:
        if column not in rows:
            continue
        known = rows[rows[column].notna()]
        for level, part in known.groupby(known[column].map(level_name)):
            good = part["left_out"].isna()
            found.append(
                Usable(
                    column,
                    str(level),
                    int(good.sum()),
                    len(part),
                    part[UNIT].nunique(),
                    share(list(good), list(part[UNIT])),
                )
            )
    return found


def unlike(shares: Sequence[Usable], column: str) -> bool:
    """Tell whether groups differ in how much of them can be used."""
    own = [one.used / one.found for one in shares if one.column == column]
    return bool(own) and max(own) - min(own) >= UNLIKE


def sensitivity(values: Values, comparisons: Sequence[Comparison]) -> list[AtThreshold]:
    """Return the mixed model's effect at several quality thresholds, of every two groups."""
    found: list[AtThreshold] = []
    for threshold in THRESHOLDS:
        other = values.at_quality(threshold)
        for one in comparisons:
            if one.mixed is None or len(one.mixed.contrasts) != 1:
                continue
            table = other.by_interval(one.measure)
            test = mixed_test(other, one.column, one.measure, one.too_few)
            found.append(
                AtThreshold(
                    one.column,
                    one.measure.column,
                    threshold,
                    len(table[table[one.column].notna()]),
                    test.subjects if test else 0,
                    test.contrasts[0] if test else None,
                    test.p if test else None,
                )
            )
    return found
