"""95 % intervals of a fitted law: place, time, and the analyst's own free choices.

Three sources, drawn together:

- *place*: blocks of columns drawn with replacement (errors of neighbouring tracks are alike);
- *time*: errors common to all tracks, such as the eye's motion (`common.py`);
- *choice*: how far the answer moves when equally defensible choices are made: other frames,
  other robustness, other rows (`Choice`). No floor is put under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from easytear.geometry import BoolArray, FloatArray
from easytear.measure.common import draw_common
from easytear.measure.fitting import LawFit, block_labels
from easytear.measure.law import TINY, growth, lines, minima, project
from easytear.measure.samples import Samples

FEWEST_BLOCKS = 8
DRIFT_DRAWS = 100


@dataclass(frozen=True)
class Draws:
    """Draws (b,) of the law's numbers around the fitted ones."""

    onset_s: FloatArray
    log_lambda: FloatArray
    drift_mm_s: FloatArray
    rho_mm: FloatArray

    @property
    def velocity_mm_s(self) -> FloatArray:
        """Initial velocities rho / lambda."""
        v: FloatArray = self.rho_mm * np.exp(-self.log_lambda)
        return v


@dataclass(frozen=True)
class Choice:
    """The answer under another defensible choice: shifts, and how much the choice counts."""

    onset_s: float
    log_lambda: float
    rho_mm: float
    share: float = 1.0


def early_rows(samples: Samples, fit: LawFit, lambdas: float) -> FloatArray:
    """Return a (t,) mask of the rows born before `lambdas` time constants after onset."""
    seen = samples.weight > 0
    born = samples.time_s[seen.argmax(axis=1)]
    early = born <= fit.onset_s + lambdas * fit.lambda_s
    out: FloatArray = (early & seen.any(axis=1)).astype(float)
    return out


def rho_weights(
    samples: Samples, fit: LawFit, early_lambdas: float, stratum: NDArray[np.int_] | None = None
) -> FloatArray:
    """Return the weights (t,) of the rows' amplitudes in rho.

    Inverse variance, made of what the row's residuals leave open and of the amplitudes' own
    spread between rows, times the Cauchy weight about their median; rows born late get none,
    unless there are no others. Strata (depths below the front) count alike, however many rows
    each holds, so that rho does not depend on where points happened to be found.
    """
    early = early_rows(samples, fit, early_lambdas) * (fit.lines.leverage > TINY)
    if early.sum() < 1:
        early = (fit.lines.leverage > TINY).astype(float)
    if not early.any():
        return np.ones(len(samples))
    label = np.zeros(len(samples), dtype=int) if stratum is None else stratum
    out = np.zeros(len(samples))
    counts = [int(early[label == k].sum()) for k in range(int(label.max()) + 1)]
    enough = 0.2 * max(counts)
    for k, count in enumerate(counts):
        if count > enough:
            chosen = (label == k) & (early > 0)
            weight = _stratum_weights(fit, chosen)
            out[chosen] = weight / weight.sum()
    return out


def _stratum_weights(fit: LawFit, chosen: BoolArray) -> FloatArray:
    a = fit.lines.amplitude_mm[chosen]
    own = fit.noise / np.maximum(fit.lines.leverage[chosen], TINY)
    median = float(np.median(a))
    spread = 1.4826 * float(np.median(np.abs(a - median)))
    between = max(spread**2 - float(np.median(own)), (0.3 * spread) ** 2, TINY)
    robust = 1.0 / (1.0 + ((a - median) / (2.385 * max(spread, 1e-6))) ** 2)
    weight: FloatArray = fit.row_weight[chosen] * robust / (own + between)
    return weight


def weighted_rho(fit: LawFit, weights: FloatArray) -> float:
    """Return the weighted mean amplitude."""
    return float(weights @ fit.lines.amplitude_mm / max(float(weights.sum()), TINY))


def draw_law(
    samples: Samples,
    fit: LawFit,
    weights: FloatArray,
    choices: Sequence[Choice],
    *,
    block_mm: float,
    draws: int,
    rng: np.random.Generator,
    onset_shift_s: FloatArray | None = None,
) -> Draws:
    """Draw the law's numbers from all three sources.

    Parameters
    ----------
    samples : Samples
        What was fitted.
    fit : LawFit
        The fit.
    weights : (t,) array
        Weights of the rows in rho.
    choices : sequence of Choice
        Answers under other choices, as shifts from the fit.
    block_mm : float
        Width of the column blocks; made narrower where fewer than eight would result.
    draws : int
        Number of draws.
    rng : numpy.random.Generator
        Source of chance.
    onset_shift_s : (draws,) array, optional
        Draws of the onset's error where the onset was given.
    """
    place = _draw_place(samples, fit, weights, block_mm, draws, rng)
    time = draw_common(samples, fit, weights, draws, rng)
    spare = np.maximum(time.var(axis=0) - place.var(axis=0), 0.0)
    time = time * np.sqrt(spare / np.maximum(time.var(axis=0), TINY**2))
    choice = _draw_choice(choices, draws, rng)
    shift = place + time + choice
    if onset_shift_s is not None:
        shift += _moved_onset(samples, fit, weights, onset_shift_s)
    return Draws(
        fit.onset_s + shift[:, 0],
        fit.log_lambda + shift[:, 1],
        fit.drift_mm_s + shift[:, 2],
        weighted_rho(fit, weights) + shift[:, 3],
    )


def drift_preferred(
    samples: Samples, fit: LawFit, block_mm: float, rng: np.random.Generator
) -> bool:
    """Return whether the corrected Akaike criterion prefers the law with drift.

    One more number pays when twice the gain in log likelihood is above 2 (and a small-sample
    term). That gain is the drift's square over its variance, which is taken from drawn blocks
    and from errors common to all rows: with residuals held independent, every slow error of the
    eye's motion would pass for a drift.
    """
    weights = fit.row_weight
    place = _draw_place(samples, fit, weights, block_mm, DRIFT_DRAWS, rng)[:, 2]
    time = draw_common(samples, fit, weights, DRIFT_DRAWS, rng)[:, 2]
    variance = max(float(place.var()), float(time.var()), TINY)
    count, k = float(len(samples.time_s)), 5.0
    small = 2 * (k + 1) * (k + 2) / (count - k - 2) - 2 * k * (k + 1) / (count - k - 1)
    return fit.drift_mm_s**2 / variance > 2.0 + max(small, 0.0)


def _draw_place(
    samples: Samples,
    fit: LawFit,
    weights: FloatArray,
    block_mm: float,
    draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return (draws, 4) shifts of onset, log lambda, drift, rho from drawing column blocks."""
    extent = float(np.ptp(samples.place_mm))
    label = block_labels(samples.place_mm, max(min(block_mm, extent / FEWEST_BLOCKS), 1e-3))
    count = int(label.max()) + 1
    if count < 2:
        return np.zeros((draws, 4))
    times = rng.multinomial(count, np.full(count, 1.0 / count), draws).astype(float)
    grouped = fit.coarse.grouped(label, fit.row_weight)
    onset, log_lambda = minima(grouped.total(times), grouped.grid)
    centre = minima(grouped.total(np.ones((1, count))), grouped.grid)
    onset, log_lambda = onset - centre[0] + fit.onset_s, log_lambda - centre[1] + fit.log_lambda
    repeat = times[:, label]
    drift: FloatArray = np.zeros(draws)
    if fit.has_drift:
        drift = _drift(samples, onset, log_lambda, repeat * fit.row_weight)
    amplitude = lines(samples, onset, log_lambda, drift).amplitude_mm
    share = repeat * weights
    total = share.sum(axis=1)
    known = total > TINY
    rho = np.where(known, (share * amplitude).sum(axis=1) / np.where(known, total, 1.0), np.nan)
    rho = np.where(known, rho, np.nanmedian(rho))
    shift = np.column_stack(
        [
            onset - fit.onset_s,
            log_lambda - fit.log_lambda,
            drift - fit.drift_mm_s,
            rho - weighted_rho(fit, weights),
        ]
    )
    wide = np.sqrt(count / (count - 1.0)) * stats.t.ppf(0.975, count - 1) / stats.norm.ppf(0.975)
    out: FloatArray = shift * wide
    return out


def _moved_onset(
    samples: Samples, fit: LawFit, weights: FloatArray, shift_s: FloatArray
) -> FloatArray:
    """Return (draws, 4) shifts that follow from a moved onset, lambda held.

    Film first seen after its onset fits every onset alike; what changes is how far it is
    thought to have come by then.
    """
    onset = fit.onset_s + shift_s
    log_lambda = np.full(len(shift_s), fit.log_lambda)
    drift = np.full(len(shift_s), fit.drift_mm_s)
    amplitude = lines(samples, onset, log_lambda, drift).amplitude_mm
    rho = amplitude @ weights / max(float(weights.sum()), TINY)
    none = np.zeros(len(shift_s))
    return np.column_stack([shift_s, none, none, rho - weighted_rho(fit, weights)])


def _drift(
    samples: Samples, onset: FloatArray, log_lambda: FloatArray, repeat: FloatArray
) -> FloatArray:
    f = growth(samples.time_s, onset[:, None], np.exp(log_lambda)[:, None])
    d = np.maximum(samples.time_s - onset[:, None], 0.0)
    _, pull, hold = project(samples, f, d)
    assert pull is not None
    assert hold is not None
    drift: FloatArray = (repeat * pull.T).sum(axis=1) / np.maximum(
        (repeat * hold.T).sum(axis=1), TINY
    )
    return drift


def _draw_choice(choices: Sequence[Choice], draws: int, rng: np.random.Generator) -> FloatArray:
    """Return (draws, 4) shifts whose variance is the mean square shift over the choices."""
    out = np.zeros((draws, 4))
    total = sum(choice.share for choice in choices)
    for choice in choices:
        shift = np.array([choice.onset_s, choice.log_lambda, 0.0, choice.rho_mm])
        scale = np.sqrt(choice.share / max(total, TINY))
        out += rng.standard_normal((draws, 1)) * scale * shift
    return out


def interval95(draws: FloatArray) -> tuple[float, float]:
    """Return the 2.5 and 97.5 % points."""
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)
