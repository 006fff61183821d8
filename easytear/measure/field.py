"""How far the film of each height rises: an amplitude field that no still pattern holds back.

Film speed rises from nothing at the lid to its greatest at the front, so the mean over whichever
points were found depends on where they were found. The amplitude is therefore read as a smooth
function of where material was at onset (straight between knots, in height and along the eye), and
any zone's amplitude is the mean of that function over the zone.

The still iris and lash pattern is as strong as the film's. A point that has locked on to it stands
still or follows the film in part: its amplitude is any share of the film's. Such points can be half
of all, so no median survives them; but they scatter where those that follow the film agree.
Amplitudes are a mixture, fitted by expectation and maximisation (Dempster, Laird and Rubin
1977): normal about the field, or anywhere between nothing and the field (still patterns hold
back, they do not push), or, rarely, anywhere at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from easytear.base.geometry import BoolArray, FloatArray
from easytear.base.quantiles import row_medians
from easytear.measure.fitting import CAUCHY, LawFit, residuals
from easytear.measure.law import TINY
from easytear.measure.samples import Samples

KNOT_MM = 0.25
PLACE_KNOT_MM = 2.0
LOWEST, HIGHEST = -0.2, 1.5
"""Where amplitudes of points that do not follow the film may lie, in units of the field's top."""

MISTAKEN = 0.05
"""Share of those points that are not held back but mistaken."""

NARROWEST, WIDEST = 0.015, 0.12
"""Bounds of the film's own scatter about the field, relative to its amplitude."""

ROUNDS = 40
BEND, PLACE_BEND, TWIST, LEVEL = 0.03, 0.03, 0.3, 0.001
"""Strength of the priors against bends in height, against bends along the eye, against slopes in
height that differ along the eye, and against slopes, in rows: they join knots without rows to the
others."""

ARCH_POINTS = 12
"""An arch is fitted to at least so many columns of the front."""

ALIKE_FRAMES = 10.0
"""A track's errors last: they are taken as alike over about ten frames."""


@dataclass(frozen=True)
class Arch:
    """A parabola along the eye that film of equal speed follows: the lid's, seen in the front.

    Attributes
    ----------
    coefficient : (3,) array
        Of 1, x and x^2, x in mm from `middle_mm`.
    middle_mm, reach_mm : float
        Middle and half width of the places that it was fitted to; level beyond them.
    """

    coefficient: FloatArray
    middle_mm: float
    reach_mm: float

    def height_mm(self, place_mm: FloatArray) -> FloatArray:
        """Return the arch's height (n,) at places."""
        x = np.clip(place_mm - self.middle_mm, -self.reach_mm, self.reach_mm)
        height: FloatArray = np.vander(x, 3, increasing=True) @ self.coefficient
        return height


FLAT = Arch(np.zeros(3), 0.0, 0.0)
"""No arch: heights count as they are."""


def fit_arch(place_mm: FloatArray, height_mm: FloatArray) -> Arch:
    """Return the parabola through points (n,) of the front, robust against its fingers.

    Film starts at the lid and is thrown up by it, so that lid, front and lines of equal speed run
    side by side; the lid itself is hidden behind the limbus' sides. Least squares with Cauchy's
    weights.
    """
    arch = fit_arches(place_mm, np.asarray(height_mm, float)[None])
    if not np.isfinite(arch.middle_mm[0]):
        return FLAT
    return Arch(arch.coefficient[0], float(arch.middle_mm[0]), float(arch.reach_mm[0]))


@dataclass(frozen=True)
class Arches:
    """One arch in each of n frames, as `Arch`; NaN where too few columns are known."""

    coefficient: FloatArray
    middle_mm: FloatArray
    reach_mm: FloatArray


def fit_arches(place_mm: FloatArray, height_mm: FloatArray) -> Arches:
    """Return the arch in every frame at once: `fit_arch` of columns (c,) and heights (n, c)."""
    known = np.isfinite(height_mm)
    enough = known.sum(axis=1) >= ARCH_POINTS
    out = Arches(*(np.full((len(height_mm), *more), np.nan) for more in ((3,), (), ())))
    if not enough.any():
        return out
    place = np.where(known, place_mm, np.nan)[enough]
    low, high = np.nanmin(place, axis=1), np.nanmax(place, axis=1)
    middle, reach = 0.5 * (low + high), np.maximum(0.5 * (high - low), 1e-9)
    # Places in units of the reach: the normal equations then lose no digits.
    u = np.where(known[enough], (place - middle[:, None]) / reach[:, None], 0.0)
    x = np.stack([np.ones_like(u), u, u * u], axis=2)
    height = np.where(known, height_mm, 0.0)[enough]
    seen = known[enough]
    weight = seen.astype(float)
    fitted = np.zeros((len(u), 3))
    for _ in range(8):
        weighted = x * weight[:, :, None]
        normal = weighted.transpose(0, 2, 1) @ x
        right = weighted.transpose(0, 2, 1) @ height[:, :, None]
        fitted = np.linalg.solve(normal + TINY * np.eye(3), right)[:, :, 0]
        left = np.where(seen, height - (x @ fitted[:, :, None])[:, :, 0], np.nan)
        spread = np.maximum(1.4826 * row_medians(np.abs(left)), 1e-6)
        weight = np.where(seen, 1.0 / (1.0 + (left / (CAUCHY * spread[:, None])) ** 2), 0.0)
    out.coefficient[enough] = fitted / reach[:, None] ** np.arange(3)
    out.middle_mm[enough], out.reach_mm[enough] = middle, reach
    return out


@dataclass(frozen=True)
class Field:
    """Rows whose amplitudes make the field, and its form.

    Attributes
    ----------
    samples : Samples
        All rows whose height at onset is known.
    height_mm : (t,) array
        That height, y up.
    knots_mm : (k,) array
        Heights of the knots over the arch.
    place_knots_mm : (p,) array
        Places of the knots along the eye.
    arch : Arch
        The line from which heights count in the field.
    """

    samples: Samples
    height_mm: FloatArray
    knots_mm: FloatArray
    place_knots_mm: FloatArray
    arch: Arch

    def basis(self, height_mm: FloatArray, place_mm: FloatArray) -> FloatArray:
        """Return the (m, k * p) basis at heights and places: products of hats over the knots."""
        up = _hats(height_mm - self.arch.height_mm(place_mm), self.knots_mm)
        along = _hats(place_mm, self.place_knots_mm)
        return (up[:, :, None] * along[:, None, :]).reshape(len(up), up.shape[1] * along.shape[1])

    def rows(self, chosen: NDArray[np.int_] | BoolArray) -> Field:
        """Return some of the rows."""
        return replace(self, samples=self.samples.rows(chosen), height_mm=self.height_mm[chosen])

    def frames(self, chosen: NDArray[np.int_] | BoolArray) -> Field:
        """Return some of the frames."""
        return replace(self, samples=self.samples.frames(chosen))


def make_field(
    samples: Samples, height_mm: FloatArray, arch: Arch = FLAT
) -> tuple[Field, NDArray[np.int_]] | None:
    """Return the field's form and the rows of known height; None where they are too few."""
    known = np.flatnonzero(np.isfinite(height_mm) & ((samples.weight > 0).sum(axis=1) >= 3))
    if len(known) < 3:
        return None
    height, place = height_mm[known], samples.place_mm[known]
    up = even_knots(height - arch.height_mm(place), KNOT_MM)
    return Field(samples.rows(known), height, up, even_knots(place, PLACE_KNOT_MM), arch), known


def even_knots(values: FloatArray, step: float) -> FloatArray:
    """Return even knots, at most `step` apart, that span all but the outermost values."""
    low, high = (float(q) for q in np.quantile(values, (0.02, 0.98)))
    count = max(int(np.ceil((high - low) / step)), 1) + 1
    return np.linspace(low, max(high, low + 1e-3), count)


def _hats(values: FloatArray, knots: FloatArray) -> FloatArray:
    """Return the (m, k) hat functions over even knots, level beyond the outermost."""
    at = (np.clip(values, knots[0], knots[-1]) - knots[0]) / (knots[1] - knots[0])
    hats: FloatArray = np.maximum(1.0 - np.abs(at[:, None] - np.arange(len(knots))), 0.0)
    return hats


@dataclass(frozen=True)
class Amplitudes:
    """The field as fitted.

    Attributes
    ----------
    chance : (t,) array
        Probability that each row follows the film.
    coefficient : (k * p,) array
        Of the field's basis.
    trend_mm : (t,) array
        The field at every row.
    weight : (t,) array
        Inverse variance of each row's amplitude as a reading of the field.
    penalty : (k * p, k * p) array
        The weak prior that joins knots without rows to their neighbours.
    """

    chance: FloatArray
    coefficient: FloatArray
    trend_mm: FloatArray
    weight: FloatArray
    penalty: FloatArray


def fit_field(field: Field, fit: LawFit, early_lambdas: float) -> Amplitudes | None:
    """Fit the field to the rows' amplitudes under a law.

    Parameters
    ----------
    field : Field
        Rows and form; its frames are those the law was fitted to.
    fit : LawFit
        Onset, lambda and drift.
    early_lambdas : float
        Rows born later than this many time constants after onset are left out.

    Returns
    -------
    Amplitudes or None
        None where no row was born early enough.
    """
    line, residual = residuals(field.samples, fit.onset_s, fit.log_lambda, fit.drift_mm_s)
    seen = field.samples.weight > 0
    born = field.samples.time_s[seen.argmax(axis=1)]
    known = (line.leverage > TINY) & (born <= fit.onset_s + early_lambdas * fit.lambda_s)
    if known.sum() < 3:
        return None
    freedom = np.maximum(seen.sum(axis=1) - 2, 1)
    rough = (field.samples.weight * residual**2).sum(axis=1) / freedom
    smooth = 1.0 / (1.0 + rough / fit.noise / CAUCHY**2)
    sd = np.sqrt(ALIKE_FRAMES * fit.noise / np.maximum(line.leverage, TINY))
    basis = field.basis(field.height_mm, field.samples.place_mm)
    penalty = penalty_matrix(len(field.knots_mm), len(field.place_knots_mm))
    return _mixture(line.amplitude_mm, sd, basis, penalty, known, smooth)


def _mixture(
    amplitude_mm: FloatArray,
    sd_mm: FloatArray,
    basis: FloatArray,
    penalty: FloatArray,
    known: BoolArray,
    smooth: FloatArray,
) -> Amplitudes:
    """Tell rows that follow the film from others; see the module's head."""
    a, sd, x, prior = amplitude_mm[known], sd_mm[known], basis[known], smooth[known]
    coefficient = _start(a, x, penalty)
    top = max(float(np.quantile(np.abs(x @ coefficient), 0.9)), 1e-6)
    scatter, share = 0.08, 0.6
    chance = np.full(len(a), share)
    weight = np.ones(len(a))
    for _ in range(ROUNDS):
        trend = x @ coefficient
        spread = np.sqrt((scatter * np.maximum(np.abs(trend), 0.2 * top)) ** 2 + sd**2)
        inside = share * np.exp(-0.5 * ((a - trend) / spread) ** 2) / (2.5066 * spread)
        held = held_back(a, trend, sd, top)
        anywhere = (1.0 - share) * ((1.0 - MISTAKEN) * held + MISTAKEN / (HIGHEST - LOWEST) / top)
        chance = inside / (inside + anywhere)
        weight = prior * chance / spread**2
        if weight.sum() <= 0:
            break
        before, coefficient = coefficient, _regression(a, x, weight, penalty)
        relative = ((a - x @ coefficient) ** 2 - sd**2) / np.maximum(trend**2, (0.2 * top) ** 2)
        variance = float((chance * relative).sum() / max(float(chance.sum()), TINY))
        scatter = float(np.sqrt(np.clip(variance, NARROWEST**2, WIDEST**2)))
        share = float(np.clip(chance.mean(), 0.05, 0.98))
        if np.abs(coefficient - before).max() < 1e-3 * top:
            break
    out, full = np.full(len(amplitude_mm), share), np.zeros(len(amplitude_mm))
    out[known], full[known] = chance, weight
    return Amplitudes(out, coefficient, basis @ coefficient, full, penalty * _mean(weight))


def held_back(a: FloatArray, trend: FloatArray, sd: FloatArray, top: float) -> FloatArray:
    """Return the density of amplitudes held back by any share, blurred by their errors."""
    reach = np.maximum(trend, 0.2 * top)
    blur = np.maximum(sd, 0.02 * top)
    above = ndtr((a + 0.1 * top) / blur) - ndtr((a - reach) / blur)
    density: FloatArray = np.maximum(above, 0.0) / (reach + 0.1 * top)
    return density


def _mean(weight: FloatArray) -> float:
    return float(weight.sum()) / max(len(weight), 1)


def _start(a: FloatArray, x: FloatArray, penalty: FloatArray) -> FloatArray:
    """Return a first guess: an upper quantile of the amplitudes near each knot, made smooth."""
    share = x @ x.T
    near = np.argsort(-share, axis=1, kind="stable")[:, : max(min(12, len(a)), 1)]
    level = np.quantile(a[near], 0.7, axis=1)
    return _regression(level, x, np.ones(len(a)), penalty)


def penalty_matrix(knots: int, places: int) -> FloatArray:
    """Return squared second differences in height and along the eye, mixed ones, and weak first."""
    out: FloatArray = 1e-6 * np.eye(knots * places)
    out = out + TWIST * np.kron(_differences(knots, 1), _differences(places, 1))
    for order, strength, along in (
        (2, BEND, PLACE_BEND),
        (1, LEVEL, LEVEL),
    ):
        up = _differences(knots, order)
        side = _differences(places, order)
        out = out + strength * np.kron(up, np.eye(places)) + along * np.kron(np.eye(knots), side)
    return out


def _differences(count: int, order: int) -> FloatArray:
    if count <= order:
        return np.zeros((count, count))
    step = np.diff(np.eye(count), n=order, axis=0)
    squared: FloatArray = step.T @ step
    return squared


def _regression(
    a: FloatArray, x: FloatArray, weight: FloatArray, penalty: FloatArray
) -> FloatArray:
    normal = (x * weight[:, None]).T @ x + penalty * _mean(weight)
    solved: FloatArray = np.linalg.solve(normal, (x * weight[:, None]).T @ a)
    return solved


def reading(field: Field, found: Amplitudes, target: FloatArray) -> FloatArray:
    """Return the weights (t,) by which the rows' amplitudes make the field's mean over a target.

    Parameters
    ----------
    field : Field
        Rows and form.
    found : Amplitudes
        The fitted field.
    target : (k * p,) array
        Mean of the basis over the zone that is asked for.
    """
    basis = field.basis(field.height_mm, field.samples.place_mm)
    normal = (basis * found.weight[:, None]).T @ basis + found.penalty
    weight: FloatArray = (basis @ np.linalg.solve(normal, target)) * found.weight
    return weight
