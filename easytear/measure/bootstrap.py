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
from scipy.special import ndtri, stdtrit

from easytear.base.geometry import BoolArray, FloatArray
from easytear.measure.common import draw_common
from easytear.measure.field import ALIKE_FRAMES, Field, fit_field, reading
from easytear.measure.fitting import CAUCHY, LawFit, block_labels
from easytear.measure.law import TINY, Point, growth, lines, minima, project
from easytear.measure.samples import Samples

FEWEST_BLOCKS = 8
DRIFT_DRAWS = 100
DRIFT_SD_MM_S = 0.05
"""Usual size of a late drift, up or down (King-Smith et al. 2009, IOVS 50:2747)."""


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
    """The answer under another defensible choice, as shifts.

    Attributes
    ----------
    onset_s, log_lambda, rho_mm : float
        Shifts of the answer.
    share : float
        How much the choice counts among those of its kind.
    kind : str
        Kinds add up; within a kind the mean square shift counts.
    """

    onset_s: float
    log_lambda: float
    rho_mm: float
    share: float = 1.0
    kind: str = "fit"


@dataclass(frozen=True)
class Mean:
    """How rho is made from rows' amplitudes.

    Attributes
    ----------
    samples : Samples
        The rows, on the frames of the fit.
    weight : (t,) array
        Their weights.
    trend_mm : (t,) array
        What is expected of each row: drawn rows move rho by how far they are from it.
    rho_mm : float
        The zone's amplitude.
    coefficient : (m,) array or None
        Of the amplitude field, where rho is read from one.
    """

    samples: Samples
    weight: FloatArray
    trend_mm: FloatArray
    rho_mm: float
    coefficient: FloatArray | None = None

    def under(self, law: Point, frames: BoolArray | None = None) -> float:
        """Return the same weighted amplitude under another law, or on some of the frames."""
        rows = self.samples if frames is None else self.samples.frames(frames)
        numbers = (law.onset_s, law.log_lambda, law.drift_mm_s)
        line = lines(rows, *(np.array([number]) for number in numbers))
        away = np.where(line.leverage > TINY, line.amplitude_mm - self.trend_mm, 0.0)
        return self.rho_mm + float((away @ self.weight)[0])


@dataclass(frozen=True)
class Target:
    """A zone of the film, by its mean over the basis of the amplitude field."""

    field: Field
    mean_basis: FloatArray

    def rows(self, chosen: BoolArray) -> Target:
        """Return the target with some of the field's rows."""
        return Target(self.field.rows(chosen), self.mean_basis)

    def frames(self, chosen: NDArray[np.int_] | BoolArray) -> Target:
        """Return the target with some of the field's frames."""
        return Target(self.field.frames(chosen), self.mean_basis)


def mean_amplitude(
    samples: Samples, fit: LawFit, early_lambdas: float, target: Target | None = None
) -> Mean:
    """Return rho and the weights behind it.

    With a target rho is the mean of the amplitude field over it. Without one it is the mean of
    the rows' own amplitudes, by inverse variance and Cauchy's weight about their median. Rows
    born late count only where no others are.
    """
    if target is not None:
        found = fit_field(target.field, fit, early_lambdas)
        if found is not None:
            weight = reading(target.field, found, target.mean_basis)
            rho = float(found.coefficient @ target.mean_basis)
            rows = target.field.samples
            return Mean(rows, weight, found.trend_mm, rho, found.coefficient)
    weight = _plain_weights(fit, early_enough(samples, fit, early_lambdas))
    rho = float(weight @ fit.lines.amplitude_mm)
    return Mean(samples, weight, np.full(len(weight), rho), rho)


def early_enough(samples: Samples, fit: LawFit, lambdas: float) -> BoolArray:
    """Return the mask (t,) of the rows born before `lambdas` time constants after onset.

    Of all rows with an amplitude where none was born early; of all rows where none has one.
    """
    seen = samples.weight > 0
    born = samples.time_s[seen.argmax(axis=1)]
    free = (fit.lines.leverage > TINY) & seen.any(axis=1)
    early: BoolArray = free & (born <= fit.onset_s + lambdas * fit.lambda_s)
    if early.any():
        return early
    return free if free.any() else np.ones(len(samples), dtype=bool)


def _plain_weights(fit: LawFit, chosen: BoolArray) -> FloatArray:
    a = fit.lines.amplitude_mm
    own = ALIKE_FRAMES * fit.noise / np.maximum(fit.lines.leverage, TINY)
    median = float(np.median(a[chosen]))
    spread = 1.4826 * float(np.median(np.abs(a[chosen] - median)))
    between = max(spread**2 - float(np.median(own[chosen])), (0.3 * spread) ** 2, TINY)
    robust = 1.0 / (1.0 + ((a - median) / (CAUCHY * max(spread, 1e-6))) ** 2)
    weight: FloatArray = chosen * fit.row_weight * robust / (own + between)
    return weight / float(weight.sum())


def draw_law(
    samples: Samples,
    fit: LawFit,
    mean: Mean,
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
    mean : Mean
        How rho is made.
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
    place = _draw_place(samples, fit, mean, block_mm, draws, rng)
    time = draw_common(samples, fit, mean.samples, mean.weight, draws, rng)
    choice = _draw_choice(choices, draws, rng)
    shift = place + time + choice
    if onset_shift_s is not None:
        shift += _moved_onset(fit, mean, onset_shift_s)
    return Draws(
        fit.onset_s + shift[:, 0],
        fit.log_lambda + shift[:, 1],
        fit.drift_mm_s + shift[:, 2],
        mean.rho_mm + shift[:, 3],
    )


def drift_preferred(
    samples: Samples, fit: LawFit, block_mm: float, rng: np.random.Generator
) -> bool:
    """Return whether the corrected Akaike criterion prefers the law with drift.

    With so few frames that the small-sample term has no meaning, it never does. Otherwise one
    more number pays when twice the gain in log likelihood is above 2 (and a small-sample
    term). That gain is the drift's square over its variance, which is taken from drawn blocks
    and from errors common to all rows: with residuals held independent, every slow error of the
    eye's motion would pass for a drift.

    By that alone one interval without drift in six would be given one, at lambda's cost. So a
    drift must also be more likely than none among drifts of the usual size (Bayes' factor).
    """
    count, k = float(len(samples.time_s)), 5.0
    if count <= k + 2:
        return False
    equal = np.full(len(samples), 1.0 / len(samples))
    mean = Mean(samples, equal, np.zeros(len(samples)), 0.0)
    place = _draw_place(samples, fit, mean, block_mm, DRIFT_DRAWS, rng)[:, 2]
    time = draw_common(samples, fit, samples, equal, DRIFT_DRAWS, rng)[:, 2]
    variance = max(float(place.var()), float(time.var()), TINY)
    small = 2 * (k + 1) * (k + 2) / (count - k - 2) - 2 * k * (k + 1) / (count - k - 1)
    gain = fit.drift_mm_s**2 / variance
    share = DRIFT_SD_MM_S**2 / (DRIFT_SD_MM_S**2 + variance)
    likelier = gain * share + np.log(1.0 - share) > 0.0
    return bool(gain > 2.0 + max(small, 0.0) and likelier)


def _draw_place(
    samples: Samples,
    fit: LawFit,
    mean: Mean,
    block_mm: float,
    draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return (draws, 4) shifts of onset, log lambda, drift, rho from drawing column blocks."""
    place = np.concatenate([samples.place_mm, mean.samples.place_mm])
    extent = float(np.ptp(samples.place_mm))
    every = block_labels(place, max(min(block_mm, extent / FEWEST_BLOCKS), 1e-3))
    label, mean_label = every[: len(samples)], every[len(samples) :]
    count = int(every.max()) + 1
    if len(np.unique(label)) < 2:
        return np.zeros((draws, 4))
    times = rng.multinomial(count, np.full(count, 1.0 / count), draws).astype(float)
    grouped = fit.coarse.grouped(label, fit.row_weight, count)
    onset, log_lambda = minima(grouped.total(times), grouped.grid)
    centre = minima(grouped.total(np.ones((1, count))), grouped.grid)
    onset, log_lambda = onset - centre[0] + fit.onset_s, log_lambda - centre[1] + fit.log_lambda
    drift: FloatArray = np.zeros(draws)
    if fit.has_drift:
        drift = _drift(samples, onset, log_lambda, times[:, label] * fit.row_weight)
    used = np.abs(mean.weight) > 1e-4 * np.abs(mean.weight).max()
    amplitude = lines(mean.samples.rows(used), onset, log_lambda, drift).amplitude_mm
    still = lines(
        mean.samples.rows(used),
        np.array([fit.onset_s]),
        np.array([fit.log_lambda]),
        np.array([fit.drift_mm_s]),
    ).amplitude_mm
    away = times[:, mean_label[used]] * (amplitude - mean.trend_mm[used])
    rho = (away - (still - mean.trend_mm[used])) @ mean.weight[used] + mean.rho_mm
    shift = np.column_stack(
        [
            onset - fit.onset_s,
            log_lambda - fit.log_lambda,
            drift - fit.drift_mm_s,
            rho - mean.rho_mm,
        ]
    )
    wide = np.sqrt(count / (count - 1.0)) * stdtrit(count - 1, 0.975) / ndtri(0.975)
    out: FloatArray = shift * wide
    return out


def _moved_onset(fit: LawFit, mean: Mean, shift_s: FloatArray) -> FloatArray:
    """Return (draws, 4) shifts that follow from a moved onset, lambda held.

    Film first seen after its onset fits every onset alike; what changes is how far it is
    thought to have come by then.
    """
    onset = fit.onset_s + shift_s
    log_lambda = np.full(len(shift_s), fit.log_lambda)
    drift = np.full(len(shift_s), fit.drift_mm_s)
    amplitude = lines(mean.samples, onset, log_lambda, drift).amplitude_mm
    moved = (amplitude - mean.trend_mm) @ mean.weight
    moved -= float(np.median(moved[np.abs(shift_s) <= np.median(np.abs(shift_s))]))
    none = np.zeros(len(shift_s))
    return np.column_stack([shift_s, none, none, moved])


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
    """Return (draws, 4) shifts: variances are mean square shifts, kinds of choices add up."""
    out = np.zeros((draws, 4))
    for choice in choices:
        total = sum(other.share for other in choices if other.kind == choice.kind)
        shift = np.array([choice.onset_s, choice.log_lambda, 0.0, choice.rho_mm])
        scale = np.sqrt(choice.share / max(total, TINY))
        out += rng.standard_normal((draws, 1)) * scale * shift
    return out


def interval95(draws: FloatArray) -> tuple[float, float]:
    """Return the 2.5 and 97.5 % points."""
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)
