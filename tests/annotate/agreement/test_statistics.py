"""Limits of agreement against published numbers and against simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from easytear.annotate.agreement.statistics import bland_altman, icc


def test_limits_are_those_of_the_formula():
    """d = log ratios; worked by hand for three pairs with ratios e^0.1, e^0.2, e^0.3."""
    found = bland_altman(np.exp([0.1, 0.2, 0.3]), [1, 1, 1])
    assert found.ratio == pytest.approx(np.exp(0.2))
    assert np.log(found.limits) == pytest.approx([0.2 - 0.196, 0.2 + 0.196], abs=1e-4)
    t = 4.302653
    assert np.log(found.ratio_ci95[1]) - 0.2 == pytest.approx(t * 0.1 / np.sqrt(3), rel=1e-5)
    wide = t * 0.1 * np.sqrt(1 / 3 + 1.959964**2 / 4)
    assert np.log(found.upper_ci95[1]) == pytest.approx(0.2 + 0.195996 + wide, rel=1e-4)


def test_intervals_of_the_bias_hold():
    random = np.random.default_rng(1)
    held = 0
    for _ in range(400):
        found = bland_altman(np.exp(random.normal(0.2, 0.3, 8)), np.ones(8))
        held += found.ratio_ci95[0] <= np.exp(0.2) <= found.ratio_ci95[1]
    assert 0.92 <= held / 400 <= 0.98


def test_few_pairs_promise_little():
    assert bland_altman([], []) is None
    one = bland_altman([2.0], [1.0])
    assert one.ratio == pytest.approx(2.0)
    assert one.limits is None


def table(raters):
    return pd.DataFrame(
        [(t, r, v) for r, values in raters.items() for t, v in enumerate(values)],
        columns=["target", "rater", "value"],
    )


def test_icc_of_shrout_and_fleiss():
    """Their 1979 example (six targets, four judges), given as exponentials: logs are taken."""
    judges = {
        "a": [9, 6, 8, 7, 10, 6],
        "b": [2, 1, 4, 1, 5, 2],
        "c": [5, 3, 6, 2, 6, 4],
        "d": [8, 2, 8, 6, 9, 7],
    }
    found = icc(table({k: np.exp(v) for k, v in judges.items()}))
    assert found.agreement == pytest.approx(0.29, abs=0.005)
    assert found.consistency == pytest.approx(0.71, abs=0.005)
    assert (found.targets, found.raters) == (6, 4)


def test_icc_needs_three_whole_targets():
    assert icc(table({"a": [1, 2], "b": [1, 2]})) is None
    assert icc(table({"a": [1, 2, 3, 4]})) is None
    found = icc(table({"a": [1, 2, 3, 4], "b": [1.1, 2.1, 3.1]}))
    assert found.targets == 3
