"""The limbus: where iris meets white, also where only a lower arc of it is in view."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.preprocess.limbus_profile import SECTORS, limbus_profiles
from easytear.preprocess.polar import RAYS, SMOOTH, THETA, Polar, polar_of
from easytear.preprocess.pupil import mean_radius
from easytear.preprocess.rim_evidence import SHOWN, Rim

ASPECT = 1.11
ASPECT_SD = 0.05
"""Horizontal over vertical width of the visible iris, 11.7 to 10.6 mm, and its spread."""

DECENTRE_SD = 0.06
"""Spread of the pupil's place about the limbus' centre, as a share of the iris's half width:
0.1 to 0.3 mm in life."""

TILT_SD_DEG = 4.0
EDGE_SD = 0.02
"""The limbus is a band of a millimetre: what a person calls its edge differs by this share."""

SHARED_SD = 0.005
"""What light, texture and film do to all sectors of one limbus alike, as a share of its width: so
much do limbi of known width scatter that are found in all directions (two kinds of drawn eyes)."""

MIDPOINT_SD = 0.2
"""Share of a limbus' softness within which its midpoint is open: a fifth of it is a tenth of the
rise, by which a camera's unknown tone curve (brightness as light to the power of 1 to 1/2.2) moves
the middle. Other definitions are not part of it: white-to-white widths of two instruments differ
with 95 % limits of agreement 0.65 mm apart (median of 81 comparisons; J Refract Surg 2024;40:e182).
"""

RATIO = (1.25, 9.0)
"""Width of the iris over that of the pupil: from 9 mm in one of 11.2 to 1.5 mm in one of 13.5."""

USUAL_RATIO, USUAL_RATIO_SD = 3.2, 0.45
"""Its usual value (a pupil of 3.6 mm) and the spread of its logarithm, from dark to light."""

_STEEPEST = 5
"""Turns of the fit that go by the steepest place of each ray, which is found from further off."""

HALO = 1.65
"""An edge closer about the pupil than this (a pupil of 7 mm in a usual iris) is more often the
pupil's halo, a lamp's ring or the collarette than a limbus."""

LEAST_EVIDENCE = 6.0
"""How much likelier a limbus must be than none, as a logarithm: some hundred independent ellipses
are tried (4.6), and most pictures show one."""


LID_DOUBT = np.where(np.abs(np.sin(THETA)) > 0.7, 0.3, 1.0)
"""What a ray counts: within 45 degrees of the vertical most eyes have a lid before the limbus or
just beside it, whose edge passes for the limbus'."""


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
    evidence : float
        Logarithm of how much likelier it is than none.
    """

    ellipse: Ellipse
    width_sd_px: float
    arc_deg: float
    evidence: float = 0.0


def ellipse_radius(params: FloatArray, theta: FloatArray = THETA) -> FloatArray:
    """Return (..., rays) radius about the origin of ellipses (x, y, half width, aspect, tilt)."""
    x, y, half, aspect, tilt = np.moveaxis(np.asarray(params, float)[..., None], -2, 0)
    cos, sin = np.cos(theta - tilt), np.sin(theta - tilt)
    u0 = x * np.cos(tilt) + y * np.sin(tilt)
    v0 = -x * np.sin(tilt) + y * np.cos(tilt)
    a = cos**2 + (aspect * sin) ** 2
    b = -(cos * u0 + aspect**2 * sin * v0)
    c = u0**2 + (aspect * v0) ** 2 - half**2
    root = np.sqrt(np.maximum(b * b - a * c, 0.0))
    radius: FloatArray = (-b + root) / a
    return radius


def find_limbus(
    grey: NDArray[np.float32],
    pupil: Ellipse,
    valid: BoolArray | None = None,
    known: Limbus | None = None,
) -> Limbus | None:
    """Return the limbus of a picture in which the film is averaged out; None where unknown.

    Parameters
    ----------
    grey : (height, width) array
        The picture.
    pupil : Ellipse
        The pupil in it.
    valid : (height, width) bool array, optional
        What of it is picture.
    known : Limbus, optional
        This eye's limbus from elsewhere, about its pupil's usual place: only the place is fitted.
    """
    return limbus_in(polar_of([grey], [pupil], valid), mean_radius(pupil), known)


def limbus_in(polar: Polar, pupil_radius_px: float, known: Limbus | None = None) -> Limbus | None:
    """Return the limbus about a pupil; None where unknown.

    The pupil's centre, the iris's usual aspect and its level axes are known beforehand with
    their spread, and its size against the pupil's within what is possible; the arcs in view
    decide the rest. Only brightening outwards counts: a lid or a lash that hides the limbus then
    takes evidence away and does not pull it inwards.
    """
    contrast = polar.contrast
    if not np.isfinite(contrast).any():
        return None
    prior = _Prior.about(known)
    starts = _search(polar, pupil_radius_px, prior)
    if known is None and starts:
        # An eye that lies on its side has its lids left and right, and its width downwards: what
        # would be measured of it as if it stood upright is wrong.
        lying = replace(prior, aspect=1.0 / ASPECT, turned=True)
        rivals = _search(polar, pupil_radius_px, lying)
        if rivals and rivals[0].evidence > starts[0].evidence:
            return None
    for start in starts:
        found = _refine(polar, start.params, start.contrast, prior)
        if found is not None and _possible(found, pupil_radius_px):
            return replace(found, evidence=start.evidence)
    return None


@dataclass(frozen=True)
class _Prior:
    """What is known of (x, y, half width, aspect, tilt) beforehand, lengths in half widths."""

    half_px: float | None
    aspect: float
    tilt: float
    aspect_sd: float
    tilt_sd: float
    half_sd: float
    turned: bool = False

    @classmethod
    def about(cls, known: Limbus | None) -> _Prior:
        """Return what is known of any eye, or of this one."""
        if known is None:
            return cls(None, ASPECT, 0.0, ASPECT_SD, float(np.deg2rad(TILT_SD_DEG)), 2.0)
        e = known.ellipse
        return cls(e.rx_px, e.rx_px / e.ry_px, float(np.deg2rad(e.angle_deg)), 1e-4, 1e-4, 1e-4)


def _possible(limbus: Limbus, pupil_radius_px: float) -> bool:
    """Return whether a pupil of this size fits into this iris, and is not a halo's instead."""
    ratio = limbus.ellipse.rx_px / pupil_radius_px
    return HALO <= ratio <= RATIO[1]


@dataclass(frozen=True)
class _Start:
    """A limbus as the search found it: parameters, evidence, contrast."""

    params: FloatArray
    evidence: float
    contrast: float


def _search(polar: Polar, pupil_radius_px: float, prior: _Prior) -> list[_Start]:
    """Return the likeliest limbus and rivals of another size, the best first."""
    if prior.half_px is None:
        halves = pupil_radius_px * np.geomspace(*RATIO, 64)
        aspects = prior.aspect + prior.aspect_sd * np.array([-1.0, 0.0, 1.0])
    else:
        halves, aspects = np.array([prior.half_px]), np.array([prior.aspect])
    offsets = np.array([-0.1, -0.05, 0.0, 0.05, 0.1])
    half, dx, dy, aspect = np.meshgrid(halves, offsets, offsets, aspects, indexing="ij")
    params = np.stack([dx * half, dy * half, half, aspect, np.full_like(half, prior.tilt)], axis=-1)
    params = params.reshape(-1, 5)
    rim = Rim.of(polar.contrast)
    shown = np.roll(SHOWN, RAYS // 4) if prior.turned else SHOWN
    steps = polar.at(polar.contrast, ellipse_radius(params))
    unlikely = 0.5 * (
        (params[:, 0] ** 2 + params[:, 1] ** 2) / (DECENTRE_SD * params[:, 2]) ** 2
        + ((params[:, 3] - prior.aspect) / ASPECT_SD) ** 2
    )
    if prior.half_px is None:
        usual = np.log(params[:, 2] / pupil_radius_px / USUAL_RATIO) / USUAL_RATIO_SD
        unlikely += 0.5 * usual**2
    evidence, contrast = rim.evidence(steps, shown)
    evidence -= unlikely
    best: list[_Start] = []
    for k in np.argsort(-evidence):
        if evidence[k] < LEAST_EVIDENCE or len(best) == 3:
            break
        if all(abs(float(np.log(params[k, 2] / one.params[2]))) > 0.15 for one in best):
            best.append(_Start(params[k], float(evidence[k]), float(contrast[k])))
    if prior.half_px is None and best and best[0].params[2] < HALO * pupil_radius_px:
        # What is so close about a pupil is more often its halo: is there a limbus further out?
        elsewhere = ellipse_radius(params) > 1.12 * ellipse_radius(best[0].params)
        evidence, contrast = rim.evidence(np.where(elsewhere, steps, np.nan), shown)
        evidence = np.where(params[:, 2] > HALO * pupil_radius_px, evidence - unlikely, -np.inf)
        k = int(np.argmax(evidence))
        best = (
            [_Start(params[k], float(evidence[k]), float(contrast[k]))]
            if evidence[k] > LEAST_EVIDENCE
            else []
        )
    return best


def _refine(polar: Polar, start: FloatArray, typical: float, prior: _Prior) -> Limbus | None:
    params = start.copy()
    reach = 0.12
    covariance: FloatArray = np.eye(5)
    soft = 0.0
    seen = np.zeros(RAYS, bool)
    for turn in range(_STEEPEST + 3):
        model = ellipse_radius(params)
        edge, strength = _edges(polar, model, reach)
        seen = strength > 0.35 * typical
        if seen.sum() < 15:
            return None
        weight = np.where(seen, strength / typical, 0.0) * _whiteness(polar, edge, seen)
        if turn >= _STEEPEST:
            params, covariance, soft = _by_profiles(polar, params, weight, prior)
        else:
            params, covariance = _step(params, edge, weight, prior)
        reach = max(0.75 * reach, 0.03)
    half = float(params[2])
    if not 0.5 * start[2] < half < 2.0 * start[2]:
        return None
    shared = float(np.hypot(SHARED_SD, MIDPOINT_SD * soft))
    sd = 2.0 * half * float(np.hypot(np.sqrt(covariance[2, 2]) / half, shared))
    ellipse = Ellipse(
        polar.x_px + float(params[0]),
        polar.y_px + float(params[1]),
        half,
        half / float(params[3]),
        float(np.rad2deg(params[4])),
    )
    return Limbus(ellipse, sd, 360.0 * float(seen.mean()))


def _edges(polar: Polar, model: FloatArray, reach: float) -> tuple[FloatArray, FloatArray]:
    """Return the steepest brightening of each ray near a model radius, and its contrast.

    Contrast tells which edge it is (skin beyond a lid is brighter than the white of the eye, and
    its steps the larger ones); where the edge lies is told by the step of brightness itself.
    """
    share = polar.radius_px[None, :]
    off = (share / model[:, None] - 1.0) / reach
    weighted = np.where(np.abs(off) < 2.0, polar.contrast / (1.0 + off**2), -np.inf)
    weighted = np.where(np.isnan(weighted), -np.inf, weighted)
    about = polar.radius_px[np.argmax(weighted, axis=1)][:, None]
    near = np.isfinite(weighted) & (np.abs(share / about - 1.0) < 1.2 * SMOOTH)
    best = np.argmax(np.where(near, polar.step, -np.inf), axis=1)
    rows = np.arange(RAYS)
    known = np.isfinite(weighted[rows, best]) & (best > 0) & (best < len(polar.radius_px) - 1)
    strength = np.where(known, np.nan_to_num(polar.contrast[rows, best]), 0.0)
    return polar.radius_px[best], strength


def _whiteness(polar: Polar, edge: FloatArray, seen: BoolArray) -> FloatArray:
    """Return 1 where a ray comes out on full white, less where a lid leaves only a sliver of it.

    A sliver's blurred picture rises, and falls again, too far in. Light is uneven over an eye: a
    ray is compared with those within 40 degrees of it.
    """
    white = polar.at(polar.brightness, edge * (1.0 + 2.5 * SMOOTH))
    apart = np.abs(np.arange(RAYS)[:, None] - np.arange(RAYS))
    near = (np.minimum(apart, RAYS - apart) <= RAYS // 9) & seen & np.isfinite(white)
    beside = np.where(near, white, np.nan)
    usual = np.full(RAYS, np.nan)
    some = near.any(axis=1)
    usual[some] = np.nanquantile(beside[some], 0.8, axis=1)
    share = np.nan_to_num(white / np.maximum(usual, 1e-6), nan=0.7)
    whiteness: FloatArray = np.clip(share, 0.0, 1.0) ** 3
    return whiteness


def _by_profiles(
    polar: Polar, params: FloatArray, weight: FloatArray, prior: _Prior
) -> tuple[FloatArray, FloatArray, float]:
    """Return parameters by the midpoints of the sectors' profiles, their covariance, the softness.

    The likelihood of every ellipse near the one given is looked up, so that a sector in which two
    edges are likely pulls nowhere: the mean and the spread over all of them are returned.
    """
    counts = np.minimum(weight, 1.0).reshape(SECTORS, -1).mean(axis=1)
    doubt = LID_DOUBT.reshape(SECTORS, -1).mean(axis=1)
    shown = np.clip(0.9 * doubt * (0.3 + 0.7 * counts / max(float(counts.max()), 1e-6)), 0.0, 0.9)
    model = ellipse_radius(params)
    found = limbus_profiles(polar, model, counts)
    middles = THETA.reshape(SECTORS, -1).mean(axis=1)
    half, start = params[2], np.log(ellipse_radius(params, middles))
    centre, spread = params.copy(), np.array([0.04, 0.05, 0.05, 0.04, 0.0])
    spread = np.minimum(spread, 2.5 * np.array([1.0, 1.0, prior.half_sd, prior.aspect_sd, 0.0]))
    covariance: FloatArray = np.eye(5)
    for _ in range(3):
        grid = [
            np.linspace(-1.0, 1.0, n) if wide > 1e-3 else np.zeros(1)
            for n, wide in zip((7, 7, 7, 5), spread, strict=False)
        ]
        x, y, size, aspect = (g.ravel() for g in np.meshgrid(*grid, indexing="ij"))
        steps = np.stack([x, y, size, aspect, np.zeros_like(x)], axis=-1) * spread
        tried = centre + steps * np.array([half, half, half, 1.0, 1.0])
        off = np.log(ellipse_radius(tried, middles)) - start
        likely = found.evidence(off, shown) - _unlikely(tried, half, prior)
        p = np.exp(likely - likely.max())
        p /= p.sum()
        centre = p @ tried
        apart = tried - centre
        covariance = (p[:, None] * apart).T @ apart
        sd = np.sqrt(np.diag(covariance)) / np.array([half, half, half, 1.0, 1.0])
        spread = np.minimum(spread, np.maximum(2.5 * sd, 0.003 * (spread > 0)))
    return centre, covariance, found.soft


def _unlikely(params: FloatArray, half: float, prior: _Prior) -> FloatArray:
    """Return how unlikely ellipses (n, 5) are beforehand."""
    off = (params[:, 0] ** 2 + params[:, 1] ** 2) / (DECENTRE_SD * half) ** 2
    off = off + ((params[:, 3] - prior.aspect) / prior.aspect_sd) ** 2
    if prior.half_px is not None:
        off = off + ((params[:, 2] / prior.half_px - 1.0) / prior.half_sd) ** 2
    return 0.5 * np.asarray(off, float)


def _step(
    params: FloatArray, edge: FloatArray, weight: FloatArray, prior: _Prior
) -> tuple[FloatArray, FloatArray]:
    """Return the next parameters of a robust fit with priors, and their covariance."""
    model = ellipse_radius(params)
    half = float(params[2])
    residual = edge - model
    seen = weight > 0
    scale = max(1.48 * float(np.median(np.abs(residual[seen]))), 0.3 * SMOOTH * half)
    robust = 1.0 / (1.0 + (residual / (1.5 * scale)) ** 2)
    # Edges of neighbouring rays err together: about one free error in eight rays.
    w = np.minimum(weight, 1.0) * robust * LID_DOUBT / (8.0 * scale**2)
    step, covariance = _solved(params, _jacobian(params, model), w, residual, prior)
    return params + 0.8 * step, covariance


def _solved(
    params: FloatArray, jacobian: FloatArray, w: FloatArray, residual: FloatArray, prior: _Prior
) -> tuple[FloatArray, FloatArray]:
    """Return the step of weighted least squares with priors, and the covariance."""
    half = float(params[2])
    prior_sd = np.array(
        [
            DECENTRE_SD * half,
            DECENTRE_SD * half,
            prior.half_sd * half,
            prior.aspect_sd,
            prior.tilt_sd,
        ]
    )
    prior_mean = np.array([0.0, 0.0, prior.half_px or half, prior.aspect, prior.tilt])
    information = jacobian.T @ (jacobian * w[:, None]) + np.diag(prior_sd**-2.0)
    gradient = jacobian.T @ (w * residual) + (prior_mean - params) / prior_sd**2
    covariance = np.linalg.inv(information)
    return covariance @ gradient, covariance


def _jacobian(params: FloatArray, model: FloatArray) -> FloatArray:
    delta = np.array([0.5, 0.5, 0.5, 1e-3, 1e-3])
    moved = ellipse_radius(params + np.diag(delta))
    jacobian: FloatArray = ((moved - model) / delta[:, None]).T
    return jacobian
