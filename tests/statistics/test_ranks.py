"""Rank correlation: its interval holds, few pairs have none."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from easytear.statistics.ranks import holm, spearman


@pytest.mark.parametrize(("n", "rho"), [(10, 0.95), (10, 0.0), (40, 0.95), (40, 0.5)])
def test_intervals_hold(n: int, rho: float) -> None:
    rng = np.random.default_rng(n)
    truth = 6 / np.pi * np.arcsin(rho / 2)  # of a normal pair
    held = 0
    for _ in range(600):
        x, y = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n).T
        _, _, ends = spearman(x, y)
        assert ends is not None
        held += ends[0] <= truth <= ends[1]
    assert 0.93 <= held / 600 <= 0.985


def test_few_pairs_have_no_interval() -> None:
    x = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9])
    r, p, ends = spearman(x, x[::-1] ** 3)
    assert r == pytest.approx(-1)
    assert p < 1e-6
    assert ends is None


def test_value_and_p_are_those_of_scipy() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 30))
    r, p, _ = spearman(x, y)
    assert (r, p) == pytest.approx(tuple(stats.spearmanr(x, y)))


def test_correction_is_holms() -> None:
    p = [0.04, 0.001, 0.6, 0.02, 0.02, 0.9]
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
