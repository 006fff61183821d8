"""From a container's time stamps to the times at which frames were shown.

Recorders leave stamps out, give two frames one stamp, set their clock back or ahead; copies that
were joined begin again at 0. What can be told is kept; what cannot is placed between its
neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray

BLINK_MAY_HIDE_S = 0.25
"""Time without a frame in which a whole blink may pass unseen: spontaneous blinks take 0.1 to
0.4 s from the first closing to full opening."""

CLOCK_FAULT_S = 3600.0
"""A jump forward by an hour or more is a clock that was set (daylight saving) or broke: no pause
within the recording of a blink is so long."""

_REORDERED = 16
"""Frames that a decoder holds back at most to put them in order (H.264, annex A.3.1)."""

_NEIGHBOURS = 31
"""Steps from which the usual one of a place is told: a second of video."""


@dataclass(frozen=True, eq=False)
class FrameTimes:
    """When frames were shown.

    Attributes
    ----------
    time_s : (n,) float array
        0 at the first frame, rising.
    step_s : float
        Usual time between two frames.
    gaps : tuple of int
        Numbers of the frames before which more time is missing than dropped frames explain: a
        blink may hide there, or the clock jumped ahead.
    repaired : bool
        True where a time had to be placed between others, or the clock ran backwards.
    """

    time_s: FloatArray
    step_s: float
    gaps: tuple[int, ...]
    repaired: bool


def frame_times(
    stamp: FloatArray,
    clock_s: float,
    step_s: float,
    *,
    number: NDArray[np.intp] | None = None,
    stored_in_order: bool = False,
) -> FrameTimes:
    """Return the times of frames in the order in which they are shown.

    Equal and absent stamps are shared out evenly up to the next good one, which is kept. Stamps
    between which the others go on as if they were not there are dropped (a clock that was wrong
    for a while). After a jump backward time goes on one step later.

    Parameters
    ----------
    stamp : (n,) float array
        Time stamps; NaN where absent.
    clock_s : float
        Seconds of one tick.
    step_s : float
        Time between two frames where the stamps do not tell.
    number : (n,) int array, optional
        Number of each frame among all that were shown, where some of them cannot be given.
    stored_in_order : bool
        The stamps rise in the order in which the frames are stored: if they do not in the order
        shown, the decoder's reordering explains it, and sorted they are the times.
    """
    stamp = np.asarray(stamp, float)
    if not len(stamp):
        return FrameTimes(stamp, step_s, (), repaired=False)
    number = np.arange(len(stamp)) if number is None else np.asarray(number) - number[0]
    given = np.full(int(number[-1]) + 1, np.nan)
    given[number] = stamp * clock_s
    times = _all_times(given, clock_s, step_s, stored_in_order=stored_in_order)
    time_s = times.time_s[number]
    gaps = np.unique(np.searchsorted(number, times.gaps)) if times.gaps else np.zeros(0, int)
    repaired = times.repaired or not np.isfinite(stamp).all()
    return FrameTimes(time_s - time_s[0], times.step_s, tuple(gaps.tolist()), repaired)


def _all_times(
    given: FloatArray, clock_s: float, step_s: float, *, stored_in_order: bool
) -> FrameTimes:
    """Return the times of frames that are given and of those missing between them (NaN)."""
    given, uneven = _sorted(given, clock_s, stored_in_order)
    given = given - given[np.isfinite(given)][0] if np.isfinite(given).any() else given
    good = np.isfinite(given)
    good[1:] &= ~(given[1:] == given[:-1])
    good &= ~_excursions(given, good, step_s)
    if not good.any():
        return FrameTimes(np.arange(len(given)) * step_s, step_s, (), repaired=True)
    place = np.flatnonzero(good)
    share, usual, step = _shares(given[place], place, step_s)
    count = np.diff(place)
    missing = (share - usual) * count
    gap = (share > 0) & (missing > np.maximum(BLINK_MAY_HIDE_S, usual))
    closed = (share <= 0) | (gap & (missing >= CLOCK_FAULT_S))
    even = np.where(closed, usual, share)
    last = np.where(gap & ~closed, share * count - usual * (count - 1), even)
    steps = np.repeat(np.where(gap, usual, even), count)
    steps[np.cumsum(count) - 1] = last
    before, after = np.full(place[0], step), np.full(len(given) - 1 - place[-1], step)
    time_s = np.concatenate([[0.0], np.cumsum(np.concatenate([before, steps, after]))])
    dropped = bool((np.isfinite(given) & ~good).any())
    repaired = uneven or dropped or bool(closed.any())
    return FrameTimes(time_s, step, tuple(place[1:][gap].tolist()), repaired)


def _sorted(given: FloatArray, clock_s: float, explained: bool) -> tuple[FloatArray, bool]:
    """Return the stamps in order where reordering explains that they are not.

    It does where they rise as stored, or where frames are out of place by no more than a decoder
    ever holds back and are evenly spaced when sorted (a clock set back would put two frames
    into the time of one). The second value says that order was made and spacing is uneven.
    """
    known = np.flatnonzero(np.isfinite(given))
    if not (np.diff(given[known]) < 0).any():
        return given, False
    order = np.argsort(given[known], kind="stable")
    steps = np.diff(given[known][order])
    moved = order != np.arange(len(order))
    apart = steps[moved[1:] | moved[:-1]] / max(float(np.median(steps)), 1e-12)
    near = bool((np.abs(order - np.arange(len(order))) <= _REORDERED).all())
    if not explained and not (near and apart.min() > 0.7 and apart.max() < 1.5):
        return given, False
    ordered = given.copy()
    ordered[known] = given[known][order]
    return ordered, bool(np.ptp(steps) > 2 * clock_s)


def _shares(
    given: FloatArray, place: NDArray[np.intp], step_s: float
) -> tuple[FloatArray, FloatArray, float]:
    """Return a frame's share of the time to the next good stamp, the usual one there, and of all.

    `given` are the good stamps, `place` the numbers of their frames.
    """
    if len(place) < 2:
        return np.zeros(0), np.zeros(0), step_s
    share = np.diff(given) / np.diff(place)
    rising = share > 0
    step = float(np.median(np.repeat(share[rising], np.diff(place)[rising]))) if rising.any() else 0
    step = step or step_s
    padded = np.pad(np.where(rising, share, step), _NEIGHBOURS // 2, mode="edge")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, _NEIGHBOURS), axis=1)
    return share, usual, step


def _excursions(given: FloatArray, good: BoolArray, step_s: float) -> BoolArray:
    """Return where the clock was wrong for a while: what follows goes on from what was before.

    Stretches of stamps that rise without a jump are followed: where one begins about when the
    frames between it and an earlier one would have ended, those between were wrong.
    """
    wrong = np.zeros(len(given), bool)
    place = np.flatnonzero(good)
    if len(place) < 3:
        return wrong
    share, usual, _ = _shares(given[place], place, step_s)
    far = (share - usual) * np.diff(place) > np.maximum(BLINK_MAY_HIDE_S, usual)
    breaks = np.flatnonzero((share <= 0) | far)
    if len(breaks) < 2:
        return wrong
    first, last = np.append(0, breaks + 1), np.append(breaks, len(place) - 1)
    step = float(np.median(usual))
    kept = [0]
    for number in range(1, len(first)):
        start, begins = place[first[number]], given[place[first[number]]]
        for before in kept[:-1][::-1]:
            end = place[last[before]]
            due = given[end] + (start - end) * step
            if given[end] < begins and abs(begins - due) <= max(0.5 * (start - end), 2.0) * step:
                wrong[end + 1 : start] = True
                kept = kept[: kept.index(before) + 1]
                break
        kept.append(number)
    return wrong
