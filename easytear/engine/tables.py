"""Observations to the tables of the results format, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.engine.observation import Observation
from easytear.preprocess.records import EyeMotion
from easytear.preprocess.registration import eye_to_image_matrix
from easytear.results import Columns
from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks

if TYPE_CHECKING:
    import pandas as pd


def tracks_columns(seen: Observation, mm_per_px: float | None) -> Columns:
    """Return one interval's columns of tracks.csv; its tracks count from 0.

    Velocities are positive upwards, in mm/s; NaN where the scale is unknown.
    """
    tracks = seen.tracks
    scale = np.nan if mm_per_px is None else mm_per_px
    first = tracks.track.min() if len(tracks) else 0
    image = _image_points(seen)
    return {
        "interval": np.full(len(tracks), seen.index),
        "track_id": tracks.track - first,
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


def tracks_from_table(table: pd.DataFrame, start_frame: int, time_s: FloatArray) -> FilmTracks:
    """Return one interval's rows of tracks.csv as film tracks.

    Velocities are taken from the positions, so that corrected positions need no velocity, and
    stay meaningful when the scale changes.
    """
    rows = table.sort_values(["track_id", "frame"])
    track = rows["track_id"].to_numpy(np.int64)
    frame = rows["frame"].to_numpy(np.int64) - start_frame
    x, y = rows["x_eye_px"].to_numpy(float), rows["y_eye_px"].to_numpy(float)
    time = time_s[frame]
    return FilmTracks(
        track=track,
        frame=frame,
        x_px=x,
        y_px=y,
        vx_px_s=_slope(track, time, x),
        vy_px_s=_slope(track, time, y),
        sd_px=rows["sd_px"].fillna(1.0).to_numpy(float),
        observed=rows["observed"].to_numpy(bool),
    )


def front_from_table(
    table: pd.DataFrame, start_frame: int, frames: int, flags: tuple[str, ...] = ()
) -> FilmFront:
    """Return one interval's rows of front.csv as a front over `frames` frames."""
    x, column = np.unique(table["x_eye_px"].to_numpy(float), return_inverse=True)
    frame = table["frame"].to_numpy(np.int64) - start_frame
    y = np.full((frames, len(x)), np.nan)
    sd = np.full_like(y, np.nan)
    observed = np.zeros(y.shape, bool)
    y[frame, column] = table["y_eye_px"]
    sd[frame, column] = table["sd_px"].fillna(1.0)
    observed[frame, column] = table["observed"]
    return FilmFront(x, y, sd, observed, flags)


def motion_from_table(frames: pd.DataFrame) -> EyeMotion:
    """Return the eye's motion from one interval's rows of frames.csv."""
    dx = frames["eye_dx_px"].to_numpy(float)
    known = np.isfinite(dx)
    sd = frames["eye_sd_px"].to_numpy(float) if "eye_sd_px" in frames else np.full(len(dx), np.nan)
    return EyeMotion(
        dx_px=np.where(known, dx, 0.0),
        dy_px=frames["eye_dy_px"].fillna(0.0).to_numpy(float),
        rotation_deg=frames["eye_rotation_deg"].fillna(0.0).to_numpy(float),
        sd_px=sd,
        observed=known,
    )


def _image_points(seen: Observation) -> FloatArray:
    """Return where each row of the tracks stands in its frame's image, (m, 2)."""
    eye, tracks = seen.eye, seen.tracks
    frames = range(len(seen.time_s))
    matrix = np.stack([eye_to_image_matrix(eye.motion, k, eye.pupil) for k in frames])[tracks.frame]
    eye_points = np.column_stack([tracks.x_px, tracks.y_px, np.ones(len(tracks))])
    points: FloatArray = np.einsum("mij,mj->mi", matrix, eye_points)
    return points


def _slope(track: np.ndarray, time_s: FloatArray, value: FloatArray) -> FloatArray:
    """Return the slope of each track through its neighbouring rows (0 for a single row)."""
    out = np.zeros(len(value))
    starts = np.flatnonzero(np.r_[True, np.diff(track) != 0])
    for first, stop in zip(starts, np.r_[starts[1:], len(track)], strict=True):
        if stop - first > 1:
            out[first:stop] = np.gradient(value[first:stop], time_s[first:stop])
    return out
