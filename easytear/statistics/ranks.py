"""Spearman's rank correlation with an interval that holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy import stats

from easytear.base.geometry import FloatArray

FEWEST_FOR_INTERVAL: Final = 10
"""Pairs below which no interval of a rank correlation holds (Bonett and Wright 2000)."""


def holm(p: Sequence[float]) -> list[float]:
    """Return p values corrected for their number (Holm 1979), in their order."""
    order = np.argsort(p)
    steps = np.asarray(p)[order] * np.arange(len(p), 0, -1)
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(one) for one in corrected]


def spearman(x: FloatArray, y: FloatArray) -> tuple[float, float, tuple[float, float] | None]:
    """Return Spearman's correlation, its p value and its 95 % interval.

    The interval is that of Bonett and Wright (Psychometrika 2000): Fisher's transformation with
    the variance (1 + r^2 / 2) / (n - 3); None from fewer than ten pairs.
    """
    found = stats.spearmanr(x, y)
    r, p, n = float(found.statistic), float(found.pvalue), len(x)
    if n < FEWEST_FOR_INTERVAL:
        return r, p, None
    if abs(r) >= 1:
        return r, p, (r, r)
    wide = float(stats.norm.ppf(0.975)) * np.sqrt((1 + r**2 / 2) / (n - 3))
    return r, p, (float(np.tanh(np.arctanh(r) - wide)), float(np.tanh(np.arctanh(r) + wide)))
