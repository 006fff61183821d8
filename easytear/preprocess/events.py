"""What happens to the picture and is no blink: light, exposure, focus, lost frames.

A lamp, the camera's gain or a veil of stray light changes all places of a picture at once and
leaves its pattern; a lid changes place after place and puts another pattern there. So light is
judged from the median change of all places between frames, and only where nearly all agree.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.preprocess.blinks import runs
from easytear.preprocess.lid_view import LOG_STEP
from easytear.preprocess.light import blank_frames, light_changes
from easytear.preprocess.records import Blink, Event, EventKind

RAMP_S = 0.15
"""A lamp or a step of the camera takes one frame or two; an exposure that settles takes longer."""
OUT_OF_FOCUS = 0.35
"""Fine structure has lost 30 % of its contrast (a logarithm): film is no longer told from noise."""
LEAST_SEEN_S = 1.0
"""A film that was visible for less is not said to be at rest: a slow one moves 0.3 mm meanwhile."""
LEAST_FOCUS_S = 0.1
FROZEN_STEPS = 2
"""Steps without any change in a row that make a frozen picture, where frames usually differ."""
FROZEN_ABOUT = 15
"""Frames before and after that say how much frames usually differ."""
LEAST_STEP = 0.2
"""Grey levels: where frames differ by less, an encoder itself writes one picture several times."""
JOIN_S = 0.2


def find_events(
    cells: NDArray[np.uint8],
    blinks: list[Blink],
    time_s: FloatArray,
    valid: BoolArray,
    tinted: BoolArray | None = None,
) -> list[Event]:
    """Return the events in order of their first frame.

    Parameters
    ----------
    cells : (n, 2, rows, columns) uint8 array
        From `LidView.cells`.
    blinks : list of Blink
        The blinks: what happens in them is the lids' doing.
    time_s : (n,) float array
        Presentation times.
    valid : (rows, columns) bool array
        Cells that show the scene.
    tinted : (n,) bool array, optional
        Frames in which the colour of the light changes, from `tint_changes`.
    """
    time_s = np.asarray(time_s, float)
    blank = blank_frames(cells, valid)
    free = ~blank & outside(blinks, len(cells))
    found = _marked("lost_frames", blank, time_s)
    found += _marked("lost_frames", _frozen(cells, free), time_s)
    light = _light_events(cells, free, time_s, valid)
    found += light
    if tinted is not None:
        told = np.zeros(len(cells), bool)
        for event in light:
            told[event.start_frame : event.end_frame + 1] = True
        coloured = _marked("light", tinted & ~blank, time_s, free)
        found += [e for e in coloured if not told[e.start_frame : e.end_frame + 1].any()]
    focus = free & (sharpness_change(cells, free, valid) < -OUT_OF_FOCUS)
    found += [
        event
        for event in _marked("focus", focus, time_s, free)
        if time_s[event.end_frame] - time_s[event.start_frame] >= LEAST_FOCUS_S
    ]
    return sorted(found, key=lambda event: (event.start_frame, event.kind))


def outside(blinks: Sequence[Blink], count: int) -> BoolArray:
    """Return which of `count` frames are in none of the blinks."""
    free = np.ones(count, bool)
    for blink in blinks:
        free[blink.start_frame : blink.end_frame + 1] = False
    return free


def sharpness_change(cells: NDArray[np.uint8], free: BoolArray, valid: BoolArray) -> FloatArray:
    """Return how sharp each frame is against the sharper half of the video, (n,) logarithms.

    Fine contrast in the quarter of the places that show most of it, light taken out.
    """
    if not free.any() or not valid.any():
        return np.zeros(len(cells))
    fine = cells[:, 1][:, valid]
    some = np.flatnonzero(free)[:: max(1, int(free.sum()) // 200)]
    usual = np.median(fine[some], axis=0)
    structured = usual >= np.quantile(usual, 0.75)
    contrast = LOG_STEP * fine[:, structured].mean(axis=1)
    # The coarse contrast changes with lamp and gain as the fine one does, and with no veil.
    light = np.log(cells[:, 0][:, valid].std(axis=1) + 1.0)
    change: FloatArray = contrast - light
    return change - float(np.quantile(change[free], 0.75))


def _marked(
    kind: EventKind, mask: BoolArray, time_s: FloatArray, free: BoolArray | None = None
) -> list[Event]:
    """Return the runs of marked frames as events; runs few `free` frames apart are one."""
    joined: list[tuple[int, int]] = []
    for first, last in runs(mask):
        after = joined[-1][1] + 1 if joined else 0
        near = bool(joined) and time_s[first] - time_s[after - 1] < JOIN_S
        if near and (free is None or free[after:first].all()):
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return [Event(kind, first, last) for first, last in joined]


def _frozen(cells: NDArray[np.uint8], free: BoolArray) -> BoolArray:
    """Return the frames that repeat the one before, several in a row, where frames usually differ.

    A recorder that writes every frame twice freezes for one step at a time: it is none.
    """
    step = np.zeros(len(cells))
    for k in range(1, len(cells)):
        step[k] = cv2.absdiff(cells[k], cells[k - 1]).mean()
    same = step == 0
    same[:1] = False
    frozen = np.zeros(len(cells), bool)
    for first, last in runs(same & free):
        about = slice(max(first - FROZEN_ABOUT, 0), last + 1 + FROZEN_ABOUT)
        moving = step[about][(free & ~same)[about]]
        moves = len(moving) > 0 and float(np.median(moving)) > LEAST_STEP
        if moves and last - first + 1 >= FROZEN_STEPS:
            frozen[first : last + 1] = True
    return frozen if frozen.mean() < 0.5 else np.zeros(len(cells), bool)


def _light_events(
    cells: NDArray[np.uint8], free: BoolArray, time_s: FloatArray, valid: BoolArray
) -> list[Event]:
    if len(time_s) < 3:
        return []
    slow = max(2, round(0.1 / max(float(np.median(np.diff(time_s))), 1e-3)))
    changing = np.zeros(len(time_s), bool)
    for lag in (1, slow):
        steps = changing.copy()
        for first in np.flatnonzero(light_changes(cells, free, valid, lag)):
            # What a step explains is no slow change as well.
            if not steps[first : first + lag + 1].any():
                changing[first : first + lag + 1] = True
    events = []
    for event in _marked("light", changing & free, time_s, free):
        span = time_s[event.end_frame] - time_s[event.start_frame]
        ramp = span > RAMP_S and _one_way(cells, event, valid)
        events.append(Event("exposure" if ramp else "light", event.start_frame, event.end_frame))
    return events


def _one_way(cells: NDArray[np.uint8], event: Event, valid: BoolArray) -> bool:
    """Return whether brightness goes one way through an event: it settles, it does not flicker."""
    part = cells[event.start_frame : event.end_frame + 1, 0][:, valid].astype(float)
    step = np.diff(np.log(np.median(part, axis=1) + 1.0))
    total = float(np.abs(step).sum())
    return total > 0 and abs(float(step.sum())) > 0.7 * total


def visibility_flags(
    events: Sequence[Event], first_frame: int, time_s: FloatArray
) -> tuple[str, ...]:
    """Return what an interval's events mean for the film in it.

    "light_changed": colours before and after cannot be compared. "out_of_focus": film was not
    visible for half a second or more. "film_watched_briefly": it was visible for less than
    `LEAST_SEEN_S` in all, so that nothing can be said of a film that was not seen to move.

    Parameters
    ----------
    events : sequence of Event
        The video's events.
    first_frame : int
        The interval's first frame, counted as the events' frames are.
    time_s : (n,) float array
        Times of the interval's frames.
    """
    hidden = _hidden(events, first_frame, len(time_s))
    flags = ["light_changed"] if hidden.keys() & {"light", "exposure"} else []
    if "focus" in hidden and float(_steps(time_s)[hidden["focus"]].sum()) >= 0.5:
        flags.append("out_of_focus")
    if visible_s(events, first_frame, time_s) < LEAST_SEEN_S:
        flags.append("film_watched_briefly")
    return tuple(flags)


def visible_s(events: Sequence[Event], first_frame: int, time_s: FloatArray) -> float:
    """Return for how long film could be seen in an interval; parameters as `visibility_flags`."""
    hidden = _hidden(events, first_frame, len(time_s))
    seen = np.ones(len(time_s), bool)
    for kind in ("focus", "lost_frames", "no_eye"):
        seen &= ~hidden.get(kind, np.zeros(len(time_s), bool))
    return float(_steps(time_s)[seen].sum())


def _steps(time_s: FloatArray) -> FloatArray:
    out: FloatArray = np.gradient(time_s) if len(time_s) > 1 else np.zeros(len(time_s))
    return out


def _hidden(events: Sequence[Event], first_frame: int, count: int) -> dict[str, BoolArray]:
    """Return, for each kind of event, which of `count` frames from `first_frame` on it fills."""
    hidden: dict[str, BoolArray] = {}
    for event in events:
        part = slice(max(event.start_frame - first_frame, 0), event.end_frame - first_frame + 1)
        if event.end_frame >= first_frame and event.start_frame < first_frame + count:
            hidden.setdefault(event.kind, np.zeros(count, bool))[part] = True
    return hidden
