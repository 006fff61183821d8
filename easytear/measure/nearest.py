"""The exponential nearest to a rise that is known frame by frame, and how it answers to errors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize_scalar

from easytear.base.geometry import FloatArray
from easytear.measure.law import TINY, growth
from easytear.measure.onset import OnsetPosterior, onset_posterior


@dataclass(frozen=True)
class Nearest:
    """An exponential rise, with drift where there is one.

    Attributes
    ----------
    onset : OnsetPosterior or None
        Where the onset comes from; None for a start.
    onset_s, log_lambda, rho_mm, drift_mm_s : float
        The law.
    at_bound : bool
        Whether lambda lies at the edge of what was tried.
    """

    onset_s: float
    log_lambda: float
    rho_mm: float
    drift_mm_s: float = 0.0
    onset: OnsetPosterior | None = None
    at_bound: bool = False

    @property
    def lambda_s(self) -> float:
        """The time constant."""
        return float(np.exp(self.log_lambda))

    def curve(self, time_s: FloatArray) -> FloatArray:
        """Return the growth curve (n,), 0 to 1."""
        return growth(time_s, np.asarray(self.onset_s), np.asarray(self.lambda_s))

    def rise(self, time_s: FloatArray) -> FloatArray:
        """Return the rise (n,) in mm."""
        since = np.maximum(time_s - self.onset_s, 0.0)
        out: FloatArray = self.rho_mm * self.curve(time_s) + self.drift_mm_s * since
        return out

    def scaled(self, factor: float) -> Nearest:
        """Return the law with all lengths times a factor."""
        return replace(self, rho_mm=self.rho_mm * factor, drift_mm_s=self.drift_mm_s * factor)


def even_weights(time_s: FloatArray) -> FloatArray:
    """Return weights (n,) with which every second counts alike, mean 1; a gap at most threefold."""
    gap = np.gradient(time_s)
    gap = np.minimum(gap, 3.0 * float(np.median(gap)))
    weight: FloatArray = gap / gap.mean()
    return weight


def linear_fit(
    weight: FloatArray, value: FloatArray, columns: FloatArray
) -> tuple[FloatArray, float]:
    """Return coefficients (k,) and weighted residual sum of squares of columns (n, k)."""
    scaled = columns * weight[:, None]
    normal = scaled.T @ columns
    ridge = 1e-10 * float(np.trace(normal)) * np.eye(len(normal))
    coefficient = np.linalg.solve(normal + ridge, scaled.T @ value)
    left = value - columns @ coefficient
    return coefficient, float(weight @ left**2)


def nearest_law(
    time_s: FloatArray,
    rise_mm: FloatArray,
    start_s: float,
    latest_s: float,
    log_lambda: FloatArray,
    *,
    drift: float = 0.0,
    onset: OnsetPosterior | None = None,
) -> tuple[Nearest, float]:
    """Return the exponential nearest to a rise, and the rise's value (mm) at its onset.

    Parameters
    ----------
    time_s, rise_mm : (n,) arrays
        The rise in mm, up to a constant.
    start_s, latest_s, log_lambda
        As in `onset_posterior`.
    drift : float
        A drift in mm/s that is taken off first.
    onset : OnsetPosterior, optional
        The onset, where it is known already.
    """
    told = onset or onset_posterior(time_s, rise_mm, start_s, latest_s, log_lambda)
    since = np.maximum(time_s - told.onset_s, 0.0)
    value, weight = rise_mm - drift * since, even_weights(time_s)

    def fitted(log: float) -> tuple[FloatArray, float]:
        curve = growth(time_s, np.asarray(told.onset_s), np.asarray(np.exp(log)))
        return linear_fit(weight, value, np.column_stack([np.ones_like(curve), curve]))

    left = [fitted(float(log))[1] for log in log_lambda]
    best = int(np.argmin(left))
    low, high = log_lambda[max(best - 1, 0)], log_lambda[min(best + 1, len(log_lambda) - 1)]
    found = minimize_scalar(
        lambda log: fitted(log)[1], bounds=(low, high), method="bounded", options={"xatol": 1e-4}
    )
    (base, rho), _ = fitted(float(found.x))
    edge = 0.25 * float(log_lambda[1] - log_lambda[0])
    bound = bool(found.x < log_lambda[0] + edge or found.x > log_lambda[-1] - edge)
    law = Nearest(told.onset_s, float(found.x), float(rho), drift, told, bound)
    return law, float(base)


def answers(time_s: FloatArray, law: Nearest, *, drift: bool = False) -> FloatArray:
    """Return (3 or 4, n): change of base, log lambda, rho [, drift] per mm of rise at each frame.

    Parameters
    ----------
    time_s : (n,) array
        Frames in which the rise is known.
    law : Nearest
        The law about which the fit is straightened.
    drift : bool
        Whether drift is fitted, too.
    """
    tangent = tangents(time_s, law, drift=drift)
    weight = even_weights(time_s)
    scaled = tangent * weight[:, None]
    normal = scaled.T @ tangent
    size = np.sqrt(np.maximum(np.diag(normal), TINY))
    inner = normal / np.outer(size, size) + 1e-9 * np.eye(len(normal))
    solved: FloatArray = np.linalg.solve(inner, scaled.T / size[:, None]) / size[:, None]
    return solved


def tangents(time_s: FloatArray, law: Nearest, *, drift: bool = False) -> FloatArray:
    """Return (n, 3 or 4) how a rise changes with base, log lambda, rho [and drift]."""
    since = np.maximum(time_s - law.onset_s, 0.0)
    by_log = -law.rho_mm * np.exp(-since / law.lambda_s) * since / law.lambda_s
    columns = [np.ones_like(time_s), by_log, law.curve(time_s)]
    return np.column_stack([*columns, since] if drift else columns)
