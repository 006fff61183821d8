"""The film's breaks in one interval, as an observation holds them."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.engine.eye import Watched
from easytear.engine.source import Source
from easytear.engine.stabilise import StabilisedInterval
from easytear.measure.breaks.find import find_breaks
from easytear.measure.breaks.look import film_look
from easytear.measure.breaks.records import BreakReading
from easytear.preprocess.records import Cornea
from easytear.results import BreakEntry, FilmBreak
from easytear.track.records import FilmTracks


def see_breaks(
    source: Source,
    watched: Watched,
    number: int,
    cornea: Cornea,
    tracks: FilmTracks,
    mm_per_px: float,
    gamma: float,
) -> tuple[FilmBreak | None, FloatArray | None]:
    """Return where the film broke and which share lies open in each frame; None: not watched.

    Parameters as in `see_film`; `tracks` are the film's, `gamma` is the camera's.
    """
    interval, eye = watched.intervals[number], watched.eyes[number]
    if eye.pupil is None:
        return None, None
    span = slice(interval.start_frame, interval.end_frame + 1)
    pictures = source.frames(span.start, span.stop)
    # Looked at in order: nothing of the start need be kept.
    frames = StabilisedInterval(pictures, source.time_s[span], source.shape, eye, early_s=0.0)
    look = film_look(frames, cornea.film_mask, mm_per_px, gamma)
    if look is None:
        return None, None
    moved = np.column_stack([eye.motion.dx_px, eye.motion.dy_px])
    reading = find_breaks(look, frames.time_s, moved, _flow(tracks, frames.time_s), mm_per_px)
    if reading is None:
        return None, None
    ends = any(blink.start_frame == interval.end_frame + 1 for blink in watched.blinks)
    return _entry(reading, frames.time_s, ends), _fraction(reading, frames.time_s)


def _flow(tracks: FilmTracks, time_s: FloatArray) -> FloatArray:
    """Return how far the film has moved since the first frame, (n, 2): its middle velocity."""
    velocity = np.zeros((len(time_s), 2))
    order = np.argsort(tracks.frame, kind="stable")
    frames, starts = np.unique(tracks.frame[order], return_index=True)
    for axis, speed in enumerate((tracks.vx_px_s, tracks.vy_px_s)):
        middle = [np.nanmedian(part) for part in np.split(speed[order], starts[1:])]
        known = np.isfinite(middle)
        if known.any():
            velocity[:, axis] = np.interp(
                np.arange(len(time_s)), frames[known], np.asarray(middle)[known]
            )
    steps = np.diff(time_s, prepend=time_s[0])[:, None]
    flow: FloatArray = np.cumsum(velocity * steps, axis=0)
    return flow


def _fraction(reading: BreakReading, time_s: FloatArray) -> FloatArray:
    """Return the share that lies open, NaN where nobody watched."""
    open_px2 = sum((one.area_px2 for one in reading.breaks), np.zeros(len(time_s)))
    fraction: FloatArray = open_px2 / reading.watched_px2
    unseen = (time_s < reading.watched_from_s) | (time_s > reading.watched_until_s)
    fraction[unseen] = np.nan
    return fraction


def _entry(reading: BreakReading, time_s: FloatArray, ends_in_blink: bool) -> FilmBreak:
    return FilmBreak(
        watched_from_s=reading.watched_from_s,
        watched_until_s=reading.watched_until_s,
        watched_px2=reading.watched_px2,
        ends_in_blink=ends_in_blink,
        breaks=tuple(
            BreakEntry(
                kind=one.kind,
                start_s=one.start_s,
                x_eye_px=round(one.x_px, 2),
                y_eye_px=round(one.y_px, 2),
                area_px2=float(np.interp(reading.watched_until_s, time_s, one.area_px2)),
                outline=tuple((round(float(x), 2), round(float(y), 2)) for x, y in one.outline_px),
            )
            for one in reading.breaks
        ),
    )
