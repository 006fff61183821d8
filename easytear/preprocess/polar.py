"""A picture along rays from the pupil, its distances in equal ratios: the same at any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.preprocess.pupil import mean_radius, soft_edge

BRIGHTNESS_POWER = 1.5
"""A soft limbus lies further out in light (the displayed value to the power of 2.2) than on the
display; infra-red cameras record light itself. Half-way is nowhere far off."""

RAYS = 144
THETA = np.arange(RAYS) * (2.0 * np.pi / RAYS)

SMOOTH = 0.027
"""Rays are smoothed over this share of the distance: a third of the limbus' own width (1 mm)."""

FINE = 0.01
"""Where the place of an edge is told they are smoothed over less: half a millimetre of white before
a lid would be gone."""

_TURN = 0.8
"""Rays are smoothed over so many of their neighbours (2 degrees)."""

_SPACING = 0.007
_TAIL = 2.5
"""Rays begin where the pupil's soft edge has ended: this many times as far beyond its middle as its
foot lies before it."""

_LAST = 9.5
"""They end at this multiple: the widest iris (13.5 mm) about the smallest pupil (1.5 mm)."""

_WORK_RADIUS = 28.0
"""Pictures are reduced until the pupil's radius is about this: limbus, lids, lashes are coarser."""


@dataclass(frozen=True)
class Polar:
    """Brightness and its outward steps about a centre.

    Attributes
    ----------
    x_px, y_px : float
        The centre.
    radius_px : (samples,) float array
        Distances from it, each the same multiple of the one before.
    brightness : (rays, samples) float array
        Smoothed brightness in units of its own median; NaN outside the picture. Between the code
        of the display, which a person sees and marks, and the light that it stands for.
    step : (rays, samples) float array
        Its change over twice the smoothing length.
    fine : (rays, samples) float array
        Brightness as above, smoothed over `FINE` only.
    """

    x_px: float
    y_px: float
    radius_px: FloatArray
    brightness: FloatArray
    step: FloatArray
    fine: FloatArray

    @property
    def contrast(self) -> FloatArray:
        """(rays, samples): steps as shares of the brightness there, the same on skin and iris."""
        contrast: FloatArray = self.step / (self.brightness + 0.1)
        return contrast

    def place(self, radius_px: FloatArray) -> FloatArray:
        """Return the sample number (not whole) of a distance."""
        place: FloatArray = np.log(np.maximum(radius_px, 1e-6) / self.radius_px[0]) / _SPACING
        return place

    def at(self, values: FloatArray, radius_px: FloatArray) -> FloatArray:
        """Return values (rays, samples) at one distance per ray, (..., rays); NaN outside."""
        place = self.place(radius_px)
        index = np.clip(np.round(place).astype(int), 0, len(self.radius_px) - 1)
        value: FloatArray = values[np.arange(RAYS), index]
        return np.where((place < -0.5) | (place > len(self.radius_px) - 0.5), np.nan, value)

    def along(self, values: FloatArray, radius_px: FloatArray) -> FloatArray:
        """Return values (rays, samples) at (rays, n) distances, between samples; NaN outside."""
        place = self.place(radius_px)
        low = np.clip(np.floor(place).astype(int), 0, len(self.radius_px) - 2)
        part = place - low
        rows = np.arange(RAYS)[:, None]
        value: FloatArray = (1.0 - part) * values[rows, low] + part * values[rows, low + 1]
        return np.where((place < 0) | (place > len(self.radius_px) - 1), np.nan, value)


def polar_of(
    pictures: Sequence[NDArray[np.uint8 | np.float32]],
    pupils: Sequence[Ellipse],
    valid: BoolArray | None = None,
) -> Polar:
    """Return what several pictures of one eye show together about its pupil.

    Parameters
    ----------
    pictures : sequence of (height, width) arrays
        Grey pictures.
    pupils : sequence of Ellipse
        The pupil in each. Distances are those of the pictures; the centre is the first pupil's.
    valid : (height, width) bool array, optional
        What of the pictures is picture.
    """
    usual = float(np.median([mean_radius(p) for p in pupils]))
    edges = [soft_edge(g, p) for g, p in zip(pictures, pupils, strict=True)]
    foot, middle = np.median(edges, axis=0)
    first = usual * float(np.clip(middle + _TAIL * (middle - foot), 1.1, 1.7))
    factor = max(1, int(usual / _WORK_RADIUS))
    stop = max(_reach(pictures[0].shape, pupils, usual), 1.2 * first)
    count = int(np.log(stop / first) / _SPACING) + 1
    radius = first * np.exp(_SPACING * np.arange(count))
    rays = np.stack(
        [_rays(g, p, radius, factor, valid) for g, p in zip(pictures, pupils, strict=True)]
    )
    # Along each ray a lid or lash counts where it is there more often than not.
    fine = _median(rays)
    brightness = _smoothed(fine)
    step = np.gradient(brightness, axis=1) * (2.0 * SMOOTH / _SPACING)
    return Polar(pupils[0].x_px, pupils[0].y_px, radius, brightness, step, fine)


def _smoothed(fine: FloatArray) -> FloatArray:
    """Return rays smoothed over `SMOOTH`, unknown where any of that is."""
    known = np.isfinite(fine)
    if not known.any():
        return fine
    sigma = float(np.sqrt(SMOOTH**2 - FINE**2)) / _SPACING
    blurred = [
        cv2.GaussianBlur(v, (0, 0), sigma, sigmaY=1e-3, borderType=cv2.BORDER_REPLICATE)
        for v in (np.where(known, fine, 0.0), known.astype(float))
    ]
    # As far as a smoothing length from what is unknown.
    seen = known & (blurred[1] > 0.84)
    return np.where(seen, blurred[0] / np.maximum(blurred[1], 0.5), np.nan)


def _reach(shape: tuple[int, ...], pupils: Sequence[Ellipse], usual: float) -> float:
    far = max(
        float(np.hypot(max(p.x_px, shape[1] - p.x_px), max(p.y_px, shape[0] - p.y_px)))
        for p in pupils
    )
    return min(far, _LAST * usual)


def _rays(
    grey: NDArray[np.uint8 | np.float32],
    pupil: Ellipse,
    radius: FloatArray,
    factor: int,
    valid: BoolArray | None,
) -> FloatArray:
    height, width = grey.shape
    size = (width // factor, height // factor)
    small = cv2.resize(
        grey[: size[1] * factor, : size[0] * factor], size, interpolation=cv2.INTER_AREA
    ).astype(np.float32)
    x = pupil.x_px + np.outer(np.cos(THETA), radius)
    y = pupil.y_px + np.outer(np.sin(THETA), radius)
    off = 0.5 * (factor - 1)
    map_x = ((x - off) / factor).astype(np.float32)
    map_y = ((y - off) / factor).astype(np.float32)
    rays = cv2.remap(
        (small / 255.0) ** BRIGHTNESS_POWER,
        map_x,
        map_y,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    around = 3 * int(np.ceil(_TURN))
    closed = np.concatenate([rays[-around:], rays, rays[:around]]).astype(np.float32)
    rays = cv2.GaussianBlur(
        closed, (0, 0), FINE / _SPACING, sigmaY=_TURN, borderType=cv2.BORDER_REPLICATE
    )[around:-around]
    margin = FINE * radius
    outside = (x < margin) | (y < margin) | (x > width - 1 - margin) | (y > height - 1 - margin)
    if valid is not None and not valid.all():
        inside = cv2.remap(
            valid.astype(np.float32), x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR
        )
        spread = 2 * int(np.ceil(1.5 * FINE / _SPACING)) + 1
        outside |= cv2.erode(inside, np.ones((3, spread), np.uint8)) < 0.99
    known = rays[~outside]
    middle = float(np.median(known)) if known.size else 1.0
    return np.where(outside, np.nan, rays / max(middle, 1e-4))


def _median(rays: FloatArray) -> FloatArray:
    if len(rays) == 1:
        return np.asarray(rays[0], float)
    known = np.isfinite(rays).any(axis=0)
    middle = np.full(rays.shape[1:], np.nan)
    middle[known] = np.nanmedian(rays[:, known], axis=0)
    return middle
