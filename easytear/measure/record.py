"""A fitted law as the results format holds it."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.measure.bootstrap import interval95
from easytear.measure.families import Comparison
from easytear.measure.law import TINY
from easytear.measure.spread import Law
from easytear.request.settings.measure import QualitySettings
from easytear.results.model import Fit
from easytear.results.records import LawChoice, OtherLaw


def fit_record(
    law: Law | None,
    quality: QualitySettings,
    *,
    scale_known: bool = True,
    visible_mm: float | None = None,
    compared: Comparison | None = None,
) -> Fit | None:
    """Return the law as the results format's FIT.

    Parameters
    ----------
    law : Law or None
        None gives None.
    quality : QualitySettings
        When a fit counts as converged.
    scale_known : bool
        False leaves everything in millimetres unknown.
    visible_mm : float, optional
        Height of the exposed cornea; an amplitude above it was not seen.
    compared : Comparison, optional
        Which law suits the rise best.
    """
    if law is None:
        return None
    fit, draws = law.fit, law.draws
    lam_ci: tuple[float | None, float | None] = (None, None)
    rho_ci, v_ci = lam_ci, lam_ci
    if draws is not None:
        low, high = interval95(draws.log_lambda)
        lam_ci = (float(np.exp(low)), float(np.exp(high)))
        rho_ci, v_ci = interval95(draws.rho_mm), interval95(draws.velocity_mm_s)
    r2, rmse = _goodness(law)
    mm = scale_known
    return Fit(
        model="exponential+drift" if fit.has_drift else "exponential",
        rho_mm=law.rho_mm if mm else None,
        rho_mm_ci95=rho_ci if mm else (None, None),
        rho_mm_ci95_given_scale=rho_ci if mm else (None, None),
        lambda_s=fit.lambda_s,
        lambda_s_ci95=lam_ci,
        onset_s=fit.onset_s,
        drift_mm_s=fit.drift_mm_s if fit.has_drift and mm else None,
        initial_velocity_mm_s=law.rho_mm / fit.lambda_s if mm else None,
        initial_velocity_mm_s_ci95=v_ci if mm else (None, None),
        initial_velocity_mm_s_ci95_given_scale=v_ci if mm else (None, None),
        r2=r2,
        rmse_mm=rmse if mm else None,
        n=len(law.samples),
        window_over_lambda=law.window_s / fit.lambda_s,
        converged=_converged(law, lam_ci, quality, visible_mm),
        law=None if compared is None else law_choice(compared),
    )


def law_choice(compared: Comparison) -> LawChoice:
    """Return a comparison of laws as the results format's FIT.law."""
    others = (OtherLaw(name=name, delta_ic=delta) for name, delta in compared.others)
    return LawChoice(best=compared.best, misfit=compared.misfit, others=tuple(others))


def _converged(
    law: Law,
    lambda_ci: tuple[float | None, float | None],
    quality: QualitySettings,
    visible_mm: float | None,
) -> bool:
    low, high = lambda_ci
    wide = low is not None and high is not None and high > quality.max_ci_ratio * low
    short = law.window_s < quality.min_window_lambdas * law.fit.lambda_s
    beyond = visible_mm is not None and abs(law.rho_mm) > visible_mm
    return not (law.fit.at_bound or wide or short or beyond)


def _goodness(law: Law) -> tuple[float, float]:
    """Return R^2 and RMSE (mm) of the rows about their own means."""
    rows, fit = law.samples, law.fit
    w: FloatArray = rows.weight * fit.row_weight[:, None]
    w0 = np.maximum(w.sum(axis=1), TINY)[:, None]
    about = rows.value - (w * rows.value).sum(axis=1, keepdims=True) / w0
    left = float((w * fit.residual**2).sum())
    total = max(float((w * about**2).sum()), TINY)
    return 1.0 - left / total, float(np.sqrt(left / max(float(w.sum()), TINY)))
