"""The original paper's method (Kothapalli et al. 2022), plainly.

Corners in the lower iris of the interval's first frame are followed by Lucas-Kanade through the
enhanced frames; those that survive are averaged.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from benchmarks.methods.common import Part, lower_iris
from easytear.base.geometry import FloatArray

CORNERS = 200
WINDOW_PX = 21


def corners(part: Part) -> FloatArray:
    """Return the paths of corners in the lower iris of the first frame; NaN once lost."""
    pictures = part.pictures()
    found: Any = cv2.goodFeaturesToTrack(pictures[0], CORNERS, 0.01, 7, mask=lower_iris(part))
    if found is None:
        return np.empty((len(pictures), 0, 2))
    points = np.asarray(found, dtype=np.float32)
    window = (WINDOW_PX, WINDOW_PX)
    path = np.full((len(pictures), len(points), 2), np.nan)
    path[0] = points[:, 0]
    alive = np.ones(len(points), dtype=bool)
    for k in range(1, len(pictures)):
        guess = points.copy()
        moved, status, _ = cv2.calcOpticalFlowPyrLK(
            pictures[k - 1], pictures[k], points, guess, winSize=window, maxLevel=2
        )
        points = np.asarray(moved, dtype=np.float32)
        alive &= np.asarray(status)[:, 0] > 0
        path[k, alive] = points[alive, 0]
    return path
