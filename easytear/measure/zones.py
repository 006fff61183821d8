"""Where on the film each track is: its height at onset, and its depth below the front then.

Film points are named by where they were at onset, not by where they were found: a point born
late is followed back along the fitted law. The same law carries the front back, as the front
moves as material does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.geometry import BoolArray, FloatArray
from easytear.measure.law import TINY
from easytear.measure.samples import Samples
from easytear.measure.spread import Law

FRONT_REACH_MM = 0.5
"""A track whose column is further than this from a column with front has unknown depth."""

AMPLITUDE_ERROR = 0.05
"""Relative error assumed of the film's amplitude when the front is taken back to the onset."""

OFFSET_SD_MM = 0.25
"""Tracks whose height at onset is less certain are in no zone."""


@dataclass(frozen=True)
class Origins:
    """Where material was at onset.

    Attributes
    ----------
    height_mm : (t,) array
        Height (y up, mm, same zero as the samples); NaN where it cannot be told.
    depth_mm : (t,) array
        Depth below the front of the same column; NaN where unknown.
    front_sd_mm : float
        Typical standard deviation of the front's height at onset; NaN without front.
    """

    height_mm: FloatArray
    depth_mm: FloatArray
    front_sd_mm: float


def rise_shape(law: Law, time_s: FloatArray) -> FloatArray:
    """Return the rise (n,) in units of the exponential's amplitude, drift included.

    Film that rises less also drifts less, and at the lid both are nothing; so drift is carried
    over to other heights in proportion.
    """
    ramp = np.maximum(time_s - law.fit.onset_s, 0.0)
    shape: FloatArray = law.fit.curve(time_s) + law.fit.drift_mm_s / law.rho_mm * ramp
    return shape


def onset_heights(samples: Samples, law: Law) -> tuple[FloatArray, FloatArray]:
    """Return the rows' heights at onset and their amplitudes, (t,); NaN where uncertain.

    A row seen near the onset needs no law; one born late is as uncertain as its amplitude times
    the growth that it missed.
    """
    w = samples.weight
    w0 = np.maximum(w.sum(axis=1), TINY)
    f = rise_shape(law, samples.time_s)
    mf, my = w @ f / w0, (w * samples.value).sum(axis=1) / w0
    cff = np.maximum(w @ f**2 - mf**2 * w0, 0.0)
    cfy = (w * samples.value) @ f - mf * my * w0
    slope = np.where(cff > TINY, cfy / np.maximum(cff, TINY), 0.0)
    offset = my - slope * mf
    sd = np.sqrt(law.fit.noise * (1.0 / w0 + mf**2 / np.maximum(cff, TINY)))
    known = (cff > TINY) & (sd < OFFSET_SD_MM)
    return np.where(known, offset, np.nan), np.where(known, slope, np.nan)


def front_at_onset(front: Samples, law: Law, film_mm: float) -> tuple[FloatArray, FloatArray]:
    """Return the front's height (c,) at onset and its standard deviation, NaN where unknown.

    The front moves as the film at it does, so it is taken back by the film's amplitude. Early
    sightings count most: taking back a late one is as uncertain as the film's whole rise.

    Parameters
    ----------
    front : Samples
        The front's columns.
    law : Law
        When the film rises.
    film_mm : float
        Amplitude of the film just below the front.
    """
    risen = film_mm * rise_shape(law, front.time_s)
    seen = front.weight > 0
    variance = 1.0 / np.where(seen, front.weight, 1.0) + (AMPLITUDE_ERROR * risen) ** 2
    weight = np.where(seen, 1.0 / variance, 0.0)
    total = np.maximum(weight.sum(axis=1), TINY)
    height = (weight * (front.value - risen)).sum(axis=1) / total
    least = np.where(seen, variance, np.inf).min(axis=1, initial=np.inf)
    any_seen = seen.any(axis=1)
    return np.where(any_seen, height, np.nan), np.where(any_seen, np.sqrt(least), np.nan)


def present_depth(samples: Samples, front: Samples) -> FloatArray:
    """Return how far below the front (t,) each row was when both were first seen together.

    The median over the first ten such frames; NaN where they never were. No law is needed, but
    the film below a moving front is stretched as it rises.
    """
    n = len(samples.time_s)
    below = np.full(samples.value.shape, np.nan)
    seen = samples.weight > 0
    for frame in range(n):
        rows = np.flatnonzero(seen[:, frame])
        known = front.weight[:, frame] > 0
        if len(rows) == 0 or known.sum() < 3:
            continue
        level = np.where(known, front.value[:, frame], np.nan)
        below[rows, frame] = depths(
            samples.value[rows, frame], samples.place_mm[rows], level, front.place_mm
        )
    found = np.isfinite(below)
    first = found & (np.cumsum(found, axis=1) <= 10)
    out = np.full(len(samples), np.nan)
    for row in np.flatnonzero(first.any(axis=1)):
        out[row] = np.median(below[row, first[row]])
    return out


def depths(
    heights_mm: FloatArray,
    place_mm: FloatArray,
    front_height_mm: FloatArray,
    front_place_mm: FloatArray,
) -> FloatArray:
    """Return how far below the front (t,) material was; NaN where no front is near its column."""
    known = np.isfinite(front_height_mm)
    if known.sum() < 3:
        return np.full(len(heights_mm), np.nan)
    place, height = front_place_mm[known], front_height_mm[known]
    level = np.interp(place_mm, place, height)
    right = np.clip(np.searchsorted(place, place_mm), 0, len(place) - 1)
    left = np.clip(right - 1, 0, len(place) - 1)
    near = np.minimum(np.abs(place[right] - place_mm), np.abs(place[left] - place_mm))
    depth: FloatArray = np.where(near <= FRONT_REACH_MM, level - heights_mm, np.nan)
    return depth


def origins(samples: Samples, law: Law, front: Samples | None, film_mm: float) -> Origins:
    """Return where the rows were at onset; see `Origins` and `front_at_onset`."""
    heights, _ = onset_heights(samples, law)
    nothing = np.full(len(heights), np.nan)
    if front is None or len(front) == 0:
        return Origins(heights, nothing, float("nan"))
    level, sd = front_at_onset(front, law, film_mm)
    depth = depths(heights, samples.place_mm, level, front.place_mm)
    known = np.isfinite(sd)
    return Origins(heights, depth, float(np.median(sd[known])) if known.any() else float("nan"))


def in_zone(depth_mm: FloatArray, zone_mm: float, shift_mm: float = 0.0) -> BoolArray:
    """Return which rows lie 0 to `zone_mm` below the front (the zone moved down by a shift)."""
    with np.errstate(invalid="ignore"):
        chosen: BoolArray = (depth_mm >= shift_mm) & (depth_mm <= zone_mm + shift_mm)
    return chosen
