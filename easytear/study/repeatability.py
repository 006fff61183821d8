"""How far a measurement repeats: between intervals, visits and eyes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from easytear.statistics.icc import icc
from easytear.study.values import EYE, SESSION, UNIT, Measure, Values

FEWEST: Final = 3
"""Units below which no repeatability is told: an interval from two would span everything."""


@dataclass(frozen=True)
class Icc:
    """An intraclass correlation, single measurements, with its 95 % interval.

    `units` had `each` measurements; units with fewer do not enter, of those with more the first.
    """

    kind: str
    value: float
    low: float
    high: float
    units: int
    each: int


@dataclass(frozen=True)
class Repeatability:
    """How far repeated measurements of the same thing scatter.

    Attributes
    ----------
    units, values : int
        Things measured at least twice, and measurements of them.
    sd : float
        Within-unit standard deviation on the measure's scale (natural log where it is a ratio).
    log : bool
        Whether that scale is logarithmic.
    icc : Icc or None
        None where fewer than three units have enough measurements.
    """

    units: int
    values: int
    sd: float
    log: bool
    icc: Icc | None

    @property
    def coefficient(self) -> float:
        """Repeatability coefficient: two measurements differ by less in 95 % of pairs.

        1.96 sqrt(2) times the within-unit standard deviation (Bland and Altman 1999).
        """
        return float(1.96 * np.sqrt(2.0) * self.sd)

    @property
    def factor(self) -> float:
        """The coefficient as a factor, for a logarithmic scale."""
        return float(np.exp(self.coefficient))

    @property
    def percent(self) -> float:
        """The within-unit standard deviation in percent, for a logarithmic scale."""
        return float(100.0 * (np.exp(self.sd) - 1.0))


@dataclass(frozen=True)
class Eyes:
    """Both eyes of the same subjects.

    Attributes
    ----------
    first, second : str
        Names of the eyes.
    table : DataFrame
        One row per subject, columns `first` and `second` on the measure's scale.
    difference, low, high : float
        Mean of first - second with its 95 % interval, on the measure's scale.
    p : float
        Of the paired t test.
    icc : Icc or None
        Agreement.
    """

    first: str
    second: str
    table: pd.DataFrame
    difference: float
    low: float
    high: float
    p: float
    icc: Icc | None


def between_intervals(values: Values, measure: Measure) -> Repeatability | None:
    """Return how intervals of one video repeat; None where too few videos have two."""
    table = values.by_interval(measure)
    table = table.assign(turn=table.groupby("video").cumcount())
    return _repeat(table, "video", "turn", measure, "ICC(1,1)")


def between_visits(values: Values, measure: Measure) -> Repeatability | None:
    """Return how visits of one eye repeat; None where too few eyes have two."""
    table = values.by_session(measure)
    if table.empty:
        return None
    table = table.assign(target=table[UNIT].astype(str) + " " + table[EYE].astype(str))
    return _repeat(table, "target", SESSION, measure, "ICC(A,1)")


def _repeat(
    table: pd.DataFrame, unit: str, turn: str, measure: Measure, kind: str
) -> Repeatability | None:
    sizes = table[unit].map(table[unit].value_counts())
    table = table[sizes >= 2]
    units = table[unit].nunique()
    if units < FEWEST:
        return None
    own = table["value"] - table.groupby(unit)["value"].transform("mean")
    within = float((own**2).sum() / (len(table) - units))
    agreement = icc_of(table, unit, turn, kind)
    return Repeatability(units, len(table), float(np.sqrt(within)), measure.log, agreement)


def icc_of(table: pd.DataFrame, unit: str, turn: str, kind: str) -> Icc | None:
    """Return the ICC over those turns that use the most measurements.

    An ICC needs the same number from every unit. Of all choices (the units that have at least
    two, three ... of the turns) the one is taken that keeps the most measurements.
    """
    wide = table.pivot_table(index=unit, columns=turn, values="value", observed=True)
    order = wide.notna().sum().sort_values(ascending=False, kind="stable").index
    best = wide.iloc[:0]
    for number in range(2, len(order) + 1):
        whole = wide[list(order[:number])].dropna()
        if whole.size > best.size:
            best = whole
    if len(best) < FEWEST:
        return None
    found = icc(best.to_numpy(float))
    if found is None:
        return None
    one = found.one_way if kind == "ICC(1,1)" else found.agreement
    return Icc(kind, one.value, one.low, one.high, len(best), best.shape[1])


def both_eyes(values: Values, measure: Measure) -> Eyes | None:
    """Compare the eyes of the same subjects; None where fewer than three have both."""
    table = values.by_eye(measure)
    names = sorted(name for name in table[EYE].unique() if name != "?") if len(table) else []
    if not values.has_subjects or len(names) < 2:
        return None
    first, second = table[EYE][table[EYE].isin(names)].value_counts().sort_index().index[:2]
    wide = table.pivot_table(index=UNIT, columns=EYE, values="value", observed=True)
    both = wide[[first, second]].dropna()
    if len(both) < FEWEST:
        return None
    test = stats.ttest_rel(both[first], both[second])
    ends = test.confidence_interval(0.95)
    long = both.reset_index().melt(id_vars=UNIT, var_name="eye", value_name="value")
    agreement = icc_of(long, UNIT, "eye", "ICC(A,1)")
    return Eyes(
        first,
        second,
        both.rename(columns={first: "first", second: "second"}),
        float((both[first] - both[second]).mean()),
        float(ends.low),
        float(ends.high),
        float(test.pvalue),
        agreement,
    )
