"""The spread law by variable projection: shared onset and lambda, own offset and amplitude.

Row i is modelled as c_i + a_i f(t) [+ d D(t)], with f = 1 - exp(-(t - onset) / lambda) and
D = t - onset after the onset, both 0 before it. For given onset and lambda all else is linear
and is solved in closed form (Golub and Pereyra 1973), so the residual of every row is known on
a whole grid of onsets and lambdas from a few matrix products. Robust weights and bootstrap draws
only reweight those residuals; nothing is fitted again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.measure.samples import Samples

TINY = 1e-12
ROWS_AT_ONCE = 256
"""Rows that are projected together: more would need memory and no less time."""


def growth(time_s: FloatArray, onset_s: FloatArray, lambda_s: FloatArray) -> FloatArray:
    """Return 1 - exp(-(t - onset) / lambda) after the onset, 0 before; arguments broadcast."""
    since = np.maximum(time_s - onset_s, 0.0)
    grown: FloatArray = -np.expm1(-since / lambda_s)
    return grown


@dataclass(frozen=True)
class Grid:
    """Onsets (g,) and natural logarithms of lambda (h,), both evenly spaced."""

    onset_s: FloatArray
    log_lambda: FloatArray

    @property
    def shape(self) -> tuple[int, int]:
        """Number of onsets and of lambdas."""
        return len(self.onset_s), len(self.log_lambda)

    def shapes(self, time_s: FloatArray) -> FloatArray:
        """Return the growth curves (g * h, n)."""
        onset = self.onset_s[:, None, None]
        lam = np.exp(self.log_lambda)[None, :, None]
        return growth(time_s, onset, lam).reshape(-1, len(time_s))

    def ramps(self, time_s: FloatArray) -> FloatArray:
        """Return the drift's curves (g * h, n): time since onset."""
        ramp = np.maximum(time_s - self.onset_s[:, None], 0.0)
        return np.repeat(ramp, len(self.log_lambda), axis=0)


@dataclass(frozen=True)
class Point:
    """Onset, natural logarithm of lambda, and drift of one law."""

    onset_s: float
    log_lambda: float
    drift_mm_s: float = 0.0


@dataclass(frozen=True)
class Profile:
    """What variable projection leaves of every row at every grid point.

    Attributes
    ----------
    grid : Grid
        The points, onset-major.
    rss : (t, g * h) array
        Weighted residual sum of squares of each row without drift.
    pull, hold : (t, g * h) arrays or None
        Inner products of what is left of the drift's curve with what is left of the row, and
        with itself: drift = sum(pull) / sum(hold) lowers the sum by sum(pull)^2 / sum(hold).
    """

    grid: Grid
    rss: FloatArray
    pull: FloatArray | None = None
    hold: FloatArray | None = None

    def total(self, weights: FloatArray) -> FloatArray:
        """Return the residual sums (b, g * h) under row weights (b, t), drift taken out."""
        total = weights @ self.rss
        if self.pull is not None and self.hold is not None:
            total = total - (weights @ self.pull) ** 2 / np.maximum(weights @ self.hold, TINY)
        return total

    def rows(self, chosen: BoolArray) -> Profile:
        """Return the profile of some of the rows."""
        parts = [None if p is None else p[chosen] for p in (self.rss, self.pull, self.hold)]
        assert parts[0] is not None
        return Profile(self.grid, parts[0], parts[1], parts[2])

    def grouped(self, label: NDArray[np.int_], weights: FloatArray, count: int) -> Profile:
        """Return the profile with rows of equal label (0..count-1) summed under `weights`."""
        gather = np.zeros((count, len(label)))
        gather[label, np.arange(len(label))] = weights
        sums = [None if p is None else gather @ p for p in (self.rss, self.pull, self.hold)]
        assert sums[0] is not None
        return Profile(self.grid, sums[0], sums[1], sums[2])


def profile(samples: Samples, grid: Grid, *, drift: bool = False) -> Profile:
    """Return every row's residual on the grid; see `Profile`."""
    ramps = grid.ramps(samples.time_s) if drift else None
    return Profile(grid, *project(samples, grid.shapes(samples.time_s), ramps))


def project(
    samples: Samples, f: FloatArray, d: FloatArray | None
) -> tuple[FloatArray, FloatArray | None, FloatArray | None]:
    """Return rss, pull and hold (see `Profile`) for growth curves (p, n) and ramps (p, n)."""
    w, y = samples.weight, _centred(samples)
    out = np.empty((1 if d is None else 3, len(w), len(f)))
    for start in range(0, len(w), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        out[:, some] = _projected(w[some], y[some], f, d)
    return (out[0], None, None) if d is None else (out[0], out[1], out[2])


def _projected(
    w: FloatArray, y: FloatArray, f: FloatArray, d: FloatArray | None
) -> list[FloatArray]:
    """Return rss, and pull and hold where there are ramps, for rows (t, n) and their weights."""
    w0 = np.maximum(w.sum(axis=1), TINY)[:, None]
    sf: FloatArray = w @ f.T
    wy: FloatArray = w * y
    cff = np.maximum(w @ (f**2).T - sf**2 / w0, 0.0)
    cfy = wy @ f.T
    free = cff > 1e-9 * w0
    inverse = np.where(free, 1.0 / np.where(free, cff, 1.0), 0.0)
    rss: FloatArray = np.maximum((wy * y).sum(axis=1)[:, None] - cfy**2 * inverse, 0.0)
    if d is None:
        return [rss]
    sd = w @ d.T
    cfd = w @ (f * d).T - sf * sd / w0
    cdd = np.maximum(w @ (d**2).T - sd**2 / w0, 0.0)
    pull: FloatArray = wy @ d.T - cfd * cfy * inverse
    return [rss, pull, np.maximum(cdd - cfd**2 * inverse, 0.0)]


def _centred(samples: Samples) -> FloatArray:
    w = samples.weight
    mean = (w * samples.value).sum(axis=1) / np.maximum(w.sum(axis=1), TINY)
    centred: FloatArray = np.where(w > 0, samples.value - mean[:, None], 0.0)
    return centred


def minima(total: FloatArray, grid: Grid) -> tuple[FloatArray, FloatArray]:
    """Return onset and log lambda (b,) at the lowest points of (b, g * h), between grid points.

    A parabola through the lowest point and its neighbours along either axis, with their cross
    term; at the grid's edge the point itself.
    """
    b = np.arange(len(total))
    surface = total.reshape(len(total), *grid.shape)
    i, j = np.divmod(total.argmin(axis=1), grid.shape[1])
    di, dj = np.zeros(len(b)), np.zeros(len(b))
    inner_i = (i > 0) & (i < grid.shape[0] - 1)
    inner_j = (j > 0) & (j < grid.shape[1] - 1)
    ii = np.clip(i, 1, max(grid.shape[0] - 2, 1)) if grid.shape[0] > 2 else i
    jj = np.clip(j, 1, max(grid.shape[1] - 2, 1)) if grid.shape[1] > 2 else j

    rows = [np.clip(ii + p, 0, grid.shape[0] - 1) for p in (-1, 0, 1)]
    columns = [np.clip(jj + q, 0, grid.shape[1] - 1) for q in (-1, 0, 1)]

    def at(p: int, q: int) -> FloatArray:
        picked: FloatArray = surface[b, rows[p + 1], columns[q + 1]]
        return picked

    gi, gj = (at(1, 0) - at(-1, 0)) / 2, (at(0, 1) - at(0, -1)) / 2
    hii, hjj = at(1, 0) - 2 * at(0, 0) + at(-1, 0), at(0, 1) - 2 * at(0, 0) + at(0, -1)
    hij = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / 4
    det = hii * hjj - hij**2
    both = inner_i & inner_j & (det > TINY) & (hii > 0)
    safe = np.where(both, det, 1.0)
    di = np.where(both, -(hjj * gi - hij * gj) / safe, di)
    dj = np.where(both, -(hii * gj - hij * gi) / safe, dj)
    only = inner_j & ~both & (hjj > 0)
    dj = np.where(only, -gj / np.where(only, hjj, 1.0), dj)
    only = inner_i & ~inner_j & (hii > 0)
    di = np.where(only, -gi / np.where(only, hii, 1.0), di)
    di, dj = np.clip(di, -1, 1), np.clip(dj, -1, 1)
    onset = grid.onset_s[i] + di * _step(grid.onset_s)
    return onset, grid.log_lambda[j] + dj * _step(grid.log_lambda)


def _step(axis: FloatArray) -> float:
    return float(axis[1] - axis[0]) if len(axis) > 1 else 0.0


@dataclass(frozen=True)
class Lines:
    """Offset, amplitude and what fixes them, for every row at given onset and lambda.

    Attributes
    ----------
    offset_mm, amplitude_mm : (..., t) arrays
        c_i (the value at onset) and a_i.
    leverage : (..., t) array
        Weighted variance of the growth curve over the row's life: the amplitude's inverse
        variance per unit of residual variance.
    """

    offset_mm: FloatArray
    amplitude_mm: FloatArray
    leverage: FloatArray


def lines(
    samples: Samples, onset_s: FloatArray, log_lambda: FloatArray, drift_mm_s: FloatArray
) -> Lines:
    """Return `Lines` of shape (b, t) for (b,) onsets, log lambdas and drifts."""
    w = samples.weight
    w0 = np.maximum(w.sum(axis=1), TINY)
    f = growth(samples.time_s, onset_s[:, None], np.exp(log_lambda)[:, None])
    d = np.maximum(samples.time_s - onset_s[:, None], 0.0) * drift_mm_s[:, None]
    mean = (w * samples.value).sum(axis=1) / w0
    wy = w * np.where(w > 0, samples.value - mean[:, None], 0.0)
    mf, md = f @ w.T / w0, d @ w.T / w0
    cff = np.maximum(f**2 @ w.T / w0 - mf**2, 0.0) * w0
    cfy = f @ wy.T - ((f * d) @ w.T - mf * md * w0)
    free = cff > 1e-9 * w0
    amplitude = np.where(free, cfy / np.where(free, cff, 1.0), 0.0)
    return Lines(mean - md - amplitude * mf, amplitude, cff)
