"""From eye coordinates to a frame's image coordinates."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import FloatArray, eye_to_image_matrices
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
    names = ("eye_dx_px", "eye_dy_px", "eye_rotation_deg")
    dx, dy, turn = (table[name].to_numpy(float) for name in names)
    for interval in analysis.summary.intervals:
        rows = slice(interval.start_frame, interval.end_frame + 1)
        out[rows] = eye_to_image_matrices(dx[rows], dy[rows], turn[rows], _centre(interval))
    return out


def _centre(interval: IntervalResult) -> tuple[float, float]:
    pupil = interval.pupil
    return (0.0, 0.0) if pupil is None else (pupil.x_px, pupil.y_px)
