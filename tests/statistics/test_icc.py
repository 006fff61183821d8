"""Intraclass correlations against published numbers."""

import numpy as np
import pytest

from easytear.statistics.icc import icc

JUDGES = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
"""Shrout and Fleiss 1979, table 2."""


def test_shrout_and_fleiss_with_their_intervals() -> None:
    found = icc(JUDGES)
    assert found is not None
    assert found.one_way.value == pytest.approx(0.17, abs=0.005)
    assert (found.one_way.low, found.one_way.high) == pytest.approx((-0.13, 0.72), abs=0.006)
    assert found.agreement.value == pytest.approx(0.29, abs=0.005)
    assert (found.agreement.low, found.agreement.high) == pytest.approx((0.02, 0.76), abs=0.006)
    assert found.consistency.value == pytest.approx(0.71, abs=0.006)
    assert (found.consistency.low, found.consistency.high) == pytest.approx((0.34, 0.95), abs=0.006)


@pytest.mark.parametrize("values", [np.ones((4, 3)), np.tile(np.arange(4.0)[:, None], 3)])
def test_values_that_do_not_vary_have_none(values: np.ndarray) -> None:
    assert icc(values) is None
