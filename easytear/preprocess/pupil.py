"""The pupil in one picture: searched as a dark disc, then fitted all round along rays."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import ByteArray, Ellipse, FloatArray
from easytear.base.quantiles import median, quantile

RAYS = 96
SAMPLES = 40
REACH = (0.6, 1.4)
"""Rays run over this range of the expected radius."""

_THETA = np.arange(RAYS) * (2.0 * np.pi / RAYS)
_COS, _SIN = np.cos(_THETA), np.sin(_THETA)
SCALE = np.linspace(*REACH, SAMPLES)
_STEP = float(SCALE[1] - SCALE[0])
_REACH_X, _REACH_Y = np.outer(_COS, SCALE), np.outer(_SIN, SCALE)
# Radius as a function of angle: mean, shift in x and y, and the second harmonic, which is an
# ellipse to first order in its flattening.
_DESIGN = np.column_stack([np.ones(RAYS), _COS, _SIN, np.cos(2.0 * _THETA), np.sin(2.0 * _THETA)])


@dataclass(frozen=True)
class PupilFit:
    """A pupil and how well the picture supports it.

    Attributes
    ----------
    ellipse : Ellipse
        The fitted edge, image coordinates.
    support : float
        Share of the rays inside the picture that show the edge where the ellipse has it.
    contrast : float
        Fairly low (0.4 quantile) brightness step across the edge over all rays, grey levels.
    """

    ellipse: Ellipse
    support: float
    contrast: float

    @property
    def score(self) -> float:
        """Return how good a pupil this is; larger is better."""
        return float(self.support**4 * max(self.contrast, 0.0) ** 0.5)


def mean_radius(ellipse: Ellipse) -> float:
    """Return the radius of the circle with the ellipse's mean semi-axis, in pixels."""
    return 0.5 * (ellipse.rx_px + ellipse.ry_px)


def ray_profiles(grey: ByteArray, x_px: float, y_px: float, radius_px: float) -> NDArray[np.uint8]:
    """Return brightness along rays about a point.

    Parameters
    ----------
    grey : (height, width) uint8 array
        The picture.
    x_px, y_px, radius_px : float
        Centre and expected radius.

    Returns
    -------
    (RAYS, SAMPLES) uint8 array
        Ray k runs at angle 2 pi k / RAYS from x towards y; samples lie at `REACH` of the
        radius, evenly spaced. 0 outside of the picture.
    """
    reach = radius_px * REACH[1] + 4.0
    x0, y0 = max(int(x_px - reach), 0), max(int(y_px - reach), 0)
    x1, y1 = int(x_px + reach) + 2, int(y_px + reach) + 2
    crop = grey[y0:y1, x0:x1]
    if min(crop.shape) < 3:
        return np.zeros((RAYS, SAMPLES), np.uint8)
    # A large pupil is looked at in a reduced picture: the blur below would take the rest away.
    factor = max(1, int(radius_px / 48.0))
    if factor > 1:
        size = (crop.shape[1] // factor, crop.shape[0] // factor)
        crop = crop[: size[1] * factor, : size[0] * factor]
        crop = cv2.resize(crop, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    # Blur of 0.03 of the radius: about the pupil edge's own softness, below its curvature.
    blurred = cv2.GaussianBlur(crop, (0, 0), max(0.6, 0.03 * radius_px / factor))
    off = 0.5 * (factor - 1)
    map_x = ((x_px - x0 + radius_px * _REACH_X - off) / factor).astype(np.float32)
    map_y = ((y_px - y0 + radius_px * _REACH_Y - off) / factor).astype(np.float32)
    profiles: NDArray[np.uint8] = cv2.remap(
        blurred, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
    ).astype(np.uint8)
    return profiles


def inside_picture(
    shape: tuple[int, int], x_px: FloatArray, y_px: FloatArray, radius_px: FloatArray
) -> NDArray[np.bool_]:
    """Return (n, RAYS): whether each ray stays inside the picture to 1.15 of the radius."""
    x = np.asarray(x_px)[:, None] + 1.15 * np.asarray(radius_px)[:, None] * _COS
    y = np.asarray(y_px)[:, None] + 1.15 * np.asarray(radius_px)[:, None] * _SIN
    inside: NDArray[np.bool_] = (x >= 1) & (y >= 1) & (x <= shape[1] - 2) & (y <= shape[0] - 2)
    return inside


def ray_edges(
    values: NDArray[np.float32], expected: FloatArray | None = None, width: float = 0.12
) -> tuple[FloatArray, FloatArray]:
    """Return where each ray goes from dark to bright, and how steeply.

    Parameters
    ----------
    values : (..., RAYS, SAMPLES) float32 array
        From `relative_brightness`.
    expected : (..., RAYS) float array, optional
        Expected edges as a multiple of the expected radius; steps far from them count less.
    width : float
        Distance from `expected` at which a step counts half.

    Returns
    -------
    edge : (..., RAYS) float array
        Edge as a multiple of the expected radius, by a parabola through the steepest step.
    slope : (..., RAYS) float array
        Step of the logarithm of brightness there, per sample.
    """
    slope = values[..., 2:] - values[..., :-2]
    scale = SCALE[1:-1].astype(np.float32)
    weighted = slope
    if expected is not None:
        off = (scale - expected[..., None].astype(np.float32)) / np.float32(width)
        weighted = slope / (1.0 + off * off)
    best = np.clip(np.argmax(weighted, axis=-1), 1, slope.shape[-1] - 2)[..., None]
    left, mid, right = (
        np.take_along_axis(slope, best + shift, axis=-1)[..., 0] for shift in (-1, 0, 1)
    )
    bend = left - 2.0 * mid + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1.0), 0.0)
    edge: FloatArray = scale[best[..., 0]] + np.clip(shift, -1.0, 1.0) * _STEP
    return edge, 0.5 * mid


def relative_brightness(profiles: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the logarithm of brightness above the pupil's own.

    Light on the iris varies threefold round the pupil, and film brightens it. The steepest step
    of plain brightness then lies far out where the light is strong; the step of its logarithm
    lies at the foot, which is the pupil's edge, whatever the light beyond it.
    """
    values = profiles.astype(np.float32)
    inner, outer = values[..., : SAMPLES // 4], values[..., -SAMPLES // 4 :]
    dark = _picture_median(inner)
    contrast = _picture_median(outer) - dark
    soft = np.maximum(0.15 * contrast, 2.0)
    relative: NDArray[np.float32] = np.log(np.maximum(values - dark, 0.0) + soft)
    return relative


def _picture_median(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the median over the last two axes, which stay with length 1."""
    if values.ndim == 2:
        return np.full((1, 1), median(values.ravel()), np.float32)
    found: NDArray[np.float32] = np.median(values, axis=(-2, -1), keepdims=True)
    return found


def cauchy_solve(
    design: FloatArray, values: FloatArray, weights: FloatArray, floor: float, rounds: int = 5
) -> FloatArray:
    """Return the robust linear fit of one ray set: design @ x = values, Cauchy weights.

    The scale of the Cauchy weights is the residuals' own median absolute deviation, at least
    `floor`.
    """
    w = weights
    x: FloatArray = np.zeros(design.shape[1])
    seen = weights > 0
    some = bool(seen.any())
    unit = 1e-6 * np.eye(design.shape[1])
    for _ in range(rounds):
        a = design * w[:, None]
        x = np.linalg.solve(a.T @ design + unit, a.T @ values)
        residual = np.abs(values - design @ x)
        scale = max(floor, 1.48 * median(residual[seen]) if some else floor)
        w = weights / (1.0 + (residual / (1.5 * scale)) ** 2)
    return x


def fit_pupil(
    grey: ByteArray, guess: Ellipse, rounds: int = 3, *, near: bool = False
) -> PupilFit | None:
    """Return the pupil near a guess, fitted all round; None where nothing is dark inside.

    Parameters
    ----------
    grey : (height, width) uint8 array
        The picture.
    guess : Ellipse
        Where the pupil is expected, right to about a quarter of its radius.
    rounds : int
        How often rays are cast about the improved centre, at most.
    near : bool
        True where the guess is the last frame's fit: edges close to it count more at once.
    """
    ellipse = guess
    fit: PupilFit | None = None
    for turn in range(rounds):
        radius = mean_radius(ellipse)
        if not 3.0 < radius < max(grey.shape):
            return None
        width = 0.25 / turn if turn else (0.25 if near else 0.4)
        fit = _fit_once(grey, ellipse, width)
        if fit is None:
            return None
        step = np.hypot(fit.ellipse.x_px - ellipse.x_px, fit.ellipse.y_px - ellipse.y_px)
        ellipse = fit.ellipse
        # Rays cast about a centre this close meet the same edges.
        if near and step < 0.04 * radius:
            break
    return fit


def _fit_once(grey: ByteArray, guess: Ellipse, width: float) -> PupilFit | None:
    x, y, radius = guess.x_px, guess.y_px, mean_radius(guess)
    shape = (int(grey.shape[0]), int(grey.shape[1]))
    inside = inside_picture(shape, np.array([x]), np.array([y]), np.array([radius]))[0]
    if inside.sum() < RAYS // 3:
        return None
    profiles = ray_profiles(grey, x, y, radius)
    expected = _ellipse_radius(guess) / radius
    edge, slope = ray_edges(relative_brightness(profiles), expected, width)
    weights = inside * np.clip(slope, 0.0, None)
    if not weights.any():
        return None
    # A ray with a step of half the usual strength is as good as any: weights saturate.
    weights = np.minimum(weights / max(median(weights[inside]), 1e-3), 1.0)
    p = cauchy_solve(
        _with_prior(_DESIGN), np.append(edge, [0, 0]), np.append(weights, [4, 4]), 0.01
    )
    if not 0.65 < p[0] < 1.35 or np.hypot(p[3], p[4]) > 0.25 * p[0]:
        return None
    fitted = _DESIGN @ p
    return _judge(profiles, inside, edge, fitted, _to_ellipse(p * radius, x, y))


def _with_prior(design: FloatArray) -> FloatArray:
    # Two more rows hold the flattening near zero where too few rays see the pupil.
    prior = np.zeros((2, design.shape[1]))
    prior[0, 3] = prior[1, 4] = 1.0
    return np.vstack([design, prior])


def _judge(
    profiles: NDArray[np.uint8],
    inside: NDArray[np.bool_],
    edge: FloatArray,
    fitted: FloatArray,
    ellipse: Ellipse,
) -> PupilFit:
    values = profiles.astype(np.float32)
    off = SCALE[None, :] - fitted[:, None]
    dark, bright = (off > -0.3) & (off < -0.05), (off > 0.05) & (off < 0.25)
    step = _mean_where(values, bright) - _mean_where(values, dark)
    typical = median(step[inside])
    good = inside & (np.abs(edge - fitted) < 0.05) & (step > 0.4 * typical) & (typical > 0)
    return PupilFit(ellipse, float(good.sum() / inside.sum()), quantile(step[inside], 0.4))


def _mean_where(values: FloatArray, mask: NDArray[np.bool_]) -> FloatArray:
    count = np.maximum(mask.sum(axis=1), 1)
    mean: FloatArray = np.where(mask, values, 0.0).sum(axis=1) / count
    return mean


def _ellipse_radius(ellipse: Ellipse) -> FloatArray:
    half = 0.5 * (ellipse.rx_px - ellipse.ry_px)
    turn = 2.0 * (_THETA - np.deg2rad(ellipse.angle_deg))
    radius: FloatArray = mean_radius(ellipse) + half * np.cos(turn)
    return radius


def _to_ellipse(p: FloatArray, x_px: float, y_px: float) -> Ellipse:
    """Return the ellipse of (mean, dx, dy, cos 2, sin 2) in pixels about a point."""
    flat = float(np.hypot(p[3], p[4]))
    angle = float(np.rad2deg(0.5 * np.arctan2(p[4], p[3]))) if flat > 0 else 0.0
    return Ellipse(
        x_px + float(p[1]), y_px + float(p[2]), float(p[0]) + flat, float(p[0]) - flat, angle
    )


def shape_to_ellipse(
    shape_px: FloatArray, weights: FloatArray, x_px: float, y_px: float
) -> Ellipse:
    """Return the ellipse of a radius per ray about (`x_px`, `y_px`), robustly fitted."""
    floor = 0.005 * float(np.median(shape_px))
    return _to_ellipse(cauchy_solve(_DESIGN, shape_px, weights, floor), x_px, y_px)


def soft_edge(grey: NDArray[np.uint8 | np.float32], pupil: Ellipse) -> tuple[float, float]:
    """Return where brightness has risen by a tenth and by half, as multiples of a pupil's radius.

    The steepest step of the logarithm, by which pupils are found and followed, lies at the foot of
    a soft edge. What is called the edge, by eye as well, is where the rise is half done.
    """
    scale = np.linspace(0.6, 1.7, 56)
    turn = np.deg2rad(pupil.angle_deg)
    u, v = pupil.rx_px * np.cos(_THETA - turn), pupil.ry_px * np.sin(_THETA - turn)
    x = pupil.x_px + np.outer(u * np.cos(turn) - v * np.sin(turn), scale)
    y = pupil.y_px + np.outer(u * np.sin(turn) + v * np.cos(turn), scale)
    rays = cv2.remap(
        np.asarray(grey), x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR
    ).astype(float)
    inside = (x >= 0) & (y >= 0) & (x <= grey.shape[1] - 1) & (y <= grey.shape[0] - 1)
    return half_risen(np.where(inside, rays, np.nan), scale)


def middle_of_edge(profiles: NDArray[np.uint8]) -> float:
    """Return where a pupil's edge is half risen in (n, RAYS, SAMPLES) rays of `ray_profiles`.

    As a multiple of the radius that the rays were cast about.
    """
    some = profiles[:: max(1, len(profiles) // 40)]
    return half_risen(np.median(some, axis=0), SCALE)[1]


def half_risen(rays: FloatArray, scale: FloatArray) -> tuple[float, float]:
    """Return where (rays, samples) have risen by a tenth and by half, in units of `scale`."""
    whole = rays[np.isfinite(rays).all(axis=1)]
    if len(whole) < RAYS // 8:
        return 1.0, 1.0
    dark = np.median(whole[:, scale < 0.85], axis=1, keepdims=True)
    light = np.median(whole[:, (scale > 1.2) & (scale < 1.45)], axis=1, keepdims=True)
    rising = (light - dark)[:, 0] > 2.0
    if rising.sum() < RAYS // 8:
        return 1.0, 1.0
    share = np.median(((whole - dark) / np.maximum(light - dark, 2.0))[rising], axis=0)
    crossings = []
    for level in (0.1, 0.5):
        above = np.flatnonzero((share >= level) & (scale > 0.85))
        k = int(above[0]) if len(above) else len(scale) - 1
        part = (level - share[k - 1]) / max(float(share[k] - share[k - 1]), 1e-6)
        crossings.append(float(scale[k - 1] + np.clip(part, 0.0, 1.0) * (scale[k] - scale[k - 1])))
    return crossings[0], crossings[1]
