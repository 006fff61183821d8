"""What all tracks have in common beside the film: errors of the eye's motion.

An error of the eye's motion moves every track alike, so drawing tracks cannot see it. It shows in
the mean residual over time, which is read as wandering (`wandering.py`); its size and memory are
estimated with what the fitted law has already swallowed allowed for. Draws from it are sent
through the fit's own linear response.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.measure.fitting import LawFit
from easytear.measure.law import TINY
from easytear.measure.noise_process import best_likelihood, draw_paths, processes
from easytear.measure.samples import Samples

MOST_FRAMES = 90
LEAST_TOLD = 1e-6
"""A number is told by rows if their own offsets and amplitudes leave this much of its curve."""


@dataclass(frozen=True)
class Response:
    """How onset, log lambda, drift and rho answer to a motion common to all rows.

    Attributes
    ----------
    matrix : (4, n) array
        Change of (onset_s, log_lambda, drift_mm_s, rho_mm) per mm of common motion at each
        frame.
    tangent : (n, k) array
        The motions that the law takes for film: residuals cannot hold them.
    """

    matrix: FloatArray
    tangent: FloatArray


def response(samples: Samples, fit: LawFit, rho_rows: Samples, rho_weight: FloatArray) -> Response:
    """Return the fit's linear response.

    Parameters
    ----------
    samples, fit : Samples, LawFit
        What was fitted, and the fit.
    rho_rows : (r rows) Samples
        The rows whose amplitudes make rho, on the same frames.
    rho_weight : (r,) array
        Their weights in rho.
    """
    w, t = samples.weight, samples.time_s
    lam, since = fit.lambda_s, np.maximum(t - fit.onset_s, 0.0)
    f = fit.curve(t)
    decay = np.where(since > 0, np.exp(-since / lam), 0.0)
    by_onset, by_log = -decay / lam, -decay * since / lam
    a = fit.lines.amplitude_mm
    own = (np.ones_like(t), f)
    columns = [(by_log, a)]
    if fit.onset_free:
        columns.append((by_onset, a))
    if fit.has_drift:
        columns.append((since, np.ones_like(a)))
    left = [_left_over(w, own, curve) * scale[:, None] for curve, scale in columns]
    omega = fit.row_weight
    hessian = np.array([[float((omega[:, None] * w * p * q).sum()) for q in left] for p in left])
    gradient = np.array([(omega[:, None] * w * p).sum(axis=0) for p in left])
    whole = [
        float((omega[:, None] * w * (curve * scale[:, None]) ** 2).sum())
        for curve, scale in columns
    ]
    # Rows seen only after the onset take every onset alike: it answers to nothing then.
    untold = np.diag(hessian) < LEAST_TOLD * np.array(whole)
    hessian[untold], hessian[:, untold], gradient[untold] = 0.0, 0.0, 0.0
    theta = _solve(hessian + np.diag(untold.astype(float)), gradient)
    curves = [curve for curve, _ in columns]
    in_film = [True] * (len(curves) - fit.has_drift) + [False] * fit.has_drift
    rho = _rho_response(rho_rows, f, rho_weight, curves, in_film, theta)
    none = np.zeros_like(t)
    onset = theta[1] if fit.onset_free else none
    drift = theta[-1] if fit.has_drift else none
    tangent = np.column_stack([*own, *(curve for curve, _ in columns)])
    return Response(np.vstack([onset, theta[0], drift, rho]), tangent)


def _solve(hessian: FloatArray, gradient: FloatArray) -> FloatArray:
    scale = np.sqrt(np.maximum(np.diag(hessian), TINY))
    scaled = hessian / np.outer(scale, scale) + 1e-6 * np.eye(len(scale))
    solved: FloatArray = np.linalg.solve(scaled, gradient / scale[:, None]) / scale[:, None]
    return solved


def _left_over(w: FloatArray, own: tuple[FloatArray, FloatArray], curve: FloatArray) -> FloatArray:
    """Return what each row's own offset and amplitude leave of a curve, (t, n)."""
    one, f = own
    w0 = np.maximum(w.sum(axis=1), TINY)
    mf, mc = w @ f / w0, w @ curve / w0
    cff = np.maximum(w @ f**2 / w0 - mf**2, 0.0)
    cfc = w @ (f * curve) / w0 - mf * mc
    slope = np.where(cff > 1e-9, cfc / np.where(cff > 1e-9, cff, 1.0), 0.0)
    left: FloatArray = curve * one - mc[:, None] - slope[:, None] * (f[None, :] - mf[:, None])
    return left


def _rho_response(
    rows: Samples,
    f: FloatArray,
    rho_weight: FloatArray,
    curves: list[FloatArray],
    in_film: list[bool],
    theta: FloatArray,
) -> FloatArray:
    """Return rho's change per common motion: direct, and through the shared parameters."""
    w = rows.weight
    w0 = np.maximum(w.sum(axis=1), TINY)
    centred = w * (f[None, :] - (w @ f / w0)[:, None])
    lever = (centred * f).sum(axis=1)
    used = lever > TINY
    alpha = np.where(used, rho_weight, 0.0) / np.where(used, lever, 1.0)
    amplitude = (centred * rows.value).sum(axis=1) / np.where(used, lever, 1.0)
    rho: FloatArray = alpha @ centred
    for number, curve in enumerate(curves):
        scale = amplitude if in_film[number] else np.ones_like(amplitude)
        rho = rho - float(alpha @ ((centred @ curve) * scale)) * theta[number]
    return rho


def common_path(samples: Samples, fit: LawFit) -> tuple[FloatArray, FloatArray]:
    """Return times (m,) and the motion (m,) in mm that the rows have in common beside the law.

    Least squares for a motion c(t) added to every row, with every row's own offset and amplitude
    free again: they have swallowed part of it, the more the shorter the row lives, so that the
    mean residual is too small. Only a constant and the law's own curve stay undetermined.
    """
    w = samples.weight * fit.row_weight[:, None]
    f = fit.curve(samples.time_s)
    w0 = np.maximum(w.sum(axis=1), TINY)
    centred = f[None, :] - (w @ f / w0)[:, None]
    lever = (w * centred**2).sum(axis=1)
    offset = w / np.sqrt(w0)[:, None]
    growth = np.where(
        (lever > 1e-9 * w0)[:, None], w * centred / np.sqrt(np.maximum(lever, TINY))[:, None], 0.0
    )
    weight = w.sum(axis=0)
    matrix = np.diag(weight) - offset.T @ offset - growth.T @ growth
    known = weight > 0.02 * max(float(weight.max(initial=0.0)), TINY)
    keep = np.flatnonzero(known)
    if len(keep) < 2:
        return samples.time_s[keep], np.zeros(len(keep))
    right = (w * fit.residual).sum(axis=0)[keep]
    inner = matrix[np.ix_(keep, keep)] + 0.003 * float(weight.max()) * np.eye(len(keep))
    path = np.linalg.solve(inner, right)
    if len(keep) > MOST_FRAMES:
        chosen = np.unique(np.linspace(0, len(keep) - 1, MOST_FRAMES).astype(int))
        keep, path = keep[chosen], path[chosen]
    return samples.time_s[keep], path


def draw_common(
    samples: Samples,
    fit: LawFit,
    rho_rows: Samples,
    rho_weight: FloatArray,
    draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return (draws, 4) changes of onset, log lambda, drift and rho by errors common to all.

    Each draw takes a process by its likelihood and a variance by its own uncertainty.
    """
    times, path = common_path(samples, fit)
    if len(times) < 12:
        return np.zeros((draws, 4))
    answer = response(samples, fit, rho_rows, rho_weight)
    frames = np.searchsorted(samples.time_s, times)
    found = processes(times, path, answer.tangent[frames])
    likelihood = np.array([p.log_likelihood for p in found])
    chance = np.exp(likelihood - likelihood.max())
    counts = rng.multinomial(draws, chance / chance.sum())
    parts = [
        draw_paths(samples.time_s, p, int(k), rng) @ answer.matrix.T
        for p, k in zip(found, counts, strict=True)
        if k > 0
    ]
    return rng.permutation(np.vstack(parts), axis=0)


def film_evidence(samples: Samples, fit: LawFit, rho_mm: float) -> float:
    """Return by how much a spread explains the mean motion better than wandering alone.

    The difference of two maximised log likelihoods: constant plus spread, and constant alone,
    each with the wandering process that suits it best.
    """
    times, path = common_path(samples, fit)
    if len(times) < 6:
        return 0.0
    f = fit.curve(times)
    motion = path + rho_mm * f + fit.drift_mm_s * np.maximum(times - fit.onset_s, 0.0)
    one = np.ones_like(times)
    with_film = best_likelihood(times, motion, np.column_stack([one, f]))
    return with_film - best_likelihood(times, motion, one[:, None])
