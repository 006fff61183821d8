"""Where film points of one picture are in another.

Iterative Lucas and Kanade matching (inverse compositional: Baker and Matthews 2004), for all
points at once. Each point keeps its look at a key picture, and is matched with the stretch that
the film around it has undergone since: film is stretched by tenths while it spreads, and a
match that leaves this out errs by the stretch times the distance of the texture from the point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, ByteArray, FloatArray
from easytear.track.picture import squares

IntArray = NDArray[np.int_]

# Samples of a window along its width.
_SAMPLES = 11
# The window's weight is a Gaussian of so many standard deviations to its edge.
_EDGE_SD = 2.0
# Pixels around the window that are kept with a look, to find the point again from a picture.
_MARGIN_PX = 4
_ITERATIONS = 6
_BACK_ITERATIONS = 3
# A point that is moved by less than this is where it should be.
_CONVERGED_PX = 0.03
# Two places look alike where their textures' correlation is this, at the least.
_LEAST_CORRELATION = 0.6
# Independent samples in a window, about, and the largest standard deviation of a match (px).
_INDEPENDENT = 30.0
_WORST_SD_PX = 0.5
# A look must have structure in every direction: slopes of (grey levels per px)^2.
_LEAST_STRUCTURE = 0.2
# cv2.remap takes pictures of at most 32767 rows.
_MOST_ROWS = 32000


@dataclass(frozen=True)
class Picture:
    """A picture to match in.

    Attributes
    ----------
    grey : (h, w) float32 array
        Texture about zero, smoothed over a pixel.
    slope_x, slope_y : (h, w) float32 arrays
        Its slopes.
    """

    grey: FloatArray
    slope_x: FloatArray
    slope_y: FloatArray

    @classmethod
    def of(cls, grey: ByteArray) -> Picture:
        """Return a picture (128 where there is nothing) made ready."""
        level = grey.astype(np.float32) - np.float32(128.0)
        smooth: FloatArray = np.asarray(cv2.GaussianBlur(level, (0, 0), 0.8), np.float32)
        x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=1, scale=0.5)
        y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=1, scale=0.5)
        return cls(smooth, np.asarray(x), np.asarray(y))


class Window:
    """The samples of a square around a point.

    Parameters
    ----------
    width_px : int
        Width of the square.
    """

    def __init__(self, width_px: int) -> None:
        half = 0.5 * (width_px - 1)
        line = np.linspace(-half, half, _SAMPLES)
        x, y = np.meshgrid(line, line)
        self.x, self.y = x.ravel().astype(np.float32), y.ravel().astype(np.float32)
        sd = (half + 0.5) / _EDGE_SD
        weight = np.exp(-0.5 * (self.x**2 + self.y**2) / sd**2)
        self.weight: FloatArray = (weight / weight.sum()).astype(np.float32)
        self.reach = int(np.ceil(half)) + _MARGIN_PX

    def sample(
        self, images: Sequence[FloatArray], xy: FloatArray, stretch: FloatArray
    ) -> list[FloatArray]:
        """Return samples (n, k) of images around points (n, 2), stretched by (n, 2, 2)."""
        if len(xy) == 0:
            return [np.zeros((0, len(self.x)), np.float32) for _ in images]
        place, turn = xy.astype(np.float32), stretch.astype(np.float32)
        map_x = turn[:, 0, :1] * self.x
        map_x += turn[:, 0, 1:] * self.y
        map_x += place[:, :1]
        map_y = turn[:, 1, :1] * self.x
        map_y += turn[:, 1, 1:] * self.y
        map_y += place[:, 1:]
        return [_remap(image, map_x, map_y) for image in images]

    def mean(self, samples: FloatArray) -> FloatArray:
        """Return the weighted mean (n,) of samples (n, k)."""
        return np.asarray(samples @ self.weight, float)


def _remap(image: FloatArray, map_x: FloatArray, map_y: FloatArray) -> FloatArray:
    return np.asarray(
        cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    )


@dataclass
class Looks:
    """What points looked like in their key pictures; all arrays of length n.

    Attributes
    ----------
    value : (n, k) float32 array
        Samples.
    slope : (2, n, k) float32 array
        Slopes along x and y, weighted.
    inverse : (n, 2, 2) float array
        Inverse of the structure matrix; zero where there is too little structure.
    energy : (n,) float array
        Weighted mean square of the samples.
    patch : (n, p, p) float32 array
        The key picture around each point, unstretched.
    middle : (n, 2) float array
        The point's place (x, y) in its patch.
    """

    value: FloatArray
    slope: FloatArray
    inverse: FloatArray
    energy: FloatArray
    patch: FloatArray
    middle: FloatArray

    @classmethod
    def take(cls, picture: Picture, xy: FloatArray, window: Window) -> Looks:
        """Return the look of points (n, 2) of a picture."""
        value, slope_x, slope_y = _seen(
            picture, xy, np.broadcast_to(np.eye(2), (len(xy), 2, 2)), window
        )
        slope = np.stack([slope_x, slope_y])
        weighted = slope * window.weight
        patch, middle = squares(picture.grey, xy, window.reach)
        return cls(
            value, weighted, _inverse(weighted, slope), window.mean(value * value), patch, middle
        )

    def keep(self, which: BoolArray | IntArray) -> Looks:
        """Return the looks of some points."""
        return Looks(
            self.value[which],
            self.slope[:, which],
            self.inverse[which],
            self.energy[which],
            self.patch[which],
            self.middle[which],
        )

    def put(self, where: BoolArray | IntArray, other: Looks) -> None:
        """Replace the looks of some points."""
        self.value[where], self.slope[:, where] = other.value, other.slope
        self.inverse[where], self.energy[where] = other.inverse, other.energy
        self.patch[where], self.middle[where] = other.patch, other.middle

    def with_more(self, more: Looks) -> Looks:
        """Return these looks and more."""
        return Looks(
            np.concatenate([self.value, more.value]),
            np.concatenate([self.slope, more.slope], axis=1),
            np.concatenate([self.inverse, more.inverse]),
            np.concatenate([self.energy, more.energy]),
            np.concatenate([self.patch, more.patch]),
            np.concatenate([self.middle, more.middle]),
        )


def _seen(
    picture: Picture, xy: FloatArray, stretch: FloatArray, window: Window
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return samples (n, k) around points, and their slopes along the stretched axes."""
    planes = (picture.grey, picture.slope_x, picture.slope_y)
    value, along_x, along_y = window.sample(planes, xy, stretch)
    turn = stretch.astype(np.float32)[..., None]
    return (
        value,
        along_x * turn[:, 0, 0] + along_y * turn[:, 1, 0],
        along_x * turn[:, 0, 1] + along_y * turn[:, 1, 1],
    )


def _in_patches(
    patch: FloatArray, which: IntArray, place: FloatArray, window: Window
) -> FloatArray:
    """Return samples (n, k) of some patches (m, p, p) about places (n, 2) in them."""
    size = patch.shape[1]
    most = _MOST_ROWS // size
    if len(patch) > most and len(which):
        parts = [slice(a, a + most) for a in range(0, len(which), most)]
        rows = np.arange(most)
        return np.concatenate(
            [_in_patches(patch[which[p]], rows[: len(which[p])], place[p], window) for p in parts]
        )
    middle = place.astype(np.float32)
    map_x = middle[:, :1] + window.x
    map_y = middle[:, 1:] + window.y
    np.clip(map_y, 0, size - 1, out=map_y)
    map_y += (which * size).astype(np.float32)[:, None]
    return _remap(patch.reshape(-1, size), map_x, map_y)


def _inverse(weighted: FloatArray, slope: FloatArray) -> FloatArray:
    """Return the inverse structure matrices (n, 2, 2); zero where structure is too weak."""
    a, b, c = (
        np.einsum("nk,nk->n", weighted[i], slope[j]).astype(float)
        for i, j in ((0, 0), (0, 1), (1, 1))
    )
    least = 0.5 * (a + c) - np.sqrt(0.25 * (a - c) ** 2 + b**2)
    det = a * c - b * b
    good = least > _LEAST_STRUCTURE
    scale = np.where(good, 1.0 / np.where(good, det, 1.0), 0.0)
    matrix = np.empty((len(a), 2, 2))
    matrix[:, 0, 0], matrix[:, 1, 1] = c * scale, a * scale
    matrix[:, 0, 1] = matrix[:, 1, 0] = -b * scale
    return matrix


def match(
    looks: Looks, picture: Picture, guess: FloatArray, stretch: FloatArray, window: Window
) -> tuple[FloatArray, FloatArray]:
    """Find looks in a picture, and find the place found again in the key picture.

    Parameters
    ----------
    looks : Looks
        n looks.
    picture : Picture
        Where to find them.
    guess : (n, 2) float array
        Where they are expected, within a few pixels.
    stretch : (n, 2, 2) float array
        How the film around each point has been stretched since its key picture.
    window : Window
        The samples.

    Returns
    -------
    found : (n, 2) float array
        Positions.
    back : (n,) float array
        Distance in pixels between a point and itself followed there and back; infinite where
        it could not be followed, or where both places do not look alike.
    """
    back = np.full(len(guess), np.inf)
    if len(guess) == 0:
        return np.zeros((0, 2)), back
    xy = _search(looks, picture, guess, stretch, window)
    value, *slope = _seen(picture, xy, stretch, window)
    usable = (looks.inverse[:, 0, 0] > 0) & _placed_well(value - looks.value, looks, window)
    both = window.mean(value * looks.value)
    own = looks.energy * window.mean(value * value)
    like = both > _LEAST_CORRELATION * np.sqrt(np.maximum(own, 1e-12))
    inside = (xy > 0).all(axis=1) & (xy < np.array(picture.grey.shape[::-1]) - 1.0).all(axis=1)
    ask = np.flatnonzero(usable & like & inside)
    if len(ask) == 0:
        return xy, back
    away = _apply(np.linalg.inv(stretch[ask]), xy[ask] - guess[ask])
    back[ask] = _back(looks, ask, value[ask], np.stack(slope)[:, ask], away, window)
    return xy, back


def _search(
    looks: Looks, picture: Picture, guess: FloatArray, stretch: FloatArray, window: Window
) -> FloatArray:
    """Return where looks are (n, 2), from a guess; points that have arrived are left alone."""
    xy = guess.astype(float)
    value, slope, inverse = looks.value, looks.slope, looks.inverse
    moving = np.arange(len(xy))
    for _ in range(_ITERATIONS):
        (seen,) = window.sample((picture.grey,), xy[moving], stretch)
        step = _solve(slope, inverse, seen - value)
        xy[moving] -= _apply(stretch, step)
        still = np.flatnonzero(_moves(step))
        if len(still) == 0:
            break
        moving, stretch = moving[still], stretch[still]
        value, slope, inverse = value[still], slope[:, still], inverse[still]
    return xy


def _apply(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    """Return the product (n, 2) of matrices (n, 2, 2) and vectors (n, 2)."""
    return np.asarray(np.einsum("nij,nj->ni", matrix, vector))


def _placed_well(error: FloatArray, looks: Looks, window: Window) -> BoolArray:
    """Return which matches (n,) say where a point is, in its worst direction.

    The covariance of a least-squares match is the error's variance times the inverse structure
    matrix, over the number of independent samples. Along streaks it is large.
    """
    variance = window.mean(error * error)
    a, b, c = looks.inverse[:, 0, 0], looks.inverse[:, 0, 1], looks.inverse[:, 1, 1]
    worst = 0.5 * (a + c) + np.sqrt(0.25 * (a - c) ** 2 + b**2)
    return np.asarray(variance * worst < _INDEPENDENT * _WORST_SD_PX**2)


def _solve(slope: FloatArray, inverse: FloatArray, error: FloatArray) -> FloatArray:
    """Return the shifts (n, 2) that explain errors (n, k); at most two pixels at once."""
    return _at_most(_apply(inverse, np.einsum("ink,nk->ni", slope, error)), 2.0)


def _moves(step: FloatArray) -> BoolArray:
    """Return which steps (n, 2) are too long for their points to have arrived."""
    return np.asarray(np.einsum("ni,ni->n", step, step) > _CONVERGED_PX**2)


def _at_most(step: FloatArray, length_px: float) -> FloatArray:
    """Return steps (n, 2), the longer ones shortened."""
    length = np.sqrt(np.einsum("ni,ni->n", step, step))
    return np.asarray(step * (length_px / np.maximum(length, length_px))[:, None])


def _back(
    looks: Looks,
    which: IntArray,
    value: FloatArray,
    plain: FloatArray,
    shift: FloatArray,
    window: Window,
) -> FloatArray:
    """Return how far (n,) from its point the place found is found again in the key picture.

    The way back begins where the way there began: off by as much as the guess was.

    Parameters
    ----------
    looks : Looks
        All looks.
    which : (n,) int array
        Those that were found.
    value, plain : (n, k), (2, n, k) float32 arrays
        Samples where they were found, and their slopes.
    shift : (n, 2) float array
        How far they were found from the guess.
    window : Window
        The samples.
    """
    slope = plain * window.weight
    inverse = _inverse(slope, plain)
    shift = _at_most(shift, _MARGIN_PX - 1.0)
    moving, own_inverse = np.arange(len(which)), inverse
    for _ in range(_BACK_ITERATIONS):
        own = which[moving]
        seen = _in_patches(looks.patch, own, looks.middle[own] + shift[moving], window)
        step = _solve(slope, own_inverse, seen - value)
        shift[moving] -= step
        still = np.flatnonzero(_moves(step))
        if len(still) == 0:
            break
        moving, value = moving[still], value[still]
        slope, own_inverse = slope[:, still], own_inverse[still]
    away = np.hypot(*shift.T)
    away[inverse[:, 0, 0] <= 0] = np.inf
    return np.asarray(away)


def follow(
    key: ByteArray, picture: ByteArray, points: FloatArray, guess: FloatArray, window_px: int
) -> tuple[FloatArray, FloatArray]:
    """Follow points from one picture into another, and back again; see `match`.

    Parameters
    ----------
    key, picture : (h, w) uint8 arrays
        Pictures to follow from and to, 128 where there is nothing.
    points, guess : (n, 2) arrays
        Positions (x, y) in the key, and where they are expected in the picture.
    window_px : int
        Width of the matched square.
    """
    window = Window(window_px)
    looks = Looks.take(Picture.of(key), np.asarray(points, float), window)
    stretch = np.tile(np.eye(2), (len(points), 1, 1))
    return match(looks, Picture.of(picture), np.asarray(guess, float), stretch, window)
