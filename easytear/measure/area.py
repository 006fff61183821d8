"""The area of exposed cornea that the film has covered: everything below the front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.base.quantiles import row_medians
from easytear.measure.field import fit_arches
from easytear.results.model import Area

NO_AREA = Area(start_mm2=None, end_mm2=None, max_mm2=None, rate_mm2_s=None, end_fraction=None)

LEAST_SHARE = 0.5
"""Least share of the region's columns over which the front must be known, seen or between seen
columns, for an area to be told."""

SIDE_SHARE = 0.1
"""Over so much of the region's width at its ends the front is taken as level beyond them."""

LOOSE = 4.0
"""Ends of the front count up to so many times its median distance from its own parabola."""

RATE_S = 1.0


@dataclass(frozen=True)
class AreaOverTime:
    """Area below the front in every frame: in pixels and as share of the region; NaN unknown."""

    area_px: FloatArray
    fraction: FloatArray


def area_over_time(
    front_x_px: FloatArray, front_y_px: FloatArray, region_mask: BoolArray
) -> AreaOverTime:
    """Return the area of the region below the front, frame by frame.

    Parameters
    ----------
    front_x_px : (c,) array
        Columns of the front in eye coordinates.
    front_y_px : (n, c) array
        The front's y (down), NaN where unknown. Columns that are lost for a while should have
        been filled (`filled_front`), as the area would jump otherwise.
    region_mask : (height, width) bool array
        Exposed cornea.

    Notes
    -----
    Between known columns the front is interpolated. Beyond the outermost it goes on level, at the
    median of the columns next to it: not on from the tip of a finger.
    """
    n = len(front_y_px)
    unknown = np.full(n, np.nan)
    columns = np.flatnonzero(region_mask.any(axis=0))
    if len(columns) == 0:
        return AreaOverTime(unknown, unknown.copy())
    # Whole counts of two bytes: a picture of 4K has eight million of them.
    above = np.zeros((region_mask.shape[0] + 1, len(columns)), np.uint16)
    np.cumsum(region_mask[:, columns], axis=0, dtype=np.uint16, out=above[1:])
    total = float(above[-1].sum())
    area = unknown.copy()
    firm = _without_loose_ends(front_x_px, front_y_px)
    for frame in range(n):
        known = np.isfinite(firm[frame])
        if known.sum() < 2:
            continue
        x, y = front_x_px[known], firm[frame, known]
        if ((columns >= x[0]) & (columns <= x[-1])).mean() < LEAST_SHARE:
            continue
        side = SIDE_SHARE * (columns[-1] - columns[0])
        ends = np.median(y[x <= x[0] + side]), np.median(y[x >= x[-1] - side])
        line = np.interp(columns, x, y, left=float(ends[0]), right=float(ends[1]))
        edge = np.clip(line + 0.5, 0.0, region_mask.shape[0])
        area[frame] = total - _count_above(above, edge)
    return AreaOverTime(area, area / total)


def _without_loose_ends(x_px: FloatArray, y_px: FloatArray) -> FloatArray:
    """Return the front (n, c) without end columns that do not go on with the rest of it.

    A finger in the middle has film on both sides of it; an end that leaves the parabola through
    the front by far more than the columns' median distance is where front and limbus run together.
    """
    arch = fit_arches(x_px, y_px)
    away = x_px - arch.middle_mm[:, None]
    height = (away[:, :, None] ** np.arange(3) @ arch.coefficient[:, :, None])[:, :, 0]
    off = np.abs(y_px - height)
    near = off <= LOOSE * np.maximum(row_medians(off), 1e-6)[:, None]
    after, before = (np.logical_or.accumulate(one, axis=1) for one in (near, near[:, ::-1]))
    loose = ~(after & before[:, ::-1]) & (near.sum(axis=1) >= 2)[:, None]
    return np.where(loose, np.nan, y_px)


def _count_above(above: NDArray[np.uint16], edge: FloatArray) -> float:
    """Return how many mask pixels lie above fractional row edges, one per column."""
    whole = np.minimum(edge.astype(int), above.shape[0] - 2)
    column = np.arange(above.shape[1])
    base, following = above[whole, column].astype(float), above[whole + 1, column].astype(float)
    return float((base + (edge - whole) * (following - base)).sum())


def filled_front(
    front_y_px: FloatArray, mean_up_px: FloatArray, amplitude: FloatArray | None = None
) -> FloatArray:
    """Return the front with lost columns carried by the mean motion.

    Parameters
    ----------
    front_y_px : (n, c) array
        The front's y, NaN where unknown.
    mean_up_px : (n,) array
        Upward motion that all columns share, NaN where unknown; straight between known frames.
    amplitude : (c,) array, optional
        Each column's own share in that motion; 1 without it.
    """
    share = np.ones(front_y_px.shape[1]) if amplitude is None else amplitude
    path = -_between(mean_up_px)[:, None] * share[None, :]
    known = np.isfinite(front_y_px) & np.isfinite(path)
    count = known.sum(axis=0)
    level = np.where(known, front_y_px - path, 0.0).sum(axis=0) / np.maximum(count, 1)
    carried = np.where(count >= 3, level + path, np.nan)
    return np.where(np.isfinite(front_y_px), front_y_px, carried)


def _between(values: FloatArray) -> FloatArray:
    """Return values (n,) with gaps between known ones filled in straight."""
    known = np.flatnonzero(np.isfinite(values))
    if len(known) == 0:
        return values
    frames = np.arange(len(values))
    return np.interp(frames, known, values[known], left=np.nan, right=np.nan)


def measure_area(
    time_s: FloatArray, area_mm2: FloatArray, fraction: FloatArray, onset_s: float | None
) -> Area:
    """Return the summary of the area over time.

    `start_mm2` is at onset (or the first frame known after it), `end_mm2` the median of the
    last quarter second known, `rate_mm2_s` the mean growth over the first second after the
    start. Everything in mm^2 is None where the scale, and so `area_mm2`, is unknown (NaN).
    """
    shown = np.isfinite(fraction)
    if onset_s is not None:
        shown &= time_s >= onset_s - 1e-9
    frames = np.flatnonzero(shown)
    if len(frames) < 3:
        return NO_AREA
    tail = frames[time_s[frames] >= time_s[frames[-1]] - 0.25]
    end_fraction = float(np.median(fraction[tail]))
    if not np.isfinite(area_mm2[frames]).all():
        return NO_AREA.model_copy(update={"end_fraction": end_fraction})
    t, a = time_s[frames], area_mm2[frames]
    return Area(
        start_mm2=float(a[0]),
        end_mm2=float(np.median(area_mm2[tail])),
        max_mm2=float(a.max()),
        rate_mm2_s=_rate(t, a),
        end_fraction=end_fraction,
    )


def _rate(time_s: FloatArray, area: FloatArray) -> float | None:
    if time_s[-1] < time_s[0] + RATE_S:
        return None
    later = float(np.interp(time_s[0] + RATE_S, time_s, area))
    return (later - float(area[0])) / RATE_S
