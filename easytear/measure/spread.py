"""The spread law of one zone: fitted, weighed against no spread, with its 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.measure.bootstrap import (
    Draws,
    Mean,
    draw_law,
    drift_preferred,
    interval95,
    mean_amplitude,
)
from easytear.measure.choices import field_choices, fit_choices, zone_choices
from easytear.measure.common import film_evidence
from easytear.measure.fitting import (
    LawFit,
    coarse_grid,
    fit_rows,
)
from easytear.measure.samples import Samples, fit_frames
from easytear.measure.zone import Onset, Zone
from easytear.request.settings.measure import SpreadSettings

EVIDENCE = 10.0
"""Least gain in log likelihood for which a spread is believed: by chance alone, with the three
numbers that the law has more, about once in ten thousand intervals."""

ONSET_MARGIN_S = 0.02
"""Observations up to this much later than the onset still show where the film lay then."""

DRIFT_LAMBDAS = 3.0
"""Drift is tried in windows of so many time constants: the exponential must have come to its end
(95 %), or what is left of it passes for drift. In the first two seconds of a real recording, two
time constants, a drift of 0.4 mm/s was found; in ten seconds of it 0.1."""


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
    onset_known : bool
        False where the film was first seen after its onset, and nothing else told it.
    """

    fit: LawFit
    rho_mm: float
    samples: Samples
    draws: Draws | None
    window_s: float
    evidence: float
    onset_known: bool = True


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
        The onset of the film that these rows are part of, where it is known from elsewhere: one
        spread has one onset.
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
    found = _fit(zone, settings, onset)
    if found is None:
        return None
    law, rows, mean, given = found
    least = law.rho_mm if upward else abs(law.rho_mm)
    if law.evidence < EVIDENCE or least < settings.min_rise_mm:
        return None
    if rng is None:
        return law
    draws = draw_law(
        rows.samples,
        law.fit,
        mean,
        [
            *fit_choices(rows, law.fit, mean),
            *field_choices(rows, law.fit, mean, settings.early_born_lambdas),
            *zone_choices(alternatives, rows, law.fit, mean),
        ],
        block_mm=settings.block_mm,
        draws=settings.bootstrap,
        rng=rng,
        onset_shift_s=_onset_draws(given, settings, rng),
    )
    low, high = interval95(draws.rho_mm)
    if low <= 0.0 <= high and given is None:
        return None
    return replace(law, draws=draws)


def _fit(
    zone: Zone, settings: SpreadSettings, onset: Onset | None
) -> tuple[Law, Zone, Mean, Onset | None] | None:
    """Return the law without draws, the rows it was fitted to, how rho is made, and the onset.

    The onset is the one that was taken from elsewhere, None where the rows told it themselves.
    """
    start_s = float(zone.samples.time_s[0]) if len(zone.samples.time_s) else 0.0
    given = onset
    known = None if onset is None else onset.onset_s
    window, rows, fit = _windowed_fit(zone, settings, start_s, known)
    if fit is None:
        return None
    if given is None and not _onset_seen(rows.samples, fit):
        given = _unseen_onset(rows.samples, start_s, settings)
        window, rows, fit = _windowed_fit(zone, settings, start_s, given.onset_s)
        assert fit is not None
    mean = mean_amplitude(rows.samples, fit, settings.early_born_lambdas, rows.target)
    law = Law(
        fit,
        mean.rho_mm,
        rows.samples,
        None,
        window,
        film_evidence(rows.samples, fit, mean.rho_mm),
        given is None or onset is not None,
    )
    return law, rows, mean, given


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
    if longer > window:
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
