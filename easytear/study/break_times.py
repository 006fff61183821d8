"""When films break, over a study: Kaplan-Meier, since many do not break while they are watched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from easytear.study.values import UNIT

FIRST: Final = "film_break_first_s"
NOT_FOR: Final = "film_break_censored_at_s"
COLUMNS: Final = (FIRST, NOT_FOR)
FEWEST: Final = 3
"""Subjects below which nothing is told."""


@dataclass(frozen=True)
class BreakTimes:
    """Time to the first film break over subjects (Kaplan and Meier 1958).

    Attributes
    ----------
    subjects, breaks : int
        Watched, and those whose film broke; the others are right-censored.
    median_s, low_s, high_s : float or None
        Median time with its 95 % interval (complementary log-log; Brookmeyer and Crowley 1982);
        None where fewer than half broke, or an end is not reached.
    longest_s : float
        The longest time that anybody was watched.
    """

    subjects: int
    breaks: int
    median_s: float | None
    low_s: float | None
    high_s: float | None
    longest_s: float


def break_times(rows: pd.DataFrame) -> BreakTimes | None:
    """Return when films break; None for fewer than three subjects.

    One time a subject: that of the earliest interval in which the film was watched after a
    complete blink (intervals of one person are not independent), whatever its spread is worth;
    what a person excluded is left out.

    Parameters
    ----------
    rows : DataFrame
        The study's rows, in the order of videos and intervals.
    """
    if not set(COLUMNS) <= set(rows.columns):
        return None
    first = pd.to_numeric(rows[FIRST], errors="coerce")
    until = pd.to_numeric(rows[NOT_FOR], errors="coerce")
    excluded = rows["left_out"].astype("string").str.startswith("excluded").fillna(False)
    table = pd.DataFrame(
        {
            "unit": rows[UNIT],
            "time_s": first.fillna(until),
            "broke": first.notna(),
            "excluded": excluded.astype(bool),
        }
    )
    table = table[~table["excluded"]].dropna(subset=["unit", "time_s"])
    table = table.groupby("unit", sort=False).first()
    if len(table) < FEWEST:
        return None
    median, low, high = _median(table["time_s"].to_numpy(float), table["broke"].to_numpy(bool))
    return BreakTimes(
        subjects=len(table),
        breaks=int(table["broke"].sum()),
        median_s=median,
        low_s=low,
        high_s=high,
        longest_s=float(table["time_s"].max()),
    )


def _median(
    time_s: np.ndarray[tuple[int], np.dtype[np.float64]],
    broke: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> tuple[float | None, float | None, float | None]:
    """Return the median survival time and its 95 % interval, by statsmodels."""
    from statsmodels.duration.survfunc import SurvfuncRight

    if not broke.any():
        return None, None, None
    curve = SurvfuncRight(time_s, broke.astype(int))
    with np.errstate(all="ignore"):
        ends = [curve.quantile(0.5), *curve.quantile_ci(0.5, method="cloglog")]
    middle, low, high = (float(end) if np.isfinite(end) else None for end in ends)
    return middle, low, high


def sentence(found: BreakTimes) -> str:
    """Return what a study says of film breaks, in words."""
    told = (
        f"In {found.breaks} of {found.subjects} subjects the film broke while it was watched "
        f"(at most {found.longest_s:.1f} s after a complete blink); in the others the first break "
        "takes longer than that (right-censored). "
    )
    if found.median_s is None:
        return told + "Fewer than half broke, so that a median cannot be told (Kaplan-Meier)."
    low = "0" if found.low_s is None else f"{found.low_s:.1f}"
    high = "an end that was not reached" if found.high_s is None else f"{found.high_s:.1f} s"
    return (
        told + f"Median time to the first break: {found.median_s:.1f} s (95 % interval {low} to "
        f"{high}), by Kaplan-Meier, one interval a subject."
    )
