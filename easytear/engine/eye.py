"""First look at a video: blinks, intervals, the eye's motion, iris and cornea."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import Ellipse, FloatArray
from easytear.base.progress import Progress
from easytear.engine.source import Source
from easytear.engine.threads import one_thread
from easytear.preprocess.blinks import split_at_gaps
from easytear.preprocess.cornea import find_cornea
from easytear.preprocess.locate import MANY_PICTURES, EyeLocation, locate_eye
from easytear.preprocess.records import Blink, Cornea, Event, EyeInInterval, Interval
from easytear.preprocess.refine import refine_motion, wanted_frames
from easytear.preprocess.registration import eye_to_image_matrix, hold_still
from easytear.preprocess.rotation import correct_rotation
from easytear.preprocess.tint import EVERY_S
from easytear.preprocess.watcher import EyeWatcher
from easytear.request.corrections import Corrections
from easytear.request.settings import Settings
from easytear.workers.pool import WorkerPool

_WHOLE_VIDEO = ("no_eye", "eye_without_pupil", "upside_down")
"""What of the eye's flags is said of the video; the rest is said of intervals."""

_CORNEA_PICTURES = 9
_SPREAD_PIXELS = 80_000_000
"""Memory of the pictures in which the eye is looked for."""
_READ_THROUGH = 500
"""Frames that are read faster one after the other than sought."""
_WATCHED_TOGETHER = 150
"""Frames: long enough that a search for the pupil at their beginning costs little."""
_LEAST_FOR_TWO = 100
"""Frames of a short video that two processes share all the same."""


@dataclass(frozen=True)
class Watched:
    """What the first look at the whole video found; frame numbers of the whole video."""

    location: EyeLocation
    blinks: tuple[Blink, ...]
    intervals: tuple[Interval, ...]
    sharpness: FloatArray
    eyes: tuple[EyeInInterval, ...]
    events: tuple[Event, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """Return what a reader must know of the eye in the whole video."""
        return tuple(word for word in self.location.flags if word in _WHOLE_VIDEO)


@dataclass(frozen=True)
class WatchTask:
    """See frames `first` to `stop` - 1 once: lids, pupil, and how the lines comb."""

    source: Source
    first: int
    stop: int
    settings: Settings
    location: EyeLocation

    @one_thread()
    def __call__(self, progress: Progress) -> tuple[EyeWatcher, FloatArray]:
        """Do it."""
        watcher = EyeWatcher(self.source.shape, self.settings, self.location)
        combs = np.full(self.stop - self.first, np.nan)
        due = -np.inf
        for place, frame in enumerate(self.source.frames(self.first, self.stop)):
            grey = frame.grey()
            combs[place] = frame.comb
            now = self.source.time_s[frame.number]
            coloured = now >= due
            watcher.add(grey, frame.colour() if coloured else None)
            if coloured:
                due = now + EVERY_S - 1e-6
            if frame.number % 10 == 0:
                progress.update(place, len(combs), "looking for blinks and the eye")
        return watcher, combs


def watch(
    source: Source,
    settings: Settings,
    corrections: Corrections,
    pool: WorkerPool,
    progress: Progress,
) -> Watched:
    """See every frame once: blinks, intervals (as a person moved them), the eye in each.

    Stretches of some seconds are seen by themselves, however many processes share them. Where there
    is no eye there are no blinks and no intervals either, unless a person saw one and drew it.
    """
    location = locate_eye(_spread_pictures(source))
    count = source.stop - source.first
    if location.pupil is None and not (corrections.pupils or corrections.irises):
        return Watched(location, (), (), np.full(count, np.nan), ())
    parts = max(round(count / _WATCHED_TOGETHER), 2 if count >= _LEAST_FOR_TWO else 1)
    bounds = np.linspace(source.first, source.stop, parts + 1).astype(int)
    tasks = [WatchTask(source, a, b, settings, location) for a, b in pairwise(bounds.tolist())]
    seen = pool.run(tasks, np.diff(bounds).tolist(), progress)
    watcher = seen[0][0]
    for later, _ in seen[1:]:
        watcher.extend(later)
    source.judge_fields(np.concatenate([c for _, c in seen]), settings.enhance.deinterlace)
    time_s = source.time_s[source.first : source.stop]
    gaps = [frame - source.first for frame in source.gaps()]
    whole = split_at_gaps(watcher.intervals(time_s), gaps, time_s, settings.blinks)
    found = moved_intervals(whole, corrections, source.first, count)
    eyes = tuple(watcher.eye(interval) for interval in found)
    return Watched(
        location=location,
        blinks=tuple(_shifted_blink(b, source.first) for b in watcher.blinks(time_s)),
        intervals=tuple(_shifted(interval, source.first) for interval in found),
        sharpness=watcher.sharpness,
        eyes=eyes,
        events=tuple(_shifted_event(e, source.first) for e in watcher.events(time_s)),
    )


def _spread_pictures(source: Source) -> NDArray[np.uint8]:
    """Return grey frames spread over the video, few enough of them to be read quickly."""
    most = int(np.clip(_SPREAD_PIXELS // (source.shape[0] * source.shape[1]), 8, MANY_PICTURES))
    wanted = np.unique(np.linspace(source.first, source.stop - 1, most).astype(int))
    keys = np.array([k for k in source.reader.known.index.key if source.first <= k < source.stop])
    if source.stop - source.first > _READ_THROUGH and len(keys) >= most // 2:
        # In a long video the nearest frames that stand for themselves are nearly as well spread.
        wanted = np.unique(keys[np.abs(wanted[:, None] - keys).argmin(axis=1)])
    if source.stop - source.first > _READ_THROUGH and not source.at_once:
        return np.stack([source.sought(int(k)).grey() for k in wanted])
    return np.stack([f.grey() for f in source.some(wanted.tolist())])


def moved_intervals(
    found: Sequence[Interval], corrections: Corrections, first: int, count: int
) -> list[Interval]:
    """Return the intervals with the bounds that a person gave them.

    `found` counts from frame `first` of the video, of which `count` frames are looked at; the
    corrections count from the video's start.
    """
    out = list(found)
    for edit in corrections.intervals:
        if not 0 <= edit.interval < len(out):
            continue
        start = int(np.clip(edit.start_frame - first, 0, count - 1))
        end = int(np.clip(edit.end_frame - first, start, count - 1))
        out[edit.interval] = Interval(start, end, out[edit.interval].blink_before)
    return out


def look_at_eye(
    source: Source,
    interval: Interval,
    eye: EyeInInterval,
    settings: Settings,
    iris: Ellipse | None = None,
    location: EyeLocation | None = None,
) -> tuple[EyeInInterval, Cornea]:
    """Look at pictures spread over an interval: iris, exposed cornea, and the eye's motion again.

    Parameters
    ----------
    source : Source
        The video.
    interval : Interval
        Its frames.
    eye : EyeInInterval
        From the first look.
    settings : Settings
        How the eye is seen.
    iris : Ellipse, optional
        The limbus as a person drew it.
    location : EyeLocation, optional
        What the whole video tells of this eye.

    Returns
    -------
    eye : EyeInInterval
        With rotation and the pupil's own shift worked in, where they are certain.
    cornea : Cornea
        Iris and exposed cornea.
    """
    count = interval.end_frame - interval.start_frame + 1
    step = max(count // _CORNEA_PICTURES, 1)
    coloured = set(range(step // 2, count, step)[:_CORNEA_PICTURES])
    again = wanted_frames(count)
    wanted = sorted(coloured | set(again.tolist()))
    greys, colours = [], []
    for frame in source.some([interval.start_frame + k for k in wanted]):
        k = frame.number - interval.start_frame
        if k in coloured:
            matrix = eye_to_image_matrix(eye.motion, k, eye.pupil)
            colours.append(hold_still(frame.colour(), matrix))
        if k in again:
            greys.append(frame.grey())
    cornea = find_cornea(np.stack(colours), eye.pupil, settings.cornea, iris, location)
    pictures = np.stack(greys)
    eye = refine_motion(eye, pictures, again, cornea.iris, settings.eye)
    time_s = source.time_s[interval.start_frame : interval.end_frame + 1]
    eye = correct_rotation(eye, pictures, again, time_s, cornea.film_mask, settings.eye)
    return eye, cornea


def _shifted(interval: Interval, by: int) -> Interval:
    before = interval.blink_before
    return Interval(
        interval.start_frame + by,
        interval.end_frame + by,
        None if before is None else _shifted_blink(before, by),
    )


def _shifted_blink(blink: Blink, by: int) -> Blink:
    start, end = blink.start_frame + by, blink.end_frame + by
    return replace(blink, start_frame=start, end_frame=end)


def _shifted_event(event: Event, by: int) -> Event:
    start, end = event.start_frame + by, event.end_frame + by
    return replace(event, start_frame=start, end_frame=end)
