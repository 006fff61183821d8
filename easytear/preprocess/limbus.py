"""The limbus: where iris meets white, also where only a lower arc of it is in view."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.preprocess.pupil import mean_radius

ASPECT = 1.11
ASPECT_SD = 0.07
"""Horizontal over vertical width of the visible iris, 11.7 to 10.6 mm, and its spread."""

DECENTRE_SD = 0.06
"""Spread of the pupil's place about the limbus' centre, as a share of the iris's half width:
0.1 to 0.3 mm in life."""

TILT_SD_DEG = 4.0
EDGE_SD = 0.02
"""The limbus is a band of about a millimetre: what counts as its edge differs by this share."""

DISPLAY_GAMMA = 2.2
"""Pictures are coded for display; the limbus lies midway between iris and white in light."""

_RAYS = 144
_THETA = np.arange(_RAYS) * (2.0 * np.pi / _RAYS)


@dataclass(frozen=True)
class Limbus:
    """A fitted limbus.

    Attributes
    ----------
    ellipse : Ellipse
        In the picture's pixels.
    width_sd_px : float
        One standard deviation of its full width.
    arc_deg : float
        How much of it was seen.
    """

    ellipse: Ellipse
    width_sd_px: float
    arc_deg: float


@dataclass(frozen=True)
class Polar:
    """Outward brightness steps about a centre.

    Attributes
    ----------
    step : (rays, samples) float array
        Change of brightness over twice the smoothing length; NaN outside the picture.
    radius_px : (samples,) float array
        Distance from the centre.
    brightness : (rays, samples) float array
        Smoothed brightness in units of the picture's median; NaN outside the picture.
    """

    x_px: float
    y_px: float
    step: FloatArray
    radius_px: FloatArray
    brightness: FloatArray

    def at(self, radius_px: FloatArray) -> FloatArray:
        """Return steps at a radius per ray, (..., rays); NaN outside the picture."""
        spacing = float(self.radius_px[1] - self.radius_px[0])
        place = (radius_px - self.radius_px[0]) / spacing
        index = np.clip(np.round(place).astype(int), 0, len(self.radius_px) - 1)
        value: FloatArray = self.step[np.arange(_RAYS), index]
        return np.where((place < -0.5) | (place > len(self.radius_px) - 0.5), np.nan, value)


def outward_steps(grey: NDArray[np.float32], pupil: Ellipse, smooth_px: float) -> Polar:
    """Return brightness steps along rays from the pupil's centre, smoothed over `smooth_px`."""
    height, width = grey.shape
    far = float(np.hypot(max(pupil.x_px, width - pupil.x_px), max(pupil.y_px, height - pupil.y_px)))
    radius = np.arange(1.5 * mean_radius(pupil), far, 1.0)
    x = (pupil.x_px + np.outer(np.cos(_THETA), radius)).astype(np.float32)
    y = (pupil.y_px + np.outer(np.sin(_THETA), radius)).astype(np.float32)
    relative = (grey / max(float(np.median(grey)), 1.0)) ** DISPLAY_GAMMA
    rays = cv2.remap(
        relative.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    rays = cv2.GaussianBlur(rays, (0, 0), smooth_px, sigmaY=0.8, borderType=cv2.BORDER_REPLICATE)
    step = np.gradient(rays, axis=1) * 2.0 * smooth_px
    margin = smooth_px
    outside = (x < margin) | (y < margin) | (x > width - 1 - margin) | (y > height - 1 - margin)
    return Polar(
        pupil.x_px,
        pupil.y_px,
        np.where(outside, np.nan, step),
        radius,
        np.where(outside, np.nan, rays),
    )


def ellipse_radius(params: FloatArray) -> FloatArray:
    """Return (..., rays) radius about the origin of ellipses (x, y, half width, aspect, tilt)."""
    x, y, half, aspect, tilt = np.moveaxis(np.asarray(params, float)[..., None], -2, 0)
    cos, sin = np.cos(_THETA - tilt), np.sin(_THETA - tilt)
    u0 = x * np.cos(tilt) + y * np.sin(tilt)
    v0 = -x * np.sin(tilt) + y * np.cos(tilt)
    a = cos**2 + (aspect * sin) ** 2
    b = -(cos * u0 + aspect**2 * sin * v0)
    c = u0**2 + (aspect * v0) ** 2 - half**2
    root = np.sqrt(np.maximum(b * b - a * c, 0.0))
    radius: FloatArray = (-b + root) / a
    return radius


def find_limbus(grey: NDArray[np.float32], pupil: Ellipse) -> Limbus | None:
    """Return the limbus of a picture in which the film is averaged out; None where unknown.

    The pupil's centre, the iris's usual aspect and its level axes are known beforehand with
    their spread; the arcs in view decide the rest. Only brightening outwards counts: a lid or
    a lash that hides the limbus then takes evidence away and does not pull it inwards.
    """
    smooth = max(1.5, 0.012 * grey.shape[1])
    polar = outward_steps(grey, pupil, smooth)
    noise = 1.48 * float(np.nanmedian(np.abs(polar.step)))
    typical = max(float(np.nanquantile(polar.step, 0.98)), 4.0 * noise, 0.02)
    start = _search(polar, grey.shape[1], typical)
    if start is None:
        return None
    return _refine(polar, start, typical, smooth)


def _search(polar: Polar, width: int, typical: float) -> FloatArray | None:
    halves = np.geomspace(0.25 * width, 0.8 * width, 36)
    offsets = np.array([-0.1, -0.05, 0.0, 0.05, 0.1])
    half, dx, dy, aspect = np.meshgrid(
        halves, offsets, offsets, ASPECT + ASPECT_SD * np.array([-1.0, 0.0, 1.0]), indexing="ij"
    )
    params = np.stack([dx * half, dy * half, half, aspect, np.zeros_like(half)], axis=-1)
    params = params.reshape(-1, 5)
    steps = np.nan_to_num(polar.at(ellipse_radius(params)), nan=0.0)
    # A ray counts at most as a typical edge, and darkening outwards counts against.
    evidence = np.clip(steps / typical, -0.5, 1.0).sum(axis=1)
    evidence -= 1.5 * (
        (params[:, 0] ** 2 + params[:, 1] ** 2) / (DECENTRE_SD * params[:, 2]) ** 2
        + ((params[:, 3] - ASPECT) / ASPECT_SD) ** 2
    )
    best = int(np.argmax(evidence))
    if evidence[best] < 10.0:
        return None
    found: FloatArray = params[best]
    return found


def _refine(polar: Polar, start: FloatArray, typical: float, smooth: float) -> Limbus | None:
    params = start.copy()
    reach = 0.12
    covariance: FloatArray = np.eye(5)
    seen = np.zeros(_RAYS, bool)
    for _ in range(8):
        model = ellipse_radius(params)
        edge, strength = _edges(polar, model, reach * params[2])
        seen = strength > 0.35 * typical
        if seen.sum() < 15:
            return None
        weight = np.where(seen, strength / typical, 0.0) * _whiteness(polar, edge, seen, smooth)
        params, covariance = _step(params, edge, weight, smooth)
        reach = max(0.75 * reach, 0.03)
    half = float(params[2])
    if not 0.2 * len(polar.radius_px) < half < 3.0 * polar.radius_px[-1]:
        return None
    if not _white_outside(polar, ellipse_radius(params), seen):
        return None
    sd = 2.0 * float(np.hypot(np.sqrt(covariance[2, 2]), EDGE_SD * half))
    ellipse = Ellipse(
        polar.x_px + float(params[0]),
        polar.y_px + float(params[1]),
        half,
        half / float(params[3]),
        float(np.rad2deg(params[4])),
    )
    return Limbus(ellipse, sd, 360.0 * float(seen.mean()))


def _edges(polar: Polar, model: FloatArray, reach_px: float) -> tuple[FloatArray, FloatArray]:
    """Return the steepest brightening of each ray near a model radius, and its strength."""
    off = (polar.radius_px[None, :] - model[:, None]) / reach_px
    weighted = np.where(np.abs(off) < 2.0, polar.step / (1.0 + off**2), -np.inf)
    weighted = np.where(np.isnan(weighted), -np.inf, weighted)
    best = np.argmax(weighted, axis=1)
    rows = np.arange(_RAYS)
    known = np.isfinite(weighted[rows, best]) & (best > 0) & (best < len(polar.radius_px) - 1)
    strength = np.where(known, np.nan_to_num(polar.step[rows, best]), 0.0)
    return polar.radius_px[best], strength


def _whiteness(polar: Polar, edge: FloatArray, seen: BoolArray, smooth: float) -> FloatArray:
    """Return 1 where a ray comes out on full white, less where a lid leaves only a sliver of it.

    A sliver's blurred picture rises, and falls again, too far in.
    """
    spacing = float(polar.radius_px[1] - polar.radius_px[0])
    place = np.round((edge + 2.5 * smooth - polar.radius_px[0]) / spacing).astype(int)
    last = polar.brightness.shape[1] - 1
    rows = np.arange(_RAYS)
    white = np.where(place <= last, polar.brightness[rows, np.minimum(place, last)], np.nan)
    usual = float(np.nanquantile(white[seen], 0.8)) if np.isfinite(white[seen]).any() else 1.0
    share = np.nan_to_num(white / max(usual, 1e-6), nan=0.7)
    whiteness: FloatArray = np.clip(share, 0.0, 1.0) ** 3
    return whiteness


def _step(
    params: FloatArray, edge: FloatArray, weight: FloatArray, smooth: float
) -> tuple[FloatArray, FloatArray]:
    """Return the next parameters of a robust fit with priors, and their covariance."""
    model = ellipse_radius(params)
    half = float(params[2])
    residual = edge - model
    seen = weight > 0
    scale = max(1.48 * float(np.median(np.abs(residual[seen]))), 0.3 * smooth)
    # Within the limbus a lid's edge is a common thing, outside of it nothing is.
    robust = 1.0 / (1.0 + (residual / np.where(residual < 0, 1.0, 2.0) / (1.5 * scale)) ** 2)
    # Edges of neighbouring rays err together: about one free error in eight rays.
    w = np.minimum(weight, 1.0) * robust / (8.0 * scale**2)
    jacobian = _jacobian(params, model)
    prior_sd = np.array(
        [DECENTRE_SD * half, DECENTRE_SD * half, 2.0 * half, ASPECT_SD, np.deg2rad(TILT_SD_DEG)]
    )
    prior_mean = np.array([0.0, 0.0, half, ASPECT, 0.0])
    information = jacobian.T @ (jacobian * w[:, None]) + np.diag(prior_sd**-2.0)
    gradient = jacobian.T @ (w * residual) + (prior_mean - params) / prior_sd**2
    covariance = np.linalg.inv(information)
    return params + 0.8 * (covariance @ gradient), covariance


def _jacobian(params: FloatArray, model: FloatArray) -> FloatArray:
    delta = np.array([0.5, 0.5, 0.5, 1e-3, 1e-3])
    moved = ellipse_radius(params + np.diag(delta))
    jacobian: FloatArray = ((moved - model) / delta[:, None]).T
    return jacobian


def _white_outside(polar: Polar, model: FloatArray, seen: BoolArray) -> bool:
    """Return whether beyond the edge it is brighter than the iris is on the same side.

    The white of the eye is; skin folds, film sheets and a bright iris's collarette are not.
    """
    ratio = polar.radius_px[None, :] / model[:, None]
    outside = np.where((ratio > 1.03) & (ratio < 1.15), polar.brightness, np.nan)[seen]
    inside = np.where((ratio > 0.5) & (ratio < 0.92), polar.brightness, np.nan)[seen]
    known = np.isfinite(outside).any(axis=1) & np.isfinite(inside).any(axis=1)
    if known.sum() < 8:
        return False
    brighter = np.nanmax(outside[known], axis=1) > 1.05 * np.nanquantile(inside[known], 0.8, axis=1)
    return float(brighter.mean()) > 0.6


def lid_margin(grey: NDArray[np.float32], pupil: Ellipse, iris: Ellipse) -> FloatArray | None:
    """Return points (k, 2) of the lower lid's margin where it hides the limbus; None where not.

    On rays downwards the brightening that ends the iris lies at the limbus, or further in where
    a lid is in front of it. Skin is darker than the white of the eye, so its edge is the weaker
    one; a lid is told from film and lash images by being in one piece where no limbus shows.
    """
    polar = outward_steps(grey, pupil, max(1.5, 0.012 * grey.shape[1]))
    params = np.array(
        [
            iris.x_px - pupil.x_px,
            iris.y_px - pupil.y_px,
            iris.rx_px,
            iris.rx_px / iris.ry_px,
            np.deg2rad(iris.angle_deg),
        ]
    )
    model = ellipse_radius(params)
    limbus = np.nan_to_num(polar.at(model), nan=0.0)
    usual = float(np.quantile(limbus, 0.9))
    share = polar.radius_px[None, :] / model[:, None]
    inside = np.where((share > 0.75) & (share < 1.03), polar.step, np.nan)
    inside = np.nan_to_num(inside, nan=-np.inf)
    best = np.argmax(inside, axis=1)
    rows = np.arange(_RAYS)
    hidden = (np.sin(_THETA) > 0.3) & (share[rows, best] < 0.97)
    hidden &= (inside[rows, best] > 0.2 * usual) & (limbus < 0.2 * usual)
    radius = np.where(hidden, polar.radius_px[best], np.nan)
    run = _longest_run(hidden & (np.abs(np.gradient(polar.radius_px[best])) < 0.03 * iris.rx_px))
    if len(run) < 12:
        return None
    return np.column_stack(
        [
            pupil.x_px + radius[run] * np.cos(_THETA[run]),
            pupil.y_px + radius[run] * np.sin(_THETA[run]),
        ]
    )


def _longest_run(flags: BoolArray) -> NDArray[np.intp]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    if not len(edges):
        return np.zeros(0, np.intp)
    longest = int(np.argmax(edges[1::2] - edges[::2]))
    return np.arange(edges[2 * longest], edges[2 * longest + 1])
