"""The page's figures, by matplotlib, one panel each; the app exports the same."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from easytear.base.geometry import FloatArray
from easytear.results import Analysis, Fit, IntervalResult, Results
from easytear.show import palette
from easytear.show.curves import band, law, window_end_s
from easytear.show.style import own_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "#1d2429"
FAINT: Final = "#6b757d"
GRID: Final = "#e4e8eb"
WIDE: Final = (8.8, 3.2)
SMALL: Final = (3.6, 2.3)
_LONG_GAP_S: Final = 0.3
_LEAST_NM: Final = 20.0
"""Range of a thickness axis: smaller changes are within what colours can tell."""

STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib; pages put their own in its place
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
}


@dataclass(frozen=True)
class Panel:
    """One figure: what it shows in a sentence, whether it takes the page's width."""

    title: str
    figure: Figure
    wide: bool


@dataclass(frozen=True)
class Curve:
    """A quantity over one interval: time since its start, and values (NaN where unknown)."""

    time_s: FloatArray
    value: FloatArray

    @property
    def known(self) -> bool:
        """True where there is something to draw."""
        return int(np.isfinite(self.value).sum()) >= 2


def curve(analysis: Analysis, interval: IntervalResult, column: str) -> Curve:
    """Return a column of frames.csv over one interval."""
    rows = interval_frames(analysis, interval)
    return Curve(rows["time_s"].to_numpy(float) - interval.start_s, rows[column].to_numpy(float))


def interval_frames(results: Results, interval: IntervalResult) -> pd.DataFrame:
    """Return the rows of frames.csv inside one interval."""
    frames = results.frames
    inside = (frames["frame"] >= interval.start_frame) & (frames["frame"] <= interval.end_frame)
    return frames[inside]


def panels(analysis: Analysis, interval: IntervalResult) -> list[Panel]:
    """Return the figures for which the interval holds anything, the most important first."""
    with own_style(STYLE):
        return _panels(analysis, interval)


def _panels(analysis: Analysis, interval: IntervalResult) -> list[Panel]:
    made = [rise_panel(analysis, interval)]
    small: Sequence[tuple[str, str, str, str]] = (
        ("velocity_y_mm_s", "Upward velocity of the film", "mm/s", palette.TRACKS),
        ("area_mm2", "Cornea below the front", "mm²", palette.REGION),
        ("thickness_nm", "Film thickness", "nm", palette.THICKNESS),
    )
    for column, title, unit, hue in small:
        made.append(small_panel(analysis, interval, column, title, unit, hue))
    return [panel for panel in made if panel is not None]


def warm_up() -> None:
    """Draw a figure for nobody: the first one of a process takes long, as fonts are read."""
    with own_style(STYLE):
        figure, axes = new_figure(SMALL)
        axes.plot([0.0, 1.0], [0.0, 1.0], label="ρ")
        axes.set_ylabel("mm²")
        axes.legend()
    svg(Panel("", figure, wide=False), "first")


def rise_panel(analysis: Analysis, interval: IntervalResult) -> Panel | None:
    """Return the rise of film and front with fits and bands; None where neither is known."""
    film = curve(analysis, interval, "displacement_y_mm")
    front = curve(analysis, interval, "front_height_mm")
    lines = [
        (film, interval.spread.y, palette.TRACKS, "film below the front"),
        (front, interval.spread.front, palette.FRONT, "front"),
    ]
    if not any(line[0].known or line[1] is not None for line in lines):
        return None
    figure, axes = new_figure(WIDE)
    for measured, fit, hue, name in lines:
        _draw_rise(axes, interval, measured, fit, hue, name)
    onset = interval.spread.y.onset_s if interval.spread.y else None
    if onset is not None and onset > interval.start_s:
        axes.axvline(onset - interval.start_s, color=FAINT, linewidth=0.8, linestyle=":")
    axes.set_ylabel("rise (mm)")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower right", ncols=2, handlelength=1.6, markerscale=2.0)
    _finish(axes, interval)
    return Panel("Rise of the film and of its front since the eye opened", figure, wide=True)


def small_panel(
    analysis: Analysis, interval: IntervalResult, column: str, title: str, unit: str, hue: str
) -> Panel | None:
    """Return one quantity over time; None where it is not known."""
    measured = curve(analysis, interval, column)
    if not measured.known:
        return None
    figure, axes = new_figure(SMALL)
    axes.plot(*broken(*thinned(measured)), color=palette.on_paper(hue), linewidth=1.4)
    axes.set_ylabel(unit)
    low, high = float(np.nanmin(measured.value)), float(np.nanmax(measured.value))
    if column == "thickness_nm":
        middle, half = (low + high) / 2, max((high - low) * 0.55, _LEAST_NM / 2)
        axes.set_ylim(middle - half, middle + half)
    else:
        axes.set_ylim(bottom=min(0.0, low))
    _finish(axes, interval)
    return Panel(f"{title} ({unit})", figure, wide=False)


def new_figure(size: tuple[float, float]) -> tuple[Figure, Axes]:
    """Return an empty figure of so many inches, and its axes; to be called with `STYLE` set."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size)
    left, low, rest_x, rest_y = 0.62 / size[0], 0.52 / size[1], 0.74 / size[0], 0.62 / size[1]
    return figure, figure.add_axes((left, low, 1 - rest_x, 1 - rest_y))


def _finish(axes: Axes, interval: IntervalResult) -> None:
    axes.set_xlabel("time since the eye opened (s)")
    axes.set_xlim(0, max(interval.end_s - interval.start_s, 1e-3))
    axes.tick_params(length=3)


def _draw_rise(
    axes: Axes, interval: IntervalResult, measured: Curve, fit: Fit | None, hue: str, name: str
) -> None:
    colour = palette.on_paper(hue)
    if measured.known:
        dots: Any = {"linewidth": 0, "marker": ".", "markersize": 3.4, "alpha": 0.6, "zorder": 3}
        axes.plot(*thinned(measured), color=colour, label=f"{name}, measured", **dots)
    if fit is None or fit.onset_s is None:
        return
    end_s = max(window_end_s(fit, interval.end_s) - interval.start_s, 0.0)
    time_s = np.linspace(0.0, end_s, 160)
    rise = law(fit, time_s + interval.start_s)
    if rise is None:
        return
    edges = band(fit, time_s + interval.start_s)
    if edges is not None:
        axes.fill_between(time_s, *edges, color=colour, alpha=0.18, linewidth=0)
    style = "-" if fit.converged else (0, (3, 2))
    label = f"{name}, fit and 95 % band" if fit.converged else f"{name}, fit that did not settle"
    axes.plot(time_s, rise, color=colour, linewidth=1.6, linestyle=style, label=label)


def thinned(measured: Curve, most: int = 200) -> tuple[FloatArray, FloatArray]:
    """Return at most so many known points: each the middle value of neighbours."""
    known = np.isfinite(measured.value)
    time_s, value = measured.time_s[known], measured.value[known]
    size = -(-len(value) // most)
    if size <= 1:
        return time_s, value
    count = len(value) // size
    blocks = value[: count * size].reshape(count, size)
    middle: FloatArray = np.median(blocks, axis=1)
    return time_s[: count * size].reshape(count, size).mean(axis=1), middle


def broken(time_s: FloatArray, value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a line that is not drawn across long gaps.

    Slow film is looked at a few times a second only: neighbours count as such up to 0.3 s.
    """
    gaps = np.flatnonzero(np.diff(time_s) > _LONG_GAP_S) + 1
    return np.insert(time_s, gaps, np.nan), np.insert(value, gaps, np.nan)


def svg(panel: Panel, name: str) -> str:
    """Return a figure as SVG to stand inside a page.

    Parameters
    ----------
    panel : Panel
        The figure.
    name : str
        Unlike every other figure's of the page, so that the identifiers inside differ.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    style: Any = {**STYLE, "svg.hashsalt": name}
    canvas: Any = FigureCanvasSVG(panel.figure)
    text = io.StringIO()
    with own_style(style):
        canvas.print_svg(text, metadata={"Date": None, "Creator": None})
    drawn = text.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, count=1, flags=re.DOTALL)
    return re.sub(r'<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", drawn, count=1) or drawn
