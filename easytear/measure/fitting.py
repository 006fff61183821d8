"""The robust joint fit: onset, lambda and drift over all rows, weights for rows that misfit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import FloatArray
from easytear.measure.law import TINY, Grid, Lines, Point, Profile, growth, lines, minima, profile
from easytear.measure.samples import Samples
from easytear.request.settings.measure import SpreadSettings

LAMBDA_STEP = 0.1
ONSET_STEP_S = 0.03
CAUCHY = 2.385
"""Tuning constant of the Cauchy weight: 95 % efficient on normal residuals."""


@dataclass(frozen=True)
class LawFit:
    """One fitted law with all that its intervals need.

    Attributes
    ----------
    onset_s, log_lambda, drift_mm_s : float
        The law; `drift_mm_s` is 0 without drift.
    has_drift : bool
        Whether drift was fitted.
    lines : Lines
        Offsets and amplitudes (t,).
    row_weight : (t,) array
        Cauchy weights.
    residual : (t, n) array
        What the law leaves, mm; 0 where nothing was observed.
    noise : float
        Robust residual variance in units of the samples' variance.
    coarse : Profile
        Residuals of every row on the whole grid, for the bootstrap.
    at_bound : bool
        True where lambda lies on the edge of what was tried.
    onset_free : bool
        False where the onset was given, not fitted.
    """

    onset_s: float
    log_lambda: float
    drift_mm_s: float
    has_drift: bool
    lines: Lines
    row_weight: FloatArray
    residual: FloatArray
    noise: float
    coarse: Profile
    at_bound: bool
    onset_free: bool = True

    @property
    def lambda_s(self) -> float:
        """The time constant."""
        return float(np.exp(self.log_lambda))

    @property
    def point(self) -> Point:
        """The law without its rows."""
        return Point(self.onset_s, self.log_lambda, self.drift_mm_s)

    def curve(self, time_s: FloatArray) -> FloatArray:
        """Return the growth curve f(t) of the law."""
        return growth(time_s, np.asarray(self.onset_s), np.asarray(self.lambda_s))


def coarse_grid(start_s: float, settings: SpreadSettings, onset_s: float | None = None) -> Grid:
    """Return the grid that covers every onset (or the one given) and lambda allowed."""
    low, high = np.log(settings.min_lambda_s), np.log(settings.max_lambda_s)
    onsets = max(int(np.ceil(settings.max_onset_s / ONSET_STEP_S)), 0) + 1
    lambdas = int(np.ceil((high - low) / LAMBDA_STEP)) + 1
    tried = start_s + np.linspace(0.0, settings.max_onset_s, onsets)
    given = tried if onset_s is None else np.array([onset_s])
    return Grid(given, np.linspace(low, high, lambdas))


def fit_rows(
    samples: Samples,
    grid: Grid,
    *,
    drift: bool = False,
    cauchy: float = CAUCHY,
    trust: FloatArray | None = None,
) -> LawFit:
    """Fit the law to all rows.

    Parameters
    ----------
    samples : Samples
        Rows with three observations or more; at least one row.
    grid : Grid
        Onsets and lambdas to look among.
    drift : bool
        Whether a drift common to all rows is fitted beside the exponential.
    cauchy : float
        Tuning constant of the row weights.
    trust : (t,) array, optional
        Chance that a row follows the film; multiplies its weight.
    """
    coarse = profile(samples, grid, drift=drift)
    row_weight, noise, best = reweighted(coarse, samples, cauchy, trust)
    onset, log_lambda = _refined(samples, coarse.grid, best, row_weight, drift)
    drift_mm_s = drift_at(samples, onset, log_lambda, row_weight) if drift else 0.0
    line, residual = residuals(samples, onset, log_lambda, drift_mm_s)
    at_bound = _on_edge(coarse.grid.log_lambda, log_lambda)
    free = len(coarse.grid.onset_s) > 1
    return LawFit(
        onset,
        log_lambda,
        drift_mm_s,
        drift,
        line,
        row_weight,
        residual,
        noise,
        coarse,
        at_bound,
        free,
    )


def reweighted(
    coarse: Profile, samples: Samples, cauchy: float, trust: FloatArray | None
) -> tuple[FloatArray, float, tuple[float, float]]:
    """Iterate row weights on a grid; return weights (t,), noise, and the best onset and log lambda.

    Parameters
    ----------
    coarse : Profile
        Residuals of the samples on the grid.
    samples, cauchy, trust
        As in `fit_rows`.
    """
    freedom = np.maximum((samples.weight > 0).sum(axis=1) - 2, 1)
    trust = np.ones(len(samples)) if trust is None else np.maximum(trust, 1e-6)
    weight = trust
    noise = 1.0
    typical = trust >= 0.5 * trust.max()
    for _ in range(6):
        total = coarse.total(weight[None, :])
        variance = coarse.rss[:, int(total[0].argmin())] / freedom
        noise = max(float(np.median(variance[typical])), TINY)
        weight = trust / (1.0 + variance / noise / cauchy**2)
    onset, log_lambda = minima(coarse.total(weight[None, :]), coarse.grid)
    return weight, noise, (float(onset[0]), float(log_lambda[0]))


def _refined(
    samples: Samples,
    grid: Grid,
    best: tuple[float, float],
    weight: FloatArray,
    drift: bool,
) -> tuple[float, float]:
    """Look again on finer grids about the best point of the coarse one."""
    onset, log_lambda = best
    steps = [float(np.diff(a[:2]).sum()) for a in (grid.onset_s, grid.log_lambda)]
    for _ in range(2):
        fine = Grid(
            _around(onset, steps[0], grid.onset_s), _around(log_lambda, steps[1], grid.log_lambda)
        )
        found = minima(profile(samples, fine, drift=drift).total(weight[None, :]), fine)
        onset, log_lambda = float(found[0][0]), float(found[1][0])
        steps = [step / 4.0 for step in steps]
    return onset, log_lambda


def _around(centre: float, step: float, axis: FloatArray) -> FloatArray:
    if step <= 0:
        return axis[:1]
    low, high = max(centre - step, float(axis[0])), min(centre + step, float(axis[-1]))
    return np.linspace(low, high, 9)


def _on_edge(axis: FloatArray, value: float) -> bool:
    margin = 0.25 * float(np.diff(axis[:2]).sum())
    return bool(value <= axis[0] + margin or value >= axis[-1] - margin)


def drift_at(samples: Samples, onset: float, log_lambda: float, weight: FloatArray) -> float:
    """Return the drift in mm/s that suits rows best under an onset and a lambda."""
    point = Grid(np.array([onset]), np.array([log_lambda]))
    p = profile(samples, point, drift=True)
    assert p.pull is not None
    assert p.hold is not None
    return float((weight @ p.pull)[0] / max((weight @ p.hold)[0], TINY))


def residuals(
    samples: Samples, onset: float, log_lambda: float, drift: float
) -> tuple[Lines, FloatArray]:
    """Return every row's line under a law, and what the law leaves (t, n) in mm."""
    found = lines(samples, np.array([onset]), np.array([log_lambda]), np.array([drift]))
    line = Lines(found.offset_mm[0], found.amplitude_mm[0], found.leverage[0])
    curve = growth(samples.time_s, np.asarray(onset), np.asarray(np.exp(log_lambda)))
    ramp = drift * np.maximum(samples.time_s - onset, 0.0)
    model = line.offset_mm[:, None] + line.amplitude_mm[:, None] * curve + ramp
    return line, np.where(samples.weight > 0, samples.value - model, 0.0)


def block_labels(place_mm: FloatArray, block_mm: float) -> NDArray[np.int_]:
    """Return for each row the number of the column block it lies in, 0..k-1 without gaps."""
    number = np.floor((place_mm - place_mm.min()) / block_mm)
    _, label = np.unique(number, return_inverse=True)
    return label
