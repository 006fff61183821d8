"""Compare the numbers of a changed video with those of the untouched one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.changes import Changed
from easytear.base.geometry import FloatArray

SCALE_WITHIN = 0.03
LAMBDA_WITHIN = 0.15
"""What a change may do at most to scale and lambda."""
PUPIL_WITHIN, IRIS_WITHIN = 0.05, 0.03
BOUNDARY_S = 2.1 / 30.0
"""A blink's edges may move by two frames of a usual video, or by one of a slower one."""

COLUMNS = {
    "change": "change",
    "kind": "kind",
    "verdict": "verdict",
    "laws": "laws",
    "scale_error": "scale, %",
    "lambda_error": "lambda, %",
    "lambda_worst_error": "worst, %",
    "rho_error": "rho, %",
    "v0_error": "velocity, %",
    "front_lambda_error": "front lambda, %",
    "overlap": "intervals overlap",
    "pupil_px": "pupil, px",
    "pupil_error": "pupil size, %",
    "iris_error": "iris, %",
    "blinks": "blinks",
    "lost": "lost",
    "flags_new": "flags new",
    "flags_gone": "flags gone",
    "error": "error",
}
"""Columns of the table and their titles; those in `_error` are relative."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What a results folder holds: its summary, and the times of its frames."""

    summary: dict[str, Any]
    time_s: FloatArray

    @property
    def intervals(self) -> list[dict[str, Any]]:
        """The inter-blink intervals."""
        return list(self.summary["intervals"])

    @property
    def flags(self) -> set[str]:
        """All flags, of the video, its intervals and its events."""
        out = set(self.summary.get("flags") or ())
        for interval in self.intervals:
            out |= set(interval["quality"]["flags"])
        return out | {f"event:{e['kind']}" for e in self.summary.get("events") or ()}

    @property
    def blinks(self) -> list[tuple[float, float]]:
        """First and last moment of each blink, s."""
        blinks = self.summary.get("blinks")
        if blinks is None:
            blinks = [i["blink_before"] for i in self.intervals if i["blink_before"]]
        last = len(self.time_s) - 1
        spans = ((b["start_frame"], b["end_frame"]) for b in blinks)
        return [(float(self.time_s[a]), float(self.time_s[min(b, last)])) for a, b in spans]


def reading(folder: Path) -> Reading:
    """Read a results folder, of any version of the format."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    times = pd.read_csv(folder / "frames.csv", usecols=["time_s"])["time_s"]
    return Reading(summary, times.to_numpy(dtype=float))


def compare(base: Reading, found: Reading, made: Changed) -> dict[str, Any]:
    """Return the row of a change: errors against what the change must do, flags, a verdict."""
    pairs = [(i, _partner(i, found, made.clock)) for i in base.intervals]
    row: dict[str, Any] = {"scale_error": _scale_error(base, found, made)}
    row |= _law_errors(pairs, made)
    row |= _shape_errors([(a, b) for a, b in pairs if b is not None], made)
    row |= _blink_row(base, found, made)
    row["lost"] = " ".join(_lost(base, found, pairs))
    row["flags_new"] = " ".join(sorted(found.flags - base.flags))
    row["flags_gone"] = " ".join(sorted(base.flags - found.flags))
    row["verdict"] = _verdict(row, made)
    return row


def _lost(
    base: Reading,
    found: Reading,
    pairs: list[tuple[dict[str, Any], dict[str, Any] | None]],
) -> list[str]:
    """Return what the untouched video has and the changed one lacks."""
    out = []
    if base.summary["calibration"]["mm_per_px"] and not found.summary["calibration"]["mm_per_px"]:
        out.append("scale")
    if any(new is None for _, new in pairs):
        out.append("interval")
    both = [(old, new) for old, new in pairs if new is not None]
    for part in ("pupil", "iris"):
        if any(old[part] and not new[part] for old, new in both):
            out.append(part)
    return out


def _partner(interval: dict[str, Any], found: Reading, clock: float) -> dict[str, Any] | None:
    """Return the interval that shares the most time with one of the untouched video."""
    begin, end = interval["start_s"] * clock, interval["end_s"] * clock
    best, most = None, 0.5 * (end - begin)
    for other in found.intervals:
        shared = min(end, other["end_s"]) - max(begin, other["start_s"])
        if shared > most:
            best, most = other, shared
    return best


def _ratio(new: float | None, old: float | None, factor: float = 1.0) -> float:
    """Return the relative change of a number that should have become `factor` times as great."""
    if new is None or old is None or old == 0:
        return float("nan")
    return float(new / (old * factor) - 1.0)


def _scale_error(base: Reading, found: Reading, made: Changed) -> float:
    old, new = (r.summary["calibration"]["mm_per_px"] for r in (base, found))
    return _ratio(new, old, 1.0 / made.zoom)


def _fit(interval: dict[str, Any] | None, kind: str) -> dict[str, Any] | None:
    fit: dict[str, Any] | None = None if interval is None else interval["spread"][kind]
    return fit if fit is not None and fit["converged"] and fit["lambda_s"] else None


def _law_errors(
    pairs: list[tuple[dict[str, Any], dict[str, Any] | None]], made: Changed
) -> dict[str, Any]:
    """Return the median errors of the laws, over the intervals that have one in both videos."""
    sizes = {"lambda": ("lambda_s", made.clock), "rho": ("rho_mm", 1.0)}
    sizes["v0"] = ("initial_velocity_mm_s", 1.0 / made.clock)
    errors: dict[str, list[float]] = {name: [] for name in sizes}
    overlap, had, kept, invented = [], 0, 0, 0
    for old, new in pairs:
        before, after = _fit(old, "y"), _fit(new, "y")
        had, kept = had + (before is not None), kept + (before is not None and after is not None)
        invented += before is None and after is not None
        if before is None or after is None:
            continue
        for name, (key, factor) in sizes.items():
            errors[name].append(_ratio(after[key], before[key], factor))
        overlap.append(_overlap(before["lambda_s_ci95"], after["lambda_s_ci95"], made.clock))
    row: dict[str, Any] = {f"{name}_error": _median(e) for name, e in errors.items()}
    row["lambda_worst_error"] = _worst(errors["lambda"])
    row["overlap"] = float(np.mean(overlap)) if overlap else float("nan")
    row["laws"] = f"{kept}/{had}" + (f" +{invented}" if invented else "")
    fronts = [(_fit(a, "front"), _fit(b, "front")) for a, b in pairs]
    both = [(a, b) for a, b in fronts if a is not None and b is not None]
    row["front_lambda_error"] = _median(
        _ratio(b["lambda_s"], a["lambda_s"], made.clock) for a, b in both
    )
    return row


def _overlap(old: list[float | None], new: list[float | None], factor: float) -> float:
    if None in (*old, *new):
        return float("nan")
    low, high = (float(v) * factor for v in old if v is not None)
    return float(low <= float(new[1] or 0.0) and float(new[0] or 0.0) <= high)


def _median(values: Iterable[float]) -> float:
    known = [v for v in values if np.isfinite(v)]
    return float(np.median(known)) if known else float("nan")


def _worst(values: list[float]) -> float:
    return max(values, key=abs) if values else float("nan")


def _shape_errors(
    pairs: list[tuple[dict[str, Any], dict[str, Any]]], made: Changed
) -> dict[str, float]:
    """Return errors of pupil and iris, in pixels of the untouched video and relative."""
    away, sizes, widths = [], [], []
    for old, new in pairs:
        if old["pupil"] and new["pupil"] and old["start_frame"] in made.frames:
            # Both are told in the first frame of their interval, which should be the same one.
            matrix = made.place(min(new["start_frame"], len(made.frames) - 1))
            at = matrix @ np.array([old["pupil"]["x_px"], old["pupil"]["y_px"], 1.0])
            off = np.hypot(new["pupil"]["x_px"] - at[0], new["pupil"]["y_px"] - at[1])
            away.append(float(off) / made.zoom)
            sizes.append(_ratio(_radius(new["pupil"]), _radius(old["pupil"]), made.zoom))
        if old["iris"] and new["iris"]:
            widths.append(_ratio(_wide(new["iris"]), _wide(old["iris"]), made.zoom))
    return {
        "pupil_px": _median(away),
        "pupil_error": _median(sizes),
        "iris_error": _median(widths),
    }


def _radius(ellipse: dict[str, float]) -> float:
    return float(np.sqrt(ellipse["rx_px"] * ellipse["ry_px"]))


def _wide(ellipse: dict[str, float]) -> float:
    return max(ellipse["rx_px"], ellipse["ry_px"])


def _blink_row(base: Reading, found: Reading, made: Changed) -> dict[str, Any]:
    """Return "found/had", and how many there are too many, with edges at the same moments."""
    step = float(np.median(np.diff(found.time_s))) / made.clock
    within = max(BOUNDARY_S, 1.1 * step)
    left = [(a / made.clock, b / made.clock) for a, b in found.blinks]
    had, kept = base.blinks, 0
    for begin, end in had:
        for other in left:
            if abs(other[0] - begin) <= within and abs(other[1] - end) <= within:
                left.remove(other)
                kept += 1
                break
    return {
        "blinks": f"{kept}/{len(had)}" + (f" +{len(left)}" if left else ""),
    }


def _all_there(told: str) -> bool:
    """Whether "found/had" has all that there were, and none more."""
    found, _, had = told.partition("/")
    return found == had


def _verdict(row: dict[str, Any], made: Changed) -> str:
    """Return "holds", or what does not."""
    wrong = []
    if not _all_there(row["laws"]):
        wrong.append("law")
    if np.isfinite(row["lambda_worst_error"]) and abs(row["lambda_worst_error"]) > LAMBDA_WITHIN:
        wrong.append("lambda")
    checks = (("scale", SCALE_WITHIN), ("pupil", PUPIL_WITHIN), ("iris", IRIS_WITHIN))
    for name, within in checks:
        if np.isfinite(row[f"{name}_error"]) and abs(row[f"{name}_error"]) > within:
            wrong.append(name)
    wrong += [f"no {part}" for part in row["lost"].split()]
    if not _all_there(row["blinks"]):
        wrong.append("blinks")
    if wrong == ["law"] and made.change.may_flag and row["flags_new"]:
        return "holds"
    return "holds" if not wrong else "not: " + ", ".join(wrong)


def spread_of(errors: pd.Series[float]) -> tuple[float, int] | None:
    """Return the standard deviation of the logarithm of the ratios, and their number."""
    known = errors.dropna()
    known = known[known > -1.0]
    return (float(np.log1p(known).std(ddof=1)), len(known)) if len(known) > 1 else None
