"""Curves of two results over each other, from onset."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.report.figures import (
    SMALL,
    STYLE,
    WIDE,
    Panel,
    broken,
    curve,
    new_figure,
    thinned,
)
from easytear.results import Analysis, Fit, IntervalResult
from easytear.show import palette
from easytear.show.curves import band, law
from easytear.show.style import own_style

COLOURS: Final = (palette.INTERVALS[0], palette.INTERVALS[3])
"""Of A and of B: blue and vermilion."""

_SMALL: Final = (
    ("front_height_mm", "Rise of the front", "mm"),
    ("velocity_y_mm_s", "Upward velocity of the film", "mm/s"),
    ("area_mm2", "Cornea below the front", "mm²"),
    ("thickness_nm", "Film thickness", "nm"),
)


def onset_s(interval: IntervalResult) -> float:
    """Return the video time that counts as 0: onset of the spread, or the eye's opening."""
    for fit in (interval.spread.y, interval.spread.front):
        if fit is not None and fit.onset_s is not None:
            return fit.onset_s
    return interval.start_s


def overlaid(
    sides: tuple[Analysis, Analysis], shown: tuple[IntervalResult, IntervalResult]
) -> list[Panel]:
    """Return the figures in which either side has something to draw."""
    with own_style(STYLE):
        made = [_rise(sides, shown)]
        made += [_small(sides, shown, *one) for one in _SMALL]
    return [one for one in made if one is not None]


def _since(
    analysis: Analysis, interval: IntervalResult, column: str
) -> tuple[FloatArray, FloatArray]:
    """Return times since onset and known values."""
    measured = curve(analysis, interval, column)
    time_s, value = thinned(measured)
    return time_s + interval.start_s - onset_s(interval), value


def _rise(
    sides: tuple[Analysis, Analysis], shown: tuple[IntervalResult, IntervalResult]
) -> Panel | None:
    figure, axes = new_figure(WIDE)
    anything = False
    for name, hue, analysis, interval in zip("AB", COLOURS, sides, shown, strict=True):
        time_s, value = _since(analysis, interval, "displacement_y_mm")
        if len(value) >= 2:
            dots: Any = {"linewidth": 0, "marker": ".", "markersize": 3.6, "alpha": 0.6}
            axes.plot(time_s, value, color=hue, label=f"{name}, measured", **dots)
            anything = True
        fit = interval.spread.y
        if fit is not None and fit.onset_s is not None:
            _draw_law(axes, fit, interval, name, hue)
            anything = True
    axes.set_ylabel("rise (mm)")
    axes.set_xlabel("time since onset (s)")
    if not anything:
        return None
    axes.legend(loc="lower right", ncols=2, handlelength=1.6, markerscale=2.0)
    return Panel("Rise of the film just below the front", figure, wide=True)


def _draw_law(axes: Any, fit: Fit, interval: IntervalResult, name: str, hue: str) -> None:
    assert fit.onset_s is not None
    since = np.linspace(0.0, max(interval.end_s - fit.onset_s, 0.0), 160)
    rise = law(fit, since + fit.onset_s)
    if rise is None:
        return
    edges = band(fit, since + fit.onset_s)
    if edges is not None:
        axes.fill_between(since, *edges, color=hue, alpha=0.16, linewidth=0)
    axes.plot(since, rise, color=hue, linewidth=1.6, label=f"{name}, fit and 95 % band")


def _small(
    sides: tuple[Analysis, Analysis],
    shown: tuple[IntervalResult, IntervalResult],
    column: str,
    title: str,
    unit: str,
) -> Panel | None:
    figure, axes = new_figure(SMALL)
    anything = False
    for name, hue, analysis, interval in zip("AB", COLOURS, sides, shown, strict=True):
        time_s, value = _since(analysis, interval, column)
        if len(value) >= 2:
            axes.plot(*broken(time_s, value), color=hue, linewidth=1.4, label=name)
            anything = True
    if not anything:
        return None
    axes.set_ylabel(unit)
    axes.set_xlabel("time since onset (s)")
    if column != "thickness_nm":
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.legend(loc="best", handlelength=1.2)
    return Panel(f"{title} ({unit})", figure, wide=False)
