"""Standardised differences, and analyses of variance that SciPy lacks."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from scipy import optimize, special, stats

from easytear.base.geometry import FloatArray
from easytear.statistics.icc import Interval

NODES: Final = 200
"""Of Gauss's rule: five digits up to statistics of 100."""


def hedges(first: FloatArray, second: FloatArray) -> Interval | None:
    """Return Hedges' g of two independent groups, and its interval.

    The interval is that of the noncentral t distribution (Steiger and Fouladi 1997), which is
    exact for normal values of equal variances. None where nothing varies.
    """
    a, b = len(first), len(second)
    df = a + b - 2
    pooled = np.sqrt(((a - 1) * np.var(first, ddof=1) + (b - 1) * np.var(second, ddof=1)) / df)
    scale = np.sqrt(1 / a + 1 / b)
    if not pooled > 0:
        return None
    t = float((np.mean(first) - np.mean(second)) / (pooled * scale))
    return _standardised(t, df, float(scale))


def hedges_paired(first: FloatArray, second: FloatArray) -> Interval | None:
    """Return Hedges' g of pairs: the mean difference over the conditions' average SD.

    The interval is that of Algina and Keselman (2003): noncentral t of the paired test, scaled
    by the correlation found. None where nothing varies.
    """
    n = len(first)
    s1, s2 = np.var(first, ddof=1), np.var(second, ddof=1)
    of_difference = float(np.var(first - second, ddof=1))
    if not (of_difference > 0 and s1 + s2 > 0):
        return None
    t = float(np.mean(first - second) / np.sqrt(of_difference / n))
    return _standardised(t, n - 1, float(np.sqrt(2 * of_difference / (n * (s1 + s2)))))


def _standardised(t: float, df: int, scale: float) -> Interval:
    """Return g and the ends between which the noncentrality lies, as standardised differences.

    The factor without bias is that of Hedges (1981), by the gamma function.
    """
    log_j = special.gammaln(df / 2) - special.gammaln((df - 1) / 2) - 0.5 * np.log(df / 2)
    exact = float(np.exp(log_j)) if df > 1 else float("nan")
    low, high = _noncentrality(t, df, 0.975), _noncentrality(t, df, 0.025)
    return Interval(exact * t * scale, low * scale, high * scale)


def noncentral_t_cdf(t: float, df: float, delta: float) -> float:
    """Return P(T <= t) of the noncentral t distribution.

    As T = (Z + d) / sqrt(V / df), P(T <= t) is P(t sqrt(V / df) - Z >= d): a mean of normal
    probabilities over the quantiles of V, by Gauss's rule. (SciPy's own distribution function
    is not a number in parts of its range.)
    """
    centres, weights = _centres(t, df)
    return float(weights @ special.ndtr(centres - delta)) / 2


def _centres(t: float, df: float) -> tuple[FloatArray, FloatArray]:
    nodes, weights = _gauss()
    return t * np.sqrt(stats.chi2.ppf((nodes + 1) / 2, df) / df), weights


def _noncentrality(t: float, df: int, share: float) -> float:
    """Return the noncentrality at which a share of t values lies below this one."""
    centres, weights = _centres(t, df)

    def off(delta: float) -> float:
        return float(weights @ special.ndtr(centres - delta)) / 2 - share

    return float(optimize.brentq(off, centres.min() - 9, centres.max() + 9, xtol=1e-8))


@cache
def _gauss() -> tuple[FloatArray, FloatArray]:
    return np.polynomial.legendre.leggauss(NODES)


def repeated_measures_p(values: FloatArray) -> float:
    """Return p of the analysis of variance of repeated measures, Greenhouse and Geisser's.

    Parameters
    ----------
    values : ndarray, shape (subjects, conditions)
        Without gaps.
    """
    n, k = values.shape
    condition = n * float(((values.mean(axis=0) - values.mean()) ** 2).sum())
    own = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    error = float((own**2).sum())
    covariance = np.cov(values, rowvar=False)
    centred = covariance - covariance.mean(axis=0) - covariance.mean(axis=1)[:, None]
    centred = centred + covariance.mean()
    epsilon = min(1.0, float(np.trace(centred) ** 2 / ((k - 1) * (centred**2).sum())))
    f = condition / (k - 1) / (error / ((n - 1) * (k - 1)))
    return float(stats.f.sf(f, epsilon * (k - 1), epsilon * (n - 1) * (k - 1)))
