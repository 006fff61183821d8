"""From single measurements to smoothed tracks with honest uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.track.consistency import longest_runs, not_film
from easytear.track.drift import wander
from easytear.track.kalman import Rows, smooth
from easytear.track.picture import Scale
from easytear.track.points import Log
from easytear.track.records import FilmTracks

IntArray = NDArray[np.int_]

# The film's speed changes by its own size in about this time (s); sets the process noise.
_CHANGE_S = 0.4
# Speed (mm/s) below which the process noise no longer falls: slow film still drifts.
_LEAST_SPEED_MM_S = 0.05
# Standard deviation of a single match in working pixels, at the least: interpolation.
_LEAST_SD_PX = 0.08


@dataclass(frozen=True)
class Table:
    """Measurements as ragged rows (track, frame) without gaps.

    Attributes
    ----------
    rows : Rows
        Where tracks begin, and times.
    track, frame : (m,) int arrays
        Track and frame of each row.
    xy : (m, 2) float array
        Measured positions, working pixels; interpolated where not observed.
    back : (m,) float array
        Forward-backward distance.
    keys : (m,) int array
        How many keys had been used.
    observed : (m,) bool array
        Where there is a measurement.
    """

    rows: Rows
    track: IntArray
    frame: IntArray
    xy: FloatArray
    back: FloatArray
    keys: IntArray
    observed: BoolArray


def tabulate(log: Log, time_s: FloatArray, mm_per_px: float, least_looks: int) -> Table:
    """Sort a log into gapless rows, one for every frame of every track's life.

    Parameters
    ----------
    log : Log
        What was measured.
    time_s : (n,) float array
        Frame times since the interval's start.
    mm_per_px : float
        Millimetres per working pixel.
    least_looks : int
        Tracks measured fewer times are left out.
    """
    sizes = [len(i) for i in log.ident]
    ident = np.concatenate([*log.ident, np.zeros(0, int)])
    frame = np.repeat(np.asarray(log.frame, int), sizes)
    xy = np.concatenate([*log.xy, np.zeros((0, 2))])
    back = np.concatenate([*log.back, np.zeros(0)])
    keys = np.concatenate([*log.keys, np.zeros(0, int)])
    order = np.lexsort((frame, ident))
    order = order[~_stuck(log, ident[order], time_s[frame[order]])]
    good = ~not_film(ident[order], time_s[frame[order]], xy[order], mm_per_px)
    order = order[longest_runs(ident[order], good)]
    order = order[np.bincount(ident[order], minlength=1)[ident[order]] >= least_looks]
    ident, frame, xy, back, keys = ident[order], frame[order], xy[order], back[order], keys[order]
    number = np.unique(ident, return_inverse=True)[1].reshape(-1)
    first = np.flatnonzero(np.diff(number, prepend=-1))
    last = np.append(first[1:], len(number)) - 1 if len(number) else first
    length = frame[last] - frame[first] + 1
    start = np.concatenate([[0], np.cumsum(length)]).astype(int)
    row = start[number] + frame - frame[first][number]
    m = int(start[-1])
    observed = np.zeros(m, bool)
    observed[row] = True
    track = np.repeat(np.arange(len(length)), length)
    all_frames = np.arange(m) - start[track] + frame[first][track]
    place = np.arange(m)
    full = np.column_stack([np.interp(place, row, xy[:, k]) for k in (0, 1)]) if m else xy
    dt = np.diff(time_s, prepend=time_s[0])[all_frames]
    return Table(
        Rows(start, dt),
        track,
        all_frames,
        full,
        np.interp(place, row, back) if m else back,
        np.interp(place, row, keys).astype(int) if m else keys,
        observed,
    )


def _stuck(log: Log, ident: IntArray, time_s: FloatArray) -> BoolArray:
    """Return which measurements were made while their point stood still and the film moved."""
    count = int(ident.max(initial=-1)) + 1
    after, before = np.full(count, np.inf), np.full(count, -np.inf)
    for point, since, until in log.stuck:
        if point < count and np.isfinite(since):
            after[point] = min(after[point], since)
        elif point < count:
            before[point] = max(before[point], until)
    # What stuck from its birth on never was film, nor what was followed back from there.
    never = after <= np.asarray(log.born_s)[:count]
    return np.asarray((time_s >= after[ident]) | (time_s < before[ident]) | never[ident])


def smooth_tracks(table: Table, time_s: FloatArray, scale: Scale, eye_sd_px: float) -> FilmTracks:
    """Filter and smooth the tracks; find each one's measurement noise from its own surprise.

    Parameters
    ----------
    table : Table
        Measurements in working pixels.
    time_s : (f,) float array
        Frame times.
    scale : Scale
        Working pixels.
    eye_sd_px : float
        Standard deviation of the eye's motion in working pixels.
    """
    m = len(table.track)
    if m == 0:
        nothing = np.zeros(0)
        return FilmTracks(
            np.zeros(0, int), np.zeros(0, int), nothing, nothing, nothing, nothing, nothing,
            np.zeros(0, bool),
        )  # fmt: skip
    speed = _speed(table)
    least = scale.px(_LEAST_SPEED_MM_S)
    density = np.maximum(speed, least) ** 2 / _CHANGE_S
    second = np.minimum(table.rows.start[:-1] + 1, m - 1)
    velocity0 = _first_velocity(table)
    velocity0_var = (0.5 * np.maximum(speed[second], least)) ** 2 + least**2
    noise = _LEAST_SD_PX**2 + (0.5 * table.back) ** 2
    known = (density, velocity0_var, velocity0)
    surprise = smooth(table.rows, table.xy, table.observed, noise, *known).surprise
    noise *= _noise_share(table, surprise)
    done = smooth(table.rows, table.xy, table.observed, noise, *known)
    begin = table.rows.start[:-1]
    drift = wander(
        table.track, table.frame, begin, done.position, table.keys, time_s, scale.mm_per_px
    )
    # The first row is where a point is what it is; its own error is in all that follow.
    first = done.variance[begin][table.track]
    variance = done.variance + first + drift + eye_sd_px**2
    factor = float(scale.factor)
    xy = scale.to_frame(done.position)
    return FilmTracks(
        table.track,
        table.frame,
        xy[:, 0],
        xy[:, 1],
        done.velocity[:, 0] * factor,
        done.velocity[:, 1] * factor,
        np.sqrt(variance) * factor,
        table.observed,
    )


def _speed(table: Table) -> FloatArray:
    """Return each row's speed over about 0.2 s of its own track, working px/s."""
    time = np.cumsum(table.rows.dt_s)
    # Times restart with each track; differences within one track are right.
    step = max(1, round(0.1 / max(float(np.median(table.rows.dt_s)), 1e-6)))
    m = len(table.track)
    place = np.arange(m)
    low = np.maximum(place - step, table.rows.start[table.track])
    high = np.minimum(place + step, table.rows.start[table.track + 1] - 1)
    way = np.hypot(*(table.xy[high] - table.xy[low]).T)
    return np.asarray(way / np.maximum(time[high] - time[low], 1e-6))


def _first_velocity(table: Table) -> FloatArray:
    start, stop = table.rows.start[:-1], table.rows.start[1:] - 1
    time = np.cumsum(table.rows.dt_s)
    later = np.minimum(start + 3, stop)
    dt = np.maximum(time[later] - time[start], 1e-6)[:, None]
    return np.asarray((table.xy[later] - table.xy[start]) / dt)


def _noise_share(table: Table, surprise: FloatArray) -> FloatArray:
    """Return by how much each track's noise differs from what the filter was told.

    The median squared innovation of a track over its expectation, drawn towards that of all
    tracks as if ten more measurements had shown it.
    """
    known = np.isfinite(surprise)
    if not known.any():
        return np.ones(len(known))
    overall = float(np.mean(np.minimum(surprise[known], 9.0)))
    tracks = len(table.rows.start) - 1
    count = np.bincount(table.track[known], minlength=tracks)
    total = np.bincount(table.track[known], np.minimum(surprise[known], 9.0), minlength=tracks)
    share = (total + 10.0 * overall) / (count + 10.0)
    return np.asarray(np.clip(share, 0.1, 25.0)[table.track])
