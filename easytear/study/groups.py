"""Groups compared: a mixed model of all visits, and simple tests of subjects beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from easytear.statistics.effects import hedges, hedges_paired, repeated_measures_p
from easytear.statistics.icc import Interval
from easytear.statistics.mixed import Mixed, fit
from easytear.statistics.two_groups import compare_two
from easytear.study.columns import Column
from easytear.study.values import EYE, SESSION, UNIT, Measure, Values

MOST_LEVELS: Final = 6
"""Values beyond which a column is not taken for groups unless somebody names it."""
FEWEST: Final = 3
"""Subjects per group below which no test is made."""
MOSTLY: Final = 0.5
"""Share of subjects in all groups from which the simple test compares subjects with themselves."""


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
        Standardised difference with its 95 % interval; None in the mixed model.
    """

    first: str
    second: str
    estimate: float
    low: float
    high: float
    ratio: bool
    hedges: Interval | None = None


@dataclass(frozen=True)
class Test:
    """A test of all groups together, its contrasts, and what it rests on.

    `values` are visits in the mixed model and subjects (or pairs) in the simple test; `dropped`
    names the subjects that do not enter, `components` the standard deviations of the random
    factors.
    """

    name: str
    p: float
    contrasts: tuple[Contrast, ...]
    subjects: int
    values: int
    dropped: tuple[str, ...] = ()
    components: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Comparison:
    """One measure compared between the groups of one column.

    Attributes
    ----------
    mixed : Test or None
        The main answer: all visits of all subjects.
    simple : Test or None
        Means of subjects compared.
    paired : bool
        Whether the simple test compares subjects with themselves.
    both : tuple of str
        Subjects that are in several groups.
    why_none : str
        Why there is no test; empty if there is one.
    too_few : tuple of str
        Groups that have too few subjects to enter the tests.
    """

    column: str
    measure: Measure
    levels: tuple[Level, ...]
    mixed: Test | None
    simple: Test | None
    paired: bool
    both: tuple[str, ...]
    why_none: str
    too_few: tuple[str, ...]
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
    """Compare a measure between the groups of a column; None where there are no two groups."""
    table = values.by_unit(measure, column)
    if table.empty:
        return None
    table = table.assign(level=table[column].map(level_name))
    groups = {str(name): part for name, part in table.groupby("level")}
    if len(groups) < 2:
        return None
    levels = tuple(_level(name, part["value"], measure) for name, part in groups.items())
    too_few = tuple(level.name for level in levels if level.subjects < FEWEST)
    tested = table[~table["level"].isin(too_few)]
    several = tested.groupby(UNIT)["level"].nunique()
    both = tuple(sorted(map(str, several[several > 1].index)))
    number = tested["level"].nunique()
    whole = int((several == number).sum())
    paired = number > 1 and whole >= FEWEST and whole >= MOSTLY * len(several)
    why = _why_none(tested, number)
    mixed = None if why else mixed_test(values, column, measure, too_few)
    simple = None if why else _simple(tested, paired, measure)
    if mixed is None and simple is None and not why:
        why = "the values do not vary within groups"
    return Comparison(column, measure, levels, mixed, simple, paired, both, why, too_few, table)


def _why_none(table: pd.DataFrame, number: int) -> str:
    if number < 2:
        return f"fewer than {FEWEST} subjects per group"
    if table["value"].nunique() == 1:
        return "all values are the same"
    return ""


def level_name(value: object) -> str:
    """Return a group's name: numbers without needless digits."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _level(name: str, values: pd.Series, measure: Measure) -> Level:
    q1, median, q3 = (measure.back(v) for v in np.quantile(values, [0.25, 0.5, 0.75]))
    return Level(name, len(values), median, q1, q3)


def mixed_test(
    values: Values, column: str, measure: Measure, without: Sequence[str] = ()
) -> Test | None:
    """Compare groups by a mixed-effects model of all visits; None where it cannot be fitted.

    Fixed: the groups. Random: subject, eye within subject, visit within subject (what both eyes
    have in common on a day), as far as the data tell them apart. A subject may be in several
    groups: nobody is left out.
    """
    table = values.by_session(measure, column)
    table = table.assign(level=table[column].map(level_name)) if len(table) else table
    table = table[~table["level"].isin(without)] if len(table) else table
    names = sorted(table["level"].unique()) if len(table) else []
    if len(names) < 2:
        return None
    x = np.stack([table["level"] == name for name in names], axis=1).astype(float)
    found = fit_visits(table, x)
    if found is None:
        return None
    pairs = list(combinations(range(len(names)), 2))
    contrasts, p = [], 1.0
    for a, b in pairs:
        weights = np.zeros(len(names))
        weights[a], weights[b] = 1.0, -1.0
        difference, p, _ = found.contrast(weights, len(pairs))
        contrasts.append(_contrast(names[a], names[b], difference, measure))
    if len(pairs) > 1:
        every = np.eye(len(names))
        p = found.all_zero_p(every[1:] - every[0])
    if not np.isfinite(p):
        return None
    return Test(
        f"mixed model{_of_log(measure)}",
        p,
        tuple(contrasts),
        table[UNIT].nunique(),
        len(table),
        components=tuple((k, float(np.sqrt(v))) for k, v in found.variances.items()),
    )


def fit_visits(table: pd.DataFrame, x: np.ndarray) -> Mixed | None:
    """Fit the mixed model of a table with one row per subject, eye and visit."""
    factors = {
        "subject": ["1"] * len(table),
        "eye": list(table[EYE]),
        "visit": list(table[SESSION]),
    }
    return fit(table["value"].to_numpy(float), x, list(table[UNIT]), factors)


def _simple(table: pd.DataFrame, paired: bool, measure: Measure) -> Test | None:
    """Compare means of subjects: with themselves where most are in all groups, else apart.

    Subjects that do not fit (in some groups only, or in several) do not enter, and are named.
    """
    number = table.groupby(UNIT)["level"].transform("nunique")
    kept = table[number == table["level"].nunique()] if paired else table[number == 1]
    dropped = tuple(sorted(set(map(str, table[UNIT])) - set(map(str, kept[UNIT]))))
    groups = {str(name): part for name, part in kept.groupby("level")}
    enough = len(groups) > 1 and min(map(len, groups.values())) >= FEWEST
    if not enough or not _varies(kept, paired):
        return None
    if paired:
        name, p, contrasts = _paired(kept, list(groups), measure)
    else:
        arrays = {name: part["value"].to_numpy(float) for name, part in groups.items()}
        name, p, contrasts = _independent(arrays, measure)
    if not np.isfinite(p):
        return None
    return Test(name, p, contrasts, kept[UNIT].nunique(), len(kept), dropped)


def _varies(table: pd.DataFrame, paired: bool) -> bool:
    """Tell whether there is any spread against which groups could be compared."""
    values = table["value"]
    if paired:
        values = values - table.groupby(UNIT)["value"].transform("mean")
    spread = values.groupby(table["level"]).std()
    return bool((spread > 1e-9 * max(1.0, float(table["value"].abs().max()))).all())


def _independent(
    groups: dict[str, np.ndarray], measure: Measure
) -> tuple[str, float, tuple[Contrast, ...]]:
    """Compare groups of different subjects, without taking their variances for equal."""
    names = list(groups)
    if len(names) == 2:
        a, b = groups.values()
        test, difference, p = compare_two(a, b)
        pair = _contrast(names[0], names[1], difference, measure, hedges(a, b))
        return f"{test}{_of_log(measure)}", p, (pair,)
    p = float(anova_oneway(list(groups.values()), use_var="unequal").pvalue)
    every: Any = stats.tukey_hsd(*groups.values(), equal_var=False).confidence_interval(0.95)
    pairs = []
    for i, j in combinations(range(len(names)), 2):
        a, b = groups[names[i]], groups[names[j]]
        difference = Interval(float(a.mean() - b.mean()), every.low[i, j], every.high[i, j])
        pairs.append(_contrast(names[i], names[j], difference, measure, hedges(a, b)))
    test = f"Welch's analysis of variance{_of_log(measure)}, Games-Howell intervals"
    return test, p, tuple(pairs)


def _paired(
    table: pd.DataFrame, names: list[str], measure: Measure
) -> tuple[str, float, tuple[Contrast, ...]]:
    """Compare the same subjects under several conditions."""
    wide = table.pivot(index=UNIT, columns="level", values="value")
    groups = {name: wide[name].to_numpy(float) for name in names}
    pairs = list(combinations(names, 2))
    contrasts: list[Contrast] = []
    p = 1.0
    for first, second in pairs:
        a, b = groups[first], groups[second]
        test = stats.ttest_rel(a, b)
        ends = test.confidence_interval(1.0 - 0.05 / len(pairs))
        difference = Interval(float((a - b).mean()), float(ends.low), float(ends.high))
        contrasts.append(_contrast(first, second, difference, measure, hedges_paired(a, b)))
        p = float(test.pvalue)
    if len(names) == 2:
        return f"paired t test{_of_log(measure)}", p, tuple(contrasts)
    p = repeated_measures_p(wide[names].to_numpy(float))
    name = f"analysis of variance of repeated measures{_of_log(measure)} (Greenhouse-Geisser)"
    return f"{name}, Bonferroni intervals", p, tuple(contrasts)


def _of_log(measure: Measure) -> str:
    return " of the logarithm" if measure.log else ""


def _contrast(
    first: str,
    second: str,
    difference: Interval,
    measure: Measure,
    standardised: Interval | None = None,
) -> Contrast:
    value, low, high = (
        measure.back(float(v)) for v in (difference.value, difference.low, difference.high)
    )
    return Contrast(first, second, value, low, high, measure.log, standardised)
