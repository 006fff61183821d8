"""First and last steps of the methods beside ours: frames, blinks, pupil, fit, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from scipy.optimize import OptimizeWarning, curve_fit

from easytear.analysis import (
    FRAMES,
    FRONT,
    TRACKS,
    Analysis,
    Area,
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
from easytear.geometry import BoolArray, ByteArray, FloatArray
from easytear.video import FrameReader

SHORTEST_S = 0.5
LONGEST_FIT_S = 5.0
"""The paper fits the first five seconds."""

Follow = Callable[[list[ByteArray], FloatArray, float], FloatArray]
"""Takes aligned frames, pupil (x, y) and radius; gives positions (frames, points, 2), NaN lost."""


@dataclass(frozen=True)
class Clip:
    """All frames of a video, grey, and their times."""

    frames: list[ByteArray]
    time_s: FloatArray


def read_clip(video: Path) -> Clip:
    """Return all frames in memory, as the original does."""
    frames, times = [], []
    with FrameReader(video) as reader:
        for picture in reader.pictures():
            frames.append(picture.grey())
            times.append(picture.time_s)
    return Clip(frames, np.asarray(times))


def open_runs(clip: Clip) -> tuple[BoolArray, list[tuple[int, int]]]:
    """Return which frames are blinks, and the open runs of at least half a second.

    A frame is a blink where its mean distance from the average frame stands halfway between
    that of ordinary frames and the greatest.
    """
    small = np.array([cv2.resize(f, (80, 60), interpolation=cv2.INTER_AREA) for f in clip.frames])
    distance = np.abs(small - small.mean(axis=0)).mean(axis=(1, 2)) / 255.0
    usual = float(np.median(distance))
    clear = distance.max() > 2.0 * usual
    is_blink = distance > 0.5 * (usual + distance.max()) if clear else distance > 1.0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (~is_blink).astype(np.int8), [0]])))
    runs = [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]
    return is_blink, [r for r in runs if clip.time_s[r[1]] - clip.time_s[r[0]] >= SHORTEST_S]


def pupil(frame: ByteArray) -> tuple[float, float, float]:
    """Return centre and radius of the largest dark blob in the upper two thirds."""
    soft = cv2.GaussianBlur(frame, (0, 0), 2.0)
    level = 0.5 * (float(np.percentile(soft, 1)) + float(np.percentile(soft, 25)))
    dark = (soft < level).astype(np.uint8)
    dark[int(0.66 * len(dark)) :] = 0
    opened = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    _, _, stats, centres = cv2.connectedComponentsWithStats(opened)
    if len(stats) < 2:
        return float("nan"), float("nan"), float("nan")
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    area = float(stats[best, cv2.CC_STAT_AREA])
    return float(centres[best, 0]), float(centres[best, 1]), float(np.sqrt(area / np.pi))


def aligned(clip: Clip, run: tuple[int, int]) -> tuple[list[ByteArray], FloatArray, float]:
    """Return the run's frames shifted so that the pupil stands still, its centres and radius."""
    found = np.array([pupil(clip.frames[k]) for k in range(run[0], run[1] + 1)])
    frame = pd.DataFrame(found).interpolate(limit_direction="both")
    found = frame.fillna(0.0).to_numpy(dtype=float)
    out = []
    for k, (x, y, _) in enumerate(found):
        shift = np.array([[1.0, 0.0, x - found[0, 0]], [0.0, 1.0, y - found[0, 1]]])
        picture = clip.frames[run[0] + k]
        size = (picture.shape[1], picture.shape[0])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        moved = cv2.warpAffine(picture, shift, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        out.append(np.asarray(moved, dtype=np.uint8))
    return out, found[:, :2], float(np.median(found[:, 2]))


def enhanced(frames: list[ByteArray], *, subtract: bool = True) -> list[ByteArray]:
    """Return the paper's enhancement: sharpen, band-pass, less the average, local equalisation."""
    bands = []
    for frame in frames:
        grey = frame.astype(np.float32)
        sharp = grey + 1.0 * (grey - cv2.GaussianBlur(grey, (0, 0), 3.0))
        bands.append(cv2.GaussianBlur(sharp, (0, 0), 1.0) - cv2.GaussianBlur(sharp, (0, 0), 12.0))
    average = np.mean(bands, axis=0) if subtract else 0.0
    equal = cv2.createCLAHE(2.0, (8, 8))
    out = []
    for band in bands:
        grey = np.clip(128.0 + 4.0 * (band - average), 0, 255).astype(np.uint8)
        out.append(np.asarray(equal.apply(grey), dtype=np.uint8))
    return out


def lower_iris(shape: tuple[int, int], centre: FloatArray, radius: float) -> ByteArray:
    """Return the mask of the lower iris: below the pupil, up to 4.2 of its radii away."""
    yy, xx = np.mgrid[: shape[0], : shape[1]]
    away = np.hypot(xx - centre[0], yy - centre[1]) / max(radius, 1.0)
    below = (yy > centre[1] + 1.2 * radius) & (np.abs(xx - centre[0]) < 2.6 * radius)
    return np.asarray(below & (away < 4.2), dtype=np.uint8)


def seeds(shape: tuple[int, int], centre: FloatArray, radius: float, step: int = 16) -> FloatArray:
    """Return a grid (n, 2) of points in the lower iris."""
    mask = lower_iris(shape, centre, radius)
    yy, xx = np.mgrid[step // 2 : shape[0] : step, step // 2 : shape[1] : step]
    inside = mask[yy, xx] > 0
    return np.column_stack([xx[inside], yy[inside]]).astype(np.float64)


def advect(points: FloatArray, flows: Iterator[FloatArray]) -> FloatArray:
    """Return positions (frames, n, 2) of particles carried by dense flows (height, width, 2)."""
    path = [points]
    for flow in flows:
        x, y = path[-1].T.astype(np.float32)
        step = cv2.remap(flow.astype(np.float32), x[None], y[None], cv2.INTER_LINEAR)[0]
        path.append(path[-1] + step)
    return np.asarray(path)


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


def run_method(video: Path, mm_per_px: float, follow: Follow) -> Analysis:
    """Return what following the film by `follow` gives, in the results format."""
    clip = read_clip(video)
    is_blink, runs = open_runs(clip)
    parts = []
    for run in runs:
        frames, centres, radius = aligned(clip, run)
        parts.append((run, centres, follow(frames, centres[0], radius)))
    return as_analysis(video, clip.time_s, is_blink, parts, mm_per_px, clip.frames[0].shape)


def as_analysis(
    video: Path,
    time_s: FloatArray,
    is_blink: BoolArray,
    parts: Sequence[tuple[tuple[int, int], FloatArray, FloatArray]],
    mm_per_px: float,
    shape: tuple[int, ...],
) -> Analysis:
    """Return runs, pupil centres and point paths as an analysis.

    Parameters
    ----------
    parts : list
        For each interval: (first, last) frame, pupil centres (n, 2), positions (n, points, 2).
    """
    frames = pd.DataFrame({"frame": np.arange(len(time_s)), "time_s": time_s})
    frames["is_blink"] = is_blink
    frames["interval"] = pd.Series(pd.NA, index=frames.index, dtype="Int64")
    intervals, tables, first_id = [], [], 0
    for index, (run, centres, path) in enumerate(parts):
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
        intervals.append(_interval(index, run, times, fit_paper(times, mean)))
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
        schema="easytear-results/1",
        video=info,
        software={},
        config={},
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


def _interval(
    index: int, run: tuple[int, int], times: FloatArray, fit: Fit | None
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
        pupil=None,
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
