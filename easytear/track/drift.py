"""How far tracks wander off their film points: learnt from how neighbours disagree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from easytear.base.geometry import FloatArray
from easytear.base.scattered import FILM_REACH_MM, local_linear_at

IntArray = NDArray[np.int_]

# Times (s) over which neighbours' displacements are compared.
_SPANS_S = (0.3, 1.0)
# Neighbours cannot tell what they all have in common: the pull of the still pattern, found to
# be 1 to 4 % of the way on scenes with known truth.
_COMMON_SHARE = 0.03
# Variance (px^2) of each new key frame where there are too few neighbours to learn it from.
_USUAL = 0.1
# Heavy tails: disagreements beyond this many medians count as this many.
_TAIL = 12.0


def wander(
    track: IntArray,
    frame: IntArray,
    begin: IntArray,
    xy: FloatArray,
    keys: IntArray,
    time_s: FloatArray,
    mm_per_px: float,
) -> FloatArray:
    """Return the variance (m,), per axis, that matching has left in each row's position.

    A point's identity passes from key frame to key frame, and each leaves an error; matching
    where film is stretched leaves one that grows with the way. How large both are is learnt
    from this interval: the displacement of a point is compared with that of the film around
    it, and the squares are laid to hand-overs and to the way.

    Parameters
    ----------
    track, frame : (m,) int arrays
        Track and frame of each row, sorted.
    begin : (n,) int array
        First row of each track.
    xy : (m, 2) float array
        Smoothed positions, px.
    keys : (m,) int array
        How many keys had been used, counted from the birth in both directions.
    time_s : (f,) float array
        Frame times.
    mm_per_px : float
        Scale.
    """
    if len(track) == 0:
        return np.zeros(0)
    changes = np.abs(np.diff(keys, prepend=keys[0]))
    changes[begin] = 0
    used = np.cumsum(changes)
    used = used - used[begin][track]
    way = np.hypot(*(xy - xy[begin][track]).T)
    per_key, per_way2 = _learn(track, frame, xy, used, time_s, mm_per_px)
    return np.asarray(per_key * used + (per_way2 + _COMMON_SHARE**2) * way**2)


def _learn(
    track: IntArray,
    frame: IntArray,
    xy: FloatArray,
    used: IntArray,
    time_s: FloatArray,
    mm_per_px: float,
) -> tuple[float, float]:
    """Return the variance for each hand-over, and for each squared pixel of way."""
    order = np.argsort(frame, kind="stable")
    edges = np.searchsorted(frame[order], np.arange(len(time_s) + 1))
    reach = np.array(FILM_REACH_MM) / mm_per_px
    samples: list[FloatArray] = []
    for span in _SPANS_S:
        starts = np.arange(float(time_s[0]), min(float(time_s[-1]) - span, 6.0), span)
        for start in starts:
            k0, k1 = np.searchsorted(time_s, [start, start + span])
            if k1 >= len(time_s):
                continue
            a, b = order[edges[k0] : edges[k0 + 1]], order[edges[k1] : edges[k1 + 1]]
            _, i, j = np.intersect1d(track[a], track[b], return_indices=True)
            a, b = a[i], b[j]
            if len(a) < 12:
                continue
            moved = xy[b] - xy[a]
            film, sd = local_linear_at(xy[a], xy[a], moved, reach)
            # What the fit itself does not know is no disagreement of the point.
            square = ((moved - film) ** 2).mean(axis=1) - sd**2
            way2 = (moved**2).sum(axis=1)
            new = np.column_stack([np.abs(used[b] - used[a]), way2, square])
            samples.append(new[np.isfinite(square)])
    if not samples or sum(map(len, samples)) < 50:
        return _USUAL, 0.0
    table = np.concatenate(samples)
    square = np.clip(table[:, 2], 0.0, _TAIL * max(float(np.median(table[:, 2])), 1e-3))
    design = np.column_stack([table[:, 0], table[:, 1], np.ones(len(table))])
    size = np.maximum(design.max(axis=0), 1e-9)
    found, _ = nnls(design / size, square)
    return float(found[0] / size[0]), float(found[1] / size[1])
