"""From scores to the benchmark's table: medians and worst cases beside the goals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

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
    """

    title: str
    column: str
    goal: float | None
    worst: float | None = None
    kind: str = "least"
    signed: bool = False
    percent: bool = False


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
    Row("95 % intervals that hold lambda", "lambda_held", 0.90, None, "share"),
    Row("95 % intervals that hold rho", "rho_held", 0.90, None, "share"),
    Row("95 % intervals that hold the velocity", "v0_held", 0.90, None, "share"),
    Row("false spreads", "false_spread", 0.0, 0.0),
    Row("false fronts", "false_front", 0.0, 0.0),
)


def flat(scores: list[dict[str, Any]]) -> pd.DataFrame:
    """Return one row per true interval, with its video's numbers; `method` says whose it is."""
    rows = []
    for numbers in scores:
        shared = {n: v for n, v in numbers.items() if n != "intervals"}
        for interval in numbers["intervals"] or [{"index": None, "found": False}]:
            rows.append({**shared, **interval})
    return pd.DataFrame(rows)


def values(table: pd.DataFrame, row: Row) -> pd.Series[float]:
    """Return the known values of a row, by size where it is signed; once for each video."""
    if row.column not in table:
        return pd.Series(dtype=float)
    known = table[table[row.column].notna()]
    if row.column in PER_VIDEO:
        known = known.drop_duplicates(["scene", "seed"])
    numbers = known[row.column].astype(float)
    return numbers.abs() if row.signed else numbers


def judged(table: pd.DataFrame, row: Row) -> dict[str, Any]:
    """Return median (mean for shares and counts), worst interval, and if the goals are met.

    Of shares and counts the worst is that of a whole scene: one interval holds or does not.
    """
    numbers = values(table, row)
    if numbers.empty:
        return {"value": None, "worst": None, "worst_scene": "", "reached": None, "n": 0}
    counted = row.kind == "share" or row.column.startswith("false_")
    value = float(numbers.mean() if counted else numbers.median())
    cases = table.loc[numbers.index, ["scene", "seed"]].astype(str).agg("-".join, axis=1)
    scenes = numbers.groupby(cases)
    low = row.kind in ("most", "share")
    extreme = scenes.mean() if counted else scenes.min() if low else scenes.max()
    where = str(extreme.idxmin() if low else extreme.idxmax())
    worst = float(extreme.min() if low else extreme.max())
    reached = None
    if row.goal is not None:
        reached = _meets(value, row.goal, row.kind)
        if row.kind == "share":
            reached = reached and value <= 0.99
        if row.worst is not None:
            reached = reached and _meets(worst, row.worst, row.kind)
    return {
        "value": value,
        "worst": worst,
        "worst_scene": where,
        "reached": reached,
        "n": len(numbers),
    }


def _meets(value: float, goal: float, kind: str) -> bool:
    return value <= goal + 1e-12 if kind == "least" else value >= goal - 1e-12


def shown(value: float | None, row: Row) -> str:
    """Return a number as the table shows it."""
    if value is None or not np.isfinite(value):
        return "-"
    return f"{100.0 * value:.1f} %" if row.percent else f"{value:.3g}"


def markdown(tables: dict[str, pd.DataFrame]) -> str:
    """Return the table: a column of goals, one of ours with its worst, one per other method."""
    ours, others = tables["easytear"], [n for n in tables if n != "easytear"]
    head = ["", "goal (worst)", "EasyTear (worst: scene)", "reached", "n", *others]
    lines = [" | ".join(head), " | ".join(["---"] * len(head))]
    for row in ROWS:
        mine = judged(ours, row)
        goal = shown(row.goal, row) + (f" ({shown(row.worst, row)})" if row.worst else "")
        worst = f"{shown(mine['worst'], row)}: {mine['worst_scene']}"
        reached = {True: "yes", False: "no", None: ""}[mine["reached"]]
        cells = [row.title, goal, f"{shown(mine['value'], row)} ({worst})", reached]
        cells.append(str(mine["n"]))
        for name in others:
            cells.append(shown(judged(tables[name], row)["value"], row))
        lines.append(" | ".join(cells))
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def ahead_of_us(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Return a sentence for every row in which another method's value is better than ours."""
    out = []
    for row in ROWS:
        if row.kind == "share":
            continue
        for name, table in tables.items():
            if name in ("easytear", "annotator"):
                continue
            other = judged(table, row)["value"]
            mine = judged(_same_cases(tables["easytear"], table), row)["value"]
            if other is None:
                continue
            better = mine is None or (other < mine if row.kind == "least" else other > mine)
            if better:
                out.append(f"{row.title}: {name} {shown(other, row)}, EasyTear {shown(mine, row)}")
    return out


def _same_cases(table: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `table` whose scene and seed are in `other`, too."""
    cases = set(zip(other["scene"], other["seed"], strict=True))
    kept = [case in cases for case in zip(table["scene"], table["seed"], strict=True)]
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
