"""What goes with clinical numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from easytear.statistics.ranks import holm, spearman
from easytear.study.columns import Column
from easytear.study.values import MEASURES, THINNING, UNIT, Measure, Values

FEWEST_PAIRS: Final = 5
"""Subjects below which no correlation is told."""


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
    corrected = holm([c.p for c in found])
    return [replace(c, p_holm=float(p)) for c, p in zip(found, corrected, strict=True)]


def _correlate(values: Values, column: str, measure: Measure) -> Correlation | None:
    if not {measure.column, column} <= set(values.used.columns):
        return None
    table = values.by_unit(measure)
    if table.empty:
        return None
    other = values.by_unit(Measure(column, column, column, "", False))
    both = table[[UNIT, "value"]].merge(
        other[[UNIT, "value"]].rename(columns={"value": "other"}), on=UNIT
    )
    if len(both) < FEWEST_PAIRS or both["other"].nunique() < 3 or both["value"].nunique() < 3:
        return None
    r, p, ends = spearman(both["other"].to_numpy(float), both["value"].to_numpy(float))
    name = THINNING.name if column == THINNING.column else column
    return Correlation(name, measure, len(both), r, ends, p, p, both)
