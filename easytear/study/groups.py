"""Groups of subjects compared, and what goes with clinical numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.oneway import anova_oneway

from easytear.statistics.effects import hedges, hedges_paired, repeated_measures_p
from easytear.statistics.icc import Interval
from easytear.statistics.ranks import spearman
from easytear.study.columns import Column
from easytear.study.values import MEASURES, THINNING, UNIT, Measure, Values

MOST_LEVELS: Final = 6
"""Values beyond which a column is not taken for groups unless somebody names it."""
FEWEST: Final = 3
"""Subjects per group below which no test is made."""
FEWEST_PAIRS: Final = 5
"""Subjects below which no correlation is told: its interval would reach from -1 to 1."""


@dataclass(frozen=True)
class Level:
    """One group: its subjects and the median and quartiles over them, in the measure's unit."""

    name: str
    subjects: int
    median: float
    q1: float
    q3: float


@dataclass(frozen=True)
class Contrast:
    """Two groups compared.

    Attributes
    ----------
    first, second : str
        The groups.
    estimate, low, high : float
        Ratio first / second (or difference first - second) with its 95 % interval; with more
        than two groups the interval holds for all pairs together.
    ratio : bool
        Whether it is a ratio.
    hedges : Interval or None
        Standardised difference with its 95 % interval.
    """

    first: str
    second: str
    estimate: float
    low: float
    high: float
    ratio: bool
    hedges: Interval | None


@dataclass(frozen=True)
class Comparison:
    """One measure compared between the groups of one column; the subject is the unit."""

    column: str
    measure: Measure
    levels: tuple[Level, ...]
    paired: bool
    test: str
    p: float | None
    contrasts: tuple[Contrast, ...]
    table: pd.DataFrame


@dataclass(frozen=True)
class Correlation:
    """Spearman's rank correlation over subjects, with its 95 % interval from ten subjects on.

    `p_holm` is corrected for all correlations of the study (Holm).
    """

    column: str
    measure: Measure
    subjects: int
    r: float
    ends: tuple[float, float] | None
    p: float
    p_holm: float
    table: pd.DataFrame


def group_columns(
    values: Values, names: Sequence[str], clinical: Sequence[Column], by: str | None
) -> list[str]:
    """Return the columns that tell groups: the one asked for, else those with few values."""
    if by is not None:  # a clinical column whose name was taken got another
        return [by if by in values.rows else f"clinical_{by}"]
    number = {column.name for column in clinical if column.kind == "number"}
    found: list[str] = []
    for name in (*(column.name for column in clinical), *names):
        if name in ("subject", "eye", "date", "day"):
            continue
        levels = values.rows[name].nunique() if name in values.rows else 0
        most = 2 if name in number else MOST_LEVELS
        repeated = values.rows.groupby(name)[UNIT].nunique().min() if levels else 0
        if 2 <= levels <= most and repeated >= 2:
            found.append(name)
    return found


def compare(values: Values, column: str, measure: Measure) -> Comparison | None:
    """Compare a measure between the groups of a column; None where there are no two groups.

    Where the same subjects are in several groups (visits, eyes), they are compared with
    themselves: only subjects that are in all groups enter.
    """
    table = values.by_unit(measure, column)
    if table.empty:
        return None
    table = table.assign(level=table[column].map(_level_name))
    paired = bool(table.groupby(UNIT)["level"].nunique().max() > 1)
    if paired:
        whole = table.groupby(UNIT)["level"].transform("nunique") == table["level"].nunique()
        table = table[whole]
    groups = {str(name): part for name, part in table.groupby("level")}
    if len(groups) < 2:
        return None
    levels = tuple(_level(name, part["value"], measure) for name, part in groups.items())
    if min(level.subjects for level in levels) < FEWEST or not _varies(table, paired):
        return Comparison(column, measure, levels, paired, "", None, (), table)
    if paired:
        test, p, contrasts = _paired(table, list(groups), measure)
    else:
        test, p, contrasts = _independent(
            {name: part["value"].to_numpy(float) for name, part in groups.items()}, measure
        )
    return Comparison(column, measure, levels, paired, test, p, contrasts, table)


def _varies(table: pd.DataFrame, paired: bool) -> bool:
    """Tell whether there is any spread against which groups could be compared."""
    values = table["value"]
    if paired:
        values = values - table.groupby(UNIT)["value"].transform("mean")
    spread = values.groupby(table["level"]).std()
    return bool((spread > 1e-9 * max(1.0, float(table["value"].abs().max()))).all())


def _level_name(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _level(name: str, values: pd.Series, measure: Measure) -> Level:
    q1, median, q3 = (measure.back(v) for v in np.quantile(values, [0.25, 0.5, 0.75]))
    return Level(name, len(values), median, q1, q3)


def _independent(
    groups: dict[str, np.ndarray], measure: Measure
) -> tuple[str, float, tuple[Contrast, ...]]:
    """Compare groups of different subjects, without taking their variances for equal."""
    names = list(groups)
    if len(names) == 2:
        test = stats.ttest_ind(*groups.values(), equal_var=False)
        ends = test.confidence_interval(0.95)
        pair = _contrast(names[0], names[1], groups, (ends.low, ends.high), measure, False)
        return f"Welch's t test{_of_log(measure)}", float(test.pvalue), (pair,)
    p = float(anova_oneway(list(groups.values()), use_var="unequal").pvalue)
    every: Any = stats.tukey_hsd(*groups.values(), equal_var=False).confidence_interval(0.95)
    pairs = tuple(
        _contrast(names[a], names[b], groups, (every.low[a, b], every.high[a, b]), measure, False)
        for a, b in combinations(range(len(names)), 2)
    )
    return f"Welch's analysis of variance{_of_log(measure)}, Games-Howell intervals", p, pairs


def _paired(
    table: pd.DataFrame, names: list[str], measure: Measure
) -> tuple[str, float, tuple[Contrast, ...]]:
    """Compare the same subjects under several conditions."""
    wide = table.pivot(index=UNIT, columns="level", values="value")
    groups = {name: wide[name].to_numpy(float) for name in names}
    pairs = list(combinations(names, 2))
    contrasts: list[Contrast] = []
    p = 1.0
    for a, b in pairs:
        test = stats.ttest_rel(groups[a], groups[b])
        ends = test.confidence_interval(1.0 - 0.05 / len(pairs))
        contrasts.append(_contrast(a, b, groups, (ends.low, ends.high), measure, True))
        p = float(test.pvalue)
    if len(names) == 2:
        return f"Paired t test{_of_log(measure)}", p, tuple(contrasts)
    p = repeated_measures_p(wide[names].to_numpy(float))
    name = f"Analysis of variance of repeated measures{_of_log(measure)} (Greenhouse-Geisser)"
    return f"{name}, Bonferroni intervals", p, tuple(contrasts)


def _of_log(measure: Measure) -> str:
    return " of the logarithm" if measure.log else ""


def _contrast(
    first: str,
    second: str,
    groups: dict[str, np.ndarray],
    ends: tuple[float, float],
    measure: Measure,
    paired: bool,
) -> Contrast:
    a, b = groups[first], groups[second]
    g = hedges_paired(a, b) if paired else hedges(a, b)
    return Contrast(
        first,
        second,
        measure.back(float(np.mean(a) - np.mean(b))),
        measure.back(float(ends[0])),
        measure.back(float(ends[1])),
        measure.log,
        g,
    )


def correlations(values: Values, clinical: Sequence[Column]) -> list[Correlation]:
    """Correlate every measure with every clinical number, subjects as the unit.

    A clinical number that differs between a subject's eyes or visits is averaged as the measure
    is. Measured thinning stands beside the clinical numbers, too.
    """
    found: list[Correlation] = []
    numbers = [column.name for column in clinical if column.kind == "number"]
    for column in (*numbers, THINNING.column):
        for measure in MEASURES:
            if measure.column != column:
                correlation = _correlate(values, column, measure)
                found += [correlation] if correlation is not None else []
    if not found:
        return []
    corrected = multipletests([c.p for c in found], method="holm")[1]
    return [
        Correlation(**{**vars(c), "p_holm": float(p)})
        for c, p in zip(found, corrected, strict=True)
    ]


def _correlate(values: Values, column: str, measure: Measure) -> Correlation | None:
    table = values.by_unit(measure)
    if table.empty or column not in values.used:
        return None
    other = values.by_unit(Measure(column, column, column, "", False))
    both = table[[UNIT, "value"]].merge(
        other[[UNIT, "value"]].rename(columns={"value": "other"}), on=UNIT
    )
    if len(both) < FEWEST_PAIRS or both["other"].nunique() < 3 or both["value"].nunique() < 3:
        return None
    name = THINNING.name if column == THINNING.column else column
    r, p, ends = spearman(both["other"].to_numpy(float), both["value"].to_numpy(float))
    return Correlation(name, measure, len(both), r, ends, p, p, both)
