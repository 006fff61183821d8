"""From eye coordinates to a frame's image coordinates."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.results import Analysis
from easytear.results.model import IntervalResult

IDENTITY: FloatArray = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def frame_motions(analysis: Analysis) -> FloatArray:
    """Return each frame's affine map from eye to image coordinates.

    Returns
    -------
    (n, 2, 3) float array
        A turn about the pupil's centre by `eye_rotation_deg`, then the shift
        (`eye_dx_px`, `eye_dy_px`); the identity where no motion is known.
    """
    table = analysis.frames
    out = np.repeat(IDENTITY[None], len(table), axis=0)
    dx = np.nan_to_num(table["eye_dx_px"].to_numpy(float))
    dy = np.nan_to_num(table["eye_dy_px"].to_numpy(float))
    turn = np.deg2rad(np.nan_to_num(table["eye_rotation_deg"].to_numpy(float)))
    for interval in analysis.summary.intervals:
        rows = slice(interval.start_frame, interval.end_frame + 1)
        cx, cy = _centre(interval)
        cos, sin = np.cos(turn[rows]), np.sin(turn[rows])
        out[rows, 0, 0], out[rows, 0, 1] = cos, -sin
        out[rows, 1, 0], out[rows, 1, 1] = sin, cos
        out[rows, 0, 2] = cx - cos * cx + sin * cy + dx[rows]
        out[rows, 1, 2] = cy - sin * cx - cos * cy + dy[rows]
    return out


def _centre(interval: IntervalResult) -> tuple[float, float]:
    pupil = interval.pupil
    return (0.0, 0.0) if pupil is None else (pupil.x_px, pupil.y_px)
