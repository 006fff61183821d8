"""Intraclass correlations of complete tables, with the F intervals of independent targets."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import stats

from easytear.base.geometry import FloatArray


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Agreement:
    """Intraclass correlations of single measurements (McGraw and Wong 1996).

    Attributes
    ----------
    one_way : Interval
        ICC(1,1) of Shrout and Fleiss (1979): raters differ from target to target.
    agreement : Interval
        ICC(A,1), or ICC(2,1): the same raters, their differences count.
    consistency : Interval
        ICC(C,1), or ICC(3,1): the same raters, their differences do not count.
    """

    one_way: Interval
    agreement: Interval
    consistency: Interval


def icc(values: FloatArray) -> Agreement | None:
    """Return the intraclass correlations of a complete table.

    Parameters
    ----------
    values : ndarray, shape (targets, raters)
        At least two by two, without gaps.

    Returns
    -------
    Agreement or None
        None where targets do not vary at all, or raters agree to the last digit.
    """
    n, k = values.shape
    grand = values.mean()
    targets = k * float(((values.mean(axis=1) - grand) ** 2).sum())
    raters = n * float(((values.mean(axis=0) - grand) ** 2).sum())
    rest = float(((values - grand) ** 2).sum()) - targets - raters
    msr, msc = targets / (n - 1), raters / (k - 1)
    mse = rest / ((n - 1) * (k - 1))
    msw = (raters + rest) / (n * (k - 1))
    if min(msr, mse, msw) <= 1e-12 * float((values**2).mean()):
        return None
    return Agreement(
        _by_f(msr / msw, n - 1, n * (k - 1), k),
        _absolute(msr, msc, mse, n, k),
        _by_f(msr / mse, n - 1, (n - 1) * (k - 1), k),
    )


def _by_f(f: float, above: int, below: int, k: int) -> Interval:
    low = f / stats.f.ppf(0.975, above, below)
    high = f * stats.f.ppf(0.975, below, above)
    return Interval(*((one - 1) / (one + k - 1) for one in (f, float(low), float(high))))


def _absolute(msr: float, msc: float, mse: float, n: int, k: int) -> Interval:
    """McGraw and Wong 1996, table 7, case 2 (Satterthwaite's degrees of freedom)."""
    value = (msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n)
    a = k * value * msc / mse
    b = n * (1 + (k - 1) * value) - k * value
    df = (k - 1) * (n - 1) * (a + b) ** 2 / ((n - 1) * a**2 + b**2)
    up, down = stats.f.ppf(0.975, n - 1, df), stats.f.ppf(0.975, df, n - 1)
    others = k * msc + (k * n - k - n) * mse
    low = n * (msr - up * mse) / (up * others + n * msr)
    high = n * (down * msr - mse) / (others + n * down * msr)
    return Interval(float(value), float(low), float(high))
