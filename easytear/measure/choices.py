"""The answer under other choices, each as defensible as the one made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from easytear.geometry import BoolArray
from easytear.measure.bootstrap import Choice, Mean
from easytear.measure.fitting import CAUCHY, LawFit, fit_rows
from easytear.measure.law import Grid
from easytear.measure.samples import Samples
from easytear.measure.zone import Zone


def fit_choices(rows: Zone, fit: LawFit, mean: Mean) -> list[Choice]:
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


def zone_choices(alternatives: Sequence[Zone], rows: Zone, fit: LawFit, mean: Mean) -> list[Choice]:
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
