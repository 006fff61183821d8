"""Last steps of the methods beside ours: the paper's fit, and tables in the results format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import OptimizeWarning, curve_fit

from easytear.base.geometry import BoolArray, FloatArray
from easytear.request.request import Request
from easytear.results import (
    FRAMES,
    FRONT,
    TRACKS,
    Analysis,
    Area,
    EllipseInfo,
    Fit,
    IntervalResult,
    Quality,
    ScaleInfo,
    Spread,
    Summary,
    Velocity,
    VideoInfo,
    empty_table,
    shape_table,
)

LONGEST_FIT_S = 5.0
"""The paper fits the first five seconds."""


def fit_paper(time_s: FloatArray, rise_mm: FloatArray) -> Fit | None:
    """Return the paper's fit a exp(-b t) + c, by least squares from frame zero."""
    good = np.isfinite(rise_mm) & (time_s - time_s[0] <= LONGEST_FIT_S)
    if good.sum() < 8:
        return None
    t, y = time_s[good] - time_s[0], rise_mm[good]

    def model(t: FloatArray, a: float, b: float, c: float) -> FloatArray:
        curve: FloatArray = a * np.exp(-b * t) + c
        return curve

    try:
        best, cover = curve_fit(
            model, t, y, p0=(-max(float(np.ptp(y)), 0.1), 1.0, float(y[-1])), maxfev=4000
        )
    except (RuntimeError, OptimizeWarning, ValueError):
        return None
    a, b, _ = (float(v) for v in best)
    if b <= 1e-3 or not np.isfinite(cover).all():
        return None
    sd_a, sd_b = float(np.sqrt(cover[0, 0])), float(np.sqrt(cover[1, 1]))
    rho, lam = -a, 1.0 / b
    left = y - model(t, *best)
    speed_sd = float(np.sqrt((b * sd_a) ** 2 + (a * sd_b) ** 2 + 2 * a * b * cover[0, 1]))
    return Fit(
        model="exponential",
        rho_mm=rho,
        rho_mm_ci95=(rho - 1.96 * sd_a, rho + 1.96 * sd_a),
        lambda_s=lam,
        lambda_s_ci95=(lam - 1.96 * sd_b * lam**2, lam + 1.96 * sd_b * lam**2),
        onset_s=float(time_s[0]),
        drift_mm_s=None,
        initial_velocity_mm_s=rho * b,
        initial_velocity_mm_s_ci95=(rho * b - 1.96 * speed_sd, rho * b + 1.96 * speed_sd),
        r2=float(1.0 - left.var() / max(float(y.var()), 1e-12)),
        rmse_mm=float(np.sqrt(np.mean(left**2))),
        n=int(good.sum()),
        window_over_lambda=float(t[-1] / lam),
        converged=True,
    )


def as_analysis(
    video: Path,
    time_s: FloatArray,
    is_blink: BoolArray,
    parts: Sequence[tuple[tuple[int, int], FloatArray, FloatArray, float | None]],
    mm_per_px: float,
    shape: tuple[int, ...],
) -> Analysis:
    """Return runs, pupil centres and point paths as an analysis.

    Parameters
    ----------
    parts : list
        For each interval: (first, last) frame, pupil centres (n, 2), positions (n, points, 2),
        the pupil's radius (None where the pupil was given, not found).
    """
    frames = pd.DataFrame({"frame": np.arange(len(time_s)), "time_s": time_s})
    frames["is_blink"] = is_blink
    frames["interval"] = pd.Series(pd.NA, index=frames.index, dtype="Int64")
    intervals, tables, first_id = [], [], 0
    for index, (run, centres, path, radius) in enumerate(parts):
        rows = slice(run[0], run[1])
        frames.loc[rows, "interval"] = index
        frames.loc[rows, "eye_dx_px"] = centres[:, 0] - centres[0, 0]
        frames.loc[rows, "eye_dy_px"] = centres[:, 1] - centres[0, 1]
        times = time_s[run[0] : run[1] + 1]
        tables.append(_table(index, run[0], times, path, centres, first_id))
        first_id += path.shape[1]
        alive = np.isfinite(path).all(axis=(0, 2))
        rise = -(path[:, alive, 1] - path[0, alive, 1]) * mm_per_px
        mean = rise.mean(axis=1) if alive.any() else np.full(len(times), np.nan)
        pupil = None if radius is None else _circle(centres[0], radius)
        intervals.append(_interval(index, run, times, pupil, fit_paper(times, mean)))
    tracks = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    info = VideoInfo(
        path=str(video),
        sha256="",
        width_px=int(shape[1]),
        height_px=int(shape[0]),
        frame_count=len(time_s),
        duration_s=float(time_s[-1]),
        fps_mean=float((len(time_s) - 1) / time_s[-1]),
        variable_frame_rate=False,
        codec="",
    )
    summary = Summary(
        video=info,
        software={},
        request=Request(),
        calibration=ScaleInfo(mm_per_px=mm_per_px, mm_per_px_sd=None, source="user"),
        intervals=tuple(intervals),
    )
    return Analysis(
        summary, shape_table(frames, FRAMES), shape_table(tracks, TRACKS), empty_table(FRONT)
    )


def _table(
    index: int,
    first: int,
    times: FloatArray,
    path: FloatArray,
    centres: FloatArray,
    first_id: int,
) -> pd.DataFrame:
    count, points = path.shape[:2]
    frame, track = np.meshgrid(np.arange(count), np.arange(points), indexing="ij")
    alive = np.isfinite(path).all(axis=2)
    k, n = frame[alive], track[alive]
    eye = path[alive]
    image = eye + (centres - centres[0])[k]
    return pd.DataFrame(
        {
            "interval": index,
            "track_id": n + first_id,
            "frame": k + first,
            "time_s": times[k],
            "x_px": image[:, 0],
            "y_px": image[:, 1],
            "x_eye_px": eye[:, 0],
            "y_eye_px": eye[:, 1],
            "vx_mm_s": np.nan,
            "vy_mm_s": np.nan,
            "sd_px": np.nan,
            "observed": True,
        }
    )


def _circle(centre: FloatArray, radius: float) -> EllipseInfo:
    x, y = (float(v) for v in centre)
    return EllipseInfo(x_px=x, y_px=y, rx_px=radius, ry_px=radius, angle_deg=0.0)


def _interval(
    index: int,
    run: tuple[int, int],
    times: FloatArray,
    pupil: EllipseInfo | None,
    fit: Fit | None,
) -> IntervalResult:
    nothing = Velocity(mean_mm_s=None, peak_mm_s=None, time_of_peak_s=None, early_mm_s=None)
    area = Area(start_mm2=None, end_mm2=None, max_mm2=None, rate_mm2_s=None, end_fraction=None)
    return IntervalResult(
        index=index,
        start_frame=run[0],
        end_frame=run[1],
        start_s=float(times[0]),
        end_s=float(times[-1]),
        blink_before=None,
        pupil=pupil,
        iris=None,
        region=None,
        spread=Spread(y=fit, x=None, front=None),
        velocity=nothing,
        stabilization_s=None,
        streak_angle_deg=None,
        area=area,
        thickness=None,
        quality=Quality(score=0.0),
    )
