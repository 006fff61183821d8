"""The rise that film and front share: onset, nearest law, laws compared, scale in intervals."""

import numpy as np
import pytest

from easytear.measure.families import compare_laws
from easytear.measure.film import measure_film
from easytear.measure.nearest import nearest_law
from easytear.request.settings.measure import QualitySettings, SpreadSettings
from easytear.results.records import widened
from tests.measure.films import FRONT_MM, LID_Y_PX, MM_PER_PX, START_S, Film

LAMBDAS = np.linspace(np.log(0.1), np.log(15.0), 52)
LID = np.full(640, LID_Y_PX)


def rise(seconds=5.0, first_s=0.0, delay_s=0.08, lambda_s=0.9, rho_mm=3.0, seed=0):
    time_s = START_S + np.arange(0.0, seconds, 1 / 30)
    since = np.maximum(time_s - START_S - delay_s, 0.0)
    noise = 0.003 * np.random.default_rng(seed).normal(size=len(time_s))
    seen = time_s >= START_S + first_s
    return time_s[seen], (rho_mm * -np.expm1(-since / lambda_s) + noise)[seen]


def nearest(time_s, rise_mm):
    return nearest_law(time_s, rise_mm, START_S, 0.6, LAMBDAS)[0]


def test_an_onset_that_is_seen_is_known_to_a_frame():
    law = nearest(*rise())
    assert law.onset_s == pytest.approx(START_S + 0.08, abs=0.01)
    assert law.onset.sd_s < 0.02
    assert law.lambda_s == pytest.approx(0.9, rel=0.01)


def test_an_onset_that_is_not_seen_is_less_certain_and_does_not_jump():
    late = [nearest(*rise(first_s=first, delay_s=0.0)) for first in (0.1, 0.133, 0.166, 0.2)]
    assert all(law.onset.sd_s > 0.02 for law in late)
    assert np.abs(np.diff([law.onset_s for law in late])).max() < 0.03
    assert all(START_S <= law.onset_s < START_S + 0.15 for law in late)


def test_the_law_counts_every_second_alike_however_often_it_was_looked_at():
    time_s, value = rise(seconds=5.0)
    fast = np.exp(-np.maximum(time_s - START_S, 0.0) / 0.2)
    value = value - 0.5 * fast
    thinned = (time_s - START_S < 2.0) | (np.arange(len(time_s)) % 2 == 0)
    every, some = nearest(time_s, value), nearest(time_s[thinned], value[thinned])
    assert every.lambda_s == pytest.approx(some.lambda_s, rel=0.02)


def test_an_exponential_is_not_said_to_fail():
    for seed in range(5):
        time_s, value = rise(seed=seed)
        assert not compare_laws(time_s, value, START_S + 0.08).exponential_fails


@pytest.mark.parametrize("lambda_s", [0.75, 0.8, 0.85])
def test_no_time_constant_lies_between_those_tried(lambda_s):
    time_s, value = rise(lambda_s=lambda_s)
    for drift in (0.0, 0.05):
        rising = value + drift * np.maximum(time_s - START_S - 0.08, 0.0)
        found = compare_laws(time_s, rising, START_S + 0.08)
        assert not found.exponential_fails
        assert found.misfit < 0.0015


@pytest.mark.parametrize("law", ["two_exponentials", "logarithmic"])
def test_a_law_that_is_no_exponential_is_told(law):
    time_s, _ = rise()
    since = time_s - START_S
    if law == "two_exponentials":
        value = -1.5 * np.expm1(-since / 0.15) - 1.5 * np.expm1(-since / 2.0)
    else:
        s = np.maximum(since, 1e-6)
        value = s * (np.log(20.0) + 1.0) - s * np.log(s)
    value = value + 0.003 * np.random.default_rng(1).normal(size=len(value))
    found = compare_laws(time_s, value, START_S)
    assert found.exponential_fails
    assert found.best == law
    assert found.misfit > 0.004
    deltas = {**dict(found.others), found.best: 0.0}
    assert deltas["exponential"] - deltas[law] > 10.0


def test_film_and_front_give_rise_and_intervals_without_a_law():
    film = Film(seconds=6.0)
    time_s, tracks, front = film.observe()
    found = measure_film(time_s, tracks, front, LID, MM_PER_PX, SpreadSettings(), QualitySettings())
    free = found.spread.rise
    heights = np.linspace(FRONT_MM - 0.3, FRONT_MM, 31)
    for after, value, pair in (
        (1.0, free.rise_1s_mm, free.rise_1s_mm_ci95_given_scale),
        (5.0, free.rise_5s_mm, free.rise_5s_mm_ci95_given_scale),
    ):
        true = float(film.rise_mm(heights, film.onset_s + after).mean())
        assert value == pytest.approx(true, rel=0.06)
        assert pair[0] < true < pair[1]
    assert free.half_rise_s == pytest.approx(0.9 * np.log(2.0), rel=0.06)
    assert found.spread.y.law.best.startswith("exponential")


def test_a_short_interval_has_no_later_rise():
    time_s, tracks, front = Film(seconds=2.5).observe()
    found = measure_film(time_s, tracks, front, LID, MM_PER_PX, SpreadSettings(), QualitySettings())
    assert found.spread.rise.rise_2s_mm is not None
    assert found.spread.rise.rise_5s_mm is None
    assert found.spread.rise.half_rise_s is None


def test_the_scale_widens_an_interval_in_squares():
    low, high = widened(2.0, (1.8, 2.2), 0.05)
    half = np.hypot(0.2, 1.959964 * 0.05 * 2.0)
    assert (low, high) == pytest.approx((2.0 - half, 2.0 + half))
    assert widened(2.0, (None, None), 0.05) == (None, None)


def test_a_draw_that_leaves_out_most_frames_is_solved() -> None:
    from easytear.measure.joint import solve_shape

    matrix = np.zeros((5, 5))
    matrix[0, 0] = 2.0
    solved = solve_shape(matrix, np.array([1.0, 0, 0, 0, 0]), np.ones(5, bool))
    assert solved[0] == pytest.approx(0.5, rel=0.2)
    assert np.isfinite(solved).all()
    assert np.isfinite(solve_shape(np.zeros((3, 3)), np.zeros(3), np.ones(3, bool))).all()


class Held(Film):
    """A film whose points are held back, each by a share of its own, once it is slow."""

    def rise_mm(self, height_mm, time_s):
        free = super().rise_mm(height_mm, time_s)
        late = np.maximum(free - super().rise_mm(height_mm, self.onset_s + 1.0), 0.0)
        share = np.modf(1e4 * np.abs(np.ravel(height_mm)[0]))[0]
        return free - 0.15 * share * late


def test_points_that_are_held_back_late_make_lambda_less_certain():
    widths = []
    for film in (Film(seconds=5.0, tracks=250), Held(seconds=5.0, tracks=250)):
        seen = film.observe()
        settings = SpreadSettings(bootstrap=100)
        found = measure_film(*seen, LID, MM_PER_PX, settings, QualitySettings())
        low, high = found.spread.y.lambda_s_ci95
        widths.append(np.log(high / low))
    assert widths[1] > 1.25 * widths[0]
