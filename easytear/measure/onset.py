"""When the spread began: a posterior of the onset, from the motion that film and front share.

What is seen tells the onset where film was followed while it began to move; film that was first
seen later fits every earlier onset alike. Both are the same sum: likelihood of the first motion,
times what is known beforehand (film follows the lid at once or after a short delay). Nothing
flips when a frame more or less is seen: only the posterior's width changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.measure.law import TINY, growth

USUAL_DELAY_S = 0.1
"""Mean of the delay between the lid's rest and the film's, exponential beforehand: most film
moves from the first frame on, a delay of half a second was drawn once (Kothapalli's plots)."""

STEP_S = 0.005
LOOKED_S = 1.5
"""The onset is told by the motion's first part: later misfits of the law say nothing about it."""

LEAST_SD_MM = 0.004
ALIKE_FRAMES = 4.0
"""So many neighbouring frames err alike in the shared motion."""


@dataclass(frozen=True)
class OnsetPosterior:
    """The onset's posterior.

    Attributes
    ----------
    onset_s, sd_s : float
        Mean and standard deviation, video time.
    at_s, chance : (k,) arrays
        Onsets and their probabilities.
    """

    onset_s: float
    sd_s: float
    at_s: FloatArray
    chance: FloatArray

    def draw(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Return (count,) shifts of the onset about its mean."""
        drawn = rng.choice(self.at_s, count, p=self.chance)
        return drawn + rng.uniform(-0.5, 0.5, count) * STEP_S - self.onset_s


def onset_posterior(
    time_s: FloatArray, rise_mm: FloatArray, start_s: float, latest_s: float, log_lambda: FloatArray
) -> OnsetPosterior:
    """Return when a rise began.

    Parameters
    ----------
    time_s, rise_mm : (n,) arrays
        A rise in mm, up to a constant, at the frames in which it is known.
    start_s, latest_s : float
        The onset lies between the interval's start and so much after it.
    log_lambda : (h,) array
        Natural logarithms of the time constants that the first part may have.
    """
    early = time_s <= start_s + LOOKED_S
    if early.sum() < 5:
        early = np.ones(len(time_s), dtype=bool)
    t, y = time_s[early], rise_mm[early]
    at = start_s + np.arange(0.0, latest_s + 1e-9, STEP_S)
    left = np.array([_least_left(t, y, onset, log_lambda) for onset in at])
    variance = max(float(left.min()) / max(len(t) - 4, 1), LEAST_SD_MM**2)
    log_chance = -0.5 * left / variance / ALIKE_FRAMES - (at - start_s) / USUAL_DELAY_S
    chance = np.exp(log_chance - log_chance.max())
    chance /= chance.sum()
    mean = float(chance @ at)
    sd = float(np.sqrt(chance @ (at - mean) ** 2))
    return OnsetPosterior(mean, max(sd, STEP_S / np.sqrt(12.0)), at, chance)


def _least_left(t: FloatArray, y: FloatArray, onset: float, log_lambda: FloatArray) -> float:
    """Return the least residual sum of squares over time constants, offset and rise free."""
    f = growth(t[None, :], np.asarray(onset), np.exp(log_lambda)[:, None])
    f = f - f.mean(axis=1, keepdims=True)
    centred = y - y.mean()
    hold = (f**2).sum(axis=1)
    gain = np.where(hold > TINY, (f @ centred) ** 2 / np.maximum(hold, TINY), 0.0)
    return float((centred**2).sum() - gain.max())
