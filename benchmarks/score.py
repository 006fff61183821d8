"""How far a result is from the truth: the numbers of the benchmark's table.

    from benchmarks.score import score
    numbers = score(Path("out/video"), Truth.load(Path("video.mp4")))

Lengths in px of the video, times in s, errors of rho, lambda and velocity as shares (0.02 is
2 %), signed: above zero is too large. None means that there was nothing to compare.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from scipy.stats import norm

from benchmarks.reference import Reference, matched
from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.results import Analysis, Fit, IntervalResult, read_results
from easytear.simulate import Law, Truth

AFTER_S = 1.0
"""Tracks are judged this long after their birth, and at the interval's end."""
FRONT_FROM_S = 0.15
"""The front counts from this long after onset: before, it cannot be told."""
COLUMN_PX = 8
LEVELS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Claimed levels at which uncertainties are compared with what was observed."""
SHORTEST_S = 0.5
"""Intervals shorter than this are not counted as missed."""


def score(folder: Path, truth: Truth) -> dict[str, Any]:
    """Return the numbers of one results folder; see `score_analysis`."""
    return score_analysis(read_results(folder), truth)


def score_analysis(analysis: Analysis, truth: Truth) -> dict[str, Any]:
    """Return how far an analysis is from the truth.

    Returns
    -------
    dict
        The video's numbers ("blink_f1", "boundary_frames", "scale_error"), and one dict for
        each true interval of at least half a second under "intervals".
    """
    found = [(i.start_frame, i.end_frame) for i in analysis.summary.intervals]
    true = [(i.start_frame, i.end_frame) for i in truth.intervals]
    pairs = matched(found, true)
    numbers: dict[str, Any] = {
        "scene": truth.name,
        "seed": truth.seed,
        "blink_f1": _blink_f1(analysis, truth),
        "boundary_frames": _boundary(found, true, pairs, len(truth.time_s)),
        "scale_error": _share(analysis.summary.calibration.mm_per_px, truth.mm_per_px),
        "intervals": [],
    }
    by_true = {j: i for i, j in pairs}
    for index, interval in enumerate(truth.intervals):
        length = truth.time_s[interval.end_frame] - truth.time_s[interval.start_frame]
        if index in by_true:
            result = analysis.summary.intervals[by_true[index]]
            ref = Reference(truth, interval, result.start_frame)
            numbers["intervals"].append(score_interval(analysis, result, ref))
        elif length >= SHORTEST_S:
            numbers["intervals"].append({"index": index, "found": False})
    return numbers


def score_interval(analysis: Analysis, result: IntervalResult, ref: Reference) -> dict[str, Any]:
    """Return the numbers of one interval."""
    interval = ref.interval
    numbers: dict[str, Any] = {
        "index": interval.index,
        "found": True,
        "quality": result.quality.score,
        "flags": list(result.quality.flags),
        **_eye(analysis.frames, result, ref),
    }
    tracks = analysis.tracks[analysis.tracks["interval"] == result.index]
    front = analysis.front[analysis.front["interval"] == result.index]
    if not interval.film_visible:
        numbers["false_spread"] = _usable(result.spread.y) or _usable(result.spread.front)
        numbers["false_front"] = len(front) > 0
        return numbers
    numbers |= _tracks(tracks, ref) | _front(front, ref) | _area(analysis.frames, result, ref)
    if interval.law_visible:
        truth = ref.truth
        numbers |= _law(result.spread.y, truth.headline(interval), "")
        numbers |= _law(result.spread.front, truth.front_law(interval), "front_")
    return numbers


# --- blinks and intervals -------------------------------------------------------------------


def _blink_f1(analysis: Analysis, truth: Truth) -> float | None:
    flags = analysis.frames["is_blink"].to_numpy(dtype=bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    found = [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]
    true = [(b.start_frame, b.end_frame) for b in truth.blinks]
    if not found and not true:
        return None
    return 2.0 * len(matched(found, true)) / (len(found) + len(true))


def _boundary(
    found: list[tuple[int, int]],
    true: list[tuple[int, int]],
    pairs: list[tuple[int, int]],
    count: int,
) -> float | None:
    """Return the mean distance (frames) of interval ends that are not the video's own ends."""
    off = []
    for i, j in pairs:
        if true[j][0] > 0:
            off.append(abs(found[i][0] - true[j][0]))
        if true[j][1] < count - 1:
            off.append(abs(found[i][1] - true[j][1]))
    return float(np.mean(off)) if off else None


# --- the eye --------------------------------------------------------------------------------


def _eye(frames: pd.DataFrame, result: IntervalResult, ref: Reference) -> dict[str, Any]:
    rows = frames[(frames["frame"] >= result.start_frame) & (frames["frame"] <= result.end_frame)]
    inside = (rows["frame"] >= ref.interval.start_frame) & (rows["frame"] <= ref.interval.end_frame)
    rows = rows[inside & rows["eye_dx_px"].notna()]
    numbers: dict[str, Any] = {
        "eye_rms_px": None,
        "eye_free_rms_px": None,
        "rotation_rms_deg": None,
    }
    if len(rows):
        true = ref.eye_motion(rows["frame"].to_numpy())
        off = rows[["eye_dx_px", "eye_dy_px"]].to_numpy(dtype=float) - true[:, :2]
        numbers["eye_rms_px"] = _rms(off)
        numbers["eye_free_rms_px"] = _rms(off - np.median(off, axis=0))
        turn = rows["eye_rotation_deg"].fillna(0.0).to_numpy(dtype=float) - true[:, 2]
        numbers["rotation_rms_deg"] = float(np.sqrt(np.mean(turn**2)))
    pupil, edge = ref.truth.pupil_at(ref.first_frame), ref.truth.limbus_at(ref.first_frame)
    numbers["pupil_px"] = (
        float(np.hypot(result.pupil.x_px - pupil.x_px, result.pupil.y_px - pupil.y_px))
        if result.pupil
        else None
    )
    shape = (ref.truth.height_px, ref.truth.width_px)
    numbers["limbus_iou"] = _iou(result.iris.ellipse(), edge, shape) if result.iris else None
    return numbers


def _rms(off: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.sum(off**2, axis=1))))


def _iou(first: Ellipse, second: Ellipse, shape: tuple[int, int]) -> float:
    a, b = first.mask(shape), second.mask(shape)
    return float((a & b).sum() / max((a | b).sum(), 1))


# --- tracks ---------------------------------------------------------------------------------


def track_errors(tracks: pd.DataFrame, ref: Reference) -> pd.DataFrame:
    """Return the tracks' rows with what each has gone wrong since its birth.

    Adds `age` (frames), `ex_px`, `ey_px` (found minus true position of the film point that was
    at the track's first position), for about every quarter of a second of each track's life, its
    first second, and its last row.
    """
    rows = tracks.sort_values(["track_id", "frame"])
    inside = rows["frame"].between(ref.interval.start_frame, ref.interval.end_frame)
    rows = rows[inside]
    if rows.empty:
        return rows.assign(age=[], ex_px=[], ey_px=[])
    birth = rows.groupby("track_id").transform("first")
    last = rows.groupby("track_id")["frame"].transform("max")
    step = max(round(0.25 * ref.truth.fps), 1)
    age = rows["frame"] - birth["frame"]
    second = age == round(AFTER_S * ref.truth.fps)
    kept = (age > 0) & ((age % step == 0) | second | (rows["frame"] == last))
    chosen = rows[kept].copy()
    chosen["age"] = age[kept]
    start = birth.loc[kept, ["x_eye_px", "y_eye_px", "frame"]].to_numpy(dtype=float)
    true = np.empty((len(chosen), 2))
    frame = chosen["frame"].to_numpy()
    for born, now in {(int(b), int(n)) for b, n in zip(start[:, 2], frame, strict=True)}:
        these = (start[:, 2] == born) & (frame == now)
        true[these] = ref.moved(start[these, :2], born, now)
    chosen["ex_px"] = chosen["x_eye_px"].to_numpy() - true[:, 0]
    chosen["ey_px"] = chosen["y_eye_px"].to_numpy() - true[:, 1]
    return chosen


def _tracks(tracks: pd.DataFrame, ref: Reference) -> dict[str, Any]:
    numbers: dict[str, Any] = dict.fromkeys(
        ("track_1s_px", "track_1s_p90_px", "track_end_px", "track_within_2sd", "track_held")
    )
    rows = track_errors(tracks, ref)
    numbers["tracks"] = int(rows["track_id"].nunique())
    if rows.empty:
        return numbers
    error = np.hypot(rows["ex_px"].to_numpy(dtype=float), rows["ey_px"].to_numpy(dtype=float))
    second = error[rows["age"].to_numpy() == round(AFTER_S * ref.truth.fps)]
    if len(second):
        numbers["track_1s_px"] = float(np.median(second))
        numbers["track_1s_p90_px"] = float(np.quantile(second, 0.9))
    ends = error[rows["frame"].to_numpy() >= ref.interval.end_frame - 3]
    numbers["track_end_px"] = float(np.median(ends)) if len(ends) else None
    sd = rows["sd_px"].to_numpy(dtype=float)
    judged = np.isfinite(sd)
    if judged.any():
        off = rows.loc[judged, ["ex_px", "ey_px"]].to_numpy(dtype=float)
        size = np.abs(off) / sd[judged, None]
        numbers["track_within_2sd"] = float((size < 2.0).mean())
        bounds = norm.ppf(0.5 + np.array(LEVELS) / 2.0)
        numbers["track_held"] = [float((size < bound).mean()) for bound in bounds]
    return numbers


# --- front and area -------------------------------------------------------------------------


def _front(front: pd.DataFrame, ref: Reference) -> dict[str, Any]:
    truth, interval = ref.truth, ref.interval
    onset = interval.motion.onset_s
    errors, signed, told, there = [], [], 0, 0
    groups = dict(list(front[front["y_eye_px"].notna()].groupby("frame")))
    for frame in range(interval.start_frame, interval.end_frame + 1):
        if truth.time_s[frame] < onset + FRONT_FROM_S:
            continue
        line = ref.front(frame)
        columns = _columns(line, ref.front_visible(frame))
        rows = groups.get(frame)
        there += len(columns)
        if rows is None or len(rows) == 0:
            continue
        at = rows[["x_eye_px", "y_eye_px"]].to_numpy(dtype=float)
        distance, _ = cKDTree(_fine(line)).query(at)
        errors.append(distance)
        signed.append(at[:, 1] - np.interp(at[:, 0], line[:, 0], line[:, 1]))
        gaps = np.abs(columns[:, None] - at[None, :, 0]).min(axis=1)
        told += int((gaps <= COLUMN_PX).sum())
    names = ("front_px", "front_p90_px", "front_bias_px", "front_complete")
    numbers: dict[str, Any] = dict.fromkeys(names)
    if there:
        numbers["front_complete"] = told / there
    if errors:
        numbers["front_px"] = float(np.median(np.concatenate(errors)))
        numbers["front_p90_px"] = float(np.quantile(np.concatenate(errors), 0.9))
        numbers["front_bias_px"] = float(np.median(np.concatenate(signed)))
    return numbers


def _columns(line: FloatArray, visible: BoolArray) -> FloatArray:
    """Return every eighth column in which the front can be seen."""
    columns: FloatArray = np.unique(np.round(line[visible, 0] / COLUMN_PX)) * COLUMN_PX
    return columns


def _fine(line: FloatArray) -> FloatArray:
    """Return the polyline with points about every fifth of a pixel."""
    position = np.arange(len(line))
    dense = np.linspace(0, len(line) - 1, 6 * len(line))
    return np.column_stack([np.interp(dense, position, line[:, k]) for k in (0, 1)])


def _area(frames: pd.DataFrame, result: IntervalResult, ref: Reference) -> dict[str, Any]:
    rows = frames[frames["frame"].between(result.start_frame, result.end_frame)]
    rows = rows[rows["area_mm2"].notna()]
    after = rows["time_s"] > ref.interval.motion.onset_s + FRONT_FROM_S
    errors = []
    for frame, area in rows.loc[after, ["frame", "area_mm2"]].to_numpy()[::5]:
        true = ref.truth.area_mm2(int(frame))
        if np.isfinite(true) and true > 0:
            errors.append(area / true - 1.0)
    return {"area_error": float(np.median(errors)) if errors else None}


# --- the law --------------------------------------------------------------------------------


def _usable(fit: Fit | None) -> bool:
    return fit is not None and fit.converged and fit.lambda_s is not None


def _law(fit: Fit | None, law: Law, prefix: str) -> dict[str, Any]:
    """Return signed relative errors, and whether the 95 % intervals hold the truth."""
    pairs = (
        ("lambda", "lambda_s", law.lambda_s),
        ("rho", "rho_mm", law.rho_mm),
        ("v0", "initial_velocity_mm_s", law.initial_velocity_mm_s),
    )
    numbers: dict[str, Any] = {f"{prefix}fitted": _usable(fit)}
    for name, field, true in pairs:
        value = getattr(fit, field) if fit is not None and _usable(fit) else None
        numbers[f"{prefix}{name}_true"] = true
        numbers[f"{prefix}{name}_error"] = _share(value, true)
        low, high = getattr(fit, f"{field}_ci95") if value is not None else (None, None)
        numbers[f"{prefix}{name}_held"] = (
            bool(low <= true <= high) if low is not None and high is not None else None
        )
        numbers[f"{prefix}{name}_ci_sd"] = (
            (value - true) / ((high - low) / 3.92)
            if value is not None and low is not None and high is not None and high > low
            else None
        )
    onset = fit.onset_s if fit is not None and _usable(fit) else None
    numbers[f"{prefix}onset_error_s"] = onset - law.onset_s if onset is not None else None
    return numbers


def _share(value: float | None, true: float) -> float | None:
    return value / true - 1.0 if value is not None else None
