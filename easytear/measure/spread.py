"""The spread law of one zone: fitted, weighed against no spread, with its 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easytear.analysis.model import Fit
from easytear.geometry import BoolArray, FloatArray
from easytear.measure.bootstrap import (
    Choice,
    Draws,
    Mean,
    Target,
    draw_law,
    drift_preferred,
    early_enough,
    interval95,
    mean_amplitude,
)
from easytear.measure.common import film_evidence
from easytear.measure.fitting import (
    CAUCHY,
    LawFit,
    coarse_grid,
    fit_rows,
)
from easytear.measure.law import TINY, Grid
from easytear.measure.samples import Samples, fit_frames
from easytear.settings.measure import QualitySettings, SpreadSettings

EVIDENCE = 10.0
"""Least gain in log likelihood for which a spread is believed: by chance alone, with the three
numbers that the law has more, about once in ten thousand intervals."""

ONSET_MARGIN_S = 0.02
"""Observations up to this much later than the onset still show where the film lay then."""

DRIFT_LAMBDAS = 2.0
"""Windows shorter than this many time constants cannot tell drift from the exponential."""


@dataclass(frozen=True)
class Law:
    """A spread law with what later steps need of it.

    Attributes
    ----------
    fit : LawFit
        The fit itself.
    rho_mm : float
        Amplitude of the zone.
    samples : Samples
        Rows and frames that were fitted.
    draws : Draws or None
        Draws behind the intervals.
    window_s : float
        Length of the fitted window.
    evidence : float
        Gain in log likelihood over no spread.
    early : int
        Number of rows that rho rests on.
    onset_known : bool
        False where the film was first seen after its onset, and nothing else told it.
    """

    fit: LawFit
    rho_mm: float
    samples: Samples
    draws: Draws | None
    window_s: float
    evidence: float
    early: int
    onset_known: bool = True


@dataclass(frozen=True)
class Onset:
    """An onset known from elsewhere.

    Attributes
    ----------
    onset_s : float
        Best value.
    draws_s : (b,) array or None
        Draws of its error about that value.
    """

    onset_s: float
    draws_s: FloatArray | None = None


@dataclass(frozen=True)
class Zone:
    """The rows of one zone.

    Attributes
    ----------
    samples : Samples
        All frames of the interval.
    target : Target or None
        The zone in the amplitude field, from which rho is read; None: from the rows themselves.
    trust : (t,) array or None
        Chance that a row follows the film.
    """

    samples: Samples
    target: Target | None = None
    trust: FloatArray | None = None

    def useful(self) -> Zone:
        """Return the zone without rows that were seen in fewer than three frames."""
        return self.rows((self.samples.weight > 0).sum(axis=1) >= 3)

    def frames(self, chosen: NDArray[np.int_] | BoolArray) -> Zone:
        """Return some of the frames."""
        target = None if self.target is None else self.target.frames(chosen)
        return replace(self, samples=self.samples.frames(chosen), target=target)

    def rows(self, chosen: BoolArray) -> Zone:
        """Return some of the rows."""
        trust = None if self.trust is None else self.trust[chosen]
        return replace(self, samples=self.samples.rows(chosen), trust=trust)


def fit_law(
    zone: Zone,
    settings: SpreadSettings,
    *,
    upward: bool = True,
    onset: Onset | None = None,
    alternatives: Sequence[Zone] = (),
    rng: np.random.Generator | None = None,
) -> Law | None:
    """Fit the spread law to the rows of one zone.

    Parameters
    ----------
    zone : Zone
        Rows, all frames of the interval.
    settings : SpreadSettings
        Window, bounds, drift, bootstrap.
    upward : bool
        Whether only a positive rho is a spread.
    onset : Onset, optional
        Taken where these rows cannot tell the onset, as they were first seen after it.
    alternatives : sequence of Zone
        Other defensible choices of rows for the same zone; they widen the intervals.
    rng : numpy.random.Generator, optional
        Source of chance; without it no intervals are drawn.

    Returns
    -------
    Law or None
        None where nothing was observed long enough, or where wandering alone explains the
        motion as well as a spread.
    """
    start_s = float(zone.samples.time_s[0]) if len(zone.samples.time_s) else 0.0
    window, rows, fit = _windowed_fit(zone, settings, start_s, None)
    if fit is None:
        return None
    given: Onset | None = None
    if not _onset_seen(rows.samples, fit):
        given = onset or _unseen_onset(rows.samples, start_s, settings)
        window, rows, fit = _windowed_fit(zone, settings, start_s, given.onset_s)
        assert fit is not None
    mean = mean_amplitude(rows.samples, fit, settings.early_born_lambdas, rows.target)
    rho = mean.rho_mm
    evidence = film_evidence(rows.samples, fit, rho)
    if evidence < EVIDENCE or (rho if upward else abs(rho)) < settings.min_rise_mm:
        return None
    early = int(early_enough(rows.samples, fit, settings.early_born_lambdas).sum())
    told = given is None or onset is not None
    law = Law(fit, rho, rows.samples, None, window, evidence, early, told)
    if rng is None:
        return law
    choices = _choices(rows, fit, mean) + _zone_choices(alternatives, rows, fit, mean)
    draws = draw_law(
        rows.samples,
        fit,
        mean,
        choices,
        block_mm=settings.block_mm,
        draws=settings.bootstrap,
        rng=rng,
        onset_shift_s=_onset_draws(given, settings, rng),
    )
    low, high = interval95(draws.rho_mm)
    if low <= 0.0 <= high and onset is None and given is None:
        return None
    return replace(law, draws=draws)


def _windowed_fit(
    zone: Zone, settings: SpreadSettings, start_s: float, onset_s: float | None
) -> tuple[float, Zone, LawFit | None]:
    """Fit on the first window; where the film is slow, again on a longer one; choose drift."""
    time_s = zone.samples.time_s
    length = float(time_s[-1] - start_s) if len(time_s) else 0.0
    window = min(settings.window_s, length)
    rows = _window(zone, window)
    if len(rows.samples) == 0 or len(rows.samples.time_s) < 6:
        return window, rows, None
    grid = coarse_grid(start_s, settings, onset_s)
    fit = fit_rows(rows.samples, grid, trust=rows.trust)
    longer = min(settings.window_lambdas * fit.lambda_s, length)
    if longer > 1.1 * window:
        window = longer
        rows = _window(zone, window)
        fit = fit_rows(rows.samples, grid, trust=rows.trust)
    return window, rows, _with_or_without_drift(rows, fit, settings, window)


def _window(zone: Zone, window_s: float) -> Zone:
    """Return the frames of the window in which anything was observed, and useful rows."""
    seen = np.flatnonzero((zone.samples.weight > 0).any(axis=0))
    if len(seen) == 0:
        return zone.frames(seen)
    start = zone.samples.time_s[0]
    inside = zone.frames(seen)
    return inside.frames(fit_frames(inside.samples.time_s, start + window_s)).useful()


def _with_or_without_drift(
    rows: Zone, fit: LawFit, settings: SpreadSettings, window_s: float
) -> LawFit:
    if settings.drift == "off":
        return fit
    if settings.drift == "auto" and window_s < DRIFT_LAMBDAS * fit.lambda_s:
        return fit
    drifting = fit_rows(rows.samples, fit.coarse.grid, drift=True, trust=rows.trust)
    if settings.drift == "on":
        return drifting
    rng = np.random.default_rng(settings.seed)
    return drifting if drift_preferred(rows.samples, drifting, settings.block_mm, rng) else fit


def _onset_seen(rows: Samples, fit: LawFit) -> bool:
    """Return whether at least three rows (or all) were observed by the time of the onset."""
    by_then = rows.weight[:, rows.time_s <= fit.onset_s + ONSET_MARGIN_S] > 0
    return bool(by_then.any(axis=1).sum() >= min(3, len(rows)))


def _unseen_onset(rows: Samples, start_s: float, settings: SpreadSettings) -> Onset:
    """Return what is known of an onset that nobody saw: before the first observation."""
    seen = np.sort(rows.time_s[(rows.weight > 0).argmax(axis=1)])
    third = float(seen[min(2, len(seen) - 1)])
    latest = max(min(third, start_s + settings.max_onset_s), start_s)
    middle = 0.5 * (start_s + latest)
    points = (np.arange(settings.bootstrap) + 0.5) / settings.bootstrap
    return Onset(middle, (points - 0.5) * (latest - start_s))


def _onset_draws(
    given: Onset | None, settings: SpreadSettings, rng: np.random.Generator
) -> FloatArray | None:
    if given is None or given.draws_s is None:
        return None
    drawn: FloatArray = rng.choice(given.draws_s, settings.bootstrap)
    return drawn


def _choices(rows: Zone, fit: LawFit, mean: Mean) -> list[Choice]:
    """Return the answers under other frames, robustness and rows of the same zone."""
    since = rows.samples.time_s - fit.onset_s
    out: list[Choice] = []
    for kept in ((since < 0) | (since > 0.15), since < 0.6 * since[-1]):
        other = _again(rows.frames(kept).useful(), fit)
        if other is not None:
            out.append(_shift(other, fit, mean, mean.under(other, kept) - mean.under(fit)))
    for factor in (0.5, 3.0):
        other = _again(rows, fit, cauchy=CAUCHY * factor)
        if other is not None:
            out.append(_shift(other, fit, mean))
    for half in _halves(rows.samples):
        other = _again(rows.rows(half), fit) if half.sum() >= 6 else None
        if other is not None:
            out.append(replace(_shift(other, fit, mean), share=0.5))
    return out


def _shift(other: LawFit, fit: LawFit, mean: Mean, rho_mm: float | None = None) -> Choice:
    moved = mean.under(other) - mean.under(fit) if rho_mm is None else rho_mm
    return Choice(other.onset_s - fit.onset_s, other.log_lambda - fit.log_lambda, moved)


def _again(rows: Zone, fit: LawFit, *, cauchy: float = CAUCHY) -> LawFit | None:
    """Return the law of other rows, looked for near the one found."""
    if len(rows.samples) < 1 or len(rows.samples.time_s) < 6:
        return None
    whole = fit.coarse.grid
    onset = np.abs(whole.onset_s - fit.onset_s) <= 0.1
    log_lambda = np.abs(whole.log_lambda - fit.log_lambda) <= 0.8
    near = Grid(whole.onset_s[onset], whole.log_lambda[log_lambda])
    return fit_rows(rows.samples, near, drift=fit.has_drift, cauchy=cauchy, trust=rows.trust)


def _halves(rows: Samples) -> list[BoolArray]:
    """Return the rows born early, well seen and badly seen."""
    seen = rows.weight > 0
    born = seen.argmax(axis=1)
    sharp = rows.weight.sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    early, good = born <= np.median(born), sharp >= np.median(sharp)
    return [early, good, ~good]


def _zone_choices(
    alternatives: Sequence[Zone], rows: Zone, fit: LawFit, mean: Mean
) -> list[Choice]:
    """Return the answers for other defensible borders of the zone."""
    out: list[Choice] = []
    for zone in alternatives:
        frames = np.searchsorted(zone.samples.time_s, rows.samples.time_s)
        other = _again(zone.frames(frames).useful(), fit)
        if other is None:
            continue
        choice = replace(_shift(other, fit, mean), kind="zone")
        if mean.coefficient is not None and zone.target is not None and rows.target is not None:
            moved = mean.coefficient @ (zone.target.mean_basis - rows.target.mean_basis)
            choice = replace(choice, rho_mm=choice.rho_mm + float(moved))
        out.append(choice)
    return out


def fit_record(
    law: Law | None,
    quality: QualitySettings,
    *,
    scale_known: bool = True,
    visible_mm: float | None = None,
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
        lambda_s=fit.lambda_s,
        lambda_s_ci95=lam_ci,
        onset_s=fit.onset_s,
        drift_mm_s=fit.drift_mm_s if fit.has_drift and mm else None,
        initial_velocity_mm_s=law.rho_mm / fit.lambda_s if mm else None,
        initial_velocity_mm_s_ci95=v_ci if mm else (None, None),
        r2=r2,
        rmse_mm=rmse if mm else None,
        n=len(law.samples),
        window_over_lambda=law.window_s / fit.lambda_s,
        converged=_converged(law, lam_ci, quality, visible_mm),
    )


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
