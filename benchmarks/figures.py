"""The benchmark's figures."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from benchmarks.score import LEVELS
from benchmarks.table import ROWS, Row, values
from benchmarks.uncertainty import ERRORS, IN_PX, POSITIONS, low_score, observed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS, LIMIT = "#0b6e99", "#b0592a"
OTHERS = {
    "original": ("#d1495b", "x"),
    "farneback": ("#8d6a9f", "v"),
    "dis": ("#5b8e3e", "^"),
    "openpiv": ("#c58b2b", "s"),
    "annotator": ("0.45", "+"),
}
"""Colour and marker of each method beside ours."""
BY_SCENE = (
    "eye_rms_px",
    "pupil_px",
    "track_1s_px",
    "track_end_px",
    "front_px",
    "lambda_error",
    "rho_error",
    "v0_error",
)


def by_scene(tables: dict[str, pd.DataFrame]) -> bytes:
    """Return a PNG: every interval of every scene in the rows that matter most."""
    rows = [row for row in ROWS if row.column in BY_SCENE]
    scenes = list(dict.fromkeys(tables["easytear"]["scene"]))
    figure = Figure(figsize=(11, 1.9 * len(rows) + 1.2), layout="constrained")
    axes = np.atleast_1d(figure.subplots(len(rows), 1, sharex=True))
    for axis, row in zip(axes, rows, strict=True):
        goal = row.goal or 1.0
        for place, (name, table) in enumerate(tables.items()):
            _dots(axis, table, row, scenes, (name, 0.13 * place))
        axis.axhline(goal, color="0.35", lw=0.8, ls="--")
        axis.set_yscale("symlog", linthresh=goal, linscale=0.6)
        axis.set_ylim(bottom=0)
        _ticks(axis, row)
        axis.set_title(row.title, fontsize=9, loc="left")
        axis.grid(axis="y", lw=0.3)
        for edge in range(1, len(scenes)):
            axis.axvline(edge - 0.2, color="0.9", lw=0.6, zorder=0)
        axis.set_xlim(-0.25, len(scenes) - 0.15)
    axes[-1].set_xticks(np.arange(len(scenes)) + 0.3, scenes, rotation=60, ha="right", fontsize=8)
    handles, labels = axes[2].get_legend_handles_labels()
    figure.legend(handles, labels, ncols=6, fontsize=8, loc="outside upper center")
    return _png(figure)


def _ticks(axis: Axes, row: Row) -> None:
    """Label the axis at the goal and at round numbers above it, in the unit of the table."""
    top = axis.get_ylim()[1]
    goal = row.goal or 1.0
    steps = [goal * factor for factor in (1, 5, 25, 125) if goal * factor <= top]
    labels = [f"{100 * s:g} %" if row.percent else f"{s:g}" for s in (0.0, *steps)]
    axis.set_yticks([0.0, *steps], labels, fontsize=8)
    axis.minorticks_off()


def _dots(
    axis: Axes, table: pd.DataFrame, row: Row, scenes: list[str], which: tuple[str, float]
) -> None:
    name, aside = which
    numbers = values(table, row)
    at = [scenes.index(scene) + aside for scene in table.loc[numbers.index, "scene"]]
    mine = name == "easytear"
    colour, marker = (OURS, "o") if mine else OTHERS.get(name, ("0.3", "d"))
    axis.plot(
        at,
        numbers.to_numpy(),
        marker,
        ms=5 if mine else 3.5,
        color=colour,
        alpha=0.8,
        label="EasyTear" if mine else name,
        zorder=3 if mine else 2,
    )


def claimed_and_observed(table: pd.DataFrame) -> bytes | None:
    """Return a PNG: observed shares against claimed levels, of laws and of positions."""
    known = observed(table)
    if not known:
        return None
    figure = Figure(figsize=(10.5, 5.0), layout="constrained")
    groups = (
        ("Law from the tracks", ("lambda", "rho", "initial velocity")),
        ("Front and positions", ("lambda of the front", "rho of the front", POSITIONS)),
    )
    for axis, (title, names) in zip(figure.subplots(1, 2), groups, strict=True):
        axis.plot([0, 1], [0, 1], color="0.4", lw=0.8, ls="--", label="as claimed")
        for name, marker in zip(names, "os^", strict=True):
            if name not in known:
                continue
            share, low, high, count = known[name]
            line = axis.plot(LEVELS, share, f"{marker}-", ms=4, label=f"{name} (n = {count})")
            axis.fill_between(LEVELS, low, high, color=line[0].get_color(), alpha=0.12)
        axis.set(xlabel="claimed", ylabel="observed", xlim=(0.25, 1.01), ylim=(0, 1.02))
        axis.set_title(title, fontsize=10, loc="left")
        axis.legend(fontsize=8, loc="lower right")
        axis.grid(lw=0.3)
    return _png(figure)


def quality_and_error(table: pd.DataFrame) -> bytes | None:
    """Return a PNG: error size against quality score, the threshold drawn."""
    if "quality" not in table:
        return None
    columns = [c for c in ERRORS if c in table and table[c].notna().any()]
    if not columns:
        return None
    figure = Figure(figsize=(10.5, 3.2 * ((len(columns) + 2) // 3)), layout="constrained")
    axes = np.atleast_1d(figure.subplots((len(columns) + 2) // 3, 3)).ravel()
    for axis in axes[len(columns) :]:
        axis.set_visible(False)
    for axis, column in zip(axes, columns, strict=False):
        known = table[table[column].notna() & table["quality"].notna()]
        size = known[column].astype(float).abs()
        scale = 1.0 if column in IN_PX else 100.0
        axis.plot(known["quality"], scale * size, "o", ms=4, color=OURS, alpha=0.6)
        axis.axvline(low_score(), color=LIMIT, lw=0.9, ls="--")
        axis.set(xlabel="quality score", xlim=(-0.02, 1.02), yscale="log")
        axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_formatter(NullFormatter())
        axis.set_title(ERRORS[column] + ("" if column in IN_PX else ", %"), fontsize=9, loc="left")
        axis.grid(lw=0.3)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()
