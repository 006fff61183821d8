"""Whether two groups of measurements differ by more than chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from easytear.base.geometry import FloatArray

LEVEL = 0.05
_Z95 = 1.959964


@dataclass(frozen=True)
class Sample:
    """One side's values on the scale on which they are compared.

    Attributes
    ----------
    value : (k,) float array
        One a compared interval; the natural logarithm for what is compared by ratios.
    sd : (k,) float array
        The program's standard deviation of each, independent between intervals; NaN: unknown.
    common_sd : float
        Standard deviation of what all of them share: the scale.
    """

    value: FloatArray
    sd: FloatArray
    common_sd: float = 0.0


@dataclass(frozen=True)
class Scatter:
    """How far the mean of a visit scatters between visits without a cause.

    Attributes
    ----------
    sd : float
        Within-eye standard deviation between visits, on the scale that is compared.
    df : float
        Degrees of freedom behind it.
    """

    sd: float
    df: float


@dataclass(frozen=True)
class Difference:
    """Mean of b minus mean of a, its standard deviation, and degrees of freedom.

    `sd` is None where nothing is known of the scatter; `repeated` says whether how the eye varies
    by itself is in it (several intervals, or visits), or the program's error alone.
    """

    value: float
    sd: float | None
    df: float
    repeated: bool = True

    @property
    def ci95(self) -> tuple[float, float] | None:
        """Its 95 % interval."""
        if self.sd is None:
            return None
        half = float(stats.t.ppf(0.975, self.df)) * self.sd
        return self.value - half, self.value + half

    @property
    def p(self) -> float | None:
        """Two-sided p value of no difference."""
        if self.sd is None:
            return None
        if self.sd == 0.0:
            return 1.0 if self.value == 0.0 else 0.0
        return float(2.0 * stats.t.sf(abs(self.value) / self.sd, self.df))

    @property
    def detectable(self) -> float | None:
        """The smallest difference that is told from chance in 95 % of such pairs."""
        if self.sd is None:
            return None
        both = stats.t.ppf(0.975, self.df) + stats.t.ppf(0.95, self.df)
        return float(both) * self.sd


def difference(a: Sample, b: Sample, visits: Scatter | None = None) -> Difference:
    """Return how far two sides differ.

    Each interval scatters by the program's error and, where a side has several, by what differs
    between the intervals of one recording: a variance component, estimated by moments from both
    sides together (DerSimonian and Laird 1986, in one step), with Satterthwaite's (1946) degrees
    of freedom. Where the scatter between visits is known, it replaces both if it is larger.
    """
    sizes = len(a.value), len(b.value)
    if not all(sizes):
        raise ValueError("both sides need a value")
    value = float(b.value.mean() - a.value.mean())
    share = 1.0 / sizes[0] + 1.0 / sizes[1]
    freedom = sum(sizes) - 2
    program = float(np.mean([*a.sd**2, *b.sd**2]))
    common = a.common_sd**2 + b.common_sd**2
    spread = (
        float(((a.value - a.value.mean()) ** 2).sum() + ((b.value - b.value.mean()) ** 2).sum())
        / freedom
        if freedom
        else math.nan
    )
    if math.isnan(program):
        own, df = spread * share, float(freedom)
    else:
        own = float((a.sd**2).mean() / sizes[0] + (b.sd**2).mean() / sizes[1])
        df = math.inf
        if spread > program:
            own += (spread - program) * share
            df = own**2 * freedom / (spread * share) ** 2
    own += common
    if visits is not None:
        of_visits = 2.0 * visits.sd**2
        if math.isnan(own) or of_visits > own:
            own, df = of_visits, visits.df
    if math.isnan(own) or df <= 0:
        return Difference(value, None, 0.0)
    return Difference(value, math.sqrt(own), df, freedom > 0 or visits is not None)


def holm(p: Sequence[float | None]) -> list[bool | None]:
    """Return which hypotheses of no difference fall (Holm 1979) at 5 % in all; None: unknown."""
    known = sorted((one, place) for place, one in enumerate(p) if one is not None)
    told: list[bool | None] = [None] * len(p)
    falling = True
    for rank, (one, place) in enumerate(known):
        falling = falling and one <= LEVEL / (len(known) - rank)
        told[place] = falling
    return told


def sd_of(low: float | None, high: float | None, value: float, *, log: bool) -> float:
    """Return the standard deviation behind a 95 % interval, on the compared scale; NaN: unknown."""
    if low is None or high is None or not high >= low:
        return math.nan
    if not log:
        return (high - low) / (2.0 * _Z95)
    if low > 0:
        return math.log(high / low) / (2.0 * _Z95)
    return (high - low) / (2.0 * _Z95 * value)
