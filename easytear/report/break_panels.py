"""Figures of film breaks: where on the eye, and how much of it over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.report.figures import SMALL, Panel, curve, new_figure
from easytear.results import Analysis, EllipseInfo, IntervalResult
from easytear.show import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def break_panels(analysis: Analysis, interval: IntervalResult) -> list[Panel]:
    """Return the map of an interval's film breaks and the broken area over time."""
    found = interval.film_break
    if found is None or not found.breaks:
        return []
    made = [_map(analysis, interval)]
    measured = curve(analysis, interval, "broken_area_mm2")
    if measured.known:
        figure, axes = new_figure(SMALL)
        axes.plot(
            measured.time_s, measured.value, color=palette.on_paper(palette.BREAKS), linewidth=1.4
        )
        axes.set_xlabel("time since the eye opened (s)")
        axes.set_ylabel("mm²")
        axes.set_ylim(bottom=0.0)
        axes.set_xlim(0, max(interval.end_s - interval.start_s, 1e-3))
        made.append(Panel("Cornea on which the film is broken (mm²)", figure, wide=False))
    return made


def _map(analysis: Analysis, interval: IntervalResult) -> Panel:
    """Return the map: region, pupil, limbus, and each break with its time."""
    figure, axes = new_figure(SMALL)
    scale = analysis.summary.calibration.mm_per_px
    unit = scale or 1.0
    middle = interval.pupil
    origin = np.array([middle.x_px, middle.y_px] if middle is not None else [0.0, 0.0])

    def place(points: object) -> FloatArray:
        away: FloatArray = (np.asarray(points, float) - origin) * unit * [1.0, -1.0]
        return away

    if interval.region is not None:
        _outline(axes, place(interval.region), palette.on_paper(palette.REGION), "-")
    for ellipse in (interval.pupil, interval.iris):
        if ellipse is not None:
            _outline(axes, place(_ring(ellipse)), "#9aa4ab", ":")
    assert interval.film_break is not None
    for one in interval.film_break.breaks:
        if len(one.outline) >= 3:
            rim = place(one.outline)
            axes.fill(rim[:, 0], rim[:, 1], color=palette.BAD, alpha=0.75, linewidth=0)
        x, y = place([[one.x_eye_px, one.y_eye_px]])[0]
        words = f"{one.start_s - interval.start_s:.1f} s"
        axes.annotate(words, (x, y), (0, 6), textcoords="offset points", fontsize=7, ha="center")
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel("mm from the pupil's centre" if scale else "pixels from the pupil's centre")
    return Panel("Film breaks: where, and when since the eye opened", figure, wide=False)


def _outline(axes: Axes, points: FloatArray, hue: str, style: str) -> None:
    closed = np.vstack([points, points[:1]])
    axes.plot(closed[:, 0], closed[:, 1], color=hue, linewidth=0.9, linestyle=style)


def _ring(ellipse: EllipseInfo) -> FloatArray:
    """Return points of an ellipse."""
    turn = np.linspace(0.0, 2.0 * np.pi, 90)
    c, s = np.cos(np.deg2rad(ellipse.angle_deg)), np.sin(np.deg2rad(ellipse.angle_deg))
    along, across = ellipse.rx_px * np.cos(turn), ellipse.ry_px * np.sin(turn)
    return np.column_stack(
        [ellipse.x_px + c * along - s * across, ellipse.y_px + s * along + c * across]
    )
