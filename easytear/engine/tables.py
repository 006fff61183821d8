"""Observations to the tables of the results format, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import FloatArray
from easytear.engine.observation import Observation
from easytear.preprocess.records import EyeMotion
from easytear.preprocess.registration import interval_matrices
from easytear.results import Columns
from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks


def tracks_columns(seen: Observation, mm_per_px: float | None) -> Columns:
    """Return one interval's columns of tracks.csv; its tracks count from 0.

    Velocities are positive upwards, in mm/s; NaN where the scale is unknown.
    """
    tracks = seen.tracks
    scale = np.nan if mm_per_px is None else mm_per_px
    image = _image_points(seen)
    return {
        "interval": np.full(len(tracks), seen.index),
        "track_id": tracks.track,
        "frame": tracks.frame + seen.interval.start_frame,
        "time_s": seen.time_s[tracks.frame],
        "x_px": image[:, 0],
        "y_px": image[:, 1],
        "x_eye_px": tracks.x_px,
        "y_eye_px": tracks.y_px,
        "vx_mm_s": tracks.vx_px_s * scale,
        "vy_mm_s": -tracks.vy_px_s * scale,
        "sd_px": tracks.sd_px,
        "observed": tracks.observed,
    }


def front_columns(seen: Observation) -> Columns:
    """Return one interval's columns of front.csv: a row wherever a front can be told."""
    front = seen.front
    frame, column = np.nonzero(np.isfinite(front.y_px))
    return {
        "interval": np.full(len(frame), seen.index),
        "frame": frame + seen.interval.start_frame,
        "time_s": seen.time_s[frame],
        "x_eye_px": front.x_px[column],
        "y_eye_px": front.y_px[frame, column],
        "sd_px": front.sd_px[frame, column],
        "observed": front.observed[frame, column],
    }


def tracks_from_columns(columns: Columns, start_frame: int, time_s: FloatArray) -> FilmTracks:
    """Return one interval's columns of tracks.csv as film tracks.

    Velocities are taken from the positions, so that corrected positions need no velocity, and
    stay meaningful when the scale changes.
    """
    order = np.lexsort((columns["frame"], columns["track_id"]))
    rows = {name: np.asarray(values)[order] for name, values in columns.items()}
    track = rows["track_id"].astype(np.int64)
    frame = rows["frame"].astype(np.int64) - start_frame
    x, y = rows["x_eye_px"].astype(float), rows["y_eye_px"].astype(float)
    time = time_s[frame]
    return FilmTracks(
        track=track,
        frame=frame,
        x_px=x,
        y_px=y,
        vx_px_s=_slope(track, time, x),
        vy_px_s=_slope(track, time, y),
        sd_px=_or(rows["sd_px"], 1.0),
        observed=rows["observed"].astype(bool),
    )


def front_from_columns(
    columns: Columns,
    start_frame: int,
    frames: int,
    flags: tuple[str, ...] = (),
    looked_at_px: Sequence[float] = (),
) -> FilmFront:
    """Return one interval's columns of front.csv as a front over `frames` frames.

    `looked_at_px` are columns in which it was looked for, whether or not any row tells it there.
    """
    told = np.asarray(columns["x_eye_px"], float)
    x = np.unique(np.concatenate([told, np.asarray(looked_at_px, float)]))
    column = np.searchsorted(x, told)
    frame = np.asarray(columns["frame"], np.int64) - start_frame
    y = np.full((frames, len(x)), np.nan)
    sd = np.full_like(y, np.nan)
    observed = np.zeros(y.shape, bool)
    y[frame, column] = columns["y_eye_px"]
    sd[frame, column] = _or(columns["sd_px"], 1.0)
    observed[frame, column] = columns["observed"]
    return FilmFront(x, y, sd, observed, flags)


def motion_from_columns(columns: Columns) -> EyeMotion:
    """Return the eye's motion from one interval's columns of frames.csv."""
    dx = np.asarray(columns["eye_dx_px"], float)
    known = np.isfinite(dx)
    sd = np.asarray(columns.get("eye_sd_px", np.full(len(dx), np.nan)), float)
    return EyeMotion(
        dx_px=np.where(known, dx, 0.0),
        dy_px=_or(columns["eye_dy_px"], 0.0),
        rotation_deg=_or(columns["eye_rotation_deg"], 0.0),
        sd_px=sd,
        observed=known,
    )


def _or(values: NDArray[Any], other: float) -> FloatArray:
    """Return values with another in place of those that are unknown."""
    known = np.asarray(values, float)
    return np.where(np.isfinite(known), known, other)


def _image_points(seen: Observation) -> FloatArray:
    """Return where each row of the tracks stands in its frame's image, (m, 2)."""
    eye, tracks = seen.eye, seen.tracks
    matrix = interval_matrices(eye)[tracks.frame]
    eye_points = np.column_stack([tracks.x_px, tracks.y_px, np.ones(len(tracks))])
    points: FloatArray = np.einsum("mij,mj->mi", matrix, eye_points)
    return points


def _slope(track: NDArray[np.int64], time_s: FloatArray, value: FloatArray) -> FloatArray:
    """Return the slope of each track through its neighbouring rows (0 for a single row)."""
    out = np.zeros(len(value))
    starts = np.flatnonzero(np.r_[True, np.diff(track) != 0])
    for first, stop in zip(starts, np.r_[starts[1:], len(track)], strict=True):
        if stop - first > 1:
            out[first:stop] = np.gradient(value[first:stop], time_s[first:stop])
    return out
