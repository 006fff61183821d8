"""Where on the film each track is: its height at onset, and its depth below the front then.

Film points are named by where they were at onset, not by where they were found: a point born
late is followed back along the fitted law. The same law carries the front back, as the front
moves as material does.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.measure.field import fit_arch
from easytear.measure.law import TINY
from easytear.measure.samples import Samples
from easytear.measure.spread import Law
from easytear.segment.records import FilmFront

FilmAmplitude = Callable[[FloatArray, FloatArray], FloatArray]

FRONT_REACH_MM = 0.5
"""A track whose column is further than this from a column with front has unknown depth."""

AMPLITUDE_ERROR = 0.05
"""Relative error assumed of the film's amplitude when the front is taken back to the onset."""

FARTHEST_MM, HALVINGS = 8.0, 13
"""The front is sought so far below where it was first seen, to a thousandth of a millimetre."""

DEPTHS = 6
"""Depths at which the zone is read."""

OFFSET_SD_MM = 0.25
"""Tracks whose height at onset is less certain are in no zone."""


CENTRAL = 0.85
"""The front counts in the headline where it passes through this share of the cornea's radius: the
limbus is a band about 1 mm wide (Van Buskirk 1989, Eye 3:101), in which its shade and the lid's
margin hide the film, and few points are followed."""

CENTRAL_S = 1.0
"""In this time from the interval's start."""


def central_columns(time_s: FloatArray, front: FilmFront, iris: Ellipse | None) -> BoolArray:
    """Return the columns (c,) from the first to the last whose front is in the central cornea.

    How far towards the limbus a front can be told differs from eye to eye and picture to picture,
    and the film is slower there: without a limit the zone would be another one in each. All columns
    where the iris is not known, or none of the front passes through its middle.
    """
    every = np.ones(len(front.x_px), dtype=bool)
    if iris is None:
        return every
    early = front.y_px[np.asarray(time_s) <= time_s[0] + CENTRAL_S]
    known = np.isfinite(early)
    x = np.broadcast_to(front.x_px, early.shape)
    level = iris.level(x, np.where(known, early, 0.0))
    central = np.flatnonzero((known & (level < CENTRAL)).any(axis=0))
    if len(central) == 0:
        return every
    every[: central[0]] = every[central[-1] + 1 :] = False
    return every


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


def front_at_onset(front: Samples, law: Law, film: FilmAmplitude) -> tuple[FloatArray, FloatArray]:
    """Return the front's height (c,) at onset and its standard deviation, NaN where unknown.

    The front moves as the film at it does, so it is taken back by the amplitude that the field
    has at the height where the front then lies. Early sightings count most: taking back a late
    one is as uncertain as the film's whole rise.

    Parameters
    ----------
    front : Samples
        The front's columns.
    law : Law
        When the film rises.
    film : callable
        Amplitude (mm) of the film at heights and places.
    """
    shape = rise_shape(law, front.time_s)
    seen = front.weight > 0
    value = front.value
    own = 1.0 / np.where(seen, front.weight, 1.0)
    known = seen.any(axis=1)
    high = np.where(known, np.where(seen, value, np.inf).min(axis=1, initial=np.inf), 0.0)
    low = high - FARTHEST_MM
    # Higher film rises further, and so steeply that to take back from where the last turn ended
    # would swing: between not moved at all and too far, the height is closed in on from both sides.
    for _ in range(HALVINGS):
        height = 0.5 * (low + high)
        risen = film(height, front.place_mm)[:, None] * shape
        variance = own + (AMPLITUDE_ERROR * risen) ** 2
        weight = np.where(seen, 1.0 / variance, 0.0)
        total = np.maximum(weight.sum(axis=1), TINY)
        back = (weight * (value - risen)).sum(axis=1) / total
        low, high = np.where(back > height, height, low), np.where(back > height, high, height)
    error = _amplitude_error(seen, value - risen - height[:, None], risen)
    taken_back = (weight * risen).sum(axis=1) / total
    least = np.where(seen, own, np.inf).min(axis=1, initial=np.inf)
    sd = np.sqrt(least + (error * taken_back) ** 2)
    return np.where(known, height, np.nan), np.where(known, sd, np.nan)


def _amplitude_error(seen: BoolArray, left: FloatArray, risen: FloatArray) -> float:
    """Return how wrong the film's amplitude is, as a share: how much the front still moves.

    A front that were found exactly, and moved exactly as the film says, would not move at all once
    it is taken back; what it moves, grows with how far it was taken back.
    """
    frames = np.flatnonzero(seen.sum(axis=0) >= 3)
    moved = np.array([np.median(left[seen[:, f], f]) for f in frames])
    back = np.array([np.median(risen[seen[:, f], f]) for f in frames])
    return float(np.sqrt((moved**2).sum() / max(float((back**2).sum()), TINY)))


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


def in_zone(depth_mm: FloatArray, zone_mm: float, shift_mm: float = 0.0) -> BoolArray:
    """Return which rows lie 0 to `zone_mm` below the front (the zone moved down by a shift)."""
    with np.errstate(invalid="ignore"):
        chosen: BoolArray = (depth_mm >= shift_mm) & (depth_mm <= zone_mm + shift_mm)
    return chosen


def across_gaps(place_mm: FloatArray, front_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return places and heights (c,) of the front's columns from end to end, gaps bridged.

    The film does not end where lashes or a reflection hide its front: over a gap in the middle
    the front is where its arch and both ends of the gap put it.
    """
    known = np.flatnonzero(np.isfinite(front_mm))
    if len(known) == 0:
        return place_mm[known], front_mm[known]
    arch = fit_arch(place_mm, front_mm)
    place = place_mm[known[0] : known[-1] + 1]
    over = front_mm[known] - arch.height_mm(place_mm[known])
    return place, arch.height_mm(place) + np.interp(place, place_mm[known], over)
