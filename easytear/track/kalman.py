"""Kalman filter and smoother for many tracks at once.

The model is filterpy's `KalmanFilter` with `Q_discrete_white_noise(dim=2)` in its continuous
form: constant velocity, driven by white acceleration. filterpy takes 20 microseconds for each
step of each track; here all tracks take a step together, and a test holds both equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray

IntArray = NDArray[np.int_]

ROWS_AT_ONCE = 300_000
"""Tracks are independent of each other: memory is needed for so many rows at a time."""


@dataclass(frozen=True)
class Rows:
    """Ragged tracks: rows sorted by track, then frame, without gaps.

    Attributes
    ----------
    start : (n + 1,) int array
        First row of each track, and the number of rows.
    dt_s : (m,) float array
        Time since the row before; anything in a track's first row.
    """

    start: IntArray
    dt_s: FloatArray

    def steps(self) -> list[IntArray]:
        """Return, for k = 0, 1, ..., the rows that are the k-th of their track."""
        length = np.diff(self.start)
        order = np.argsort(-length, kind="stable")
        alive = np.searchsorted(-length[order], -np.arange(1, length.max(initial=0) + 1), "right")
        first = self.start[:-1][order]
        return [first[:count] + k for k, count in enumerate(alive)]


@dataclass(frozen=True)
class Smoothed:
    """Filtered and smoothed tracks.

    Attributes
    ----------
    position, velocity : (m, 2) float arrays
        Smoothed states (x, y).
    variance : (m,) float array
        Variance of the position, per axis.
    surprise : (m,) float array
        Mean over the axes of the squared innovation over its variance; NaN where unobserved
        and in first rows. Its mean is 1 where the noise is what the filter was told.
    """

    position: FloatArray
    velocity: FloatArray
    variance: FloatArray
    surprise: FloatArray


def smooth(
    rows: Rows,
    measured: FloatArray,
    observed: BoolArray,
    noise_var: FloatArray,
    acceleration: FloatArray,
    velocity0_var: FloatArray,
    velocity0: FloatArray,
) -> Smoothed:
    """Filter tracks forward and smooth them backward (Rauch, Tung and Striebel 1965).

    Parameters
    ----------
    rows : Rows
        Which row belongs where.
    measured : (m, 2) float array
        Measured positions; anything where not observed. First rows must be observed.
    observed : (m,) bool array
        Where there is a measurement.
    noise_var : (m,) float array
        Variance of the measurement, per axis.
    acceleration : (m,) float array
        Spectral density of the white acceleration before each row (length^2 / s^3).
    velocity0_var, velocity0 : (n,), (n, 2) float arrays
        What is known of each track's velocity in its first row.

    Returns
    -------
    Smoothed
        As long as the rows.
    """
    m = len(observed)
    done = Smoothed(np.empty((m, 2)), np.empty((m, 2)), np.empty(m), np.empty(m))
    for first, stop in _batches(rows.start):
        some = slice(int(rows.start[first]), int(rows.start[stop]))
        one = Rows(rows.start[first : stop + 1] - rows.start[first], rows.dt_s[some])
        given = (measured[some], observed[some], noise_var[some], acceleration[some])
        part = _smooth(one, *given, velocity0_var[first:stop], velocity0[first:stop])
        done.position[some], done.velocity[some] = part.position, part.velocity
        done.variance[some], done.surprise[some] = part.variance, part.surprise
    return done


def _batches(start: IntArray) -> list[tuple[int, int]]:
    """Return runs of tracks (first, stop) of some `ROWS_AT_ONCE` rows each."""
    if len(start) < 2:
        return []
    number = start[:-1] // ROWS_AT_ONCE
    edges = np.flatnonzero(np.diff(number, prepend=-1))
    return list(zip(edges.tolist(), [*edges[1:].tolist(), len(number)], strict=True))


def _smooth(
    rows: Rows,
    measured: FloatArray,
    observed: BoolArray,
    noise_var: FloatArray,
    acceleration: FloatArray,
    velocity0_var: FloatArray,
    velocity0: FloatArray,
) -> Smoothed:
    """Do `smooth` for all rows at once."""
    m = len(observed)
    x, p = np.zeros((m, 2, 2)), np.zeros((m, 3))  # states (row, position/velocity, axis)
    x_pred, p_pred = np.zeros((m, 2, 2)), np.zeros((m, 3))  # p: var x, cov, var v
    surprise = np.full(m, np.nan)
    steps = rows.steps()
    for k, now in enumerate(steps):
        if k == 0:
            track = np.searchsorted(rows.start, now, "right") - 1
            x[now, 0], x[now, 1] = measured[now], velocity0[track]
            p[now, 0], p[now, 2] = noise_var[now], velocity0_var[track]
            continue
        before = now - 1
        x_pred[now], p_pred[now] = _predict(x[before], p[before], rows.dt_s[now], acceleration[now])
        x[now], p[now], surprise[now] = _update(
            x_pred[now], p_pred[now], measured[now], noise_var[now], observed[now]
        )
    for later in reversed(steps[1:]):
        now = later - 1
        x[now], p[now] = _smooth_back(
            x[now], p[now], x[later], p[later], x_pred[later], p_pred[later], rows.dt_s[later]
        )
    return Smoothed(x[:, 0], x[:, 1], p[:, 0], surprise)


def _predict(
    x: FloatArray, p: FloatArray, dt: FloatArray, q: FloatArray
) -> tuple[FloatArray, FloatArray]:
    ahead = x.copy()
    ahead[:, 0] += dt[:, None] * x[:, 1]
    grown = np.column_stack(
        [
            p[:, 0] + 2.0 * dt * p[:, 1] + dt**2 * p[:, 2] + q * dt**3 / 3.0,
            p[:, 1] + dt * p[:, 2] + q * dt**2 / 2.0,
            p[:, 2] + q * dt,
        ]
    )
    return ahead, grown


def _update(
    x: FloatArray, p: FloatArray, z: FloatArray, r: FloatArray, observed: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    total = p[:, 0] + r
    gain = np.where(observed[:, None], p[:, :2] / total[:, None], 0.0)
    residual = np.where(observed[:, None], z - x[:, 0], 0.0)
    new = x + gain[:, :, None] * residual[:, None, :]
    var = np.column_stack(
        [
            p[:, 0] * (1.0 - gain[:, 0]),
            p[:, 1] * (1.0 - gain[:, 0]),
            p[:, 2] - gain[:, 1] * p[:, 1],
        ]
    )
    surprise = np.where(observed, (residual**2).mean(axis=1) / total, np.nan)
    return new, var, surprise


def _smooth_back(
    x: FloatArray,
    p: FloatArray,
    x_later: FloatArray,
    p_later: FloatArray,
    x_pred: FloatArray,
    p_pred: FloatArray,
    dt: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    # Gain C = P F' inv(P_pred), 2 x 2, written out.
    det = p_pred[:, 0] * p_pred[:, 2] - p_pred[:, 1] ** 2
    a = p[:, 0] + dt * p[:, 1]
    b = p[:, 1] + dt * p[:, 2]
    i0, i1, i2 = p_pred[:, 2] / det, -p_pred[:, 1] / det, p_pred[:, 0] / det
    c00, c01 = a * i0 + p[:, 1] * i1, a * i1 + p[:, 1] * i2
    c10, c11 = b * i0 + p[:, 2] * i1, b * i1 + p[:, 2] * i2
    dx = x_later - x_pred
    back = x.copy()
    back[:, 0] += c00[:, None] * dx[:, 0] + c01[:, None] * dx[:, 1]
    back[:, 1] += c10[:, None] * dx[:, 0] + c11[:, None] * dx[:, 1]
    d0, d1, d2 = (p_later - p_pred).T
    var = np.column_stack(
        [
            p[:, 0] + c00**2 * d0 + 2.0 * c00 * c01 * d1 + c01**2 * d2,
            p[:, 1] + c00 * c10 * d0 + (c00 * c11 + c01 * c10) * d1 + c01 * c11 * d2,
            p[:, 2] + c10**2 * d0 + 2.0 * c10 * c11 * d1 + c11**2 * d2,
        ]
    )
    return back, var
