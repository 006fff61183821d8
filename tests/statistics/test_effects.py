"""Effects against distribution functions and published numbers."""

import numpy as np
import pytest
from scipy import stats

from easytear.statistics.effects import hedges, hedges_paired, repeated_measures_p

RNG = np.random.default_rng(5)


def test_g_has_no_bias_and_its_interval_is_that_of_the_noncentral_t() -> None:
    a, b = RNG.normal(0.8, 1, 9), RNG.normal(0, 1, 6)
    found = hedges(a, b)
    assert found is not None
    t, scale = stats.ttest_ind(a, b).statistic, np.sqrt(1 / 9 + 1 / 6)
    assert found.value == pytest.approx(t * scale * (1 - 3 / (4 * 13 - 1)), rel=1e-3)
    assert stats.nct.cdf(t, 13, found.low / scale) == pytest.approx(0.975, abs=1e-5)
    assert stats.nct.cdf(t, 13, found.high / scale) == pytest.approx(0.025, abs=1e-5)


def test_groups_far_apart_have_a_finite_interval() -> None:
    found = hedges(np.array([5.0, 5.01, 5.02]), np.array([1.0, 1.01, 1.02]))
    assert found is not None
    assert 100 < found.low < found.value < found.high < 2000


@pytest.mark.parametrize("same", [0.0, 0.5, 0.9])
def test_paired_intervals_hold(same: float) -> None:
    held = 0
    for _ in range(500):
        own = RNG.normal(0, np.sqrt(same), 12)
        a, b = (own + shift + RNG.normal(0, np.sqrt(1 - same), 12) for shift in (0.6, 0))
        found = hedges_paired(a, b)
        assert found is not None
        held += found.low <= 0.6 <= found.high
    assert 0.92 <= held / 500 <= 0.98


def test_what_does_not_vary_has_no_g() -> None:
    assert hedges(np.ones(4), np.ones(5)) is None
    assert hedges_paired(np.arange(4.0), np.arange(4.0) + 1) is None


def test_greenhouse_and_geisser_reject_at_their_level_where_variances_differ() -> None:
    share = np.mean(
        [repeated_measures_p(RNG.normal(0, (0.2, 1, 3), (12, 3))) < 0.05 for _ in range(1500)]
    )
    assert 0.03 <= share <= 0.07


def test_two_conditions_are_the_paired_test() -> None:
    values = RNG.normal(size=(8, 2))
    assert repeated_measures_p(values) == pytest.approx(stats.ttest_rel(*values.T).pvalue)
