"""Does the exponential hold? Other laws of spreading, compared on a rise that knows no law.

All are fitted to the shared rise g(t) from the same onset. Errors of g last (above all those of the
eye's motion), so each law's likelihood is that of its residuals under the noise process that suits
them best (`noise_process.py`), and Akaike's criterion is made of that: with independent errors
every wiggle would speak for the law with the most numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.measure.nearest import even_weights, linear_fit
from easytear.measure.noise_process import best_likelihood

MOST_FRAMES = 90
CLEAR = 10.0
"""The criterion's difference above which a law is said not to hold (Burnham and Anderson 2002:
above ten a model has essentially no support)."""

LEAST_MISFIT = 0.01
"""A misfit below this share of the rise does not matter to any number, however sure it is."""

Columns = FloatArray


@dataclass(frozen=True)
class Comparison:
    """Which law suits the rise best.

    Attributes
    ----------
    best : str
        Its name. The exponential, with or without drift, stands unless another law is clearly
        better and the misfit is large enough to matter.
    misfit : float
        RMS departure of the rise from the nearest exponential, as a share of its amplitude.
    others : tuple of (str, float)
        The other laws, and by how much their criterion is worse (below nothing: better, but not
        by as much as matters).
    """

    best: str
    misfit: float
    others: tuple[tuple[str, float], ...]

    @property
    def exponential_fails(self) -> bool:
        """Whether the exponential, with or without drift, clearly does not hold."""
        return not self.best.startswith("exponential")


def _lambdas(span_s: float) -> FloatArray:
    return np.geomspace(0.05, 4.0 * span_s, 40)


def _exponential(t: FloatArray) -> Iterator[Columns]:
    for lam in _lambdas(float(t[-1])):
        yield -np.expm1(-t / lam)[:, None]


def _with_drift(t: FloatArray) -> Iterator[Columns]:
    for lam in _lambdas(float(t[-1])):
        yield np.column_stack([-np.expm1(-t / lam), t])


def _two_exponentials(t: FloatArray) -> Iterator[Columns]:
    lambdas = _lambdas(float(t[-1]))[::2]
    for i, fast in enumerate(lambdas):
        for slow in lambdas[i + 2 :]:
            yield np.column_stack([-np.expm1(-t / fast), -np.expm1(-t / slow)])


def _stretched(t: FloatArray) -> Iterator[Columns]:
    for lam in _lambdas(float(t[-1])):
        for power in np.arange(0.3, 1.51, 0.1):
            yield -np.expm1(-((t / lam) ** power))[:, None]


def _logarithmic(t: FloatArray) -> Iterator[Columns]:
    """Owens and Phillips (2001): v = alpha - beta ln t, until the film stands still."""
    for end in np.geomspace(0.2, 20.0 * float(t[-1]), 60):
        s = np.clip(t, 1e-6, end)
        yield (s * (np.log(end) + 1.0) - s * np.log(s))[:, None]


FAMILIES: dict[str, tuple[Callable[[FloatArray], Iterator[Columns]], int]] = {
    "exponential": (_exponential, 3),
    "exponential+drift": (_with_drift, 4),
    "two_exponentials": (_two_exponentials, 5),
    "stretched_exponential": (_stretched, 4),
    "logarithmic": (_logarithmic, 3),
}
"""Curves of each law over time since onset, and how many numbers it has."""


def compare_laws(time_s: FloatArray, rise_mm: FloatArray, onset_s: float) -> Comparison | None:
    """Return which law suits a rise best; None with fewer than a dozen frames.

    Parameters
    ----------
    time_s, rise_mm : (n,) arrays
        The rise, mm, at frames in which it is known.
    onset_s : float
        When the spread began.
    """
    if len(time_s) < 12:
        return None
    if len(time_s) > MOST_FRAMES:
        kept = np.unique(np.linspace(0, len(time_s) - 1, MOST_FRAMES).astype(int))
        time_s, rise_mm = time_s[kept], rise_mm[kept]
    since = np.maximum(time_s - onset_s, 0.0)
    weight = even_weights(time_s)
    one = np.ones((len(since), 1))
    criterion: dict[str, float] = {}
    misfit = 0.0
    for name, (curves, numbers) in FAMILIES.items():
        tried = [np.hstack([one, c]) for c in curves(since)]
        left = [linear_fit(weight, rise_mm, c)[1] for c in tried]
        columns = tried[int(np.argmin(left))]
        if name == "exponential":
            rho = abs(float(linear_fit(weight, rise_mm, columns)[0][1]))
            misfit = float(np.sqrt(min(left) / weight.sum()) / max(rho, 1e-6))
        size = np.maximum(np.linalg.norm(columns, axis=0), 1e-12)
        criterion[name] = 2.0 * numbers - 2.0 * best_likelihood(time_s, rise_mm, columns / size)
    best = min(criterion, key=lambda name: criterion[name])
    plain = min(("exponential", "exponential+drift"), key=lambda name: criterion[name])
    if misfit < LEAST_MISFIT or criterion[plain] - criterion[best] < CLEAR:
        best = plain
    others = sorted(
        ((name, value - criterion[best]) for name, value in criterion.items() if name != best),
        key=lambda other: other[1],
    )
    return Comparison(best, misfit, tuple(others))
