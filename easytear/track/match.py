"""Where film points of one picture are in another.

Iterative Lucas and Kanade matching (inverse compositional: Baker and Matthews 2004), for all
points at once. Each point keeps its look at a key picture, and is matched with the stretch that
the film around it has undergone since: film is stretched by tenths while it spreads, and a
match that leaves this out errs by the stretch times the distance of the texture from the point.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from easytear.geometry import BoolArray, ByteArray, FloatArray

IntArray = NDArray[np.int_]

# Samples of a window along its width.
_SAMPLES = 13
# The window's weight is a Gaussian of so many standard deviations to its edge.
_EDGE_SD = 2.0
# Pixels around the window that are kept with a look, to find the point again from a picture.
_MARGIN_PX = 4
_ITERATIONS = 6
_CONVERGED_PX = 0.03
_BACK_ITERATIONS = 3
# Two places look alike where their textures' correlation is this, at the least.
_LEAST_CORRELATION = 0.6
# Independent samples in a window, about, and the largest standard deviation of a match (px).
_INDEPENDENT = 30.0
_WORST_SD_PX = 0.5
# A look must have structure in every direction: slopes of (grey levels per px)^2.
_LEAST_STRUCTURE = 0.2
# Neighbours this near (sum of squared distances, px^2) tell no gradient.
_HOLD_PX2 = 60.0
# cv2.remap takes pictures of at most 32767 rows.
_MOST_ROWS = 32000


@dataclass(frozen=True)
class Picture:
    """A picture to match in.

    Attributes
    ----------
    grey : (h, w) float32 array
        Texture about zero, smoothed over a pixel.
    """

    grey: FloatArray

    @classmethod
    def of(cls, grey: ByteArray) -> Picture:
        """Return a picture (128 where there is nothing) made ready."""
        smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 0.8)
        return cls(np.asarray(smooth - np.float32(128.0)))


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

    def sample(self, image: FloatArray, xy: FloatArray, stretch: FloatArray) -> FloatArray:
        """Return samples (n, k) of an image around points (n, 2), stretched by (n, 2, 2)."""
        place, turn = xy.astype(np.float32), stretch.astype(np.float32)
        map_x = place[:, :1] + turn[:, 0, :1] * self.x + turn[:, 0, 1:] * self.y
        map_y = place[:, 1:] + turn[:, 1, :1] * self.x + turn[:, 1, 1:] * self.y
        return _remap(image, map_x, map_y)


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
    patch : (n, p, p) float32 array
        The key picture around each point, unstretched.
    """

    value: FloatArray
    slope: FloatArray
    inverse: FloatArray
    patch: FloatArray

    @classmethod
    def take(cls, picture: Picture, xy: FloatArray, window: Window) -> Looks:
        """Return the look of points (n, 2) of a picture."""
        n = len(xy)
        size = 2 * window.reach + 1
        line = np.arange(-window.reach, window.reach + 1, dtype=np.float32)
        map_x = np.repeat(xy[:, :1].astype(np.float32) + line, size, axis=0)
        map_y = (xy[:, 1:].astype(np.float32) + line).reshape(-1, 1) + np.zeros_like(line)
        patch = (
            np.concatenate(
                [
                    _remap(picture.grey, map_x[a : a + _MOST_ROWS], map_y[a : a + _MOST_ROWS])
                    for a in range(0, max(n * size, 1), _MOST_ROWS)
                ]
            )
            if n
            else np.zeros((0, size), np.float32)
        )
        patch = patch.reshape(n, size, size)
        value, slope_x, slope_y = _patch_samples(patch, np.zeros((n, 2)), window)
        slope = np.stack([slope_x, slope_y]) * window.weight
        return cls(value, slope, _inverse(slope, np.stack([slope_x, slope_y])), patch)

    def keep(self, which: BoolArray | IntArray) -> Looks:
        """Return the looks of some points."""
        return Looks(
            self.value[which], self.slope[:, which], self.inverse[which], self.patch[which]
        )

    def put(self, where: BoolArray | IntArray, other: Looks) -> None:
        """Replace the looks of some points."""
        self.value[where], self.slope[:, where] = other.value, other.slope
        self.inverse[where], self.patch[where] = other.inverse, other.patch

    def with_more(self, more: Looks) -> Looks:
        """Return these looks and more."""
        return Looks(
            np.concatenate([self.value, more.value]),
            np.concatenate([self.slope, more.slope], axis=1),
            np.concatenate([self.inverse, more.inverse]),
            np.concatenate([self.patch, more.patch]),
        )


def _patch_samples(
    patch: FloatArray, shift: FloatArray, window: Window
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return samples of patches about their shifted middles, and their slopes."""
    value = _in_patches(patch, shift, window)
    step = np.array([0.7, 0.0])
    slopes = [
        (_in_patches(patch, shift + d, window) - _in_patches(patch, shift - d, window))
        / np.float32(1.4)
        for d in (step, step[::-1])
    ]
    return value, slopes[0], slopes[1]


def _in_patches(patch: FloatArray, shift: FloatArray, window: Window) -> FloatArray:
    n, size, _ = patch.shape
    most = max(1, _MOST_ROWS // size)
    parts = []
    for a in range(0, n, most):
        some = patch[a : a + most]
        rows = (np.arange(len(some)) * size)[:, None]
        move = shift[a : a + most].astype(np.float32) + np.float32(window.reach)
        map_x = move[:, :1] + window.x
        map_y = np.clip(move[:, 1:] + window.y, 0, size - 1) + rows
        parts.append(_remap(some.reshape(-1, size), map_x, map_y.astype(np.float32)))
    return np.concatenate(parts) if parts else np.zeros((0, len(window.x)), np.float32)


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
    matrix = np.stack([np.stack([c, -b], axis=-1), np.stack([-b, a], axis=-1)], axis=1)
    return np.asarray(matrix * scale[:, None, None])


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
    if len(guess) == 0:
        return np.zeros((0, 2)), np.zeros(0)
    xy = guess.astype(float)
    seen = looks.value
    for _ in range(_ITERATIONS):
        seen = window.sample(picture.grey, xy, stretch)
        step = _solve(looks.slope, looks.inverse, seen - looks.value)
        xy = xy - np.einsum("nij,nj->ni", stretch, step)
        if np.sqrt(np.mean(step**2)) < _CONVERGED_PX:
            break
    seen = window.sample(picture.grey, xy, stretch)
    back = _back(looks, picture, (xy, guess), stretch, window)
    usable = (looks.inverse[:, 0, 0] > 0) & _placed_well(seen - looks.value, looks, window)
    like = _correlation(seen, looks.value, window.weight) > _LEAST_CORRELATION
    inside = (xy > 0).all(axis=1) & (xy < np.array(picture.grey.shape[::-1]) - 1.0).all(axis=1)
    back[~(usable & like & inside & np.isfinite(back))] = np.inf
    return xy, back


def _placed_well(error: FloatArray, looks: Looks, window: Window) -> BoolArray:
    """Return which matches (n,) say where a point is, in its worst direction.

    The covariance of a least-squares match is the error's variance times the inverse structure
    matrix, over the number of independent samples. Along streaks it is large.
    """
    variance = np.einsum("nk,nk,k->n", error, error, window.weight)
    a, b, c = looks.inverse[:, 0, 0], looks.inverse[:, 0, 1], looks.inverse[:, 1, 1]
    worst = 0.5 * (a + c) + np.sqrt(0.25 * (a - c) ** 2 + b**2)
    return np.asarray(variance * worst < _INDEPENDENT * _WORST_SD_PX**2)


def _solve(slope: FloatArray, inverse: FloatArray, error: FloatArray) -> FloatArray:
    """Return the shifts (n, 2) that explain errors (n, k); at most two pixels at once."""
    right = np.stack([np.einsum("nk,nk->n", s, error) for s in slope], axis=1)
    step = np.einsum("nij,nj->ni", inverse, right)
    length = np.maximum(np.hypot(*step.T), 1e-9)
    return np.asarray(step * np.minimum(1.0, 2.0 / length)[:, None])


def _back(
    looks: Looks,
    picture: Picture,
    found_and_guess: tuple[FloatArray, FloatArray],
    stretch: FloatArray,
    window: Window,
) -> FloatArray:
    """Return how far (n,) from its point the place found is found again in the key picture.

    The way back begins where the way there began: off by as much as the guess was.
    """
    xy, guess = found_and_guess
    value = window.sample(picture.grey, xy, stretch)
    step = np.array([0.7, 0.0])
    plain = np.stack(
        [
            (window.sample(picture.grey, xy + np.einsum("nij,j->ni", stretch, d), stretch)
             - window.sample(picture.grey, xy - np.einsum("nij,j->ni", stretch, d), stretch))
            / np.float32(1.4)
            for d in (step, step[::-1])
        ]
    )  # fmt: skip
    slope = plain * window.weight
    inverse = _inverse(slope, plain)
    unstretch = np.linalg.inv(stretch)
    shift = np.einsum("nij,nj->ni", unstretch, xy - guess)
    length = np.maximum(np.hypot(*shift.T), 1e-9)
    shift = shift * np.minimum(1.0, (_MARGIN_PX - 1.0) / length)[:, None]
    for _ in range(_BACK_ITERATIONS):
        seen = _in_patches(looks.patch, shift, window)
        shift = shift - _solve(slope, inverse, seen - value)
    away = np.hypot(*shift.T)
    away[inverse[:, 0, 0] <= 0] = np.inf
    return np.asarray(away)


def _correlation(a: FloatArray, b: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the weighted correlation (n,) of samples about zero."""
    both = np.einsum("nk,nk,k->n", a, b, weight)
    own = np.einsum("nk,nk,k->n", a, a, weight) * np.einsum("nk,nk,k->n", b, b, weight)
    return np.asarray(both / np.sqrt(np.maximum(own, 1e-12)))


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


def gradients(values: FloatArray, xy: FloatArray, index: IntArray) -> FloatArray:
    """Return the gradient (n, 2, 2) of values (m, 2) over neighbours; [i, j] = d value_i / d x_j.

    Least squares over each point's neighbours, held back where they lie too close together.
    """
    padded = np.vstack([values, [np.nan, np.nan]])[index]
    place = np.vstack([xy, [np.nan, np.nan]])[index]
    known = np.isfinite(padded[..., :1] + place[..., :1])
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    dv = np.where(known, padded, 0.0)
    dx = np.where(known, place, 0.0)
    dv = np.where(known, dv - dv.sum(axis=1, keepdims=True) / count, 0.0)
    dx = np.where(known, dx - dx.sum(axis=1, keepdims=True) / count, 0.0)
    normal = dx.transpose(0, 2, 1) @ dx + _HOLD_PX2 * np.eye(2)
    right = dx.transpose(0, 2, 1) @ dv
    return np.asarray(np.linalg.solve(normal, right).transpose(0, 2, 1))


def contradicts(
    steps: FloatArray, middle: FloatArray, spread: FloatArray, floor_px: float
) -> BoolArray:
    """Return which steps contradict their neighbours: normalised median test.

    Westerweel and Scarano (2005), Exp. Fluids 39:1096, with threshold 3. Points without
    neighbours contradict nobody.
    """
    residual = np.hypot(*(steps - middle).T) / (spread + floor_px)
    return np.asarray(residual > 3.0)
