"""Between the image and the eye's coordinates, as an analysis found the eye to move."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.preprocess.records import EyeInInterval, EyeMotion
from easytear.preprocess.registration import eye_to_image, eye_to_image_matrix, image_to_eye
from easytear.results import Analysis, IntervalResult


class EyeFrames:
    """Carries points between image and eye coordinates of the frames of an analysis.

    Parameters
    ----------
    analysis : Analysis
        Its frames table tells the eye's motion, its intervals where that begins.
    """

    def __init__(self, analysis: Analysis) -> None:
        self.intervals = analysis.summary.intervals
        table = analysis.frames.set_index("frame")
        self._eyes = {one.index: _eye(one, table) for one in self.intervals}

    def interval_at(self, frame: int) -> IntervalResult | None:
        """Return the interval that a frame is in, None in blinks."""
        for one in self.intervals:
            if one.start_frame <= frame <= one.end_frame:
                return one
        return None

    def index_at(self, frame: int) -> int | None:
        """Return the number of the interval that a frame is in, None in blinks."""
        one = self.interval_at(frame)
        return None if one is None else one.index

    def to_eye(self, points: FloatArray, frame: int) -> FloatArray:
        """Return (k, 2) image points of a frame in eye coordinates; NaN outside of intervals."""
        one = self.interval_at(frame)
        if one is None:
            return np.full_like(points, np.nan)
        return image_to_eye(points, self._eyes[one.index], frame - one.start_frame)

    def to_image(self, points: FloatArray, frame: int) -> FloatArray:
        """Return (k, 2) points in eye coordinates in the image of a frame; NaN as above."""
        one = self.interval_at(frame)
        if one is None:
            return np.full_like(points, np.nan)
        return eye_to_image(points, self._eyes[one.index], frame - one.start_frame)

    def matrix(self, frame: int) -> FloatArray | None:
        """Return the (2, 3) matrix from eye coordinates to a frame's image, None in blinks."""
        one = self.interval_at(frame)
        if one is None:
            return None
        eye = self._eyes[one.index]
        return eye_to_image_matrix(eye.motion, frame - one.start_frame, eye.pupil)


def _eye(one: IntervalResult, table: object) -> EyeInInterval:
    rows = table.reindex(range(one.start_frame, one.end_frame + 1))  # type: ignore[attr-defined]
    names = ("eye_dx_px", "eye_dy_px", "eye_rotation_deg")
    dx, dy, turn = (np.nan_to_num(rows[name].to_numpy(dtype=float)) for name in names)
    count = len(dx)
    motion = EyeMotion(dx, dy, turn, np.zeros(count), np.ones(count, dtype=bool))
    pupil = None if one.pupil is None else one.pupil.ellipse()
    return EyeInInterval(pupil, motion, np.full(count, np.nan))
