"""Figures of the agreement page, as SVG text."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, NullFormatter

from easytear.annotate.agreement.records import PROGRAM, Agreement, PairAgreement
from easytear.show.style import own_style

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d")
"""Okabe and Ito's colours, told apart by colour-blind readers too."""

_BINS = 12


@own_style({})
def distance_over_time(table: pd.DataFrame, time: str, px: str, xlabel: str, ylabel: str) -> str:
    """Return a figure of distances over time: median and the middle 80 %, one line per pair."""
    figure, axes = _figure()
    for n, (pair, rows) in enumerate(table.groupby(["a", "b"], sort=False)):
        colour = COLOURS[n % len(COLOURS)]
        middle = _binned(rows[time].to_numpy(float), rows[px].to_numpy(float))
        name = f"{pair[0]} – {pair[1]}"
        axes.plot(middle["time"], middle["median"], color=colour, label=name, linewidth=1.6)
        axes.fill_between(
            middle["time"], middle["low"], middle["high"], color=colour, alpha=0.15, linewidth=0
        )
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.set_ylim(bottom=0)
    _legend(axes)
    return _svg(figure)


@own_style({})
def side_by_side(measures: pd.DataFrame, quantity: str, label: str) -> str:
    """Return a figure with one column per interval and one dot per observer."""
    known = measures[measures["settled"].astype(bool)].dropna(subset=[quantity])
    places = list(dict.fromkeys(zip(known["video"], known["interval"], strict=True)))
    figure, axes = _figure()
    observers = list(dict.fromkeys(known["observer"]))
    for n, observer in enumerate(observers):
        rows = known[known["observer"] == observer]
        x = [
            places.index(place) + (n - (len(observers) - 1) / 2) * 0.12
            for place in zip(rows["video"], rows["interval"], strict=True)
        ]
        marker = "D" if observer == PROGRAM else "o"
        colour = "#222222" if observer == PROGRAM else COLOURS[(n - 1) % len(COLOURS)]
        axes.plot(x, rows[quantity].astype(float), marker, color=colour, ms=5, label=observer)
    axes.set_xticks(range(len(places)))
    axes.set_xticklabels([f"{_short(v)}\ninterval {i + 1}" for v, i in places], fontsize=7)
    axes.set_xlim(-0.6, len(places) - 0.4)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(label)
    _legend(axes)
    return _svg(figure)


@own_style({})
def bland_altman_plot(measures: pd.DataFrame, pair: PairAgreement) -> str:
    """Return the Bland-Altman plot of a pair's λ: ratio against geometric mean, log scales."""
    wide = (
        measures[measures["settled"].astype(bool)]
        .pivot_table(index=["video", "interval"], columns="observer", values="lambda_s")
        .reindex(columns=[pair.a, pair.b])
    )
    wide = wide.astype(float).dropna()
    first, second = wide[pair.a].to_numpy(), wide[pair.b].to_numpy()
    found = pair.bland_altman["lambda_s"]
    figure, axes = _figure()
    axes.plot(np.sqrt(first * second), first / second, "o", color=COLOURS[0], ms=5)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.axhline(1.0, color="#bbbbbb", linewidth=0.8)
    _level(axes, found.ratio, found.ratio_ci95, "bias", COLOURS[0])
    if found.limits and found.lower_ci95 and found.upper_ci95:
        _level(axes, found.limits[1], found.upper_ci95, "upper limit", COLOURS[1])
        _level(axes, found.limits[0], found.lower_ci95, "lower limit", COLOURS[1])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    _plain_ticks(axes)
    axes.set_xlabel("geometric mean of λ (s)")
    axes.set_ylabel(f"λ {pair.a} / λ {pair.b}")
    return _svg(figure)


def pages_pair(agreement: Agreement) -> PairAgreement | None:
    """Return the pair whose Bland-Altman plot is shown: the one with most intervals (over 1)."""
    known = [
        pair
        for pair in agreement.pairs
        if "lambda_s" in pair.bland_altman and pair.bland_altman["lambda_s"].limits is not None
    ]
    return max(known, key=lambda pair: pair.bland_altman["lambda_s"].n, default=None)


def _plain_ticks(axes: Axes) -> None:
    """Put a few round ticks on logarithmic axes that span less than a decade."""
    low, high = axes.get_xlim()
    candidates = np.array([0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 20])
    axes.set_xticks(candidates[(candidates >= low) & (candidates <= high)])
    low, high = axes.get_ylim()
    ratios = np.array(
        [0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.25, 1.5, 2, 3, 5, 10]
    )
    axes.set_yticks(ratios[(ratios >= low) & (ratios <= high)])


def _level(
    axes: Axes, value: float, interval: tuple[float, float] | None, label: str, colour: str
) -> None:
    axes.axhline(value, color=colour, linewidth=1.2, linestyle="-" if label == "bias" else "--")
    if interval is not None:
        axes.axhspan(*interval, color=colour, alpha=0.12, linewidth=0)
    axes.annotate(
        f"{label} {value:.2f}",
        (1.0, value),
        xycoords=("axes fraction", "data"),
        xytext=(-4, 3),
        textcoords="offset points",
        ha="right",
        fontsize=7,
        color=colour,
    )


def _binned(time: np.ndarray, value: np.ndarray) -> pd.DataFrame:
    """Return median and middle 80 % of values in equally filled bins of time."""
    known = np.isfinite(value)
    table = pd.DataFrame({"time": time[known], "value": value[known]})
    bins = min(_BINS, table["time"].nunique())
    grouped = table.groupby(pd.qcut(table["time"], bins, duplicates="drop"), observed=True)
    return pd.DataFrame(
        {
            "time": grouped["time"].median(),
            "median": grouped["value"].median(),
            "low": grouped["value"].quantile(0.1),
            "high": grouped["value"].quantile(0.9),
        }
    )


def _short(video: str) -> str:
    name = video.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return name if len(name) <= 14 else name[:13] + "…"


def _figure() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5.2, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)
    return figure, axes


def _legend(axes: Axes) -> None:
    if len(axes.get_legend_handles_labels()[1]) > 0:
        axes.legend(frameon=False, fontsize=7.5)


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    for written in figure.findobj(Text):
        written.set_parse_math(False)  # names of people and videos hold $ and _
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
