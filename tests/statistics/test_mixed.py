"""Mixed models against statsmodels, textbook formulas, and drawn studies."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from easytear.statistics.mixed import RESIDUAL, Mixed, fit


def draw(seed: int, subjects: int, missing: float, shift: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for s in range(subjects):
        own, days = rng.normal(0, 0.3), rng.normal(0, 0.2, 3)
        for eye in ("OD", "OS"):
            apart = rng.normal(0, 0.15)
            for visit in range(3):
                for _ in range(2):
                    y = own + apart + days[visit] + rng.normal(0, 0.1) + shift * (s % 2)
                    if rng.random() >= missing:
                        rows.append((f"S{s}", eye, visit, s % 2, y))
    return pd.DataFrame(rows, columns=["s", "eye", "visit", "g", "y"])


def model(table: pd.DataFrame) -> Mixed:
    x = np.stack([table["g"] == 0, table["g"] == 1], axis=1).astype(float)
    factors = {
        "subject": ["1"] * len(table),
        "eye": list(table["eye"]),
        "visit": list(table["visit"]),
    }
    found = fit(table["y"].to_numpy(), x, list(table["s"]), factors)
    assert found is not None
    return found


@pytest.mark.parametrize(("seed", "missing"), [(0, 0.0), (3, 0.3)])
def test_the_digits_are_those_of_statsmodels(seed: int, missing: float) -> None:
    table = draw(seed, 16, missing)
    found = model(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = smf.mixedlm(
            "y ~ 0 + C(g)",
            table,
            groups="s",
            re_formula="1",
            vc_formula={"eye": "0 + C(eye)", "visit": "0 + C(visit)"},
        ).fit(reml=True, method=["powell", "lbfgs"])
    assert found.criterion >= other.llf - 1e-6
    assert found.criterion == pytest.approx(other.llf, abs=2e-3)
    assert found.coefficients == pytest.approx(other.fe_params.to_numpy(), abs=2e-4)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(other.bse_fe.to_numpy(), rel=0.01)
    assert found.variances[RESIDUAL] == pytest.approx(other.scale, rel=0.01)


def test_balanced_data_give_the_analysis_of_variance() -> None:
    table = draw(5, 20, 0.0, shift=0.4)
    found = model(table)
    value, p, df = found.contrast(np.array([1.0, -1.0]))
    means = table.groupby(["s", "g"])["y"].mean().reset_index()
    a, b = (means.loc[means["g"] == g, "y"] for g in (0, 1))
    test = stats.ttest_ind(a, b)
    ends = test.confidence_interval()
    assert df == pytest.approx(18, abs=1e-6)
    assert p == pytest.approx(test.pvalue, rel=1e-5)
    assert (value.low, value.high) == pytest.approx((ends.low, ends.high), rel=1e-5)
    assert found.all_zero_p(np.array([[1.0, -1.0]])) == pytest.approx(p, rel=1e-9)


def test_one_value_a_subject_is_the_t_test_and_says_what_it_cannot_tell() -> None:
    y = np.random.default_rng(2).normal(size=23)
    group = np.array([0] * 3 + [1] * 20)
    x = np.stack([group == 0, group == 1], axis=1).astype(float)
    found = fit(y, x, list(range(23)), {"subject": ["1"] * 23, "eye": ["?"] * 23})
    assert found is not None
    assert found.dropped == ("subject", "eye")
    _, p, df = found.contrast(np.array([1.0, -1.0]))
    assert (p, df) == pytest.approx((stats.ttest_ind(y[:3], y[3:]).pvalue, 21))


def test_several_groups_are_the_analysis_of_variance() -> None:
    y = np.random.default_rng(4).normal(size=24)
    x = np.kron(np.eye(3), np.ones((8, 1)))
    found = fit(y, x, list(range(24)), {})
    assert found is not None
    p = found.all_zero_p(np.array([[1.0, -1, 0], [1, 0, -1]]))
    assert p == pytest.approx(stats.f_oneway(*y.reshape(3, 8)).pvalue)


def test_intervals_hold_where_eyes_differ_and_values_are_missing() -> None:
    held = 0
    for seed in range(300):
        value, _, _ = model(draw(seed, 10, 0.4, shift=0.5)).contrast(np.array([-1.0, 1.0]))
        held += value.low <= 0.5 <= value.high
    assert 0.92 <= held / 300 <= 0.98


@pytest.mark.parametrize("y", [np.ones(6), np.arange(2.0)])
def test_nothing_to_fit_is_none(y: np.ndarray) -> None:
    x = np.stack([np.arange(len(y)) % 2, np.arange(len(y)) % 2 == 0], axis=1).astype(float)
    assert fit(y, x, ["a"] * len(y), {}) is None
