"""The dominant direction of the film's texture, by the structure tensor."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, FloatArray

LEAST_COHERENCE = 0.05
"""Below this share of directed texture no direction dominates."""


def streak_angle_deg(
    picture: FloatArray, mask: BoolArray, *, fine_px: float = 1.5, coarse_px: float = 8.0
) -> float | None:
    """Return the direction in which the film's streaks run: 0 horizontal, 90 vertical.

    Parameters
    ----------
    picture : (height, width) array
        Brightness of the film, best without the still iris.
    mask : (height, width) bool array
        Where the film is.
    fine_px, coarse_px : float
        Texture between these scales counts: noise is finer, shading coarser.

    Returns
    -------
    float or None
        0 to 90 (left and right leaning streaks are not told apart, so that directions can be
        averaged); None where the mask is small or no direction dominates.

    Notes
    -----
    Gradients are pooled as J = sum(g g^T) / |g| (Bigün and Granlund 1987, weighted by the
    magnitude once so that a few strong edges do not decide).
    """
    if int(mask.sum()) < 400:
        return None
    grey = np.ascontiguousarray(picture, dtype=np.float32)
    inside = mask.astype(np.float32)
    smooth = cv2.GaussianBlur(grey, (0, 0), fine_px)
    share = np.maximum(cv2.GaussianBlur(inside, (0, 0), coarse_px), 1e-3)
    shading = cv2.GaussianBlur(grey * inside, (0, 0), coarse_px) / share
    texture = smooth - shading
    gx = cv2.Scharr(texture, cv2.CV_32F, 1, 0)
    gy = cv2.Scharr(texture, cv2.CV_32F, 0, 1)
    edge = 2 * int(np.ceil(fine_px)) + 1
    within = cv2.erode(mask.astype(np.uint8), np.ones((edge, edge), np.uint8)) > 0
    gx, gy = gx[within].astype(np.float64), gy[within].astype(np.float64)
    size = np.hypot(gx, gy)
    if len(size) == 0 or float(size.max()) <= 0.0:
        return None
    weight = 1.0 / np.maximum(size, 1e-3 * float(size.max()))
    xx, yy, xy = (float((weight * p).sum()) for p in (gx * gx, gy * gy, gx * gy))
    coherence = float(np.hypot(xx - yy, 2.0 * xy) / max(xx + yy, 1e-12))
    if coherence < LEAST_COHERENCE:
        return None
    across = 0.5 * np.degrees(np.arctan2(2.0 * xy, xx - yy))
    along = abs((across + 90.0 + 90.0) % 180.0 - 90.0)
    return float(along)
