"""Dark discs of any size in one picture: candidates for a pupil, over a scale space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, ByteArray, Ellipse, FloatArray
from easytear.base.quantiles import grey_quantiles
from easytear.preprocess.pupil import PupilFit, fit_pupil, mean_radius

_SMALL = 240
"""Pictures are searched with their longer side reduced to about this: the pupil of an iris that
spans a tenth of the picture is then still 3 px in radius."""

_RADII = (0.012, 0.42)
"""Radii of pupils that are looked for, as shares of the longer side: a pupil of 2.8 mm in an iris
of a tenth of it, and one of 8 mm in an iris a little wider than it."""

_STEP = 1.22
_LEVEL_RADIUS = 4.0
"""Discs are told at the pyramid's level at which their radius is about this many pixels."""

_CANDIDATES = 4
"""Places of each octave of size that are looked at closely."""

_DIRECTIONS, _LEAST_SIDES = 12, 7
_RANKS = 4
"""A disc is darker than seven in ten of the sides in the picture: of 7 to 12, all but 2 or 3."""

LEAST_SCORE = 0.9
"""Score of a pupil that stands for itself: an edge on nine rays in ten, and a step over four times
the unevenness within (an even disc on an even ground reaches 2 at a step of 1.3 to 1)."""

_RAYS = 48
_THETA = np.arange(_RAYS) * (2.0 * np.pi / _RAYS)
_REACH = np.linspace(0.1, 2.0, 39)


@dataclass(frozen=True)
class Disc:
    """A dark disc with what speaks for its being a pupil.

    Attributes
    ----------
    fit : PupilFit
        Its edge.
    step : float
        Logarithm of brightness just outside over just inside, median over the rays.
    lasting : float
        The same with what lies half a radius further out: a ring of light has none.
    uneven : float
        Scatter of the logarithm of brightness within the disc (reflections left aside).
    """

    fit: PupilFit
    step: float
    lasting: float
    uneven: float

    @property
    def ellipse(self) -> Ellipse:
        """Return its edge."""
        return self.fit.ellipse

    @property
    def radius_px(self) -> float:
        """Return the mean radius."""
        return mean_radius(self.fit.ellipse)

    @property
    def score(self) -> float:
        """Return how good a pupil it is: round, darker than all about it, and even within."""
        clear = min(self.step, self.lasting) / (self.uneven + 0.1)
        return self.fit.support**3 * max(clear, 0.0)


def find_pupil(grey: ByteArray, radius_px: tuple[float, float] | None = None) -> Ellipse | None:
    """Return the pupil in one picture; None where there is none.

    One picture tells less than a video: `easytear.preprocess.locate` looks at many.

    Parameters
    ----------
    grey : (height, width) uint8 array
        The picture.
    radius_px : (float, float), optional
        Smallest and largest radius to look for.
    """
    best = next(iter(dark_discs(grey, radius_px=radius_px)), None)
    return best.ellipse if best is not None and best.score >= LEAST_SCORE else None


def dark_discs(
    grey: ByteArray,
    valid: BoolArray | None = None,
    radius_px: tuple[float, float] | None = None,
    count: int = _CANDIDATES,
) -> list[Disc]:
    """Return the dark discs of a picture, the best first.

    Parameters
    ----------
    grey : (height, width) uint8 array
        The picture.
    valid : (height, width) bool array, optional
        What of it is picture at all.
    radius_px : (float, float), optional
        Smallest and largest radius to look for; by default whatever a pupil can have in a picture
        of this size.
    count : int
        How many places of each octave of size are looked at closely, at most.
    """
    low, high = radius_px or (_RADII[0] * max(grey.shape), _RADII[1] * max(grey.shape))
    factor = max(max(grey.shape) / _SMALL, low / _LEVEL_RADIUS, 1.0)
    size = (max(round(grey.shape[1] / factor), 1), max(round(grey.shape[0] / factor), 1))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    mask = np.ones(small.shape, bool)
    if valid is not None:
        mask = cv2.resize(valid.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
    if min(small.shape) < 12 or not mask.any():
        return []
    logged = log_brightness(small, mask)
    double = max(1.0, 0.5 * factor)
    fine = cv2.resize(
        grey, None, fx=1 / double, fy=1 / double, interpolation=cv2.INTER_AREA
    ).astype(np.uint8)
    light = grey_quantiles(fine, (0.95,))[0]
    discs = []
    for guess in _places(logged, mask, (low / factor, high / factor), count):
        fit = fit_pupil(fine, _resized(guess, fine.shape[1] / small.shape[1]))
        if fit is None or fit.support < 0.4 or fit.contrast <= 0.0:
            continue
        disc = _judged(fine, fit, fine.shape[1] / grey.shape[1], light)
        if disc is not None:
            discs.append(disc)
    return _distinct(sorted(discs, key=lambda disc: -disc.score))


def disc_near(
    small: ByteArray, width_px: int, x_px: float, y_px: float, radius_px: float
) -> Disc | None:
    """Return the dark disc near a place, None where there is none.

    Parameters
    ----------
    small : (height, width) uint8 array
        The picture, reduced from a width of `width_px`.
    width_px, x_px, y_px, radius_px : float
        Width of the whole picture; place and radius in it, right to about a quarter of the radius.
    """
    scale = small.shape[1] / width_px
    guess = _resized(Ellipse(x_px, y_px, radius_px, radius_px), scale)
    fit = fit_pupil(small, guess)
    if fit is None or fit.support < 0.4 or fit.contrast <= 0.0:
        return None
    return _judged(small, fit, scale, grey_quantiles(small, (0.95,))[0])


def log_brightness(small: ByteArray, mask: BoolArray) -> NDArray[np.float32]:
    """Return the logarithm of brightness, what is no picture filled from what is about it.

    A pupil is dark by a ratio, whatever the light; deep black is kept from counting by noise.
    """
    values = small.astype(np.float32)
    if not mask.all():
        weight = mask.astype(np.float32)
        sigma = max(small.shape) / 12.0
        near = cv2.GaussianBlur(values * weight, (0, 0), sigma)
        share = cv2.GaussianBlur(weight, (0, 0), sigma)
        usual = float(values[mask].mean())
        filled = (near + 1e-3 * usual) / (share + 1e-3)
        values = np.where(mask, values, filled).astype(np.float32)
    soft = 0.05 * float(np.quantile(values, 0.95)) + 1.0
    logged: NDArray[np.float32] = np.log(values + np.float32(soft)).astype(np.float32)
    return logged


def _places(
    logged: NDArray[np.float32], mask: BoolArray, between: tuple[float, float], most: int
) -> list[Ellipse]:
    """Return where a disc is darker than its surroundings on nearly all sides, best first."""
    longer = max(logged.shape)
    low, high = max(between[0], 1.5), max(between[1], 2.0)
    radii = np.geomspace(low, high, int(np.ceil(np.log(high / low) / np.log(_STEP))) + 1)
    found: list[tuple[float, Ellipse]] = []
    level, factor = logged, 1.0
    shrunk: NDArray[Any] = mask.astype(np.float32)
    for radius in radii:
        while radius / factor > 1.5 * _LEVEL_RADIUS and min(level.shape) >= 16:
            half = cv2.resize(level, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            level = half.astype(np.float32)
            shrunk = cv2.resize(shrunk, (level.shape[1], level.shape[0]))
            factor = longer / max(level.shape)
        # Reflections within a pupil are smaller than a pupil.
        dull = cv2.morphologyEx(level, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        response = _darker_than_ring(dull.astype(np.float32), float(radius / factor))
        response[shrunk < 0.5] = -1.0
        found += _peaks(response, float(radius), factor)
    found.sort(key=lambda one: -one[0])
    # Small dark spots between lashes and in texture are many, and stronger than a large soft pupil:
    # every octave of size has its own best.
    kept: list[Ellipse] = []
    octaves: dict[int, int] = {}
    for _, one in found:
        octave = int(np.log2(one.rx_px / low))
        if octaves.get(octave, 0) < most and all(not _same(one, other) for other in kept):
            kept.append(one)
            octaves[octave] = octaves.get(octave, 0) + 1
    return kept


def _peaks(response: FloatArray, radius: float, factor: float) -> list[tuple[float, Ellipse]]:
    """Return the best places of one radius, in the pixels of the searched picture."""
    wide = 2 * max(1, int(0.4 * radius / factor)) + 1
    top = cv2.dilate(response.astype(np.float32), np.ones((wide, wide), np.uint8))
    rows, columns = np.nonzero((response >= top) & (response > 0.06))
    order = np.argsort(-response[rows, columns])[:6]
    return [
        (
            float(response[rows[k], columns[k]]),
            Ellipse(
                (float(columns[k]) + 0.5) * factor - 0.5,
                (float(rows[k]) + 0.5) * factor - 0.5,
                radius,
                radius,
            ),
        )
        for k in order
    ]


def _same(one: Ellipse, other: Ellipse) -> bool:
    near = 0.4 * min(one.rx_px, other.rx_px)
    apart = float(np.hypot(one.x_px - other.x_px, one.y_px - other.y_px))
    return apart < near and abs(float(np.log(one.rx_px / other.rx_px))) < 0.3


def _darker_than_ring(level: NDArray[np.float32], radius: float) -> FloatArray:
    """Return how much darker each place is than a ring about it, lashes on one side forgiven."""
    inner = cv2.GaussianBlur(level, (0, 0), max(0.5, 0.4 * radius))
    outer = cv2.GaussianBlur(level, (0, 0), max(0.5, 0.25 * radius))
    height, width = level.shape
    pad = int(np.ceil(1.5 * radius)) + 1
    padded = np.pad(outer, pad, constant_values=np.inf)
    # Sorting twelve pictures takes long; only their third and fourth lowest values are wanted.
    lowest = [np.full(level.shape, np.inf, np.float32) for _ in range(_RANKS)]
    seen = np.zeros(level.shape, np.uint8)
    for angle in np.arange(_DIRECTIONS) * 2.0 * np.pi / _DIRECTIONS:
        dx, dy = round(1.4 * radius * np.cos(angle)), round(1.4 * radius * np.sin(angle))
        part = padded[pad + dy : pad + dy + height, pad + dx : pad + dx + width]
        rows = slice(max(0, -dy), max(height - max(dy, 0), 0))
        seen[rows, max(0, -dx) : max(width - max(dx, 0), 0)] += 1
        for k in range(_RANKS):
            lowest[k], part = np.minimum(lowest[k], part), np.maximum(lowest[k], part)
    low = np.where((0.3 * seen).astype(int) >= 3, lowest[3], lowest[2])
    response: FloatArray = np.where(seen >= _LEAST_SIDES, low - inner, -1.0)
    return response


def _judged(fine: ByteArray, fit: PupilFit, scale: float, light: float) -> Disc | None:
    """Return the disc with its brightness inside and outside, in pixels of the whole picture.

    `light` is the brightness of the lightest of `fine`.
    """
    e = fit.ellipse
    radius = mean_radius(e)
    turn = np.deg2rad(e.angle_deg)
    u, v = e.rx_px * np.cos(_THETA - turn), e.ry_px * np.sin(_THETA - turn)
    x = e.x_px + np.outer(u * np.cos(turn) - v * np.sin(turn), _REACH)
    y = e.y_px + np.outer(u * np.sin(turn) + v * np.cos(turn), _REACH)
    soft = cv2.GaussianBlur(fine, (0, 0), max(0.5, 0.04 * radius))
    rays = cv2.remap(soft, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    outside = (x < 0) | (y < 0) | (x > fine.shape[1] - 1) | (y > fine.shape[0] - 1)
    logged = np.log(rays.astype(float) + 0.05 * light + 1.0)
    logged[outside] = np.nan
    with np.errstate(all="ignore"):
        inner = logged[:, (_REACH > 0.3) & (_REACH < 0.85)]
        near, edge = _mean(logged, 1.12, 1.32), _mean(logged, 0.7, 0.88)
        far = _mean(logged, 1.45, 1.75)
    known = np.isfinite(near - edge)
    if known.sum() < _RAYS // 3:
        return None
    low, high = np.nanquantile(inner, [0.1, 0.7])
    lasting = far - edge
    return Disc(
        PupilFit(_resized(e, 1.0 / scale), fit.support, fit.contrast),
        float(np.quantile((near - edge)[known], 0.3)),
        float(np.nanquantile(lasting, 0.3)) if np.isfinite(lasting).any() else 0.0,
        float(high - low) / 1.8,
    )


def _mean(logged: FloatArray, low: float, high: float) -> FloatArray:
    mean: FloatArray = logged[:, (low < _REACH) & (high > _REACH)].mean(axis=1)
    return mean


def _resized(ellipse: Ellipse, factor: float) -> Ellipse:
    """Return the ellipse in a picture `factor` times as wide; pixel centres are whole."""
    off = 0.5 * (factor - 1.0)
    return Ellipse(
        ellipse.x_px * factor + off,
        ellipse.y_px * factor + off,
        ellipse.rx_px * factor,
        ellipse.ry_px * factor,
        ellipse.angle_deg,
    )


def _distinct(discs: list[Disc]) -> list[Disc]:
    kept: list[Disc] = []
    for disc in discs:
        if all(not _same(disc.ellipse, other.ellipse) for other in kept):
            kept.append(disc)
    return kept
