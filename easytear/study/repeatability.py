"""How far a measurement repeats: between intervals, visits and eyes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from easytear.statistics.clusters import Limits, Scatter, limits_of_agreement, scatter
from easytear.statistics.icc import Interval, icc
from easytear.statistics.mixed import RESIDUAL, fit
from easytear.study.values import EYE, SESSION, UNIT, Measure, Values

FEWEST: Final = 3
"""Units below which no repeatability is told: an interval from two would span everything."""
OF_PAIRS: Final = 1.96 * float(np.sqrt(2.0))
"""Two measurements differ by less than so many standard deviations in 95 % of pairs."""


@dataclass(frozen=True)
class Repeatability:
    """How far repeated measurements of the same thing scatter.

    Attributes
    ----------
    scatter : Scatter
        On the measure's scale (natural log where it is a ratio).
    kind : str
        Which intraclass correlation it is.
    log : bool
        Whether that scale is logarithmic.
    """

    scatter: Scatter
    kind: str
    log: bool

    @property
    def coefficient(self) -> float:
        """Repeatability coefficient: two measurements differ by less in 95 % of pairs.

        1.96 sqrt(2) times the within-unit standard deviation (Bland and Altman 1999).
        """
        return OF_PAIRS * self.scatter.sd

    def shown(self, sd: float) -> float:
        """Return the coefficient of a standard deviation, as a factor on a logarithmic scale."""
        return float(np.exp(OF_PAIRS * sd)) if self.log else OF_PAIRS * sd

    @property
    def factor(self) -> float:
        """The coefficient as a factor, for a logarithmic scale."""
        return float(np.exp(self.coefficient))

    @property
    def percent(self) -> float:
        """The within-unit standard deviation in percent, for a logarithmic scale."""
        return float(100.0 * np.expm1(self.scatter.sd))


@dataclass(frozen=True)
class Change:
    """One eye at its first and last visit, against what visits scatter by themselves.

    `beyond` tells whether the change is larger than the repeatability coefficient, which happens
    to one in twenty eyes in which nothing changed.
    """

    subject: str
    eye: str
    first: str
    last: str
    before: float
    after: float
    change: float
    beyond: bool


@dataclass(frozen=True)
class Visits:
    """Two visits of the same eyes: mean change and limits of agreement, on the measure's scale."""

    first: str
    second: str
    limits: Limits
    table: pd.DataFrame


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
    p : float or None
        Of the paired t test; None where all differences are the same.
    icc : Interval or None
        ICC(A,1); the interval is McGraw and Wong's, as subjects are independent.
    left_out : tuple of str
        Subjects of which only one eye was measured.
    """

    first: str
    second: str
    table: pd.DataFrame
    difference: float
    low: float
    high: float
    p: float | None
    icc: Interval | None
    left_out: tuple[str, ...]


def between_intervals(values: Values, measure: Measure) -> Repeatability | None:
    """Return how intervals of one video repeat; None where too few videos have two."""
    table = values.by_interval(measure)
    if table.empty:
        return None
    found = scatter(table["value"].to_numpy(float), list(table[UNIT]), list(table["video"]))
    if found is None or found.units < FEWEST:
        return None
    return Repeatability(found, "ICC(1,1)", measure.log)


def between_visits(values: Values, measure: Measure) -> Repeatability | None:
    """Return how visits of one eye repeat; None where too few eyes have two."""
    table = values.by_session(measure)
    if table.empty:
        return None
    found = scatter(
        table["value"].to_numpy(float), list(table[UNIT]), list(_eye(table)), list(table[SESSION])
    )
    if found is None or found.units < FEWEST:
        return None
    return Repeatability(found, "ICC(A,1)", measure.log)


def _eye(table: pd.DataFrame) -> pd.Series:
    return table[UNIT].astype(str) + "\0" + table[EYE].astype(str)


Components = tuple[tuple[str, float], ...]
"""Standard deviations by their source."""


def components_of_intervals(values: Values, measure: Measure) -> Components:
    """Return what the mixed model of intervals says of every source."""
    return components(values.by_interval(measure), "interval")


def components_of_visits(values: Values, measure: Measure) -> Components:
    """Return what the mixed model of visits says of every source."""
    return components(values.by_session(measure), "visit of an eye")


def components(table: pd.DataFrame, rest: str) -> Components:
    """Return standard deviations between subjects, eyes, visits, recordings, and what is left.

    By REML of the model with these random factors nested in subjects, as far as the data tell
    them apart; empty where it cannot be fitted.
    """
    if table.empty:
        return ()
    visit = list(table[EYE].astype(str) + "\0" + table[SESSION].astype(str))
    factors = {
        "subject": ["1"] * len(table),
        "eye": list(table[EYE]),
        "visit": list(table[SESSION]),
        "eye at a visit": visit,
    }
    if rest == "interval":
        factors["video"] = list(table["video"])
    found = fit(
        table["value"].to_numpy(float), np.ones((len(table), 1)), list(table[UNIT]), factors
    )
    if found is None:
        return ()
    names = {RESIDUAL: rest}
    named = [(names.get(k, k), float(np.sqrt(v))) for k, v in found.variances.items()]
    return (*named[1:], named[0])


def visits_agree(values: Values, measure: Measure) -> Visits | None:
    """Compare the two visits that most eyes have; None from fewer than five subjects."""
    table = values.by_session(measure)
    if table.empty:
        return None
    wide = table.pivot(index=[UNIT, EYE], columns=SESSION, values="value")
    wide = wide[[name for name in wide.columns if name != "?"]]
    if wide.shape[1] < 2:
        return None
    order = wide.notna().sum().sort_values(ascending=False, kind="stable").index
    first, second = sorted(order[:2])
    both = wide[[first, second]].dropna().reset_index()
    found = limits_of_agreement((both[second] - both[first]).to_numpy(float), list(both[UNIT]))
    if found is None:
        return None
    named = both.rename(columns={first: "first", second: "second"})
    return Visits(str(first), str(second), found, named)


def changes(values: Values, measure: Measure, repeat: Repeatability | None) -> list[Change]:
    """Return every eye's change from its first to its last visit, largest first."""
    table = values.by_session(measure)
    if repeat is None or table.empty:
        return []
    found: list[Change] = []
    for (unit, eye), part in table[table[SESSION] != "?"].groupby([UNIT, EYE]):
        if len(part) < 2:
            continue
        ordered = part.sort_values(SESSION)
        before, after = (float(v) for v in ordered["value"].iloc[[0, -1]])
        first, last = (str(v) for v in ordered[SESSION].iloc[[0, -1]])
        beyond = abs(after - before) > repeat.coefficient
        shown = measure.back(after - before)
        ends = measure.back(before), measure.back(after)
        found.append(Change(str(unit), str(eye), first, last, *ends, shown, beyond))
    none = 1.0 if measure.log else 0.0
    far = (lambda c: abs(np.log(c.change))) if measure.log else (lambda c: abs(c.change - none))
    return sorted(found, key=far, reverse=True)


def both_eyes(values: Values, measure: Measure) -> Eyes | None:
    """Compare the eyes of the same subjects; None where fewer than three have both."""
    table = values.by_eye(measure)
    names = sorted(name for name in table[EYE].unique() if name != "?") if len(table) else []
    if not values.has_subjects or len(names) < 2:
        return None
    first, second = table[EYE][table[EYE].isin(names)].value_counts().sort_index().index[:2]
    wide = table.pivot(index=UNIT, columns=EYE, values="value")
    both = wide[[first, second]].dropna()
    if len(both) < FEWEST:
        return None
    agreement = icc(both.to_numpy(float))
    difference = (both[first] - both[second]).to_numpy(float)
    same = float(np.ptp(difference)) <= 1e-9 * max(1.0, float(np.abs(difference).max()))
    test = stats.ttest_rel(both[first], both[second])
    ends = test.confidence_interval(0.95)
    mean = float(difference.mean())
    return Eyes(
        str(first),
        str(second),
        both.rename(columns={first: "first", second: "second"}),
        mean,
        mean if same else float(ends.low),
        mean if same else float(ends.high),
        None if same else float(test.pvalue),
        agreement.agreement if agreement else None,
        tuple(sorted(map(str, set(wide.index) - set(both.index)))),
    )
