import numpy as np
import pytest
from scipy.optimize import least_squares

from easytear.measure import law
from easytear.measure.fitting import coarse_grid, fit_rows
from easytear.measure.law import Grid, growth, lines, minima, profile
from easytear.measure.samples import Samples, fit_frames
from easytear.request.settings.measure import SpreadSettings

SETTINGS = SpreadSettings()


def rows(seed=0, tracks=12, *, lam=0.8, onset=0.12, drift=0.0, noise_mm=0.004):
    rng = np.random.default_rng(seed)
    time_s = np.arange(90) / 30.0
    a = rng.uniform(1.5, 3.5, tracks)
    born = rng.integers(0, 12, tracks)
    value = rng.uniform(0, 1, tracks)[:, None] + a[:, None] * growth(
        time_s, np.array(onset), np.array(lam)
    )
    value = value + drift * np.maximum(time_s - onset, 0) + noise_mm * rng.normal(size=value.shape)
    seen = np.arange(90)[None, :] >= born[:, None]
    weight = np.where(seen, 1 / noise_mm**2, 0.0)
    return Samples(time_s, np.where(seen, value, 0.0), weight, np.linspace(0, 9, tracks))


def joint_least_squares(samples, *, drift=False):
    """Fit every number at once, without variable projection."""
    count = len(samples)
    root = np.sqrt(samples.weight)

    def residual(p):
        onset, log_lambda, slope = p[:3]
        c, a = p[3 : 3 + count], p[3 + count :]
        f = growth(samples.time_s, np.array(onset), np.exp(np.array(log_lambda)))
        ramp = slope * np.maximum(samples.time_s - onset, 0) if drift else 0.0
        return (root * (samples.value - c[:, None] - a[:, None] * f - ramp)).ravel()

    start = np.concatenate([[0.1, np.log(1.0), 0.0], np.full(count, 0.5), np.full(count, 2.0)])
    return least_squares(residual, start).x


@pytest.mark.parametrize("drift", [False, True])
def test_agrees_with_a_joint_fit_of_every_number(drift):
    samples = rows(drift=0.08 if drift else 0.0)
    expected = joint_least_squares(samples, drift=drift)
    fit = fit_rows(samples, coarse_grid(0.0, SETTINGS), drift=drift, cauchy=1e6)
    assert fit.onset_s == pytest.approx(expected[0], abs=2e-4)
    assert fit.log_lambda == pytest.approx(expected[1], abs=2e-3)
    assert fit.drift_mm_s == pytest.approx(expected[2], abs=2e-3)
    assert fit.lines.offset_mm == pytest.approx(expected[3:15], abs=2e-3)
    assert fit.lines.amplitude_mm == pytest.approx(expected[15:], abs=6e-3)


def test_rows_that_misfit_lose_their_weight():
    samples = rows(tracks=20)
    value = samples.value.copy()
    value[3] += 0.5 * np.sin(samples.time_s * 5)
    spoiled = Samples(samples.time_s, value, samples.weight, samples.place_mm)
    fit = fit_rows(spoiled, coarse_grid(0.0, SETTINGS))
    assert fit.row_weight[3] < 0.02
    assert fit.lambda_s == pytest.approx(0.8, rel=0.01)


def test_a_given_onset_is_kept():
    fit = fit_rows(rows(), coarse_grid(0.0, SETTINGS, 0.12))
    assert fit.onset_s == 0.12
    assert not fit.onset_free
    assert fit.lambda_s == pytest.approx(0.8, rel=0.01)


def test_profile_is_what_lines_leave():
    samples = rows(tracks=5)
    grid = Grid(np.array([0.05, 0.1]), np.log([0.6, 1.1, 1.9]))
    found = profile(samples, grid)
    for point, (onset, log_lambda) in enumerate(
        (o, g) for o in grid.onset_s for g in grid.log_lambda
    ):
        line = lines(samples, np.array([onset]), np.array([log_lambda]), np.zeros(1))
        f = growth(samples.time_s, onset, np.exp(log_lambda))
        left = samples.value - line.offset_mm[0][:, None] - line.amplitude_mm[0][:, None] * f
        expected = (samples.weight * left**2).sum(axis=1)
        assert found.rss[:, point] == pytest.approx(expected, rel=1e-6)


def test_minimum_lies_between_grid_points():
    grid = Grid(np.linspace(0, 1, 6), np.linspace(-1, 1, 9))
    o, g = np.meshgrid(grid.onset_s, grid.log_lambda, indexing="ij")
    bowl = 3 * (o - 0.47) ** 2 + 2 * (g - 0.31) ** 2 + 1.5 * (o - 0.47) * (g - 0.31)
    onset, log_lambda = minima(bowl.reshape(1, -1), grid)
    assert onset[0] == pytest.approx(0.47)
    assert log_lambda[0] == pytest.approx(0.31)


def test_minimum_on_the_edge_stays_there():
    grid = Grid(np.linspace(0, 1, 6), np.linspace(-1, 1, 9))
    o, g = np.meshgrid(grid.onset_s, grid.log_lambda, indexing="ij")
    onset, log_lambda = minima((o + (g - 0.31) ** 2).reshape(1, -1), grid)
    assert onset[0] == 0.0
    assert log_lambda[0] == pytest.approx(0.31)


def test_frames_are_thinned_late_and_kept_early():
    time_s = np.arange(600) / 30.0
    kept = fit_frames(time_s, 20.0, most=150)
    assert len(kept) <= 151
    assert np.array_equal(kept[:46], np.arange(46))
    assert np.array_equal(fit_frames(time_s, 3.0), np.arange(91))


@pytest.mark.parametrize("drift", [False, True])
def test_many_rows_are_projected_as_few(drift, monkeypatch):
    samples = rows(tracks=30)
    grid = coarse_grid(0.0, SETTINGS)
    together = profile(samples, grid, drift=drift)
    monkeypatch.setattr(law, "ROWS_AT_ONCE", 7)
    apart = profile(samples, grid, drift=drift)
    for name in ("rss", "pull", "hold"):
        ours, theirs = getattr(apart, name), getattr(together, name)
        assert (ours is None) == (theirs is None)
        if ours is not None:
            # what is left of large sums differs in the last digits that these have
            np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6 * np.abs(theirs).max())
