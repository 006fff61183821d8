"""Two groups: the level of the test, and an interval that says the same."""

import numpy as np
import pytest
from scipy import stats

from easytear.statistics.two_groups import PERMUTATION, WELCH, compare_two

RNG = np.random.default_rng(11)


def test_three_against_twenty_reject_at_their_level() -> None:
    found = [compare_two(RNG.normal(size=3), RNG.normal(size=20)) for _ in range(600)]
    assert {name for name, _, _ in found} == {PERMUTATION}
    assert 0.03 <= np.mean([p < 0.05 for _, _, p in found]) <= 0.07
    assert 0.93 <= np.mean([d.low <= 0 <= d.high for _, d, _ in found]) <= 0.97
    assert all((p > 0.05) == (d.low < 0 < d.high) for _, d, p in found if abs(p - 0.05) > 1e-3)


@pytest.mark.parametrize("sizes", [(3, 4), (12, 9)])
def test_others_are_welchs(sizes: tuple[int, int]) -> None:
    a, b = (RNG.normal(0, s, n) for s, n in zip((1, 3), sizes, strict=True))
    name, difference, p = compare_two(a, b)
    test = stats.ttest_ind(a, b, equal_var=False)
    assert name == WELCH
    assert p == pytest.approx(test.pvalue)
    assert difference.low == pytest.approx(test.confidence_interval().low)
