"""Velocity of the film without a model, and when it comes to rest."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.measure.motion import local_velocity
from easytear.results.model import Velocity

EARLY_S = 0.2
NO_VELOCITY = Velocity(mean_mm_s=None, peak_mm_s=None, time_of_peak_s=None, early_mm_s=None)


def measure_velocity(
    time_s: FloatArray, displacement_mm: FloatArray, onset_s: float | None
) -> Velocity:
    """Return mean, peak and early upward velocity.

    Parameters
    ----------
    time_s : (n,) array
        Frame times.
    displacement_mm : (n,) array
        Upward displacement in the headline zone, NaN where unknown.
    onset_s : float or None
        When the spread starts; None: nothing spreads, nothing is known.

    Returns
    -------
    Velocity
        `mean_mm_s` from onset (or the first frame known after it) to the last known frame;
        `early_mm_s` over the first 0.2 s after onset, None unless the film was seen from within
        a frame of the onset on; `time_of_peak_s` in video time.
    """
    known = np.isfinite(displacement_mm)
    if onset_s is None or known.sum() < 4:
        return NO_VELOCITY
    after = known & (time_s >= onset_s)
    velocity = local_velocity(time_s, displacement_mm)
    moving = np.isfinite(velocity) & (time_s >= onset_s - 0.05)
    if after.sum() < 2 or not moving.any():
        return NO_VELOCITY
    first, last = np.flatnonzero(after)[[0, -1]]
    travelled = displacement_mm[last] - displacement_mm[first]
    peak = int(np.flatnonzero(moving)[np.argmax(velocity[moving])])
    return Velocity(
        mean_mm_s=float(travelled / (time_s[last] - time_s[first])),
        peak_mm_s=float(velocity[peak]),
        time_of_peak_s=float(time_s[peak]),
        early_mm_s=early_velocity(time_s, displacement_mm, onset_s),
    )


def early_velocity(time_s: FloatArray, displacement_mm: FloatArray, onset_s: float) -> float | None:
    """Return the mean velocity over the first 0.2 s after onset, None where not seen whole."""
    known = np.isfinite(displacement_mm)
    t, y = time_s[known], displacement_mm[known]
    if len(t) < 3:
        return None
    frame = float(np.median(np.diff(time_s)))
    if t[0] > onset_s + 1.01 * frame or t[-1] < onset_s + EARLY_S:
        return None
    start, end = np.interp([onset_s, onset_s + EARLY_S], t, y)
    begun = max(onset_s, float(t[0]))
    return float((end - start) / (onset_s + EARLY_S - begun))


def stabilization_s(
    time_s: FloatArray,
    displacement_mm: FloatArray,
    onset_s: float | None,
    *,
    limit_mm_s: float,
    stable_for_s: float,
) -> float | None:
    """Return the time from onset until the upward velocity stays under the limit.

    Parameters
    ----------
    time_s, displacement_mm : (n,) arrays
        Frame times and upward displacement, NaN where unknown.
    onset_s : float or None
        When the spread starts.
    limit_mm_s : float
        Velocity under which the film is stable.
    stable_for_s : float
        The velocity must be known to stay under the limit for at least so long.

    Returns
    -------
    float or None
        None where the film does not come to rest while it is seen.
    """
    if onset_s is None:
        return None
    velocity = local_velocity(time_s, displacement_mm, 0.25)
    seen = np.flatnonzero(np.isfinite(velocity) & (time_s >= onset_s))
    if len(seen) == 0:
        return None
    fast = np.flatnonzero(velocity[seen] >= limit_mm_s)
    first = int(fast[-1]) + 1 if len(fast) else 0
    if first >= len(seen):
        return None
    start = float(time_s[seen[first]])
    if time_s[seen[-1]] - start < stable_for_s:
        return None
    return start - onset_s
