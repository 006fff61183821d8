"""Bland-Altman limits and intraclass correlation, both on the logarithm.

Intervals between blinks are nested in subjects: where a subject has several, the subject is what
counts (`easytear.statistics.clusters`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict
from scipy import stats

from easytear.base.geometry import FloatArray
from easytear.statistics.clusters import Limits, limits_of_agreement, scatter
from easytear.statistics.icc import Agreement as IccOfTable
from easytear.statistics.icc import icc as all_of

Interval = tuple[float, float]


class BlandAltman(BaseModel):
    """Agreement of two observers on a positive quantity, as ratios (first over second).

    Attributes
    ----------
    n, subjects : int
        Pairs, and of how many subjects.
    ratio : float
        Geometric mean of the ratio: 1 for no bias.
    ratio_ci95 : (float, float) or None
        Its 95 % interval.
    limits : (float, float) or None
        Ratios between which 95 % of single comparisons are expected.
    lower_ci95, upper_ci95 : (float, float) or None
        95 % intervals of each limit. None, as `ratio_ci95`, where subjects have several pairs
        and there are fewer than five subjects: then nothing tells how much subjects differ.
    """

    model_config = ConfigDict(frozen=True)

    n: int
    subjects: int
    ratio: float
    ratio_ci95: Interval | None
    limits: Interval | None
    lower_ci95: Interval | None
    upper_ci95: Interval | None


class Icc(BaseModel):
    """Intraclass correlation of single measurements, on the logarithm.

    Attributes
    ----------
    agreement : float
        ICC(2,1) of Shrout and Fleiss (two-way random, absolute agreement); where targets are
        nested in subjects or raters lack some, the share of the variance of a single measurement
        that is between targets of different subjects.
    agreement_ci95 : (float, float) or None
        Its 95 % interval; None with nested targets of fewer than five subjects.
    consistency : float or None
        ICC(3,1) (two-way mixed, consistency); None where raters lack some targets.
    consistency_ci95 : (float, float) or None
        Its 95 % interval; None where targets are nested.
    factor : float
        Two raters of one target differ by at most this factor in 95 % (reproducibility): the
        exponential of 1.96 sqrt(2) standard deviations of one reading.
    factor_ci95 : (float, float) or None
        Its 95 % interval; None from fewer than five subjects.
    targets, raters, subjects, readings : int
        How many were measured, by how many, of how many subjects, and how often in all.

    Notes
    -----
    Intervals speak of these raters and of further subjects.
    """

    model_config = ConfigDict(frozen=True)

    agreement: float
    agreement_ci95: Interval | None
    consistency: float | None
    consistency_ci95: Interval | None
    factor: float
    factor_ci95: Interval | None
    targets: int
    raters: int
    subjects: int
    readings: int


def bland_altman(
    first: Sequence[float], second: Sequence[float], subject: Sequence[object] | None = None
) -> BlandAltman | None:
    """Return limits of agreement of log-transformed pairs, None without any pair.

    Bland and Altman (Lancet 1986; Stat Methods Med Res 1999, section 2): bias d, limits
    d +- 1.96 s; the standard error of a limit is s sqrt(1/n + 1.96^2 / (2 (n - 1))). With a
    single pair only the ratio is known. Where a subject has several pairs: Bland and Altman 2007,
    see `limits_of_agreement`.

    Parameters
    ----------
    first, second : sequence of float, length n
        Positive values.
    subject : sequence, length n, or None
        Whose they are; None when each pair is of another subject.
    """
    d = np.log(np.asarray(first, dtype=float)) - np.log(np.asarray(second, dtype=float))
    n = len(d)
    if n == 0:
        return None
    subjects = n if subject is None else len(set(subject))
    if subject is not None and subjects < n:
        return _nested(d, subject, subjects)
    bias = float(d.mean())
    if n < 2:
        return _told(n, subjects, bias)
    s, z = float(d.std(ddof=1)), float(stats.norm.ppf(0.975))
    t = float(stats.t.ppf(0.975, n - 1))
    wide = t * s / np.sqrt(n)
    of_limit = t * s * np.sqrt(1 / n + z**2 / (2 * (n - 1)))
    low, high = bias - z * s, bias + z * s
    return BlandAltman(
        n=n,
        subjects=subjects,
        ratio=np.exp(bias),
        ratio_ci95=_exp(bias, wide),
        limits=(float(np.exp(low)), float(np.exp(high))),
        lower_ci95=_exp(low, of_limit),
        upper_ci95=_exp(high, of_limit),
    )


def _nested(d: FloatArray, subject: Sequence[object], subjects: int) -> BlandAltman:
    found = limits_of_agreement(d, subject)
    if found is not None:
        return _of(found)
    means = pd.Series(d).groupby(np.asarray(subject, str)).mean().to_numpy()
    bias = float(means.mean())
    if subjects < 2:  # how subjects differ is not known
        return _told(len(d), subjects, bias)
    groups = pd.Series(d).groupby(np.asarray(subject, str))
    variance = float(groups.var(ddof=0).mean() + means.var(ddof=1))
    wide = 1.959964 * np.sqrt(variance)
    return _told(len(d), subjects, bias, _exp(bias, wide))


def _of(found: Limits) -> BlandAltman:
    bias, lower, upper = found.bias, found.lower, found.upper
    return BlandAltman(
        n=found.pairs,
        subjects=found.subjects,
        ratio=np.exp(bias.value),
        ratio_ci95=(float(np.exp(bias.low)), float(np.exp(bias.high))),
        limits=(float(np.exp(lower.value)), float(np.exp(upper.value))),
        lower_ci95=(float(np.exp(lower.low)), float(np.exp(lower.high))),
        upper_ci95=(float(np.exp(upper.low)), float(np.exp(upper.high))),
    )


def _told(n: int, subjects: int, bias: float, limits: Interval | None = None) -> BlandAltman:
    return BlandAltman(
        n=n,
        subjects=subjects,
        ratio=np.exp(bias),
        ratio_ci95=None,
        limits=limits,
        lower_ci95=None,
        upper_ci95=None,
    )


def _exp(middle: float, wide: float) -> Interval:
    return float(np.exp(middle - wide)), float(np.exp(middle + wide))


def icc(values: pd.DataFrame) -> Icc | None:
    """Return the intraclass correlations of positive values.

    Parameters
    ----------
    values : pandas.DataFrame
        Columns `target`, `rater`, `value`, and `subject` where targets are nested in subjects.
        Targets of one rater are left out.

    Returns
    -------
    Icc or None
        None with fewer than three targets or two raters, or where nothing varies.
    """
    if "subject" not in values:
        values = values.assign(subject=values["target"])
    several = values.groupby("target")["rater"].transform("nunique") > 1
    values = values[several]
    raters, targets = values["rater"].nunique(), values["target"].nunique()
    if targets < 3 or raters < 2:
        return None
    table = values.pivot_table(index="target", columns="rater", values="value")
    whole = not table.isna().to_numpy().any()
    subjects = int(values["subject"].nunique())
    y = np.log(values["value"].to_numpy(float))
    labels = [values[name].tolist() for name in ("subject", "target", "rater")]
    near = scatter(y, *labels)
    found = all_of(np.log(table.to_numpy(float))) if whole else None
    if near is None or near.icc is None or (whole and found is None):
        return None
    plain = found is not None and subjects == targets
    told: dict[str, Any] = {
        "targets": int(targets),
        "raters": int(raters),
        "subjects": subjects,
        "readings": len(values),
        "factor": _factor(near.sd),
        "factor_ci95": None if near.sd_ends is None else tuple(map(_factor, near.sd_ends)),
    }
    if found is not None and plain:
        return _plain(found, told)
    return Icc(
        agreement=near.icc,
        agreement_ci95=near.icc_ends,
        consistency=None if found is None else found.consistency.value,
        consistency_ci95=None,
        **told,
    )


def _factor(sd: float) -> float:
    return float(np.exp(1.959964 * np.sqrt(2.0) * sd))


def _plain(found: IccOfTable, told: dict[str, Any]) -> Icc:
    return Icc(
        agreement=found.agreement.value,
        agreement_ci95=(found.agreement.low, found.agreement.high),
        consistency=found.consistency.value,
        consistency_ci95=(found.consistency.low, found.consistency.high),
        **told,
    )
