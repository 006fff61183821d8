"""How far quantities scatter between visits without a cause, from a study of repeated visits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from easytear.base.errors import ResultsError
from easytear.compare.contrast import Scatter
from easytear.measure.quantities.catalogue import studied

if TYPE_CHECKING:
    import pandas as pd


def between_visits_of(study: Path) -> tuple[dict[str, Scatter], str]:
    """Return the scatter between visits by a quantity's key, and where it comes from.

    Raises
    ------
    ResultsError
        If the folder is no study, or no eye in it has two visits.
    """
    import pandas as pd

    try:
        rows = pd.read_csv(study / "study.csv", low_memory=False)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{study}: holds no study.csv; run 'easytear batch' first.") from error
    found: dict[str, Scatter] = {}
    if {"subject", "eye"} <= set(rows.columns):
        for one in studied():
            scatter = _scatter(rows, one.column, one.settled.replace(".", "_"), log=one.log)
            if scatter is not None:
                found[one.key] = scatter
    if not found:
        raise ResultsError(
            f"{study}: tells no scatter between visits; it needs eyes with two visits each, and "
            "--name-pattern with {subject}, {eye} and {visit}."
        )
    return found, study.resolve().name


def _scatter(rows: pd.DataFrame, column: str, settled: str, *, log: bool) -> Scatter | None:
    """Return the within-eye standard deviation of visit means: one-way analysis of variance."""
    import pandas as pd

    visit = next((name for name in ("visit", "session", "date") if name in rows.columns), None)
    if visit is None or column not in rows.columns:
        return None
    used = rows[rows["left_out"].isna() & rows["error"].isna()]
    if settled in used.columns:
        used = used[used[settled].fillna(False).astype(bool)]
    value = pd.to_numeric(used[column], errors="coerce")
    value = np.log(value.where(value > 0)) if log else value
    table = used.assign(value=value).dropna(subset=["value", "subject", "eye", visit])
    means = table.groupby(["subject", "eye", visit])["value"].mean()
    eyes = means.groupby(level=[0, 1])
    counts, squares = eyes.count(), eyes.var(ddof=1)
    df = float((counts[counts > 1] - 1).sum())
    if df < 1:
        return None
    within = float((squares[counts > 1] * (counts[counts > 1] - 1)).sum()) / df
    return Scatter(within**0.5, df)
