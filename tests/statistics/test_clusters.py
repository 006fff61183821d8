"""Clustered data: published formulas in balanced data, coverage in nested data."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from easytear.statistics.clusters import limits_of_agreement, scatter, share
from easytear.statistics.icc import icc

RNG = np.random.default_rng(7)


def test_one_unit_a_subject_gives_the_published_correlations() -> None:
    table = RNG.normal(0, 1, (9, 1)) + RNG.normal(0, 0.5, (9, 4)) + np.arange(4) * 0.3
    subject, turn = (i.ravel() for i in np.indices(table.shape))
    published = icc(table)
    one_way = scatter(table.ravel(), subject, subject)
    agreement = scatter(table.ravel(), subject, subject, turn)
    assert published is not None
    assert one_way is not None
    assert agreement is not None
    assert one_way.icc == pytest.approx(published.one_way.value, rel=1e-12)
    assert agreement.icc == pytest.approx(published.agreement.value, rel=1e-12)
    assert one_way.sd == pytest.approx(np.sqrt(table.var(axis=1, ddof=1).mean()), rel=1e-12)


def test_intervals_hold_for_videos_nested_in_eyes_and_subjects() -> None:
    held = np.zeros(2)
    for _ in range(300):
        s, eye, visit, _ = (i.ravel() for i in np.indices((20, 2, 3, 3)))
        y = RNG.normal(0, 0.2, 20)[s] + RNG.normal(0, 0.1, (20, 2))[s, eye]
        y = y + RNG.normal(0, 0.12, (20, 2, 3))[s, eye, visit] + RNG.normal(0, 0.08, len(s))
        found = scatter(y, s, (s * 2 + eye) * 3 + visit)
        assert found is not None
        assert found.icc_ends is not None
        assert found.sd_ends is not None
        between = 0.2**2 + 0.1**2 + 0.12**2
        held += (
            found.icc_ends[0] <= between / (between + 0.08**2) <= found.icc_ends[1],
            found.sd_ends[0] <= 0.08 <= found.sd_ends[1],
        )
    assert np.all((held / 300 >= 0.91) & (held / 300 <= 0.98))


def test_few_subjects_have_an_estimate_without_interval() -> None:
    y = RNG.normal(size=12)
    found = scatter(y, [0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3], [0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4])
    assert found is not None
    assert found.sd_ends is None
    assert found.icc_ends is None


def test_one_subject_has_a_scatter_and_nothing_to_be_compared_with() -> None:
    found = scatter(np.array([1.0, 2.0, 4.0]), ["a"] * 3, ["v"] * 3, [1, 2, 3])
    assert found is not None
    assert found.sd == pytest.approx(np.std([1, 2, 4], ddof=1))
    assert found.icc is None


@pytest.mark.parametrize("y", [np.ones(8), np.repeat(np.arange(4.0), 2)])
def test_what_does_not_vary_within_has_no_scatter(y: np.ndarray) -> None:
    units = np.repeat(np.arange(4), 2)
    assert scatter(y, units, units) is None


def test_limits_of_one_pair_a_subject_are_those_of_bland_and_altman() -> None:
    d = RNG.normal(0.1, 0.3, 30)
    found = limits_of_agreement(d, list(range(30)))
    assert found is not None
    assert found.upper.value == pytest.approx(d.mean() + 1.959964 * d.std(ddof=1))
    wide = 2.04523 * d.std(ddof=1) / np.sqrt(30)
    assert found.bias.high - found.bias.value == pytest.approx(wide, rel=1e-4)
    assert limits_of_agreement(d[:4], list(range(4))) is None


def test_limits_of_clustered_pairs_hold() -> None:
    held = np.zeros(2)
    for _ in range(400):
        s = np.repeat(np.arange(20), 2)
        found = limits_of_agreement(RNG.normal(0, 0.1, 20)[s] + RNG.normal(0, 0.2, 40), list(s))
        assert found is not None
        limit = 1.959964 * np.hypot(0.1, 0.2)
        held += (
            found.lower.low <= -limit <= found.lower.high,
            found.upper.low <= limit <= found.upper.high,
        )
    assert np.all((held / 400 >= 0.92) & (held / 400 <= 0.98))


def test_shares_of_clustered_intervals_hold() -> None:
    held = 0
    for _ in range(400):
        chance = RNG.beta(8, 2, 15)
        s = np.repeat(np.arange(15), 6)
        found = share(list(RNG.random(90) < chance[s]), list(s))
        assert found is not None
        held += found.low <= 0.8 <= found.high
    assert 0.92 <= held / 400 <= 0.99
    assert share([True] * 12, [i // 4 for i in range(12)]) is None
    whole = share([True] * 20, [i // 4 for i in range(20)])
    assert whole is not None
    assert whole.low < 0.6 < whole.high == 1.0


def test_a_share_of_things_that_are_not_alike_is_that_of_wilson() -> None:
    success = [True, True, True, False] * 10
    success[3], success[6] = True, False  # subjects differ a little, less than by chance
    found = share(success, [i // 4 for i in range(40)])
    assert found is not None
    low, high = proportion_confint(30, 40, method="wilson")
    assert (found.value, found.low, found.high) == pytest.approx((0.75, low, high), rel=1e-9)
