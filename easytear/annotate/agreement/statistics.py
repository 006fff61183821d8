"""Bland-Altman limits and intraclass correlation, both on the logarithm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict
from scipy import stats

from easytear.statistics.icc import icc as all_of

Interval = tuple[float, float]


class BlandAltman(BaseModel):
    """Agreement of two observers on a positive quantity, as ratios (first over second).

    Attributes
    ----------
    n : int
        Pairs.
    ratio : float
        Geometric mean of the ratio: 1 for no bias.
    ratio_ci95 : (float, float) or None
        Its 95 % interval.
    limits : (float, float) or None
        Ratios between which 95 % of single comparisons are expected.
    lower_ci95, upper_ci95 : (float, float) or None
        95 % intervals of each limit.
    """

    model_config = ConfigDict(frozen=True)

    n: int
    ratio: float
    ratio_ci95: Interval | None
    limits: Interval | None
    lower_ci95: Interval | None
    upper_ci95: Interval | None


class Icc(BaseModel):
    """Intraclass correlation of single measurements, on the logarithm.

    Attributes
    ----------
    agreement, consistency : float
        ICC(2,1) (two-way random, absolute agreement) and ICC(3,1) (two-way mixed,
        consistency) of Shrout and Fleiss.
    agreement_ci95, consistency_ci95 : (float, float)
        Their 95 % intervals.
    targets, raters : int
        How many were measured, and by how many.
    """

    model_config = ConfigDict(frozen=True)

    agreement: float
    agreement_ci95: Interval
    consistency: float
    consistency_ci95: Interval
    targets: int
    raters: int


def bland_altman(first: Sequence[float], second: Sequence[float]) -> BlandAltman | None:
    """Return limits of agreement of log-transformed pairs, None without any pair.

    Bland and Altman (Lancet 1986; Stat Methods Med Res 1999, section 2): bias d, limits
    d +- 1.96 s; the standard error of a limit is s sqrt(1/n + 1.96^2 / (2 (n - 1))). With a
    single pair only the ratio is known.
    """
    d = np.log(np.asarray(first, dtype=float)) - np.log(np.asarray(second, dtype=float))
    n = len(d)
    if n == 0:
        return None
    bias = float(d.mean())
    if n < 2:
        return BlandAltman(
            n=n, ratio=np.exp(bias), ratio_ci95=None, limits=None, lower_ci95=None, upper_ci95=None
        )
    s, z = float(d.std(ddof=1)), float(stats.norm.ppf(0.975))
    t = float(stats.t.ppf(0.975, n - 1))
    wide = t * s / np.sqrt(n)
    of_limit = t * s * np.sqrt(1 / n + z**2 / (2 * (n - 1)))
    low, high = bias - z * s, bias + z * s
    return BlandAltman(
        n=n,
        ratio=np.exp(bias),
        ratio_ci95=_exp(bias, wide),
        limits=(float(np.exp(low)), float(np.exp(high))),
        lower_ci95=_exp(low, of_limit),
        upper_ci95=_exp(high, of_limit),
    )


def _exp(middle: float, wide: float) -> Interval:
    return float(np.exp(middle - wide)), float(np.exp(middle + wide))


def icc(values: pd.DataFrame) -> Icc | None:
    """Return the intraclass correlations of positive values.

    Parameters
    ----------
    values : pandas.DataFrame
        Columns `target`, `rater`, `value`; targets that a rater lacks are left out.

    Returns
    -------
    Icc or None
        None with fewer than three targets or two raters, or where nothing varies.
    """
    raters = values["rater"].nunique()
    whole = values.groupby("target")["rater"].transform("nunique") == raters
    table = values[whole].pivot_table(index="target", columns="rater", values="value")
    if len(table) < 3 or raters < 2:
        return None
    found = all_of(np.log(table.to_numpy(float)))
    if found is None:
        return None
    return Icc(
        agreement=found.agreement.value,
        agreement_ci95=(found.agreement.low, found.agreement.high),
        consistency=found.consistency.value,
        consistency_ci95=(found.consistency.low, found.consistency.high),
        targets=len(table),
        raters=int(raters),
    )
