"""Curves of an analysis as arrays: what is drawn, copied, and written as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.results import Analysis
from easytear.results.model import Fit, IntervalResult
from easytear.show import palette
from easytear.show.curves import band, law, window_end_s

_FIT_POINTS = 240


@dataclass(frozen=True)
class Quantity:
    """Something that is drawn over time: its column of frames.csv, names and colour."""

    key: str
    column: str
    title: str
    unit: str
    colour: str
    meaning: str


QUANTITIES: Final = (
    Quantity("displacement", "displacement_y_mm", "Displacement", "mm", palette.TRACKS,
             "upward displacement of the film since the interval's first frame"),
    Quantity("front", "front_height_mm", "Front", "mm", palette.FRONT,
             "height of the lipid front over its height at onset"),
    Quantity("velocity", "velocity_y_mm_s", "Velocity", "mm/s", palette.TRACKS,
             "upward velocity of the film"),
    Quantity("area", "area_mm2", "Area", "mm²", palette.REGION,
             "cornea below the front"),
    Quantity("thickness", "thickness_nm", "Thickness", "nm", palette.THICKNESS,
             "median thickness of the film, relative unless colours were calibrated"),
)  # fmt: skip


LONG_GAP_S = 0.3
"""Known samples farther apart are not joined by a line."""


@dataclass(frozen=True)
class Curve:
    """One interval's curve of one quantity.

    Attributes
    ----------
    interval : int
        Index of the interval.
    time_s : (n,) float array
        Seconds of video time, or since the onset where intervals are laid over each other.
    value : (n,) float array
        In the quantity's unit, NaN where unknown.
    offset_s : float
        What was taken from video time.
    fit_time_s, fit, fit_low, fit_high : (m,) float arrays
        The fitted law and its 95 % band, from the onset to the end of the fitted window; empty
        without a fit (a velocity has no band).
    onset_s : float or None
        When the spread starts (video time), None where that is unknown.
    """

    interval: int
    time_s: FloatArray
    value: FloatArray
    offset_s: float
    fit_time_s: FloatArray
    fit: FloatArray
    fit_low: FloatArray
    fit_high: FloatArray
    onset_s: float | None = None

    def line(self) -> tuple[FloatArray, FloatArray]:
        """Return times and values (n,) to draw: NaN only where nothing was seen for long.

        Slow film is looked at a few times a second; the frames between have no value.
        """
        known = np.isfinite(self.value)
        time_s, value = self.time_s[known], self.value[known]
        gaps = np.flatnonzero(np.diff(time_s) > LONG_GAP_S) + 1
        return np.insert(time_s, gaps, np.nan), np.insert(value, gaps, np.nan)

    def at(self, time_s: float) -> float | None:
        """Return the value at the sample nearest to a time of this curve's axis."""
        if not len(self.time_s) or not self.time_s[0] <= time_s <= self.time_s[-1]:
            return None
        value = float(self.value[np.argmin(np.abs(self.time_s - time_s))])
        return value if np.isfinite(value) else None


def curves(
    analysis: Analysis, quantity: Quantity, interval: int | None, laid_over: bool
) -> list[Curve]:
    """Return the curves of one interval, or of all of them.

    Parameters
    ----------
    analysis : Analysis
        The results.
    quantity : Quantity
        What to draw.
    interval : int or None
        Index of the interval; None for all.
    laid_over : bool
        Count time from each interval's onset (its start where there is no onset).
    """
    chosen = [i for i in analysis.summary.intervals if interval in (None, i.index)]
    return [_curve(analysis, quantity, i, laid_over) for i in chosen]


def onset_of(interval: IntervalResult) -> float | None:
    """Return when the spread starts (video time), None where that is unknown."""
    for fit in (interval.spread.y, interval.spread.front):
        if fit is not None and fit.onset_s is not None:
            return fit.onset_s
    return None


def onset_s(interval: IntervalResult) -> float:
    """Return when the spread starts; the interval's start where that is unknown."""
    known = onset_of(interval)
    return interval.start_s if known is None else known


def _curve(
    analysis: Analysis, quantity: Quantity, interval: IntervalResult, laid_over: bool
) -> Curve:
    rows = analysis.frames.iloc[interval.start_frame : interval.end_frame + 1]
    time = rows["time_s"].to_numpy(float)
    value = rows[quantity.column].to_numpy(float)
    offset = onset_s(interval) if laid_over else 0.0
    fit = _fit_of(interval, quantity.key)
    at: FloatArray = np.empty(0)
    low, mid, high = at, at, at
    if fit is not None and fit.onset_s is not None:
        # The engine counts the film's rise and the front's from the law's own zero.
        end_s = window_end_s(fit, interval.end_s)
        at = np.linspace(fit.onset_s, max(end_s, fit.onset_s), _FIT_POINTS)
        if quantity.key == "velocity":
            mid = _rate(fit, at)
        else:
            mid, low, high = _fitted(fit, at)
    known = onset_of(interval)
    return Curve(interval.index, time - offset, value, offset, at - offset, mid, low, high, known)


def _fit_of(interval: IntervalResult, key: str) -> Fit | None:
    fit = {
        "displacement": interval.spread.y,
        "velocity": interval.spread.y,
        "front": interval.spread.front,
    }.get(key)
    if fit is None or fit.rho_mm is None or not fit.lambda_s or fit.onset_s is None:
        return None
    return fit


def _fitted(fit: Fit, time_s: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the law's rise in mm with the edges of its 95 % band (the law itself without one)."""
    middle = law(fit, time_s)
    edges = band(fit, time_s)
    assert middle is not None  # _fit_of gives none whose numbers are missing
    low, high = (middle, middle) if edges is None else edges
    return middle, low, high


def _rate(fit: Fit, time_s: FloatArray) -> FloatArray:
    """Return the law's velocity in mm/s, NaN before the onset."""
    assert fit.rho_mm is not None
    assert fit.lambda_s is not None
    since = time_s - (fit.onset_s or 0.0)
    rate = fit.rho_mm / fit.lambda_s * np.exp(-since / fit.lambda_s) + (fit.drift_mm_s or 0.0)
    out: FloatArray = np.where(since >= 0.0, rate, np.nan)
    return out


CSV_COLUMNS: Final = (
    "interval_number",
    "quantity",
    "unit",
    "time_s",
    "time_since_onset_s",
    "value",
    "fit",
)
"""Columns of exported curves; intervals are numbered from 1 as in window, page and file names."""


def as_csv(curves_by_quantity: dict[Quantity, list[Curve]]) -> str:
    """Return curves as CSV: one row per interval and sample, an empty field for unknown."""
    lines = [",".join(CSV_COLUMNS)]
    for quantity, group in curves_by_quantity.items():
        for curve in group:
            lines += _rows(quantity, curve)
    return "\r\n".join(lines) + "\r\n"


def _rows(quantity: Quantity, curve: Curve) -> list[str]:
    video_time = curve.time_s + curve.offset_s
    fit = np.full(len(curve.time_s), np.nan)
    if len(curve.fit):
        fit = np.interp(curve.time_s, curve.fit_time_s, curve.fit, left=np.nan, right=np.nan)
    since = video_time - (np.nan if curve.onset_s is None else curve.onset_s)
    rows = zip(video_time, since, curve.value, fit, strict=True)
    return [
        f"{curve.interval + 1},{quantity.column},{quantity.unit},"
        + ",".join("" if not np.isfinite(v) else f"{v:.6g}" for v in row)
        for row in rows
    ]
