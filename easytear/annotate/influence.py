"""What leaving one track out would change in lambda: which findings are worth a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from easytear.base.geometry import FloatArray
from easytear.results import Analysis, IntervalResult

RANGE_S: Final = (0.05, 20.0)
"""Time constants that are tried where an interval has no fit: shorter than two frames of a usual
camera, longer than any interval without a blink."""


@dataclass(frozen=True)
class _Way:
    """A track's height over time: seconds since its interval began, rise in px."""

    time_s: FloatArray
    rise_px: FloatArray


def lambda_effects(analysis: Analysis) -> dict[int, float]:
    """Return by track the share of lambda that leaving it out would change.

    Each track rises as ``a + g (1 - exp(-t / lambda))`` with its own offset and gain and the
    interval's lambda; the change is one Gauss-Newton step without the track (Cook's influence).
    Tracks outside of the zone that the headline speaks of, below the front, change nothing.
    """
    found: dict[int, float] = {}
    scale = analysis.summary.calibration.mm_per_px
    by_interval = dict(list(analysis.tracks.groupby("interval")))
    for one in analysis.summary.intervals:
        table = by_interval.get(one.index)
        if table is None:
            continue
        inside = _in_zone(table, analysis.front[analysis.front["interval"] == one.index])
        depth = analysis.summary.request.settings.spread.zone_depth_mm
        far = np.inf if scale is None else depth / scale
        ways = {
            int(str(track)): _Way(
                rows["time_s"].to_numpy(dtype=float) - one.start_s,
                -rows["y_eye_px"].to_numpy(dtype=float),
            )
            for track, rows in table.sort_values("frame").groupby("track_id")
            if len(rows) > 3 and 0.0 <= inside.get(int(str(track)), 0.0) <= far
        }
        found |= dict.fromkeys(table["track_id"].astype(int).tolist(), 0.0)
        found |= _effects(ways, _lambda(one, ways))
    return found


def _in_zone(table: pd.DataFrame, front: pd.DataFrame) -> dict[int, float]:
    """Return how far (px) each track begins below the front; nothing is told without one."""
    if front.empty:
        return {}
    lines = {
        int(str(frame)): rows.sort_values("x_eye_px") for frame, rows in front.groupby("frame")
    }
    known = np.array(sorted(lines))
    depth = {}
    first = table.sort_values("frame").drop_duplicates("track_id")
    columns = (first[name].tolist() for name in ("track_id", "frame", "x_eye_px", "y_eye_px"))
    for track, frame, x, y in zip(*columns, strict=True):
        line = lines[int(known[np.abs(known - frame).argmin()])]
        depth[int(track)] = float(y - np.interp(x, line["x_eye_px"], line["y_eye_px"]))
    return depth


def _lambda(one: IntervalResult, ways: dict[int, _Way]) -> float | None:
    """Return the interval's lambda: the fit's, else what the tracks say together."""
    fit = one.spread.y
    if fit is not None and fit.lambda_s is not None:
        return float(fit.lambda_s)
    if not ways:
        return None

    def misfit(log_lambda: float) -> float:
        parts = [_parts(way, float(np.exp(log_lambda))) for way in ways.values()]
        return float(sum(residual @ residual for residual, _ in parts))

    bounds = (np.log(RANGE_S[0]), np.log(RANGE_S[1]))
    return float(np.exp(minimize_scalar(misfit, bounds=bounds, method="bounded").x))


def _parts(way: _Way, lambda_s: float) -> tuple[FloatArray, FloatArray]:
    """Return a track's residual from its own fit, and the derivative by lambda beside it."""
    decay = np.exp(-way.time_s / lambda_s)
    basis = np.column_stack([np.ones_like(decay), 1.0 - decay])
    solved = np.linalg.lstsq(basis, way.rise_px, rcond=None)[0]
    slope = -solved[1] * decay * way.time_s / lambda_s**2
    slope -= basis @ np.linalg.lstsq(basis, slope, rcond=None)[0]
    return way.rise_px - basis @ solved, slope


def _effects(ways: dict[int, _Way], lambda_s: float | None) -> dict[int, float]:
    if lambda_s is None or len(ways) < 2:
        return {}
    sums = {}
    for track, way in ways.items():
        residual, slope = _parts(way, lambda_s)
        sums[track] = (float(slope @ slope), float(slope @ residual))
    weight = sum(a for a, _ in sums.values())
    pull = sum(b for _, b in sums.values())
    if weight <= 0:
        return {}
    step = pull / weight
    return {
        track: ((pull - b) / max(weight - a, 1e-12) - step) / lambda_s
        for track, (a, b) in sums.items()
    }
