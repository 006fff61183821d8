"""Figures and page of the benchmark."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.page import LEVELS, binomial_limits, coverage, figures, page, quality_rank


@pytest.fixture
def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    error = rng.normal(0.0, 0.02, 40)
    return pd.DataFrame(
        {
            "scene": ["fast", "slow"] * 20,
            "seed": np.arange(40),
            "index": 0,
            "found": True,
            "quality": 1.0 - np.abs(error) * 10,
            "lambda_error": error,
            "rho_error": error,
            "lambda_ci_sd": rng.normal(0.0, 1.0, 40),
        }
    )


def test_coverage_of_honest_intervals() -> None:
    honest = np.random.default_rng(2).normal(size=20_000)
    assert coverage(honest) == pytest.approx(LEVELS, abs=0.01)
    assert coverage(3.0 * honest)[-2] < 0.6


def test_limits_hold_the_share() -> None:
    low, high = binomial_limits(np.array([0.5, 1.0]), 20)
    assert low[0] < 0.5 < high[0]
    assert low[1] < 1.0
    assert high[1] == pytest.approx(1.0)


def test_quality_that_ranks_has_negative_correlation(table: pd.DataFrame) -> None:
    ranks = quality_rank(table)
    assert ranks["lambda_error"] == pytest.approx(-1.0)
    assert ranks["front_px"] is None


def test_page_holds_table_and_pictures(table: pd.DataFrame) -> None:
    tables = {"easytear": table, "<other>": table.assign(lambda_error=0.5)}
    text = page(tables, figures(tables), ["a <note>"])
    assert text.count("<img") == 3
    assert "&lt;other&gt;" in text
    assert "a &lt;note&gt;" in text
