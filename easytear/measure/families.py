"""Does the exponential hold? Other laws of spreading, compared on a rise that knows no law.

All are fitted to the shared rise g(t) from the same onset. Errors of g last (above all those of the
eye's motion), so each law's likelihood is that of its residuals under the noise process that suits
them best (`noise_process.py`), and Akaike's criterion is made of that: with independent errors
every wiggle would speak for the law with the most numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from easytear.base.geometry import FloatArray
from easytear.measure.nearest import even_weights, linear_fit
from easytear.measure.noise_process import best_likelihood

MOST_FRAMES = 90
CLEAR = 10.0
"""The criterion's difference above which a law is said not to hold (Burnham and Anderson 2002:
above ten a model has essentially no support)."""

LEAST_MISFIT = 0.004
"""A misfit below this share of the rise does not matter, however sure it is: an exponential changes
by at most rho / e for one of log lambda, so that it can move lambda by one per cent or two."""

POWERS = (0.3, 1.5)
"""Stretching exponents that are tried."""

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
        RMS departure of the rise from the nearest exponential (with drift, where that suits it
        better), as a share of its amplitude.
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
    return np.log(np.geomspace(0.05, 4.0 * span_s, 40))


def _exponential(t: FloatArray, at: FloatArray) -> Columns:
    curve: Columns = -np.expm1(-t / np.exp(at[0]))[:, None]
    return curve


def _with_drift(t: FloatArray, at: FloatArray) -> Columns:
    return np.column_stack([-np.expm1(-t / np.exp(at[0])), t])


def _two_exponentials(t: FloatArray, at: FloatArray) -> Columns:
    curves: Columns = -np.expm1(-t[:, None] / np.exp(at)[None, :])
    return curves


def _stretched(t: FloatArray, at: FloatArray) -> Columns:
    power = np.clip(at[1], *POWERS)
    curve: Columns = -np.expm1(-((t / np.exp(at[0])) ** power))[:, None]
    return curve


def _logarithmic(t: FloatArray, at: FloatArray) -> Columns:
    """Owens and Phillips (2001): v = alpha - beta ln t, until the film stands still."""
    end = np.exp(at[0])
    s = np.clip(t, 1e-6, end)
    curve: Columns = (s * (np.log(end) + 1.0) - s * np.log(s))[:, None]
    return curve


def _one(span_s: float) -> FloatArray:
    return _lambdas(span_s)[:, None]


def _pairs(span_s: float) -> FloatArray:
    lambdas = _lambdas(span_s)[::2]
    return np.array([[a, b] for i, a in enumerate(lambdas) for b in lambdas[i + 2 :]])


def _powers(span_s: float) -> FloatArray:
    lambdas, powers = np.meshgrid(_lambdas(span_s), np.arange(POWERS[0], POWERS[1] + 0.01, 0.1))
    return np.column_stack([lambdas.ravel(), powers.ravel()])


def _ends(span_s: float) -> FloatArray:
    return np.log(np.geomspace(0.2, 20.0 * span_s, 60))[:, None]


@dataclass(frozen=True)
class Family:
    """A law of spreading.

    Attributes
    ----------
    curves : callable
        Columns (n, k) over time since onset (n,) at shape parameters (p,): what is linear in them
        is free.
    grid : callable
        Parameters (g, p) to begin the search with, for a rise that lasts so many seconds.
    numbers : int
        How many numbers the law has.
    """

    curves: Callable[[FloatArray, FloatArray], Columns]
    grid: Callable[[float], FloatArray]
    numbers: int

    def nearest(
        self, since: FloatArray, rise: FloatArray, weight: FloatArray
    ) -> tuple[Columns, float, float]:
        """Return the columns nearest to a rise, the residual sum of squares and the rise's size.

        The best place of the grid is refined: between two places of it a time constant is wrong
        by up to 8 per cent, which alone leaves more than one per cent of a rise, and would speak
        for every law that can make up for it.
        """
        grid = self.grid(float(since[-1]))

        def columns(at: FloatArray) -> Columns:
            return np.hstack([np.ones((len(since), 1)), self.curves(since, at)])

        left = [linear_fit(weight, rise, columns(at))[1] for at in grid]
        found = minimize(
            lambda at: linear_fit(weight, rise, columns(at))[1] / max(min(left), 1e-12),
            grid[int(np.argmin(left))],
            method="Nelder-Mead",
            bounds=list(zip(grid.min(axis=0), grid.max(axis=0), strict=True)),
            options={"xatol": 1e-3, "fatol": 1e-4, "maxiter": 200},
        )
        best = columns(found.x)
        coefficient, least = linear_fit(weight, rise, best)
        return best, least, float(abs(coefficient[1]))


FAMILIES: dict[str, Family] = {
    "exponential": Family(_exponential, _one, 3),
    "exponential+drift": Family(_with_drift, _one, 4),
    "two_exponentials": Family(_two_exponentials, _pairs, 5),
    "stretched_exponential": Family(_stretched, _powers, 4),
    "logarithmic": Family(_logarithmic, _ends, 3),
}
"""The laws that are compared."""

EXPONENTIAL = ("exponential", "exponential+drift")


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
    criterion: dict[str, float] = {}
    misfit: dict[str, float] = {}
    for name, family in FAMILIES.items():
        columns, left, rho = family.nearest(since, rise_mm, weight)
        misfit[name] = float(np.sqrt(left / weight.sum()) / max(rho, 1e-6))
        size = np.maximum(np.linalg.norm(columns, axis=0), 1e-12)
        likelihood = best_likelihood(time_s, rise_mm, columns / size)
        criterion[name] = 2.0 * family.numbers - 2.0 * likelihood
    best = min(criterion, key=lambda name: criterion[name])
    plain = min(EXPONENTIAL, key=lambda name: criterion[name])
    if misfit[plain] < LEAST_MISFIT or criterion[plain] - criterion[best] < CLEAR:
        best = plain
    others = sorted(
        ((name, value - criterion[best]) for name, value in criterion.items() if name != best),
        key=lambda other: other[1],
    )
    return Comparison(best, misfit[plain], tuple(others))
