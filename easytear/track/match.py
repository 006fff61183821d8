"""Where film points of one picture are in another."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from easytear.geometry import BoolArray, ByteArray, FloatArray

IntArray = NDArray[np.int_]

_STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 12, 0.02)
# A patch must have structure in every direction (smallest eigenvalue, OpenCV's normalisation).
_LEAST_STRUCTURE = 1e-3
# Two places look alike where their textures' correlation is about this, at the least.
_LEAST_CORRELATION = 0.6


@dataclass(frozen=True)
class Picture:
    """A picture to match in, and how lively each place's surroundings are.

    Attributes
    ----------
    grey : (h, w) uint8 array
        The picture, 128 where there is nothing.
    liveliness : (h, w) uint8 array
        Mean distance from 128 over the window around each pixel.
    """

    grey: ByteArray
    liveliness: ByteArray

    @classmethod
    def of(cls, grey: ByteArray, window_px: int) -> Picture:
        """Return a picture made ready for windows of a width."""
        away = cv2.absdiff(grey, np.full_like(grey, 128))
        mean = cv2.blur(away, (window_px, window_px), borderType=cv2.BORDER_REPLICATE)
        return cls(grey, np.asarray(mean, np.uint8))

    def lively(self, points: FloatArray) -> FloatArray:
        """Return the liveliness (n,) around points."""
        height, width = self.grey.shape
        x, y = np.rint(points).astype(int).T
        inside = np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)
        return np.asarray(self.liveliness[inside], float)


def follow(
    key: Picture, picture: Picture, points: FloatArray, guess: FloatArray, window_px: int
) -> tuple[FloatArray, FloatArray]:
    """Follow points from a key picture into another, and back again.

    Iterative Lucas and Kanade (1981) on one level: the guess must be within a few pixels.

    Parameters
    ----------
    key, picture : Picture
        Pictures to follow from and to.
    points, guess : (n, 2) arrays
        Positions (x, y) in the key, and where they are expected in the picture.
    window_px : int
        Width of the matched square.

    Returns
    -------
    found : (n, 2) float array
        Positions in the picture.
    back : (n,) float array
        Distance in pixels between a point and itself followed there and back; infinite where
        it could not be followed, or where both places do not look alike.
    """
    if len(points) == 0:
        return np.zeros((0, 2)), np.zeros(0)
    size = (window_px, window_px)
    start = np.ascontiguousarray(points, np.float32).reshape(-1, 1, 2)
    there = np.ascontiguousarray(guess, np.float32).reshape(-1, 1, 2).copy()
    there, ok, error = _lucas_kanade(key.grey, picture.grey, start, there, size)
    again, ok_back, _ = _lucas_kanade(picture.grey, key.grey, there, start.copy(), size)
    back = np.hypot(*(again - start).reshape(-1, 2).T).astype(float)
    found = there.reshape(-1, 2).astype(float)
    lost = (ok.ravel() == 0) | (ok_back.ravel() == 0) | ~np.isfinite(back)
    back[lost] = np.inf
    unlike = ~lost
    usual = 0.5 * (key.lively(points[unlike]) + picture.lively(found[unlike]))
    # Two textures of correlation c differ by sqrt(2 (1 - c)) of their mean deviation.
    most = np.sqrt(2.0 * (1.0 - _LEAST_CORRELATION)) * usual
    back[np.flatnonzero(unlike)[error.ravel()[unlike] > most]] = np.inf
    return found, back


def _lucas_kanade(
    key: ByteArray,
    picture: ByteArray,
    points: FloatArray,
    guess: FloatArray,
    size: tuple[int, int],
) -> tuple[FloatArray, ByteArray, FloatArray]:
    found, ok, error = cv2.calcOpticalFlowPyrLK(
        key,
        picture,
        points,
        guess,
        winSize=size,
        maxLevel=0,
        criteria=_STOP,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        minEigThreshold=_LEAST_STRUCTURE,
    )
    return np.asarray(found), np.asarray(ok), np.asarray(error)


def neighbours(points: FloatArray, of: FloatArray, count: int) -> IntArray:
    """Return indices (n, count) into `of` of each point's nearest, itself left out.

    Distances along y count double: film speed changes with height first of all. Where `of` has
    too few members the index is len(of).
    """
    stretch = np.array([1.0, 2.0])
    answer = cKDTree(of * stretch).query(points * stretch, k=count + 1)
    distance, index = np.asarray(answer[0]), np.asarray(answer[1], int)
    itself = distance <= 1e-9
    # Drop the point itself where it is a member, the farthest where it is not.
    drop = np.where(itself.any(axis=1), itself.argmax(axis=1), count)
    keep = np.arange(count + 1)[None, :] != drop[:, None]
    return np.asarray(index[keep].reshape(len(points), count))


def median_of(values: FloatArray, index: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the neighbours' median (n, 2) and their median distance from it (n,).

    Values that are NaN do not count; NaN where fewer than three neighbours are left.
    """
    near = np.vstack([values, [np.nan, np.nan]])[index]
    middle = np.stack([_median(near[:, :, k]) for k in (0, 1)], axis=1)
    spread = _median(np.hypot(*(near - middle[:, None]).transpose(2, 0, 1)))
    return middle, spread


def _median(values: FloatArray) -> FloatArray:
    """Return the median (n,) of each row, NaN left out (numpy's own is thirty times slower)."""
    ordered = np.sort(values, axis=1)
    count = np.isfinite(values).sum(axis=1)
    row = np.arange(len(values))
    low, high = ordered[row, (count - 1) // 2], ordered[row, np.minimum(count // 2, count)]
    return np.where(count >= 3, 0.5 * (low + high), np.nan)


def contradicts(
    steps: FloatArray, middle: FloatArray, spread: FloatArray, floor_px: float
) -> BoolArray:
    """Return which steps contradict their neighbours: normalised median test.

    Westerweel and Scarano (2005), Exp. Fluids 39:1096, with threshold 3. Points without
    neighbours contradict nobody.
    """
    residual = np.hypot(*(steps - middle).T) / (spread + floor_px)
    return np.asarray(residual > 3.0)
