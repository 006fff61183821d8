"""The rows of the benchmark on recordings of the second model, with their goals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

Scores = list[dict[str, Any]]


@dataclass(frozen=True)
class Figure:
    """What one row reached: its value as text, how many it is of, and whether the goal is met."""

    value: str
    n: int
    reached: bool | None


def _share(values: Iterable[bool | None]) -> tuple[float, int]:
    known = [bool(v) for v in values if v is not None]
    return (float(np.mean(known)) if known else float("nan")), len(known)


def _shared(values: Iterable[bool | None], low: float, high: float = 1.0) -> Figure:
    share, n = _share(values)
    if n == 0:
        return Figure("-", 0, None)
    error = np.sqrt(share * (1 - share) / n)
    return Figure(f"{100 * share:.1f} % ± {100 * error:.1f}", n, low <= share <= high)


def _intervals(scores: Scores, key: str) -> list[Any]:
    return [i.get(key) for s in scores for i in s.get("intervals", ())]


def _width(scores: Scores) -> Figure:
    errors = [abs(s["width_error"]) for s in scores if s.get("width_error") is not None]
    if not errors:
        return Figure("-", 0, None)
    middle, worst = float(np.median(errors)), max(errors)
    where = max((s for s in scores if s.get("width_error") is not None), key=_off)
    name = f"{where['scene']}-{where['seed']}-{where['difficulty']}"
    text = f"{100 * middle:.1f} % (worst {100 * worst:.1f} %: {name})"
    return Figure(text, len(errors), middle <= 0.02 and worst <= 0.05)


def _off(numbers: dict[str, Any]) -> float:
    return abs(float(numbers["width_error"]))


def _f1(scores: Scores, kind: str, goal: float) -> Figure:
    """Return F1 of a kind of blink; blinks too many count in both kinds."""
    had = sum(s.get(kind, 0) for s in scores)
    found = sum(s.get(f"{kind}_found", 0) for s in scores)
    extra = sum(s.get("blinks_extra", 0) for s in scores)
    if had == 0:
        return Figure("-", 0, None)
    value = 2 * found / (had + found + extra)
    return Figure(f"{value:.3f} ({found} of {had}, {extra} too many)", had, value >= goal)


def _median(scores: Scores, key: str, goal: float, unit: str = "") -> Figure:
    values = [s[key] for s in scores if s.get(key) is not None]
    if not values:
        return Figure("-", 0, None)
    middle = float(np.median(values))
    shown = f"{100 * middle:.1f} %" if unit == "%" else f"{middle:.2f}"
    return Figure(shown, len(values), middle <= goal)


def _count(scores: Scores, key: str) -> Figure:
    values = [s[key] for s in scores if s.get(key) is not None]
    return Figure(str(int(sum(values))) if values else "-", len(values), _none_of(values))


def _none_of(values: list[Any]) -> bool | None:
    return not any(values) if values else None


def _events(scores: Scores) -> Figure:
    had = sum(s.get("events") or 0 for s in scores)
    found = sum(s.get("events_found") or 0 for s in scores)
    return Figure(f"{found} of {had}" if had else "-", had, found == had if had else None)


def _lambda(scores: Scores) -> Figure:
    errors = [abs(e) for e in _intervals(scores, "lambda_error") if e is not None]
    if not errors:
        return Figure("-", 0, None)
    middle, most = float(np.median(errors)), float(np.quantile(errors, 0.9))
    text = f"{100 * middle:.1f} % (nine in ten below {100 * most:.0f} %)"
    return Figure(text, len(errors), middle <= 0.05)


ROWS: tuple[tuple[str, str, Callable[[Scores], Figure]], ...] = (
    ("ended with an error", "0", lambda s: _count([x for x in s if "invented" not in x], "failed")),
    (
        "iris found where a quarter of its rim is in view",
        "100 %",
        lambda s: _shared(_intervals(s, "iris_found"), 1.0),
    ),
    ("iris width, error", "2 % (worst 5 %)", _width),
    (
        "95 % interval of the iris' width holds it",
        "90 to 99 %",
        lambda s: _shared((x.get("width_held") for x in s), 0.9, 0.99),
    ),
    (
        "95 % interval of the scale (mean iris) holds it",
        "90 to 99 %",
        lambda s: _shared((x.get("scale_held") for x in s), 0.9, 0.99),
    ),
    ("eyes invented where there is none", "0", lambda s: _count(s, "invented")),
    (
        "no eye: told so by a flag",
        "100 %",
        lambda s: _shared((x.get("told_no_eye") for x in s), 1.0),
    ),
    ("blinks, complete, F1", "0.99", lambda s: _f1(s, "complete", 0.99)),
    ("blinks, partial, F1", "0.95", lambda s: _f1(s, "partial", 0.95)),
    (
        "blink boundary, frames of 1/30 s",
        "1",
        lambda s: _median(s, "boundary_frames", 1.0),
    ),
    ("blink depth, error", "5 %", lambda s: _median(s, "depth_error", 0.05, "%")),
    ("blinks told where only light or focus changed", "0", lambda s: _count(s, "light_blinks")),
    ("events of light and focus found", "all", _events),
    ("events told where there is none", "0", lambda s: _count(s, "events_extra")),
    (
        "a spread found in intervals that show one",
        "95 %",
        lambda s: _shared(_intervals(s, "spread_found"), 0.95),
    ),
    (
        "a spread invented without film",
        "0",
        lambda s: _count([{"x": v} for v in _intervals(s, "spread_invented")], "x"),
    ),
    ("lambda, error", "5 %", _lambda),
    (
        "95 % interval of lambda holds it",
        "90 to 99 %",
        lambda s: _shared(_intervals(s, "lambda_held"), 0.9, 0.99),
    ),
)
"""Title, goal in words, and what gives the figure."""


def row_cells(scores: Scores) -> list[list[str]]:
    """Return the table, its head first."""
    words = {True: "yes", False: "no", None: ""}
    out = [["", "goal", "EasyTear", "reached", "n"]]
    for title, goal, figure in ROWS:
        found = figure(scores)
        out.append([title, goal, found.value, words[found.reached], str(found.n)])
    return out


def scene_cells(scores: Scores) -> list[list[str]]:
    """Return a line for each kind of recording: what was found of eye, blinks and spread."""
    names = list(dict.fromkeys(s["scene"] for s in scores))
    out = [["recording", "n", "iris found", "width error, worst", "blinks", "spreads"]]
    for name in names:
        part = [s for s in scores if s["scene"] == name]
        if "invented" in part[0]:
            told = sum(s["invented"] for s in part)
            out.append([name, str(len(part)), f"{told} invented", "-", "-", "-"])
            continue
        irises = [v for v in _intervals(part, "iris_found") if v is not None]
        errors = [abs(s["width_error"]) for s in part if s.get("width_error") is not None]
        found = sum(s["complete_found"] + s["partial_found"] for s in part)
        had = sum(s["complete"] + s["partial"] for s in part)
        extra = sum(s["blinks_extra"] for s in part)
        laws = [v for v in _intervals(part, "spread_found") if v is not None]
        out.append(
            [
                name,
                str(len(part)),
                f"{sum(irises)} of {len(irises)}",
                f"{100 * max(errors):.1f} %" if errors else "-",
                f"{found} of {had}" + (f", {extra} too many" if extra else ""),
                f"{sum(laws)} of {len(laws)}",
            ]
        )
    return out
