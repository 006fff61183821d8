"""Figures of a study's page, as SVG text."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from easytear.show import palette
from easytear.show.style import own_style
from easytear.study.correlation import Correlation
from easytear.study.groups import Comparison, level_name
from easytear.study.repeatability import Eyes, Visits
from easytear.study.statistics import Statistics
from easytear.study.values import LAMBDA, MEASURES, UNIT, Measure, Values
from easytear.study.words import number

BLUE: Final = palette.INTERVALS[0]
GROUPS: Final = tuple(palette.INTERVALS[i] for i in (0, 3, 2, 4, 1, 5, 6, 7))
"""Colours of groups: blue and vermilion first, which are furthest apart."""
INK, FAINT = "#1F2933", "#9AA5B1"
MOST_SUBJECTS: Final = 40
STYLE: Final = {
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "svg.hashsalt": "easytear",
    "text.parse_math": False,  # names of groups, columns and people may hold $, \\ and _
}


@dataclass(frozen=True)
class Drawn:
    """A figure: as SVG for the page, with words for those who cannot see it, and as PDF."""

    svg: str
    pdf: bytes


def _drawn(width: float, height: float, draw: Callable[[Figure], Any], alt: str) -> Drawn:
    """Draw a figure of this size in inches."""
    with own_style(STYLE), warnings.catch_warnings():
        # Words stay words in the SVG: the reader's fonts have letters that Matplotlib's has not.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        out, pdf = io.StringIO(), io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        figure.savefig(pdf, format="pdf", metadata={"CreationDate": None, "Creator": None})
    text = out.getvalue()
    svg = text[text.index("<svg") :]
    words = escape(alt, {'"': "&quot;"})
    return Drawn(svg.replace("<svg ", f'<svg role="img" aria-label="{words}" ', 1), pdf.getvalue())


def _log_axis(axis: Any) -> None:
    """Give a logarithmic axis numbers that people read."""
    axis.set_major_locator(LogLocator(subs=(1.0, 1.5, 2.0, 3.0, 5.0, 7.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def _room(axes: Axes, axis: str) -> None:
    """Keep a logarithmic axis at least a factor of three long, so that it has numbers on it."""
    low, high = axes.get_ylim() if axis == "y" else axes.get_xlim()
    if high / low < 3:
        middle = (low * high) ** 0.5
        (axes.set_ylim if axis == "y" else axes.set_xlim)(middle / 3**0.5, middle * 3**0.5)


def by_subject(values: Values, group: str | None) -> Drawn | None:
    """Return lambda of every video by subject, coloured by group; None for too many subjects."""
    videos = values.by_video(LAMBDA)
    if videos.empty or videos[UNIT].nunique() > MOST_SUBJECTS:
        return None
    order = videos.groupby(UNIT)["value"].mean().sort_values().index
    places = {name: place for place, name in enumerate(order)}
    grouped = group is not None and group in videos

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        parts = videos.groupby(group) if grouped else [("", videos)]
        for colour, (name, part) in zip(_colours(), parts, strict=False):
            at = part[UNIT].map(places)
            axes.plot(
                at, np.exp(part["value"]), "o", color=colour, ms=5, alpha=0.75, label=_label(name)
            )
        means = videos.groupby(UNIT)["value"].mean()
        axes.plot(means.index.map(places), np.exp(means), "_", color=INK, ms=16, mew=2)
        axes.set_yscale("log")
        _log_axis(axes.yaxis)
        _room(axes, "y")
        axes.set_ylabel("λ (s)")
        names = [str(name)[:18] for name in order]
        axes.set_xticks(range(len(order)), names, rotation=45, ha="right")
        if grouped:
            axes.legend(title=group, frameon=False, loc="upper left")

    return _drawn(7.5, 3.4, draw, "Time constant of each video by subject")


def _label(name: object) -> str:
    """Return a legend's text: what begins with an underscore would not be shown."""
    text = level_name(name)
    return f"\u200b{text}" if text.startswith("_") else text


def _colours() -> list[str]:
    return list(GROUPS) * 10


def distributions(values: Values) -> Drawn | None:
    """Return histograms of all measures over videos."""
    tables = [(m, values.by_video(m)) for m in MEASURES]
    known = [(m, table["value"].to_numpy(float)) for m, table in tables if len(table) > 1]
    if not known:
        return None
    rows = (len(known) + 3) // 4

    def draw(figure: Figure) -> None:
        axes = figure.subplots(rows, min(4, len(known)), squeeze=False).ravel()
        for one, (measure, numbers) in zip(axes, known, strict=False):
            _histogram(one, measure, numbers)
        for one in axes[len(known) :]:
            one.set_visible(False)

    return _drawn(9.5, 2.2 * rows, draw, "Distributions of the measures over videos")


def _histogram(axes: Axes, measure: Measure, numbers: np.ndarray) -> None:
    edges = np.histogram_bin_edges(numbers, bins=min(30, max(5, int(len(numbers) ** 0.5) + 2)))
    axes.hist(
        np.exp(numbers) if measure.log else numbers,
        bins=list(np.exp(edges) if measure.log else edges),
        color=BLUE,
        edgecolor="white",
        linewidth=0.6,
    )
    if measure.log:
        axes.set_xscale("log")
        _log_axis(axes.xaxis)
        _room(axes, "x")
    axes.set_xlabel(f"{measure.name} ({measure.unit})", fontsize=8)
    axes.set_ylabel("videos", fontsize=8)
    axes.tick_params(labelsize=8)


def repeatability(values: Values) -> Drawn | None:
    """Return every interval against its video's mean: how far single intervals scatter."""
    table = values.by_interval(LAMBDA)
    table = table[table.groupby("video")["value"].transform("size") >= 2]
    if table.empty:
        return None
    mean = table.groupby("video")["value"].transform("mean")

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.axhline(1, color=FAINT, lw=1)
        axes.plot(np.exp(mean), np.exp(table["value"] - mean), "o", color=BLUE, ms=4, alpha=0.6)
        for scale, axis in ((axes.set_xscale, axes.xaxis), (axes.set_yscale, axes.yaxis)):
            scale("log")
            _log_axis(axis)
        _room(axes, "x")
        _room(axes, "y")
        axes.set_xlabel("mean λ of the video (s)")
        axes.set_ylabel("interval's λ / mean")

    return _drawn(3.7, 3.0, draw, "Intervals against the mean of their video")


def visits(both: Visits) -> Drawn:
    """Return Bland and Altman's picture of two visits: ratio against mean, with limits."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        mean = (both.table["first"] + both.table["second"]) / 2
        axes.axhline(1, color=FAINT, lw=1)
        axes.plot(np.exp(mean), np.exp(both.table["second"] - both.table["first"]), "o", color=BLUE)
        for one, style in (
            (both.limits.bias, "-"),
            (both.limits.lower, "--"),
            (both.limits.upper, "--"),
        ):
            axes.axhline(np.exp(one.value), color=INK, lw=1.2, ls=style)
            axes.axhspan(np.exp(one.low), np.exp(one.high), color=BLUE, alpha=0.12, lw=0)
        for scale, axis in ((axes.set_xscale, axes.xaxis), (axes.set_yscale, axes.yaxis)):
            scale("log")
            _log_axis(axis)
        _room(axes, "x")
        _room(axes, "y")
        axes.set_xlabel("mean λ of both visits (s)")
        axes.set_ylabel(f"λ at {both.second} / at {both.first}")

    return _drawn(3.7, 3.0, draw, "Two visits of the same eyes")


def eyes(both: Eyes) -> Drawn:
    """Return one eye against the other."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        x, y = np.exp(both.table["first"]), np.exp(both.table["second"])
        ends = [min(x.min(), y.min()) * 0.8, max(x.max(), y.max()) * 1.25]
        axes.plot(ends, ends, color=FAINT, lw=1)
        axes.plot(x, y, "o", color=BLUE, ms=5, alpha=0.8)
        for scale, axis in ((axes.set_xscale, axes.xaxis), (axes.set_yscale, axes.yaxis)):
            scale("log")
            _log_axis(axis)
        axes.set_xlabel(f"λ, {both.first} (s)")
        axes.set_ylabel(f"λ, {both.second} (s)")
        axes.set_aspect("equal")

    return _drawn(3.4, 3.0, draw, "One eye against the other")


def groups(one: Comparison) -> Drawn:
    """Return a measure's values by group, one dot per subject, with median and quartiles."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for place, (level, colour) in enumerate(zip(one.levels, _colours(), strict=False)):
            part = one.table.loc[one.table["level"] == level.name, "value"].to_numpy(float)
            spread = np.linspace(-0.13, 0.13, len(part)) if len(part) > 1 else np.zeros(1)
            shown = np.exp(np.sort(part)) if one.measure.log else np.sort(part)
            axes.plot(place + spread, shown, "o", color=colour, ms=5, alpha=0.7)
            axes.vlines(place + 0.25, level.q1, level.q3, color=INK, lw=1.5)
            axes.plot(place + 0.25, level.median, "D", color=INK, ms=5)
        if one.measure.log:
            axes.set_yscale("log")
            _log_axis(axes.yaxis)
            _room(axes, "y")
        names = [f"{level.name}\n({level.subjects})" for level in one.levels]
        axes.set_xticks(range(len(names)), names)
        axes.set_xlim(-0.5, len(names) - 0.3)
        axes.set_ylabel(f"{one.measure.short} ({one.measure.unit})")

    return _drawn(1.6 + 1.1 * len(one.levels), 3.0, draw, f"Groups by {one.column}")


def clinical(found: Sequence[Correlation]) -> Drawn | None:
    """Return lambda against every clinical number, at most eight."""
    shown = [c for c in found if c.measure is LAMBDA][:8]
    if not shown:
        return None
    columns = min(4, len(shown))
    rows = (len(shown) + columns - 1) // columns

    def draw(figure: Figure) -> None:
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for one, correlation in zip(axes, shown, strict=False):
            _scatter(one, correlation.table, correlation)
        for one in axes[len(shown) :]:
            one.set_visible(False)

    return _drawn(2.7 * columns, 2.5 * rows, draw, "Time constant against clinical numbers")


def _scatter(axes: Axes, table: pd.DataFrame, correlation: Correlation) -> None:
    axes.plot(table["other"], np.exp(table["value"]), "o", color=BLUE, ms=5, alpha=0.75)
    axes.set_yscale("log")
    _log_axis(axes.yaxis)
    _room(axes, "y")
    axes.set_xlabel(correlation.column[:28])
    axes.set_ylabel("λ (s)")
    axes.set_title(f"Spearman {number(correlation.r)}", fontsize=9, loc="left")


def figures_of(said: Statistics) -> dict[str, Drawn]:
    """Return all figures of a study by the name of their files."""
    lead = [c for c in said.comparisons if c.measure is LAMBDA]
    apart = next((c.column for c in lead if not c.both), None)
    found = {
        "by_subject": by_subject(said.values, apart),
        "distributions": distributions(said.values),
        "repeatability": repeatability(said.values),
        "visits": visits(said.visits_agree) if said.visits_agree else None,
        "eyes": eyes(said.eyes_agree) if said.eyes_agree else None,
        **{group_file(c.column): groups(c) for c in lead},
        "clinical": clinical(said.correlations),
    }
    return {name: one for name, one in found.items() if one is not None}


def group_file(column: str) -> str:
    """Return the name of a group figure's file: a column may be called anything."""
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in column)[:40]
    mark = "" if plain == column else f"-{hashlib.sha256(column.encode()).hexdigest()[:6]}"
    return f"groups-{plain}{mark}"
