"""The answer under other choices, each as defensible as the one made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from easytear.base.geometry import BoolArray
from easytear.measure.bootstrap import Choice, Mean
from easytear.measure.field import fit_field
from easytear.measure.fitting import CAUCHY, LawFit, drift_at, reweighted
from easytear.measure.law import Grid, Point, Profile, minima, profile
from easytear.measure.samples import Samples
from easytear.measure.zone import Zone


def fit_choices(rows: Zone, fit: LawFit, mean: Mean) -> list[Choice]:
    """Return the answers under other frames, robustness and rows of the same zone."""
    since = rows.samples.time_s - fit.onset_s
    start = _start(fit)
    out: list[Choice] = []
    for kept in ((since < 0) | (since > 0.15), since < 0.6 * since[-1]):
        other = _of_others(rows.frames(kept).useful(), fit, start)
        if other is not None:
            out.append(_shift(other, fit, mean, mean.under(other, kept)))
    for factor in (0.5, 3.0):
        other = _again(rows, fit.coarse, start, fit, CAUCHY * factor)
        out.append(_shift(other, fit, mean))
    for half in _halves(rows.samples):
        if half.sum() >= 6:
            other = _again(rows.rows(half), fit.coarse.rows(half), start, fit)
            out.append(replace(_shift(other, fit, mean), share=0.5))
    return out


def _shift(other: Point, fit: LawFit, mean: Mean, rho_mm: float | None = None) -> Choice:
    rho = mean.under(other) if rho_mm is None else rho_mm
    moved = rho - mean.under(fit.point)
    return Choice(other.onset_s - fit.onset_s, other.log_lambda - fit.log_lambda, moved)


def _start(fit: LawFit) -> tuple[float, float]:
    """Return the fit's onset and log lambda as its coarse grid has them: shifts count from it."""
    onset, log_lambda = minima(fit.coarse.total(fit.row_weight[None, :]), fit.coarse.grid)
    return float(onset[0]), float(log_lambda[0])


def _of_others(rows: Zone, fit: LawFit, start: tuple[float, float]) -> Point | None:
    """Return the law of other rows or frames, looked for near the one found."""
    if len(rows.samples) < 1 or len(rows.samples.time_s) < 6:
        return None
    whole = fit.coarse.grid
    onset = np.abs(whole.onset_s - fit.onset_s) <= 0.1
    log_lambda = np.abs(whole.log_lambda - fit.log_lambda) <= 0.8
    near = Grid(whole.onset_s[onset], whole.log_lambda[log_lambda])
    return _again(rows, profile(rows.samples, near, drift=fit.has_drift), start, fit)


def _again(
    rows: Zone, coarse: Profile, start: tuple[float, float], fit: LawFit, cauchy: float = CAUCHY
) -> Point:
    """Return the law by residuals that are known, as the fit moved by as much as the grid says."""
    weight, _, found = reweighted(coarse, rows.samples, cauchy, rows.trust)
    onset = fit.onset_s + found[0] - start[0]
    log_lambda = fit.log_lambda + found[1] - start[1]
    drift = drift_at(rows.samples, onset, log_lambda, weight) if fit.has_drift else 0.0
    return Point(onset, log_lambda, drift)


def _halves(rows: Samples) -> list[BoolArray]:
    """Return the rows born early, well seen and badly seen."""
    seen = rows.weight > 0
    born = seen.argmax(axis=1)
    sharp = rows.weight.sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    early, good = born <= np.median(born), sharp >= np.median(sharp)
    return [early, good, ~good]


def field_choices(rows: Zone, fit: LawFit, mean: Mean, early_lambdas: float) -> list[Choice]:
    """Return rho where the amplitude field is made of other rows: it is read where few rows lie."""
    out: list[Choice] = []
    if rows.target is None or mean.coefficient is None:
        return out
    field = rows.target.field
    for half in _halves(field.samples):
        found = fit_field(field.rows(half), fit, early_lambdas)
        if found is not None:
            moved = float(found.coefficient @ rows.target.mean_basis) - mean.rho_mm
            out.append(Choice(0.0, 0.0, moved, kind="field"))
    return out


def zone_choices(alternatives: Sequence[Zone], rows: Zone, fit: LawFit, mean: Mean) -> list[Choice]:
    """Return the answers for other defensible borders of the zone."""
    start = _start(fit)
    out: list[Choice] = []
    for zone in alternatives:
        frames = np.searchsorted(zone.samples.time_s, rows.samples.time_s)
        other = _of_others(zone.frames(frames).useful(), fit, start)
        if other is None:
            continue
        choice = replace(_shift(other, fit, mean), kind="zone")
        if mean.coefficient is not None and zone.target is not None and rows.target is not None:
            moved = mean.coefficient @ (zone.target.mean_basis - rows.target.mean_basis)
            choice = replace(choice, rho_mm=choice.rho_mm + float(moved))
        out.append(choice)
    return out
