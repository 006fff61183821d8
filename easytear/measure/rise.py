"""The rise of the headline zone without a law: what it had reached after 1, 2 and 5 s.

Two eyes can be compared by these numbers whatever law their films follow.
"""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.measure.bootstrap import interval95
from easytear.measure.shared import Shared
from easytear.results.records import Pair, Rise

AT_S = (1.0, 2.0, 5.0)
HALF_OF_S = 5.0
SMOOTH_S = 0.07
"""Half width of the straight line by which the rise is read at a time: errors of two frames."""
EARLY_S = 0.2
"""The early velocity is the mean over the first so many seconds after onset."""


def law_free(shared: Shared, *, scale_known: bool) -> Rise:
    """Return the rise after given times since onset, and half the rise of 5 s; with intervals.

    Parameters
    ----------
    shared : Shared
        The motion that film and front share.
    scale_known : bool
        False leaves everything in millimetres unknown.

    Returns
    -------
    Rise
        None in it where the interval is shorter, or the film was not followed so far. The
        intervals do not contain the scale's uncertainty.
    """
    onset = shared.law.fit.onset_s
    onsets = onset + shared.onset_draws_s
    base = _base(shared, shared.rise_mm[None, :], np.array([onset]))
    bases = _base(shared, shared.rise_draws_mm, onsets)
    values: dict[str, float | Pair | None] = {}
    for after in AT_S:
        if not _followed(shared.time_s, onset + after):
            continue
        rise = _at(shared.time_s, shared.rise_mm[None, :], np.array([onset + after])) - base
        draws = _at(shared.time_s, shared.rise_draws_mm, onsets + after) - bases
        if scale_known:
            name = f"rise_{after:.0f}s_mm"
            values[name] = float(rise[0])
            values[f"{name}_ci95_given_scale"] = interval95(draws)
    if _followed(shared.time_s, onset + EARLY_S) and scale_known:
        rise = _at(shared.time_s, shared.rise_mm[None, :], np.array([onset + EARLY_S])) - base
        draws = _at(shared.time_s, shared.rise_draws_mm, onsets + EARLY_S) - bases
        values["early_velocity_mm_s"] = float(rise[0]) / EARLY_S
        low, high = interval95(draws)
        values["early_velocity_mm_s_ci95_given_scale"] = (low / EARLY_S, high / EARLY_S)
    if _followed(shared.time_s, onset + HALF_OF_S):
        half = _half_rise(shared.time_s, shared.rise_mm[None, :], np.array([onset]), base)
        halves = _half_rise(shared.time_s, shared.rise_draws_mm, onsets, bases)
        values["half_rise_s"] = float(half[0])
        values["half_rise_s_ci95"] = interval95(halves)
    return Rise.model_validate(values)


def _followed(time_s: FloatArray, until_s: float) -> bool:
    return bool(time_s[-1] >= until_s - SMOOTH_S and time_s[0] <= until_s)


def _base(shared: Shared, paths: FloatArray, onset_s: FloatArray) -> FloatArray:
    """Return the paths' values (b,) at their onsets.

    Where the film was first seen after its onset the law says where it was; a path that lies
    beside the found one in the first frames seen lay beside it then, too.
    """
    law, first = shared.law, shared.time_s[:3]
    beside = (paths[:, :3] - shared.rise_mm[:3]).mean(axis=1)
    unseen = shared.time_s[0] > onset_s
    short = shared.rise_mm[:3].mean() - law.rho_mm * float(law.fit.curve(first).mean())
    seen = _at(shared.time_s, paths, np.maximum(onset_s, shared.time_s[0]))
    return np.where(unseen, short + beside, seen)


def _at(time_s: FloatArray, paths: FloatArray, at_s: FloatArray) -> FloatArray:
    """Return the paths' (b, n) values (b,) at times (b,): straight lines through near frames."""
    out = np.empty(len(paths))
    for k, (path, at) in enumerate(zip(paths, at_s, strict=True)):
        near = np.abs(time_s - at) <= SMOOTH_S
        if near.sum() >= 3 and at - time_s[0] > SMOOTH_S and time_s[-1] - at > SMOOTH_S:
            slope = np.polyfit(time_s[near] - at, path[near], 1)
            out[k] = slope[1]
        else:
            out[k] = np.interp(at, time_s, path)
    return out


def _half_rise(
    time_s: FloatArray, paths: FloatArray, onset_s: FloatArray, start_mm: FloatArray
) -> FloatArray:
    """Return when (b,) since onset paths have reached half of what they reach in 5 s."""
    half = 0.5 * (start_mm + _at(time_s, paths, onset_s + HALF_OF_S))
    out = np.empty(len(paths))
    for k, path in enumerate(paths):
        first = int(np.argmax(path >= half[k]))
        before = max(first - 1, 0)
        step = path[first] - path[before]
        share = (half[k] - path[before]) / step if step > 0 else 0.0
        at = time_s[before] + np.clip(share, 0.0, 1.0) * (time_s[first] - time_s[before])
        out[k] = at - onset_s[k]
    return out
