"""Dense optical flow (OpenCV), integrated along particles from a grid in the lower iris."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np

from benchmarks.methods.common import Part, carried
from easytear.base.geometry import ByteArray, FloatArray


def farneback(part: Part) -> FloatArray:
    """Return particle paths under Farneback's flow between the paper's enhanced frames."""
    return carried(part, part.pictures(), _farneback)


def _farneback(pictures: list[ByteArray]) -> Iterator[FloatArray]:
    for before, after in pairwise(pictures):
        flow = np.zeros((*before.shape, 2), np.float32)
        yield np.asarray(
            cv2.calcOpticalFlowFarneback(before, after, flow, 0.5, 3, 15, 3, 5, 1.2, 0)
        )


def dis(part: Part) -> FloatArray:
    """Return particle paths under dense inverse search (medium preset), no average subtracted."""
    return carried(part, part.pictures(subtract=False), _dis)


def _dis(pictures: list[ByteArray]) -> Iterator[FloatArray]:
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    for before, after in pairwise(pictures):
        empty = np.zeros((*before.shape, 2), np.float32)
        yield np.asarray(search.calc(before, after, empty))
