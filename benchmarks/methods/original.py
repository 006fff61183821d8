"""The original paper's method (Kothapalli et al. 2022), plainly.

Corners in the lower iris of the interval's first frame are followed by Lucas-Kanade through the
enhanced frames; those that survive are averaged.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.methods.common import enhanced, lower_iris, run_method
from easytear.analysis import Analysis
from easytear.geometry import ByteArray, FloatArray
from easytear.simulate import Truth

CORNERS = 200
WINDOW_PX = 21


def original(video: Path, mm_per_px: float, truth: Truth | None = None) -> Analysis:
    """Return the original method's measurement of a video."""
    return run_method(video, mm_per_px, _follow)


def _follow(frames: list[ByteArray], centre: FloatArray, radius: float) -> FloatArray:
    pictures = enhanced(frames)
    mask = lower_iris(pictures[0].shape, centre, radius)
    corners: Any = cv2.goodFeaturesToTrack(pictures[0], CORNERS, 0.01, 7, mask=mask)
    if corners is None:
        return np.empty((len(frames), 0, 2))
    points = np.asarray(corners, dtype=np.float32)
    window = (WINDOW_PX, WINDOW_PX)
    path = np.full((len(frames), len(points), 2), np.nan)
    path[0] = points[:, 0]
    alive = np.ones(len(points), dtype=bool)
    for k in range(1, len(frames)):
        guess = points.copy()
        moved, status, _ = cv2.calcOpticalFlowPyrLK(
            pictures[k - 1], pictures[k], points, guess, winSize=window, maxLevel=2
        )
        points = np.asarray(moved, dtype=np.float32)
        alive &= np.asarray(status)[:, 0] > 0
        path[k, alive] = points[alive, 0]
    return path
