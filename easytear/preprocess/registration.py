"""Between image and eye coordinates: frames held still, points carried over."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.geometry import BoolArray, Ellipse, FloatArray
from easytear.preprocess.records import EyeInInterval, EyeMotion


def eye_to_image_matrix(
    motion: EyeMotion, index: int, pupil: Ellipse | None = None
) -> NDArray[np.float64]:
    """Return the (2, 3) matrix from eye coordinates to those of one frame's image.

    Parameters
    ----------
    motion : EyeMotion
        The eye's motion in the interval.
    index : int
        Frame counted from the interval's start.
    pupil : Ellipse, optional
        The pupil in the interval's first frame, about which the eye turns; without it the
        rotation is left out.
    """
    angle = 0.0 if pupil is None else np.deg2rad(float(motion.rotation_deg[index]))
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    x0, y0 = (0.0, 0.0) if pupil is None else (pupil.x_px, pupil.y_px)
    dx, dy = float(motion.dx_px[index]), float(motion.dy_px[index])
    return np.array(
        [
            [cos, -sin, x0 + dx - cos * x0 + sin * y0],
            [sin, cos, y0 + dy - sin * x0 - cos * y0],
        ]
    )


def image_to_eye_matrix(
    motion: EyeMotion, index: int, pupil: Ellipse | None = None
) -> NDArray[np.float64]:
    """Return the inverse of `eye_to_image_matrix`."""
    matrix = eye_to_image_matrix(motion, index, pupil)
    turn = matrix[:, :2].T
    return np.column_stack([turn, -turn @ matrix[:, 2]])


def eye_to_image(points: FloatArray, eye: EyeInInterval, index: int) -> FloatArray:
    """Return points (..., 2) of eye coordinates in the image of a frame of the interval."""
    return _apply(eye_to_image_matrix(eye.motion, index, eye.pupil), points)


def image_to_eye(points: FloatArray, eye: EyeInInterval, index: int) -> FloatArray:
    """Return points (..., 2) in the image of a frame of the interval in eye coordinates."""
    return _apply(image_to_eye_matrix(eye.motion, index, eye.pupil), points)


def _apply(matrix: NDArray[np.float64], points: FloatArray) -> FloatArray:
    moved: FloatArray = np.asarray(points, float) @ matrix[:, :2].T + matrix[:, 2]
    return moved


def warp(
    frame: NDArray[Any], motion: EyeMotion, index: int, pupil: Ellipse | None = None
) -> tuple[NDArray[Any], BoolArray]:
    """Return a frame with the eye held still.

    Parameters
    ----------
    frame : (height, width) or (height, width, 3) array
        The frame as recorded.
    motion : EyeMotion
        The eye's motion in the interval.
    index : int
        Frame counted from the interval's start.
    pupil : Ellipse, optional
        The pupil in the interval's first frame; without it rotation is left out.

    Returns
    -------
    stabilised : array like `frame`
        The frame in eye coordinates. Outside of the recorded picture its border is repeated,
        so that no edge appears there which trackers would follow.
    seen : (height, width) bool array
        False where the recorded picture does not reach.
    """
    matrix = eye_to_image_matrix(motion, index, pupil)
    return hold_still(frame, matrix), seen_mask(matrix, (frame.shape[0], frame.shape[1]))


def hold_still(frame: NDArray[Any], matrix: NDArray[np.float64]) -> NDArray[Any]:
    """Return a frame in eye coordinates, by its `eye_to_image_matrix`; borders are repeated."""
    height, width = frame.shape[:2]
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        frame, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )


def seen_mask(matrix: NDArray[np.float64], shape: tuple[int, int]) -> BoolArray:
    """Return the mask of eye coordinates inside a frame of `shape` (height, width)."""
    height, width = shape
    x, y = np.arange(width), np.arange(height)[:, None]
    image_x = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]
    image_y = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]
    inside: BoolArray = (
        (image_x >= 0) & (image_x <= width - 1) & (image_y >= 0) & (image_y <= height - 1)
    )
    return inside
