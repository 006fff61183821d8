"""How a person blinked in a video: rate, partial blinks, open times, lid contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np
from scipy.special import gammaincinv, ndtri

LEAST_S = 30.0
"""A rate needs at least this long: at 10 blinks a minute it then rests on five."""

Pair = tuple[float | None, float | None]
UNKNOWN: Pair = (None, None)


@dataclass(frozen=True)
class BlinkTimes:
    """One blink: seconds of the video, whether the lids met, and for how long (None: unknown)."""

    start_s: float
    end_s: float
    complete: bool
    contact_s: float | None


@dataclass(frozen=True)
class BlinkStatistics:
    """How a person blinked; None where it is withheld, and `flags` say why.

    Attributes
    ----------
    rate_per_min, rate_per_min_ci95 : float or None, pair
        Blinks a minute, with the exact Poisson interval (Garwood 1936).
    partial_share, partial_share_ci95 : float or None, pair
        Share of blinks in which the lids did not meet, with Wilson's interval (1927).
    interval_median_s, interval_range_s : float or None, pair
        Time from the end of a blink to the start of the next: median, least and greatest.
    contact_s_per_min : float or None
        Time of lid contact a minute.
    observed_s : float
        How long the eye was watched.
    flags : tuple of str
        "blinking_instructed", "blinking_too_short".
    """

    rate_per_min: float | None
    rate_per_min_ci95: Pair
    partial_share: float | None
    partial_share_ci95: Pair
    interval_median_s: float | None
    interval_range_s: Pair
    contact_s_per_min: float | None
    observed_s: float
    flags: tuple[str, ...]


def blink_statistics(
    blinks: Sequence[BlinkTimes], observed_s: float, *, instructed: bool = False
) -> BlinkStatistics:
    """Return how a person blinked.

    Parameters
    ----------
    blinks : sequence of BlinkTimes
        All blinks of the video, in order.
    observed_s : float
        How long the eye was watched.
    instructed : bool
        Whether the person was told when to blink: then nothing of it is theirs.
    """
    if instructed:
        return BlinkStatistics(
            None, UNKNOWN, None, UNKNOWN, None, UNKNOWN, None, observed_s, ("blinking_instructed",)
        )
    count = len(blinks)
    partial = sum(not blink.complete for blink in blinks)
    share = partial / count if count else None
    share_ci = _wilson(partial, count)
    if observed_s < LEAST_S:
        return BlinkStatistics(
            None, UNKNOWN, share, share_ci, None, UNKNOWN, None, observed_s, ("blinking_too_short",)
        )
    minutes = observed_s / 60.0
    between = np.array([b.start_s - a.end_s for a, b in pairwise(blinks)])
    # Garwood's limits of a Poisson count: quantiles of gamma distributions.
    low = float(gammaincinv(count, 0.025)) if count else 0.0
    high = float(gammaincinv(count + 1, 0.975))
    return BlinkStatistics(
        rate_per_min=count / minutes,
        rate_per_min_ci95=(low / minutes, high / minutes),
        partial_share=share,
        partial_share_ci95=share_ci,
        interval_median_s=float(np.median(between)) if len(between) else None,
        interval_range_s=(float(between.min()), float(between.max())) if len(between) else UNKNOWN,
        contact_s_per_min=sum(blink.contact_s or 0.0 for blink in blinks) / minutes,
        observed_s=observed_s,
        flags=(),
    )


def _wilson(successes: int, count: int) -> Pair:
    """Return Wilson's 95 % interval of a share (Wilson 1927); unknown without a case."""
    if count == 0:
        return UNKNOWN
    z2, share = float(ndtri(0.975)) ** 2, successes / count
    middle = (share + z2 / (2 * count)) / (1.0 + z2 / count)
    half = sqrt(z2 * (share * (1.0 - share) + z2 / (4 * count)) / count) / (1.0 + z2 / count)
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == count else middle + half
    return low, high
