"""The front carried along by the film, and held to what was seen of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from filterpy.kalman import KalmanFilter
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.base.scattered import FILM_REACH_MM, local_bent_at, local_linear_at
from easytear.segment.material import TrackIndex

IntArray = NDArray[np.int_]

# Points of the front farther apart than this (mm) are not joined by a line.
_JOIN_MM = 0.3
# Errors of the film's motion are alike over this distance along the front (mm).
_ALIKE_MM = 0.5


@dataclass(frozen=True)
class Carried:
    """Material points of the front at some frames.

    Attributes
    ----------
    frame : (k,) int array
        Frames, rising.
    xy : (k, n, 2) float array
        Positions; NaN where the film's motion is not known.
    step_sd : (k, n) float array
        Standard deviation of the way from the frame before (for frames after the reference)
        or to the frame after (for those ahead of it); 0 at the reference.
    """

    frame: IntArray
    xy: FloatArray
    step_sd: FloatArray


@dataclass(frozen=True)
class Sighting:
    """The front as seen at one frame: distance below the carried points, NaN where not."""

    frame: int
    offset_px: FloatArray
    sd_px: FloatArray


def carry(
    points: FloatArray, reference: int, frames: IntArray, index: TrackIndex, mm_per_px: float
) -> Carried:
    """Carry points of the front from one frame to others, hop by hop.

    Parameters
    ----------
    points : (n, 2) float array
        The front at the reference frame, from left to right.
    reference : int
        One of `frames`.
    frames : (k,) int array
        Where the front is wanted, rising.
    index : TrackIndex
        The film's motion.
    mm_per_px : float
        Scale.
    """
    xy = np.full((len(frames), *points.shape), np.nan)
    step_sd = np.zeros((len(frames), len(points)))
    middle = int(np.searchsorted(frames, reference))
    reach = np.array(FILM_REACH_MM) / mm_per_px
    xy[middle] = points
    for way in (1, -1):
        stop = len(frames) if way > 0 else -1
        for k in range(middle + way, stop, way):
            here, moved = index.between(int(frames[k - way]), int(frames[k]))
            step, sd = local_bent_at(xy[k - way], here, moved, reach)
            lost = ~np.isfinite(step[:, 0]) & np.isfinite(xy[k - way, :, 0])
            if lost.any():
                wide, wide_sd = local_linear_at(xy[k - way, lost], here, moved, 2.0 * reach)
                step[lost], sd[lost] = wide, 2.0 * wide_sd
            xy[k] = xy[k - way] + step
            step_sd[k] = sd
    return Carried(frames, xy, step_sd)


def hold(
    carried: Carried, sightings: list[Sighting], mm_per_px: float
) -> tuple[FloatArray, FloatArray]:
    """Return the front's height (k, n) and its standard deviation after all sightings.

    A Kalman filter and Rauch-Tung-Striebel smoother (filterpy) whose state is how far the front
    is below where it was carried, at nodes half a millimetre apart along the front. The state
    wanders by the error of the film's motion, which near points share: so the front is held
    together over time and across columns.

    Parameters
    ----------
    carried : Carried
        The carried points.
    sightings : list of Sighting
        At frames of `carried`, in rising order. The first is the one from which the points
        were carried: its deviation also says how well single points were placed.
    mm_per_px : float
        Scale.
    """
    first = sightings[0]
    start = carried.xy[np.searchsorted(carried.frame, first.frame), :, 0]
    shape = _hats(start * mm_per_px / _ALIKE_MM)
    nodes = shape.shape[1]
    kf = KalmanFilter(dim_x=nodes, dim_z=nodes)
    kf.x = np.zeros(nodes)
    kf.P = np.eye(nodes) * (1.0 / mm_per_px) ** 2
    kf.F = kf.H = np.eye(nodes)
    seen = {s.frame: s for s in sightings}
    means, covariances, noises = [], [], []
    for k, frame in enumerate(carried.frame):
        noise = np.diag(_at_nodes(_hop_sd(carried, k) ** 2, shape) + 1e-9)
        if k:
            kf.predict(Q=noise)
        if int(frame) in seen:
            offset, variance = _node_offsets(seen[int(frame)], shape)
            kf.update(offset, R=np.diag(variance))
        means.append(kf.x.copy())
        covariances.append(kf.P.copy())
        noises.append(noise)
    mean, covariance, _, _ = kf.rts_smoother(
        np.array(means), np.array(covariances), Qs=noises, Fs=[kf.F] * len(means)
    )
    variance = np.einsum("ni,kij,nj->kn", shape, covariance, shape, optimize=True)
    sd = np.sqrt(np.maximum(variance, 0.0) + np.nan_to_num(first.sd_px) ** 2)
    return carried.xy[:, :, 1] + mean @ shape.T, np.asarray(sd)


def _hats(place: FloatArray) -> FloatArray:
    """Return the shares (n, nodes) of nodes, one unit apart, in places (n,) between them."""
    low = np.floor(place.min())
    nodes = np.arange(low, np.ceil(place.max()) + 1.5)
    return np.asarray(np.maximum(0.0, 1.0 - np.abs(place[:, None] - nodes[None])))


def _at_nodes(values: FloatArray, shape: FloatArray) -> FloatArray:
    """Return the weighted mean (nodes,) of what is known of values (n,); 0 where nothing is."""
    known = np.isfinite(values)
    weight = shape * known[:, None]
    return np.asarray((np.nan_to_num(values) @ weight) / np.maximum(weight.sum(axis=0), 1e-9))


def _node_offsets(sight: Sighting, shape: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the offset seen at each node, and its variance: very large where none was seen."""
    weight = np.where(np.isfinite(sight.offset_px), 1.0 / sight.sd_px**2, 0.0)
    total = (shape * weight[:, None]).sum(axis=0)
    offset = (np.nan_to_num(sight.offset_px) * weight) @ shape / np.maximum(total, 1e-12)
    # The edge's own texture spoils columns that are near each other alike: count every third.
    return offset, np.minimum(3.0 / np.maximum(total, 1e-12), 1e8)


def _hop_sd(carried: Carried, k: int) -> FloatArray:
    """Return the standard deviation (n,) of the way from frame k - 1 to frame k."""
    if k == 0:
        return np.zeros(carried.step_sd.shape[1])
    # Ahead of the reference the way to the next frame is stored with the earlier one.
    return np.asarray(np.fmax(carried.step_sd[k], carried.step_sd[k - 1]))


def on_columns(x_px: FloatArray, x: FloatArray, values: FloatArray, mm_per_px: float) -> FloatArray:
    """Return values (c, m) of a line of points (n,), (n, m) at columns; NaN in gaps.

    Where the line folds over, the first value of `values`, the height, decides: the upper
    branch counts.

    Parameters
    ----------
    x_px : (c,) float array
        Columns.
    x : (n,) float array
        The points' x; NaN where unknown.
    values : (n, m) float array
        Height (y down) first, then whatever goes with it.
    mm_per_px : float
        Scale.
    """
    result = np.full((len(x_px), values.shape[1]), np.nan)
    left, right = x[:-1], x[1:]
    fine = np.isfinite(left + right + values[:-1, 0] + values[1:, 0])
    fine &= np.abs(right - left) * mm_per_px <= _JOIN_MM
    low, high = np.minimum(left, right), np.maximum(left, right)
    inside: BoolArray = (x_px[:, None] >= low) & (x_px[:, None] <= high) & fine
    column, segment = np.nonzero(inside)
    width = right[segment] - left[segment]
    share = np.where(width != 0, (x_px[column] - left[segment]) / np.where(width, width, 1.0), 0.5)
    at = values[segment] + share[:, None] * (values[segment + 1] - values[segment])
    # Lowest height last, so that it stays.
    order = np.argsort(-at[:, 0], kind="stable")
    result[column[order]] = at[order]
    return result
