"""The fitted law as a curve, with the 95 % band that the results' intervals imply."""

from __future__ import annotations

import math

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.results import Fit
from easytear.results.records import Pair

_DRAWS = 400


def law(fit: Fit, time_s: FloatArray) -> FloatArray | None:
    """Return the fitted rise since the onset in millimetres; None where a number is missing."""
    if fit.rho_mm is None or fit.lambda_s is None or fit.onset_s is None:
        return None
    return _rise(time_s - fit.onset_s, fit.rho_mm, fit.lambda_s, fit.drift_mm_s or 0.0)


def window_end_s(fit: Fit, end_s: float) -> float:
    """Return where the fitted window ends (video time): a law is drawn no further.

    Parameters
    ----------
    fit : Fit
        The fitted law.
    end_s : float
        End of the interval, video time.
    """
    if fit.window_over_lambda is None or not fit.lambda_s or fit.onset_s is None:
        return end_s
    return min(end_s, fit.onset_s + fit.window_over_lambda * fit.lambda_s)


def _rise(
    since: FloatArray,
    rho_mm: float | FloatArray,
    lambda_s: float | FloatArray,
    drift_mm_s: float,
) -> FloatArray:
    since = np.maximum(since, 0.0)
    rise: FloatArray = rho_mm * -np.expm1(-since / lambda_s) + drift_mm_s * since
    return rise


def band(fit: Fit, time_s: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return the lower and upper edge of the law's 95 % band; None where intervals are missing.

    The results hold the 95 % intervals of rho, lambda and rho / lambda. With all three taken as
    log-normal, the third tells how the first two hang together, since
    var(log rho/lambda) = var(log rho) + var(log lambda) - 2 cov. Curves are drawn accordingly.
    """
    if fit.rho_mm is None or fit.lambda_s is None or fit.onset_s is None or fit.rho_mm <= 0:
        return None
    rho_sd, lambda_sd = _log_sd(fit.rho_mm_ci95), _log_sd(fit.lambda_s_ci95)
    if rho_sd is None or lambda_sd is None:
        return None
    speed_sd = _log_sd(fit.initial_velocity_mm_s_ci95)
    together = 0.0
    if speed_sd is not None and rho_sd > 0 and lambda_sd > 0:
        together = (rho_sd**2 + lambda_sd**2 - speed_sd**2) / (2 * rho_sd * lambda_sd)
        together = min(max(together, -1.0), 1.0)
    a, b = np.random.default_rng(0).standard_normal((2, _DRAWS, 1))
    rho = fit.rho_mm * np.exp(rho_sd * a)
    lam = fit.lambda_s * np.exp(lambda_sd * (together * a + math.sqrt(1 - together**2) * b))
    curves = _rise(time_s[None, :] - fit.onset_s, rho, lam, fit.drift_mm_s or 0.0)
    low, high = np.quantile(curves, [0.025, 0.975], axis=0)
    return low, high


def _log_sd(ci95: Pair) -> float | None:
    low, high = ci95
    if low is None or high is None or low <= 0 or high < low:
        return None
    return math.log(high / low) / 3.92
