"""All statistics of a study, gathered for its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from easytear.study.break_times import BreakTimes, break_times
from easytear.study.columns import Column
from easytear.study.correlation import Correlation, correlations
from easytear.study.groups import Comparison, compare, group_columns
from easytear.study.planning import Plan, plans
from easytear.study.record import StudyRecord
from easytear.study.repeatability import (
    Change,
    Components,
    Eyes,
    Repeatability,
    Visits,
    between_intervals,
    between_visits,
    both_eyes,
    changes,
    components_of_intervals,
    components_of_visits,
    visits_agree,
)
from easytear.study.usable import AtThreshold, Usable, sensitivity, usable
from easytear.study.values import EYE, LAMBDA, MEASURES, SESSION, Measure, Values, load_values


@dataclass(frozen=True)
class Typical:
    """A measure over subjects: median, quartiles, and how many they are."""

    measure: Measure
    subjects: int
    median: float
    q1: float
    q3: float


@dataclass(frozen=True)
class Statistics:
    """What a study says.

    Attributes
    ----------
    values : Values
        The numbers behind it.
    subjects, eyes, visits : int
        How many there are among the videos with results; 0 where file names do not tell.
    intervals, used : int
        Intervals found, and those that enter averages.
    left_out : dict
        Intervals left out by reason.
    flags : dict
        Flags of intervals and videos by how often they stand, most often first.
    typical : tuple of Typical
        Over subjects.
    intervals_repeat, visits_repeat : Repeatability or None
        On log lambda.
    interval_components, visit_components : tuple of (str, float)
        Standard deviations of log lambda between subjects, eyes, visits ... by REML.
    visits_agree : Visits or None
        Bland and Altman's limits between two visits, on log lambda.
    changes : tuple of Change
        Every eye from its first to its last visit.
    eyes_agree : Eyes or None
        On log lambda.
    comparisons : tuple of Comparison
        Every group column with every measure.
    usable : tuple of Usable
        Share of usable intervals in every group.
    sensitivity : tuple of AtThreshold
        Every effect at other quality thresholds.
    correlations : tuple of Correlation
        Every clinical number with every measure.
    plans : tuple of Plan
        Subjects that a further study needs.
    break_times : BreakTimes or None
        Time to the first film break, by Kaplan-Meier.
    """

    values: Values
    subjects: int
    eyes: int
    visits: int
    intervals: int
    used: int
    left_out: dict[str, int]
    flags: dict[str, int]
    typical: tuple[Typical, ...]
    intervals_repeat: Repeatability | None
    visits_repeat: Repeatability | None
    interval_components: Components
    visit_components: Components
    visits_agree: Visits | None
    changes: tuple[Change, ...]
    eyes_agree: Eyes | None
    comparisons: tuple[Comparison, ...]
    usable: tuple[Usable, ...]
    sensitivity: tuple[AtThreshold, ...]
    correlations: tuple[Correlation, ...]
    plans: tuple[Plan, ...]
    break_times: BreakTimes | None = None


def compute(study: Path, record: StudyRecord, clinical: Sequence[Column]) -> Statistics:
    """Compute the statistics of a study from its table."""
    values = load_values(study, record.name_columns, clinical)
    return of_values(values, record.name_columns, clinical, record.options.get("by"))


def of_values(
    values: Values, names: Sequence[str], clinical: Sequence[Column], by: str | None
) -> Statistics:
    """Compute the statistics of a study's numbers."""
    rows = values.rows[values.rows["error"].isna()]
    columns = group_columns(values, names, clinical, by)
    compared = [compare(values, column, m) for column in columns for m in MEASURES]
    comparisons = tuple(c for c in compared if c is not None)
    typical = (_typical(values, measure) for measure in MEASURES)
    visits_repeat = between_visits(values, LAMBDA)
    of_visits = components_of_visits(values, LAMBDA) if visits_repeat else ()
    intervals_repeat = between_intervals(values, LAMBDA)
    return Statistics(
        values=values,
        subjects=rows["subject"].nunique() if values.has_subjects else 0,
        eyes=rows.loc[rows[EYE] != "?", EYE].nunique(),
        visits=rows.loc[rows[SESSION] != "?", SESSION].nunique(),
        intervals=int(rows["interval"].notna().sum()),
        used=len(values.used),
        left_out=dict(Counter(_kind(reason) for reason in rows["left_out"].dropna()).most_common()),
        flags=_flags(rows),
        typical=tuple(t for t in typical if t is not None),
        intervals_repeat=intervals_repeat,
        visits_repeat=visits_repeat,
        interval_components=components_of_intervals(values, LAMBDA) if intervals_repeat else (),
        visit_components=of_visits,
        visits_agree=visits_agree(values, LAMBDA),
        changes=tuple(changes(values, LAMBDA, visits_repeat)),
        eyes_agree=both_eyes(values, LAMBDA),
        comparisons=comparisons,
        usable=tuple(usable(values, columns)),
        sensitivity=tuple(sensitivity(values, comparisons)),
        correlations=tuple(correlations(values, clinical)),
        plans=tuple(plans(_components(comparisons, of_visits))),
        break_times=break_times(rows),
    )


def _components(comparisons: Sequence[Comparison], visits: Components) -> Mapping[str, float]:
    """Return the standard deviations of log lambda within groups, else over everybody."""
    for one in comparisons:
        if one.measure is LAMBDA and not one.paired and one.mixed is not None:
            return dict(one.mixed.components)
    return {{"visit of an eye": "rest"}.get(k, k): sd for k, sd in visits}


def _kind(reason: str) -> str:
    """Return the kind of a reason: what a person wrote behind "excluded" is not counted apart."""
    return reason.split(":")[0]


def _flags(rows: Any) -> dict[str, int]:
    found: Counter[str] = Counter()
    for text in rows["quality_flags"].dropna():
        found.update(flag for flag in text.split(";") if flag)
    for text in rows.drop_duplicates("video")["flags"].dropna():
        found.update(flag for flag in text.split(";") if flag)
    return dict(found.most_common())


def _typical(values: Values, measure: Measure) -> Typical | None:
    table = values.by_unit(measure)
    if table.empty:
        return None
    q1, median, q3 = (measure.back(v) for v in np.quantile(table["value"], [0.25, 0.5, 0.75]))
    return Typical(measure, len(table), median, q1, q3)
