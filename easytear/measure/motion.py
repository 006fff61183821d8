"""Mean motion over time of rows that come and go: film displacement, height of the front.

The mean over whichever rows are present jumps whenever one appears or is lost. Here every row
has its own offset and its own share in the motion, y = c_i + l_i g(t), and g(t) is solved for
in every frame with least squares, without assuming a law of growth.
"""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.measure.law import TINY
from easytear.measure.samples import Samples

MOST_FRAMES = 700


def shared_motion(samples: Samples, share: FloatArray | None = None) -> FloatArray:
    """Return the motion g(t) (n,) that all rows share, 0 in its first known frame.

    Parameters
    ----------
    samples : Samples
        Rows that come and go.
    share : (t,) array, optional
        How much of the motion each row makes; 1 without it.

    Returns
    -------
    (n,) array
        In millimetres; NaN in frames that no row joins to the greatest stretch of frames.
    """
    n = len(samples.time_s)
    out = np.full(n, np.nan)
    rows = samples.useful(2)
    if share is not None:
        share = share[(samples.weight > 0).sum(axis=1) >= 2]
    seen = rows.weight > 0
    frames = np.flatnonzero(seen.any(axis=0))
    stretch = _longest_joined(seen[:, frames])
    frames = frames[stretch]
    if len(frames) < 2:
        return out
    step = -(-len(frames) // MOST_FRAMES)
    knots = frames[::step]
    g = _solve(rows.frames(knots), np.ones(len(rows)) if share is None else share)
    out[frames[0] : knots[-1] + 1] = np.interp(
        samples.time_s[frames[0] : knots[-1] + 1], samples.time_s[knots], g
    )
    unseen = np.setdiff1d(np.arange(n), frames)
    out[unseen] = np.nan
    return out


def _solve(rows: Samples, share: FloatArray) -> FloatArray:
    """Solve the normal equations of c_i + l_i g(t), offsets eliminated."""
    w = rows.weight
    w0 = np.maximum(w.sum(axis=1), TINY)
    lw = w * share[:, None]
    mean = (w * rows.value).sum(axis=1) / w0
    matrix = np.diag((lw * share[:, None]).sum(axis=0)) - (lw / w0[:, None]).T @ lw
    right = (lw * (rows.value - mean[:, None])).sum(axis=0)
    scale = max(float(np.trace(matrix)) / len(matrix), TINY)
    matrix = matrix + 1e-9 * scale * np.eye(len(matrix))
    g = np.zeros(len(matrix))
    g[1:] = np.linalg.solve(matrix[1:, 1:], right[1:])
    return g


def _longest_joined(seen: BoolArray) -> slice:
    """Return the longest run of frames in which each frame shares a row with the next."""
    if seen.shape[1] == 0:
        return slice(0, 0)
    joined = (seen[:, 1:] & seen[:, :-1]).any(axis=0)
    breaks = np.flatnonzero(~joined)
    starts = np.concatenate([[0], breaks + 1])
    ends = np.concatenate([breaks + 1, [seen.shape[1]]])
    longest = int(np.argmax(ends - starts))
    return slice(int(starts[longest]), int(ends[longest]))


def aligned(
    motion_mm: FloatArray, law_mm: FloatArray, time_s: FloatArray, until_s: float = 0.3
) -> FloatArray:
    """Return the motion shifted so that it starts where the law says.

    Motion that is first seen after the onset has unknown beginnings; the law, fitted to the same
    rows, bridges them. The shift is the median difference over the first `until_s` seconds seen.
    """
    known = np.flatnonzero(np.isfinite(motion_mm))
    if len(known) == 0:
        return motion_mm
    first = known[time_s[known] <= time_s[known[0]] + until_s]
    shifted: FloatArray = motion_mm - np.median(motion_mm[first] - law_mm[first])
    return shifted


def _reach(time_s: FloatArray, known: BoolArray, half_s: float) -> FloatArray:
    """Return (n,) how far the line at each frame reaches: `half_s`, or both known neighbours.

    Slow film is looked at some ten times a second, which need not be whole steps of `half_s`.
    Neighbours farther than three times that are none.
    """
    gaps = np.diff(time_s[known])
    gaps = np.where(gaps <= 3.0 * half_s, gaps, 0.0)
    reach = np.full(len(time_s), half_s)
    wider = np.maximum(np.r_[0.0, gaps], np.r_[gaps, 0.0])[: int(known.sum())]
    reach[known] = np.maximum(half_s, 1.01 * wider)
    return reach


def local_velocity(time_s: FloatArray, motion: FloatArray, half_s: float = 0.1) -> FloatArray:
    """Return the slope (n,) of a straight line through the frames within `half_s` of each frame.

    At least three known frames are needed; NaN elsewhere and where the motion itself is NaN.
    Frame times need not be even.
    """
    known = np.isfinite(motion)
    t = np.where(known, time_s, 0.0)
    y = np.where(known, motion, 0.0)
    reach = _reach(time_s, known, half_s)
    low = np.searchsorted(time_s, time_s - reach - 1e-9, "left")
    high = np.searchsorted(time_s, time_s + reach + 1e-9, "right")

    def within(values: FloatArray) -> FloatArray:
        total = np.concatenate([[0.0], np.cumsum(values)])
        difference: FloatArray = total[high] - total[low]
        return difference

    centre = time_s[0] if len(time_s) else 0.0
    t = np.where(known, t - centre, 0.0)
    n, st, sy = within(known.astype(float)), within(t), within(y)
    stt, sty = within(t * t), within(t * y)
    spread = n * stt - st**2
    enough = (n >= 3) & known & (spread > TINY)
    slope = (n * sty - st * sy) / np.where(enough, spread, 1.0)
    return np.where(enough, slope, np.nan)
