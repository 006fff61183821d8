"""From scores to the benchmark's table: medians and worst cases beside the goals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

MOST_SHARE = 0.99
"""Shares should not be above it: wider claims than needed are no better."""
PER_VIDEO = ("blink_f1", "boundary_frames", "scale_error")


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes
    ----------
    title : str
        What a reader sees.
    column : str
        Column of the scores.
    goal, worst : float or None
        What the median, and what the worst case should reach.
    kind : {"least", "most", "share"}
        Small is good, large is good, or a share that should lie between `goal` and 0.99.
    signed : bool
        The column is signed and judged by its size.
    percent : bool
        Shown in per cent.
    least : int
        Fewer values than this are too few to call the goal reached.
    """

    title: str
    column: str
    goal: float | None
    worst: float | None = None
    kind: str = "least"
    signed: bool = False
    percent: bool = False
    least: int = 1


ROWS = (
    Row("blink F1", "blink_f1", 0.99, 0.97, "most"),
    Row("interval boundary, frames", "boundary_frames", 1.0),
    Row("eye motion RMS, px", "eye_rms_px", 0.3, 1.0),
    Row("pupil centre, px", "pupil_px", 1.0, 2.0),
    Row("limbus IoU", "limbus_iou", 0.97, None, "most"),
    Row("mm per px", "scale_error", 0.02, 0.05, signed=True, percent=True),
    Row("track error after 1 s, px", "track_1s_px", 0.8, 1.6),
    Row("track error after 1 s, 90th percentile, px", "track_1s_p90_px", 2.5, 5.0),
    Row("track error at the interval's end, px", "track_end_px", 1.5),
    Row("share of errors within 2 sd_px", "track_within_2sd", 0.90, None, "share"),
    Row("front error, px", "front_px", 1.5, 5.0),
    Row("front completeness", "front_complete", 0.85, None, "most"),
    Row("area", "area_error", 0.02, 0.06, signed=True, percent=True),
    Row("lambda from tracks", "lambda_error", 0.02, 0.10, signed=True, percent=True),
    Row("rho from tracks", "rho_error", 0.02, 0.08, signed=True, percent=True),
    Row("initial velocity from tracks", "v0_error", 0.04, 0.15, signed=True, percent=True),
    Row("lambda from the front", "front_lambda_error", 0.04, None, signed=True, percent=True),
    Row("rho from the front", "front_rho_error", 0.03, None, signed=True, percent=True),
    Row("95 % intervals that hold lambda", "lambda_held", 0.90, None, "share", least=100),
    Row("95 % intervals that hold rho", "rho_held", 0.90, None, "share", least=100),
    Row("95 % intervals that hold the velocity", "v0_held", 0.90, None, "share", least=100),
    Row("95 % intervals that hold the front's lambda", "front_lambda_held", 0.90, None, "share"),
    Row("95 % intervals that hold the front's rho", "front_rho_held", 0.90, None, "share"),
    Row("false spreads", "false_spread", 0.0, 0.0),
    Row("false fronts", "false_front", 0.0, 0.0),
)


@dataclass(frozen=True)
class Judged:
    """What a method reached in a row.

    Attributes
    ----------
    value : float or None
        The median; the mean of shares and counts.
    sd : float or None
        Standard error of a share: binomial where each interval holds or does not, else that of
        the mean over intervals.
    worst : float or None
        The worst interval; of shares and counts the worst kind of scene.
    worst_scene : str
        Where that was.
    n : int
        Number of intervals, or of videos.
    good, worst_good : bool or None
        Whether the goal, and the goal of the worst case, are met; None where there is none.
    """

    value: float | None = None
    sd: float | None = None
    worst: float | None = None
    worst_scene: str = ""
    n: int = 0
    good: bool | None = None
    worst_good: bool | None = None

    @property
    def reached(self) -> bool | None:
        """Whether every goal of the row is met."""
        told = [goal for goal in (self.good, self.worst_good) if goal is not None]
        return all(told) if told else None


def flat(scores: list[dict[str, Any]]) -> pd.DataFrame:
    """Return one row per true interval, with its video's numbers.

    Adds `law_error`: the root mean square of the relative errors of lambda, rho and initial
    velocity.
    """
    rows = []
    for numbers in scores:
        shared = {n: v for n, v in numbers.items() if n != "intervals"}
        for interval in numbers["intervals"] or [{"index": None, "found": False}]:
            rows.append({**shared, **interval, "law_error": _law_error(interval)})
    return pd.DataFrame(rows)


def _law_error(interval: dict[str, Any]) -> float | None:
    errors = [interval.get(f"{name}_error") for name in ("lambda", "rho", "v0")]
    known = [error for error in errors if error is not None]
    return float(np.sqrt(np.mean(np.square(known)))) if known else None


def values(table: pd.DataFrame, row: Row) -> pd.Series[float]:
    """Return the known values of a row, by size where it is signed; once for each video."""
    if row.column not in table:
        return pd.Series(dtype=float)
    known = table[table[row.column].notna()]
    if row.column in PER_VIDEO:
        known = known.drop_duplicates(["scene", "seed"])
    numbers = known[row.column].astype(float)
    return numbers.abs() if row.signed else numbers


def judged(table: pd.DataFrame, row: Row) -> Judged:
    """Return how a method did in a row; see `Judged`."""
    numbers = values(table, row)
    if numbers.empty:
        return Judged()
    counted = row.kind == "share" or row.column.startswith("false_")
    value = float(numbers.mean() if counted else numbers.median())
    scenes = table.loc[numbers.index, "scene"].astype(str)
    seeds = table.loc[numbers.index, "seed"].astype(str)
    cases = numbers.groupby(scenes if row.kind == "share" else scenes + "-" + seeds)
    low = row.kind in ("most", "share")
    extreme = cases.mean() if counted else cases.min() if low else cases.max()
    worst = float(extreme.min() if low else extreme.max())
    return Judged(
        value=value,
        sd=_standard_error(numbers) if row.kind == "share" else None,
        worst=worst,
        worst_scene=str(extreme.idxmin() if low else extreme.idxmax()),
        n=len(numbers),
        good=_meets(value, row.goal, row) and len(numbers) >= row.least
        if row.goal is not None
        else None,
        worst_good=_meets(worst, row.worst, row) if row.worst is not None else None,
    )


def _standard_error(numbers: pd.Series[float]) -> float | None:
    if numbers.isin((0.0, 1.0)).all():
        share = float(numbers.mean())
        return float(np.sqrt(share * (1.0 - share) / len(numbers)))
    return float(numbers.std(ddof=1) / np.sqrt(len(numbers))) if len(numbers) > 1 else None


def _meets(value: float, goal: float, row: Row) -> bool:
    if row.kind == "least":
        return value <= goal + 1e-12
    return value >= goal - 1e-12 and (row.kind == "most" or value <= MOST_SHARE)


def shown(value: float | None, row: Row) -> str:
    """Return a number as the table shows it."""
    if value is None or not np.isfinite(value):
        return "-"
    return f"{100.0 * value:.1f} %" if row.percent else f"{value:.3g}"


def cells(tables: dict[str, pd.DataFrame]) -> list[list[str]]:
    """Return the table with its head: goals, ours with worst case, the other methods' medians.

    A method that was not run on every video has its own number of values beside it.
    """
    others = [name for name in tables if name != "easytear"]
    out = [["", "goal (worst)", "EasyTear (worst: scene)", "reached", "n", *others]]
    for row in ROWS:
        mine = judged(tables["easytear"], row)
        line = [row.title, _goal(row), _ours(mine, row), reached_words(mine, row), str(mine.n)]
        for name in others:
            other = judged(tables[name], row)
            fewer = other.n and len(_videos(tables[name])) < len(_videos(tables["easytear"]))
            line.append(shown(other.value, row) + (f" (n = {other.n})" if fewer else ""))
        out.append(line)
    return out


def _videos(table: pd.DataFrame) -> set[tuple[str, int]]:
    return set(zip(table["scene"], table["seed"], strict=True))


def _goal(row: Row) -> str:
    if row.kind == "share":
        return f"{shown(row.goal, row)} to {MOST_SHARE:g}"
    return shown(row.goal, row) + (f" ({shown(row.worst, row)})" if row.worst else "")


def _ours(mine: Judged, row: Row) -> str:
    if mine.n == 0:
        return "-"
    about = "" if mine.sd is None else f" ± {mine.sd:.2g}"
    return f"{shown(mine.value, row)}{about} ({shown(mine.worst, row)}: {mine.worst_scene})"


def reached_words(mine: Judged, row: Row) -> str:
    """Return "yes", "no" or "yes; worst: no": the goal's and the worst case's own verdict."""
    if mine.good is None:
        return ""
    words = "yes" if mine.good else "no"
    if mine.n < row.least:
        words = f"no: n < {row.least}"
    if mine.worst_good is None:
        return words
    return f"{words}; worst: {'yes' if mine.worst_good else 'no'}"


def rows_reached(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the titles of the rows that are reached, and those missed with what is missed."""
    reached, missed = [], []
    for row in ROWS:
        mine = judged(table, row)
        if mine.n == 0:
            missed.append(f"{row.title} (not measured)")
        elif mine.reached:
            reached.append(row.title)
        else:
            missed.append(f"{row.title} ({_what_is_missed(mine, row)})")
    return reached, missed


def _what_is_missed(mine: Judged, row: Row) -> str:
    parts = []
    if not mine.good:
        few = f", of {row.least} that it takes" if mine.n < row.least else ""
        goal = _goal(row) if row.kind == "share" else shown(row.goal, row)
        parts.append(f"{shown(mine.value, row)} for {goal}, n = {mine.n}{few}")
    if mine.worst_good is False:
        parts.append(
            f"worst {shown(mine.worst, row)} for {shown(row.worst, row)}: {mine.worst_scene}"
        )
    return "; ".join(parts)


def ahead_of_us(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Return a sentence for every row in which another method's value is better than ours.

    Both on the same videos. Of two shares the better one is less far from its goal's range.
    """
    out = []
    for row in ROWS:
        for name, table in tables.items():
            other = judged(table, row).value
            if name == "easytear" or other is None:
                continue
            mine = judged(_same_videos(tables["easytear"], table), row).value
            if mine is None or _cost(other, row) < _cost(mine, row) - 1e-12:
                out.append(f"{row.title}: {name} {shown(other, row)}, EasyTear {shown(mine, row)}")
    return out


def _cost(value: float, row: Row) -> float:
    """Return what is to be small: the value, less it, or its distance from the goal's range."""
    if row.kind == "share":
        return max((row.goal or 0.0) - value, value - MOST_SHARE, 0.0)
    return value if row.kind == "least" else -value


def _same_videos(table: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `table` whose scene and seed are in `other`, too."""
    videos = _videos(other)
    kept = [video in videos for video in zip(table["scene"], table["seed"], strict=True)]
    return table[kept]


def missing(table: pd.DataFrame) -> list[str]:
    """Return which scenes gave no usable fit where there was a law to find, or no interval."""
    out = []
    for _, interval in table.iterrows():
        where = f"{interval['scene']}-{interval['seed']}, interval {interval['index']}"
        if not interval["found"]:
            out.append(f"{where}: not found")
        elif interval.get("fitted") is False or interval.get("fitted") == 0.0:
            out.append(f"{where}: no usable fit")
    return out
