"""A hand annotator's floor: truth marked with 2 px noise every tenth frame, interpolated."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.methods.result import as_analysis
from easytear.base.geometry import FloatArray
from easytear.results import Analysis
from easytear.simulate import TrueInterval, Truth
from easytear.simulate.truth import ZONE_MM

NOISE_PX = 2.0
EVERY = 10
POINTS = 8


def annotator(video: Path, mm_per_px: float, truth: Truth | None = None) -> Analysis:
    """Return what a person would measure who marks eight points below the front by hand."""
    if truth is None:
        raise ValueError("the annotator's floor needs a truth")
    rng = np.random.default_rng([truth.seed, *truth.name.encode()])
    parts = []
    for interval in truth.intervals:
        length = truth.time_s[interval.end_frame] - truth.time_s[interval.start_frame]
        if length < 0.5 or not interval.film_visible:
            continue
        centres = truth.eye_motion(interval)[:, :2] + truth.pupil[interval.start_frame, :2]
        run = (interval.start_frame, interval.end_frame)
        parts.append((run, centres, _marked(truth, interval, rng), None))
    shape = (truth.height_px, truth.width_px)
    return as_analysis(video, truth.time_s, truth.is_blink, parts, mm_per_px, shape)


def _marked(truth: Truth, interval: TrueInterval, rng: np.random.Generator) -> FloatArray:
    """Return (frames, points, 2) positions in eye coordinates."""
    first, last = interval.start_frame, interval.end_frame
    front = truth.front_at(first)[truth.front_visible(first + int(0.7 * truth.fps))]
    chosen = front[np.linspace(0, len(front) - 1, POINTS + 2).astype(int)[1:-1]]
    depth = rng.uniform(0.0, ZONE_MM, len(chosen)) / truth.mm_per_px
    start = chosen + np.column_stack([np.zeros(len(chosen)), depth])
    frames = np.arange(first, last + 1)
    true = np.array([start + truth.displace(start, first, int(f)) for f in frames])
    keys = np.unique(np.append(np.arange(0, len(frames), EVERY), len(frames) - 1))
    marks = true[keys] + rng.normal(0.0, NOISE_PX, (len(keys), len(start), 2))
    out = np.empty_like(true)
    for n in range(len(start)):
        for axis in (0, 1):
            out[:, n, axis] = np.interp(np.arange(len(frames)), keys, marks[:, n, axis])
    return out
