"""Measurements clustered in subjects: agreement, scatter and shares with intervals that hold.

Videos, eyes and visits of one subject are alike, so the subject is what intervals count. Scatter
is half the mean squared difference of pairs, which needs no table without gaps; intervals come
from the jackknife over subjects with Student's t.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from easytear.base.geometry import FloatArray
from easytear.statistics.icc import Interval

IntArray = NDArray[np.integer]
FEWEST_FOR_INTERVAL: Final = 5
"""Subjects below which a jackknife tells nothing: its own scatter is too uncertain."""


@dataclass(frozen=True)
class Scatter:
    """How measurements of the same thing scatter, and how alike they are.

    Attributes
    ----------
    sd : float
        Within-unit standard deviation.
    sd_ends : (float, float) or None
        Its 95 % interval; None from fewer than five subjects.
    icc : float or None
        Share of the variance of a single measurement that is between units of different
        subjects; None where subjects cannot be compared.
    icc_ends : (float, float) or None
        Its 95 % interval.
    subjects, units, values : int
        How many of each had at least two measurements of one unit.
    """

    sd: float
    sd_ends: tuple[float, float] | None
    icc: float | None
    icc_ends: tuple[float, float] | None
    subjects: int
    units: int
    values: int


def jackknife(
    of: Callable[[FloatArray], FloatArray], rows: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return estimates without the bias of the first order, and the ends of 95 % intervals.

    Parameters
    ----------
    of : callable
        From rows to estimates, shape (q,).
    rows : ndarray, shape (subjects, ...)
        What each subject gives.
    """
    n = len(rows)
    whole = of(rows)
    without = np.array([of(np.delete(rows, i, axis=0)) for i in range(n)])
    pseudo = n * whole - (n - 1) * without
    se = pseudo.std(axis=0, ddof=1) / np.sqrt(n)
    wide = stats.t.ppf(0.975, n - 1) * se
    return whole, whole - wide, whole + wide


def scatter(
    y: FloatArray,
    subject: Sequence[object],
    unit: Sequence[object],
    turn: Sequence[object] | None = None,
) -> Scatter | None:
    """Return how repeated measurements of units scatter, units being nested in subjects.

    In balanced data of one unit a subject this is ICC(1,1), and with `turn` ICC(A,1), of McGraw
    and Wong (1996), to the last digit; the interval is that of the jackknife on ln(1 - ICC).

    Parameters
    ----------
    y : ndarray, shape (n,)
        Measurements; those of units that have only one are left out.
    subject, unit : sequence, length n
        Whose, and of which thing (a video, an eye).
    turn : sequence, length n, or None
        What the units have in common (visits): then only pairs of different turns are compared,
        so that what differs between turns counts in both.

    Returns
    -------
    Scatter or None
        None where no unit has two measurements, or nothing varies.
    """
    s, u = _codes(subject), _codes(unit)
    kept = np.bincount(u)[u] >= 2
    if not kept.any():
        return None
    y, s, u = y[kept] - y[kept].mean(), _codes(s[kept]), _codes(u[kept])
    t = None if turn is None else _codes(np.asarray(turn)[kept])
    rows = _rows(y, s, u, t)
    n, units = len(rows), int(u.max()) + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = _logs(rows)
        sd = float(np.exp(whole[0] / 2))
        if not sd > 1e-9 * max(1.0, float(np.abs(y).max())):
            return None
        told = np.isfinite(whole[1])
        icc = float(-np.expm1(whole[1])) if told else None
        if n < FEWEST_FOR_INTERVAL:
            return Scatter(sd, None, icc, None, n, units, len(y))
        _, low, high = jackknife(_logs, rows)
    sd_ends = (float(np.exp(low[0] / 2)), float(np.exp(high[0] / 2)))
    ends = (float(-np.expm1(high[1])), float(-np.expm1(low[1])))
    icc_ends = ends if told and np.isfinite(ends).all() else None
    return Scatter(sd, sd_ends, icc, icc_ends, n, units, len(y))


def _codes(labels: Sequence[object] | NDArray[Any]) -> IntArray:
    codes: IntArray = np.unique(np.asarray(labels, str), return_inverse=True)[1]
    return codes


def _rows(y: FloatArray, s: IntArray, u: IntArray, t: IntArray | None) -> FloatArray:
    """Return what each subject gives to the sums over pairs.

    Squares within units and their degrees of freedom; then for all measurements and for each turn
    the weight (subjects count equally), weighted sum and sum of squares.
    """
    n = int(s.max()) + 1
    own = y - (np.bincount(u, y) / np.bincount(u))[u]
    first = np.zeros(int(u.max()) + 1, dtype=int)
    first[u] = s
    squares = np.bincount(s, own**2, n)
    df = np.bincount(s, minlength=n) - np.bincount(first, minlength=n)
    weight = 1.0 / np.bincount(s)[s]
    groups = [np.ones(len(y), bool)]
    groups += [] if t is None else [t == one for one in range(int(t.max()) + 1)]
    columns = [squares, df]
    for group in groups:
        columns += [np.bincount(s, weight * group * part, n) for part in (1.0, y, y**2)]
    return np.stack(columns, axis=1)


def _logs(rows: FloatArray) -> FloatArray:
    """Return the logarithms of the variance within units, and of its share of the whole."""
    within = rows[:, 0].sum() / rows[:, 1].sum()
    parts = rows[:, 2:].reshape(len(rows), -1, 3)
    totals = parts.sum(axis=0)
    number = totals[:, 0] ** 2 - (parts[:, :, 0] ** 2).sum(axis=0)
    squares = totals[:, 2] * totals[:, 0] - (parts[:, :, 2] * parts[:, :, 0]).sum(axis=0)
    products = totals[:, 1] ** 2 - (parts[:, :, 1] ** 2).sum(axis=0)
    sign = np.where(np.arange(len(number)) == 0, 1.0, -1.0)  # pairs of the same turn do not count
    pairs = float(sign @ number)  # none where there is one subject, or one turn each
    whole = float(sign @ (squares - products)) / pairs if pairs > 1e-9 else np.nan
    logs: FloatArray = np.log(np.array([within, within / whole]))
    return logs


@dataclass(frozen=True)
class Limits:
    """Mean difference and limits of agreement, each with its 95 % interval."""

    bias: Interval
    lower: Interval
    upper: Interval
    subjects: int
    pairs: int


def limits_of_agreement(difference: FloatArray, subject: Sequence[object]) -> Limits | None:
    """Return Bland and Altman's limits of differences that are clustered in subjects.

    The mean counts subjects equally; the variance of a single difference is that of pairs of
    different subjects (Bland and Altman 2007, section 3). The interval of a limit is joined from
    those of mean and standard deviation (Zou 2013). None from fewer than five subjects.
    """
    s = _codes(subject)
    n = int(s.max()) + 1 if len(s) else 0
    if n < FEWEST_FOR_INTERVAL:
        return None
    size = np.bincount(s)
    rows = np.stack(
        [np.bincount(s, difference) / size, np.bincount(s, difference**2) / size], axis=1
    )

    def of(some: FloatArray) -> FloatArray:
        mean, square = some.T
        variance = float(np.mean(square - mean**2) + np.var(mean, ddof=1))
        return np.array([mean.mean(), np.log(max(variance, 1e-300)) / 2])

    whole, low, high = jackknife(of, rows)
    bias = Interval(float(whole[0]), float(low[0]), float(high[0]))
    sd = Interval(*(float(np.exp(one[1])) for one in (whole, low, high)))
    return Limits(bias, _limit(bias, sd, -1), _limit(bias, sd, 1), n, len(difference))


def _limit(bias: Interval, sd: Interval, sign: int) -> Interval:
    """Return bias +- 1.96 sd; its interval recovers the variances of both (Zou 2013)."""
    z = 1.959964
    value = bias.value + sign * z * sd.value
    outer, inner = z * (sd.high - sd.value), z * (sd.value - sd.low)
    down, up = (outer, inner) if sign < 0 else (inner, outer)
    low = value - np.hypot(bias.value - bias.low, down)
    high = value + np.hypot(bias.high - bias.value, up)
    return Interval(value, float(low), float(high))


def share(success: Sequence[bool], subject: Sequence[object]) -> Interval | None:
    """Return a share of things clustered in subjects with its 95 % interval.

    Wilson's interval with Student's t, for the effective number of things: theirs over the design
    effect (Korn and Graubard 1998; Franco et al. 2019). Where things of one subject are no more
    alike than those of others, they are counted one by one, with the normal quantile: nothing
    is then estimated from subjects. Where all or none are successes, the design effect is not
    known, and subjects are counted instead. None from fewer than five subjects.
    """
    yes, s = np.asarray(success, float), _codes(subject)
    n, total = len(yes), int(s.max()) + 1 if len(yes) else 0
    if total < FEWEST_FOR_INTERVAL:
        return None
    p = float(yes.mean())
    size = np.bincount(s)
    off = np.bincount(s, yes) - p * size
    variance = float((off**2).sum()) * total / (total - 1) / n**2
    effective = float(total) if variance <= 0 else min(p * (1 - p) / variance, float(n))
    alone = effective == n
    t2 = float(stats.norm.ppf(0.975) if alone else stats.t.ppf(0.975, total - 1)) ** 2
    middle = (p + t2 / (2 * effective)) / (1 + t2 / effective)
    wide = np.sqrt(t2 * (p * (1 - p) / effective + t2 / (4 * effective**2))) / (1 + t2 / effective)
    return Interval(p, max(0.0, float(middle - wide)), min(1.0, float(middle + wide)))
