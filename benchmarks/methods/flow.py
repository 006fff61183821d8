"""Dense optical flow (OpenCV), integrated along particles from a grid in the lower iris."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from benchmarks.methods.common import advect, enhanced, run_method, seeds
from easytear.analysis import Analysis
from easytear.geometry import ByteArray, FloatArray
from easytear.simulate import Truth


def farneback_particles(video: Path, mm_per_px: float, truth: Truth | None = None) -> Analysis:
    """Return the measurement with Farneback's flow on the paper's enhanced frames."""

    def follow(frames: list[ByteArray], centre: FloatArray, radius: float) -> FloatArray:
        pictures = enhanced(frames)
        start = seeds(pictures[0].shape, centre, radius)
        return advect(start, _farneback(pictures))

    return run_method(video, mm_per_px, follow)


def _farneback(pictures: list[ByteArray]) -> Iterator[FloatArray]:
    for before, after in pairwise(pictures):
        flow = np.zeros((*before.shape, 2), np.float32)
        yield np.asarray(
            cv2.calcOpticalFlowFarneback(before, after, flow, 0.5, 3, 15, 3, 5, 1.2, 0)
        )


def dis_particles(video: Path, mm_per_px: float, truth: Truth | None = None) -> Analysis:
    """Return the measurement with dense inverse search (medium preset), no average subtracted."""

    def follow(frames: list[ByteArray], centre: FloatArray, radius: float) -> FloatArray:
        pictures = enhanced(frames, subtract=False)
        start = seeds(pictures[0].shape, centre, radius)
        return advect(start, _dis(pictures))

    return run_method(video, mm_per_px, follow)


def _dis(pictures: list[ByteArray]) -> Iterator[FloatArray]:
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    for before, after in pairwise(pictures):
        empty = np.zeros((*before.shape, 2), np.float32)
        yield np.asarray(search.calc(before, after, empty))
