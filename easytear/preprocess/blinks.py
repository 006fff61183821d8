"""Blinks and the intervals between them, from how far the lids cover the eye."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.preprocess.lid_skin import LEAST_ROWS
from easytear.preprocess.lids import LidSignal
from easytear.preprocess.records import Blink, Interval
from easytear.request.settings.preprocess import BlinkSettings

SLOW = 0.1
"""The upstroke is over when the lid's speed has fallen below this share of its peak: after it a
lid may creep for seconds, and film spreads meanwhile."""
CREEP_CLOSURE = 0.25
"""Only what remains of the way below this closure can be creep."""
LEAST_S = 0.05
"""Even the quickest partial blink lasts twice as long (Sforza 2008); what is shorter at a frame
rate that would show more of it is no lid."""
TURN_S = 0.04
"""A lid stays this long within a twentieth of its deepest closure (cosine ways of 0.1 s, as in
Sforza 2008): frames so close show the same closure."""
STILL_ALIKE = 0.8
"""Under another light, out of focus, badly coded the open eye still correlates with itself as well
as this; with half of the pupil under a lid it does not."""
STILL_THE_SAME = 0.9
OVER_PUPIL = 0.4
"""A lid that has come this far hides some of the pupil: 4 mm above it at rest, 5.4 mm below."""
LOST_S = 0.1
"""A quick blink begins within a gap as long as this."""


def find_blinks(signal: LidSignal, time_s: FloatArray, settings: BlinkSettings) -> list[Blink]:
    """Return the blinks, in order.

    A blink is a stretch in which the upper lid covers more than in the open state
    (`settings.least_cover`), and that at its deepest reaches `settings.least_depth`. It ends
    with the upstroke. Stretches a short gap apart are one.

    Parameters
    ----------
    signal : LidSignal
        How the lids cover the eye.
    time_s : (n,) float array
        Presentation times.
    settings : BlinkSettings
        What counts as a blink.
    """
    time_s = np.asarray(time_s, float)
    blinks = []
    hidden = (signal.evidence >= LEAST_ROWS) & ~signal.pupil_whole
    for first, last in _joined(signal.closure > settings.least_cover, time_s, settings.join_gap_s):
        closure = signal.closure[first : last + 1]
        if float(closure.max()) < settings.least_depth or _too_short(first, last, time_s):
            continue
        if _eye_is_there(signal, time_s, first, last):
            continue
        last = first + _upstroke_end(closure, time_s[first : last + 1])
        # No interval begins while the lid or its lashes still hang over the pupil.
        while last + 1 < len(time_s) and hidden[last + 1]:
            last += 1
        blinks.append(_blink(signal, time_s, first, last, settings))
    return blinks


def _eye_is_there(signal: LidSignal, time_s: FloatArray, first: int, last: int) -> bool:
    """Return whether the open eye shows all the time where a lid is said to cover it.

    A lid puts another pattern in the eye's place. Light, veil, blur, noise and what a codec makes
    of its first pictures depart from the open eye too, but leave its pattern. Where a lid's way
    can be watched from both sides it is believed more.
    """
    part = slice(first, last + 1)
    alike, closure = signal.alike[part], signal.closure[part]
    at_once = signal.light_steps[first] or signal.light_steps[last]
    if at_once or not _seen_on_both_sides(time_s, first, last):
        return bool((signal.pupil_whole[part] | (alike > STILL_ALIKE)).all())
    deep = bool(closure.max() > OVER_PUPIL)
    return deep and bool((alike > STILL_THE_SAME).all())


def _seen_on_both_sides(time_s: FloatArray, first: int, last: int) -> bool:
    """Return whether the frames just before and after a stretch are in the video."""
    if first == 0 or last == len(time_s) - 1:
        return False
    usual = float(np.median(np.diff(time_s)))
    beside = (time_s[first] - time_s[first - 1], time_s[last + 1] - time_s[last])
    return bool(max(beside) < LOST_S + usual)


def _joined(covered: BoolArray, time_s: FloatArray, gap_s: float) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in runs(covered):
        if joined and time_s[first] - time_s[joined[-1][1]] < gap_s:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _too_short(first: int, last: int, time_s: FloatArray) -> bool:
    if first == 0 or last == len(time_s) - 1:
        return False
    return bool(time_s[last + 1] - time_s[first] < LEAST_S)


def _upstroke_end(closure: FloatArray, time_s: FloatArray) -> int:
    """Return the last frame of the upstroke, counted from the blink's first."""
    deepest = _last_deep(closure)
    if deepest >= len(closure) - 3:
        return len(closure) - 1
    speed = -np.gradient(closure[deepest:], time_s[deepest:])
    peak = int(np.argmax(speed))
    slow = (speed < SLOW * speed[peak]) & (closure[deepest:] < CREEP_CLOSURE)
    slow[: peak + 1] = False
    # Two frames in a row: a single one can be the edge's own noise.
    ends = np.flatnonzero(slow[:-1] & slow[1:])
    return deepest + int(ends[0]) if len(ends) else len(closure) - 1


def _last_deep(closure: FloatArray) -> int:
    return int(np.flatnonzero(closure >= 0.9 * closure.max())[-1])


def _blink(
    signal: LidSignal, time_s: FloatArray, first: int, last: int, settings: BlinkSettings
) -> Blink:
    closure = signal.closure[first : last + 1]
    deepest = _deepest(closure, time_s[first : last + 1])
    complete = deepest >= settings.complete_cover
    level = settings.complete_cover if complete else deepest
    down = first + int(np.argmax(closure >= level))
    up = first + int(np.flatnonzero(closure >= level)[-1])
    whole_start, whole_end = first > 0, last < len(time_s) - 1
    begun = _crossing(signal.closure, time_s, first - 1, settings.least_cover)
    ended = _crossing(signal.closure, time_s, last, settings.least_cover)
    middle = 0.5 * (time_s[down] + time_s[up])
    touched = (time_s[down], time_s[up]) if complete else (middle, middle)
    span = signal.travel_mm
    return Blink(
        first,
        last,
        complete,
        closure=deepest,
        closing_s=float(touched[0] - begun) if whole_start else None,
        contact_s=float(touched[1] - touched[0]) if whole_start and whole_end else None,
        opening_s=float(ended - touched[1]) if whole_end else None,
        closing_peak_mm_s=_peak(signal.closure, time_s, first - 1, down, span)
        if whole_start
        else None,
        opening_peak_mm_s=_peak(-signal.closure, time_s, up, last + 1, span) if whole_end else None,
    )


def _deepest(closure: FloatArray, time_s: FloatArray) -> float:
    """Return the deepest closure, of frames close in time their median.

    A lid turns in more than `TURN_S`, a single frame's edge can be a row of lashes off.
    """
    half = 0.5 * TURN_S + 1e-6
    smooth = [float(np.median(closure[np.abs(time_s - time) <= half])) for time in time_s]
    return max(smooth)


def _crossing(closure: FloatArray, time_s: FloatArray, before: int, level: float) -> float:
    """Return when the closure crosses a level between frame `before` and the next."""
    a, b = max(before, 0), min(before + 1, len(time_s) - 1)
    if closure[a] == closure[b]:
        return float(time_s[a])
    share = np.clip((level - closure[a]) / (closure[b] - closure[a]), 0.0, 1.0)
    return float(time_s[a] + share * (time_s[b] - time_s[a]))


def _peak(
    closure: FloatArray, time_s: FloatArray, first: int, last: int, travel_mm: float
) -> float | None:
    """Return the greatest speed between two frames, mm/s; None where too few show the way."""
    if last - first < 2 or not math.isfinite(travel_mm):
        return None
    way, at = closure[first : last + 1], time_s[first : last + 1]
    # Over two steps: the edge is known to a row of cells, which one short step makes much of.
    speed = (way[2:] - way[:-2]) / (at[2:] - at[:-2])
    return float(speed.max() * travel_mm)


def runs(mask: BoolArray) -> list[tuple[int, int]]:
    """Return first and last index of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def intervals_between(
    blinks: list[Blink], time_s: FloatArray, settings: BlinkSettings
) -> list[Interval]:
    """Return the open stretches between blinks that last at least `min_interval_s`.

    A video without a blink is one interval, however short.
    """
    if not blinks:
        return [Interval(0, len(time_s) - 1, None)]
    found = []
    before: Blink | None = None
    start = 0
    for blink in [*blinks, Blink(len(time_s), len(time_s), True)]:
        end = blink.start_frame - 1
        if end >= start and time_s[end] - time_s[start] >= settings.min_interval_s:
            found.append(Interval(start, end, before))
        start, before = blink.end_frame + 1, blink
    return found


def split_at_gaps(
    intervals: Sequence[Interval],
    gaps: Sequence[int],
    time_s: FloatArray,
    settings: BlinkSettings,
) -> list[Interval]:
    """Return the intervals, ended where frames are lost for so long that a blink may hide there.

    Parameters
    ----------
    intervals : sequence of Interval
        As found without regard to gaps.
    gaps : sequence of int
        The first frame after each gap.
    time_s : (n,) float array
        Presentation times.
    settings : BlinkSettings
        `min_interval_s` is asked of what remains of an interval that is cut.
    """
    parts = []
    for interval in intervals:
        inside = [gap for gap in gaps if interval.start_frame < gap <= interval.end_frame]
        starts = [interval.start_frame, *inside]
        ends = [*(gap - 1 for gap in inside), interval.end_frame]
        for start, end in zip(starts, ends, strict=True):
            if not inside or time_s[end] - time_s[start] >= settings.min_interval_s:
                before = interval.blink_before if start == interval.start_frame else None
                parts.append(Interval(start, end, before))
    return parts
