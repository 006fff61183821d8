"""The 95 % intervals hold: a small draw of films, each with errors common to all points."""

import numpy as np

from easytear.measure.bootstrap import interval95
from easytear.measure.common import draw_common
from easytear.measure.fitting import coarse_grid, fit_rows
from easytear.measure.law import growth
from easytear.measure.samples import Samples
from easytear.measure.spread import fit_law
from easytear.measure.zone import Zone
from easytear.request.settings.measure import SpreadSettings

SETTINGS = SpreadSettings(bootstrap=150)
MM_PER_PX = 0.0175


def film(seed, *, common_px):
    """Points with their own wandering, and one wandering that they all share."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(120) / 30.0
    lam, rho, onset = rng.uniform(0.6, 1.3), rng.uniform(2.0, 3.5), rng.uniform(0.03, 0.2)
    a = rho * (1 + 0.04 * rng.normal(size=60))
    born = rng.choice([0, 0, 3, 8, 15, 30], 60)
    lost = born + 10 + rng.exponential(60, 60).astype(int)
    frame = np.arange(120)
    seen = (frame >= born[:, None]) & (frame < lost[:, None])

    def walk(rows, step_px):
        steps = rng.normal(size=(rows, 120)) * step_px * MM_PER_PX / np.sqrt(30)
        return np.cumsum(steps, axis=1)

    value = a[:, None] * growth(time_s, np.array(onset), np.array(lam))
    value = value + walk(60, 0.6) + walk(1, common_px)
    weight = np.where(seen, 1 / (0.6 * MM_PER_PX) ** 2, 0.0)
    samples = Samples(time_s, np.where(seen, value, 0.0), weight, rng.uniform(0, 9, 60))
    return samples, lam, rho


def hit(seed, common_px):
    samples, lam, rho = film(seed, common_px=common_px)
    law = fit_law(Zone(samples), SETTINGS, rng=np.random.default_rng(seed))
    low, high = interval95(law.draws.log_lambda)
    rho_low, rho_high = interval95(law.draws.rho_mm)
    return low <= np.log(lam) <= high, rho_low <= rho <= rho_high, high - low


def test_intervals_hold_with_errors_that_all_points_share():
    hits = np.array([hit(seed, 0.8) for seed in range(30)])
    assert hits[:, 0].sum() >= 26
    assert hits[:, 1].sum() >= 25


def test_intervals_widen_with_errors_that_all_points_share():
    calm = np.median([hit(seed, 0.0)[2] for seed in range(8)])
    shaken = np.median([hit(seed, 1.5)[2] for seed in range(8)])
    assert shaken > 1.5 * calm


def test_an_onset_that_no_row_saw_answers_to_nothing():
    whole, _, rho = film(5, common_px=0.3)
    late = whole.frames(whole.time_s > 0.7).useful()
    fit = fit_rows(late, coarse_grid(0.0, SETTINGS))
    equal = np.full(len(late), 1.0 / len(late))
    drawn = draw_common(late, fit, late, equal, 100, np.random.default_rng(0))
    assert (drawn[:, 0] == 0.0).all()
    assert np.abs(drawn[:, 3]).max() < rho
