import math

import numpy as np
import pytest

from easytear.compare.contrast import Difference, Sample, Scatter, difference, holm, sd_of


def share_told(count: int, between_sd: float, change: float = 0.0, draws: int = 1500) -> float:
    """How often a change is told at 5 % where the program's error is 0.05."""
    rng = np.random.default_rng(count)
    told = 0
    for _ in range(draws):
        a, b = rng.normal(0, math.hypot(0.05, between_sd), (2, count))
        sd = np.full(count, 0.05)
        p = difference(Sample(a, sd), Sample(b + change, sd)).p
        assert p is not None
        told += p < 0.05
    return told / draws


@pytest.mark.parametrize("between_sd", [0.0, 0.05, 0.2])
def test_no_change_is_rarely_told_whatever_intervals_scatter(between_sd: float) -> None:
    assert share_told(3, between_sd) < 0.07


def test_a_factor_of_one_and_a_half_is_found() -> None:
    assert share_told(1, 0.0, math.log(1.5)) > 0.95
    assert share_told(3, 0.05, math.log(1.5)) > 0.95


def test_what_visits_scatter_replaces_what_is_smaller() -> None:
    a, b = (Sample(np.array([x]), np.array([0.02])) for x in (0.0, 0.3))
    alone = difference(a, b)
    among_visits = difference(a, b, Scatter(0.2, 10.0))
    assert not alone.repeated
    assert among_visits.repeated
    assert alone.sd == pytest.approx(math.sqrt(2) * 0.02)
    assert among_visits.sd == pytest.approx(math.sqrt(2) * 0.2)
    assert difference(a, b, Scatter(0.001, 10.0)).sd == alone.sd


def test_what_all_intervals_share_does_not_fall_with_their_number() -> None:
    value, sd = np.zeros(50), np.full(50, 0.05)
    shared = difference(Sample(value, sd, 0.1), Sample(value, sd, 0.1))
    assert shared.sd is not None
    assert shared.sd > math.sqrt(2) * 0.1


def test_without_any_scatter_nothing_is_told() -> None:
    one = Sample(np.array([1.0]), np.array([math.nan]))
    assert difference(one, one).ci95 is None
    two = Sample(np.array([1.0, 1.2]), np.full(2, math.nan))
    assert difference(two, two).ci95 is not None


def test_the_change_that_would_be_found_is_found_so_often() -> None:
    known = Difference(0.0, 0.1, math.inf)
    assert known.detectable is not None
    rng = np.random.default_rng(1)
    hits = [
        (Difference(float(x), 0.1, math.inf).p or 1.0) < 0.05
        for x in rng.normal(known.detectable, 0.1, 2000)
    ]
    assert np.mean(hits) == pytest.approx(0.95, abs=0.015)


def test_holm_steps_down_and_stops() -> None:
    assert holm([0.001, 0.04, None, 0.02, 0.9]) == [True, False, None, False, False]
    assert holm([0.01, 0.02]) == [True, True]


def test_intervals_become_standard_deviations() -> None:
    assert sd_of(math.exp(-0.196), math.exp(0.196), 1.0, log=True) == pytest.approx(0.1, rel=1e-3)
    assert sd_of(0.8, 1.2, 1.0, log=False) == pytest.approx(0.102, rel=1e-2)
    assert math.isnan(sd_of(None, 1.0, 1.0, log=True))
