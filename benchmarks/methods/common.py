"""First steps of the methods beside ours: frames, blinks, alignment by the pupil, enhancement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from easytear.base.geometry import BoolArray, ByteArray, FloatArray
from easytear.video import FrameReader

Flows = Callable[[list[ByteArray]], Iterator[FloatArray]]
"""Gives the dense flow (height, width, 2) from each picture to the next."""

SHORTEST_S = 0.5
ASIDE, BELOW = 2.6, 4.2
"""Half width, and reach below the pupil's centre, of the lower iris, in radii of the pupil."""
WHOLE = 0.97
"""A pupil with less of its radius two frames further inside is covered in part by a lid."""
MARGIN_PX = 64
"""The region of interest goes this far beyond the lower iris: the widest window of any method."""


@dataclass(frozen=True)
class Clip:
    """All frames of a video, grey, and their times."""

    frames: list[ByteArray]
    time_s: FloatArray


@dataclass(frozen=True)
class Part:
    """One open run of a video, aligned by the pupil: what a method follows the film in.

    Attributes
    ----------
    run : (int, int)
        First and last frame.
    frames : list of (height, width) uint8 arrays
        Grey, the pupil standing still where it was in the first.
    centres : (n, 2) array
        The pupil's centre in the frames as they were.
    radius : float
        Of the pupil.
    """

    run: tuple[int, int]
    frames: list[ByteArray]
    centres: FloatArray
    radius: float
    _made: dict[bool, list[ByteArray]] = field(default_factory=dict, repr=False)

    def pictures(self, *, subtract: bool = True) -> list[ByteArray]:
        """Return the enhanced frames, with or without the average frame subtracted."""
        if subtract not in self._made:
            self._made[subtract] = enhanced(self.frames, subtract=subtract)
        return self._made[subtract]

    def region(self) -> tuple[slice, slice]:
        """Return rows and columns that the film of the lower iris can be in: open upwards."""
        (x, y), (height, width) = self.centres[0], self.frames[0].shape
        bottom = int(y + BELOW * self.radius) + MARGIN_PX
        left = int(x - ASIDE * self.radius) - MARGIN_PX
        right = int(x + ASIDE * self.radius) + MARGIN_PX
        least = 4 * MARGIN_PX
        rows = slice(0, min(max(bottom, least), height))
        return rows, slice(max(min(left, width - least), 0), min(max(right, least), width))


def read_clip(video: Path) -> Clip:
    """Return all frames in memory, as the original does."""
    frames, times = [], []
    with FrameReader(video) as reader:
        for picture in reader.pictures():
            frames.append(picture.grey())
            times.append(picture.time_s)
    return Clip(frames, np.asarray(times))


def open_runs(clip: Clip) -> tuple[BoolArray, list[tuple[int, int]]]:
    """Return which frames are blinks, and the open runs of at least half a second.

    A frame is a blink where its mean distance from the average frame stands halfway between
    that of ordinary frames and the greatest.
    """
    small = np.array([cv2.resize(f, (80, 60), interpolation=cv2.INTER_AREA) for f in clip.frames])
    distance = np.abs(small - small.mean(axis=0)).mean(axis=(1, 2)) / 255.0
    usual = float(np.median(distance))
    clear = distance.max() > 2.0 * usual
    is_blink = distance > 0.5 * (usual + distance.max()) if clear else distance > 1.0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (~is_blink).astype(np.int8), [0]])))
    runs = [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]
    return is_blink, [r for r in runs if clip.time_s[r[1]] - clip.time_s[r[0]] >= SHORTEST_S]


def pupil(frame: ByteArray) -> tuple[float, float, float]:
    """Return centre and radius of the largest dark blob in the upper two thirds."""
    soft = cv2.GaussianBlur(frame, (0, 0), 2.0)
    level = 0.5 * (float(np.percentile(soft, 1)) + float(np.percentile(soft, 25)))
    dark = (soft < level).astype(np.uint8)
    dark[int(0.66 * len(dark)) :] = 0
    opened = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    _, _, stats, centres = cv2.connectedComponentsWithStats(opened)
    if len(stats) < 2:
        return float("nan"), float("nan"), float("nan")
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    area = float(stats[best, cv2.CC_STAT_AREA])
    return float(centres[best, 0]), float(centres[best, 1]), float(np.sqrt(area / np.pi))


def in_view(clip: Clip, run: tuple[int, int]) -> tuple[tuple[int, int], FloatArray]:
    """Return the run without the frames at its ends in which a lid covers some of the pupil.

    Returns
    -------
    run : (int, int)
        First and last frame whose pupil is as large as two frames further inside.
    pupils : (n, 3) array
        Centre and radius in each of its frames; gaps are filled from the neighbours.
    """
    found = np.array([pupil(clip.frames[k]) for k in range(run[0], run[1] + 1)])
    found = pd.DataFrame(found).interpolate(limit_direction="both").fillna(0.0).to_numpy()
    start, end = 0, len(found)
    while end - start > 8 and found[start, 2] < WHOLE * found[start + 2, 2]:
        start += 1
    while end - start > 8 and found[end - 1, 2] < WHOLE * found[end - 3, 2]:
        end -= 1
    return (run[0] + start, run[0] + end - 1), found[start:end]


def aligned(clip: Clip, run: tuple[int, int]) -> Part:
    """Return the run's frames shifted so that the pupil stands still."""
    (first, last), found = in_view(clip, run)
    out = []
    for (x, y, _), picture in zip(found, clip.frames[first : last + 1], strict=True):
        shift = np.array([[1.0, 0.0, x - found[0, 0]], [0.0, 1.0, y - found[0, 1]]])
        size = (picture.shape[1], picture.shape[0])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        moved = cv2.warpAffine(picture, shift, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        out.append(np.asarray(moved, dtype=np.uint8))
    return Part((first, last), out, found[:, :2], float(np.median(found[:, 2])))


def enhanced(frames: list[ByteArray], *, subtract: bool = True) -> list[ByteArray]:
    """Return the paper's enhancement: sharpen, band-pass, less the average, local equalisation."""
    bands = []
    for frame in frames:
        grey = frame.astype(np.float32)
        sharp = 2.0 * grey - cv2.GaussianBlur(grey, (0, 0), 3.0)
        bands.append(cv2.GaussianBlur(sharp, (0, 0), 1.0) - cv2.GaussianBlur(sharp, (0, 0), 12.0))
    average = np.mean(bands, axis=0, dtype=np.float32) if subtract else np.float32(0.0)
    equal = cv2.createCLAHE(2.0, (8, 8))
    out = []
    for band in bands:
        grey = np.clip(128.0 + 4.0 * (band - average), 0, 255).astype(np.uint8)
        out.append(np.asarray(equal.apply(grey), dtype=np.uint8))
    return out


@dataclass(frozen=True)
class Prepared:
    """A video after the steps that all methods share; `parts` may be an iterator, used once."""

    video: Path
    time_s: FloatArray
    is_blink: BoolArray
    shape: tuple[int, ...]
    parts: Iterable[Part]


def prepare(video: Path) -> Prepared:
    """Return a video's open runs of at least half a second, aligned one after the other."""
    clip = read_clip(video)
    is_blink, runs = open_runs(clip)
    parts = (aligned(clip, run) for run in runs)
    return Prepared(video, clip.time_s, is_blink, clip.frames[0].shape, parts)


def lower_iris(part: Part) -> ByteArray:
    """Return the mask of the lower iris: below the pupil, up to 4.2 of its radii away."""
    (x, y), radius = part.centres[0], part.radius
    yy, xx = np.mgrid[: part.frames[0].shape[0], : part.frames[0].shape[1]]
    away = np.hypot(xx - x, yy - y) / max(radius, 1.0)
    below = (yy > y + 1.2 * radius) & (np.abs(xx - x) < ASIDE * radius)
    return np.asarray(below & (away < BELOW), dtype=np.uint8)


def seeds(part: Part, step: int = 16) -> FloatArray:
    """Return a grid (n, 2) of points in the lower iris."""
    mask = lower_iris(part)
    yy, xx = np.mgrid[step // 2 : mask.shape[0] : step, step // 2 : mask.shape[1] : step]
    inside = mask[yy, xx] > 0
    return np.column_stack([xx[inside], yy[inside]]).astype(np.float64)


def advect(points: FloatArray, flows: Iterator[FloatArray]) -> FloatArray:
    """Return positions (frames, n, 2) of particles carried by dense flows (height, width, 2)."""
    path = [points]
    for flow in flows:
        x, y = path[-1].T.astype(np.float32)
        step = cv2.remap(flow.astype(np.float32, copy=False), x[None], y[None], cv2.INTER_LINEAR)
        path.append(path[-1] + step[0])
    return np.asarray(path)


def carried(part: Part, pictures: list[ByteArray], flows: Flows) -> FloatArray:
    """Return paths of a grid of particles under the flow in the region of interest."""
    rows, columns = part.region()
    corner = np.array([columns.start, rows.start], dtype=float)
    inside = [np.ascontiguousarray(picture[rows, columns]) for picture in pictures]
    path: FloatArray = advect(seeds(part) - corner, flows(inside)) + corner
    return path
