"""Coverage of claims, and what the quality score says about errors."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.score import LEVELS
from benchmarks.uncertainty import (
    POSITIONS,
    binomial_limits,
    coverage,
    coverage_cells,
    low_score,
    observed,
    quality_cells,
    quality_rank,
    without_law,
)


@pytest.fixture
def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    error = rng.normal(0.0, 0.05, 40)
    return pd.DataFrame(
        {
            "quality": 1.0 - np.abs(error) * 8,
            "lambda_error": error,
            "rho_error": error,
            "lambda_ci_sd": rng.normal(0.0, 1.0, 40),
            "track_held": [list(LEVELS)] * 39 + [None],
            "fitted": [True] * 38 + [False, None],
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


def test_positions_are_a_mean_over_intervals(table: pd.DataFrame) -> None:
    share, low, high, count = observed(table)[POSITIONS]
    assert count == 39
    assert share == pytest.approx(LEVELS)
    assert low == pytest.approx(high)
    cells = coverage_cells(table)
    assert [row[0] for row in cells] == ["claimed", "lambda", POSITIONS]
    assert cells[2][1] == "0.30 ± 0.00"


def test_score_that_ranks_has_negative_correlation(table: pd.DataFrame) -> None:
    ranks = quality_rank(table)
    assert ranks["lambda_error"] == (pytest.approx(-1.0), 40)
    assert ranks["front_px"] == (None, 0)


def test_intervals_below_the_threshold_are_the_bad_ones(table: pd.DataFrame) -> None:
    line = next(row for row in quality_cells(table) if row[0] == "lambda")
    low = int((table["quality"] < low_score()).sum())
    assert low > 0
    assert (int(line[3]), int(line[6])) == (40 - low, low)
    assert float(line[5].removesuffix(" %")) < float(line[7].removesuffix(" %"))
    assert without_law(table) == (1, int(table["quality"][38] < low_score()))
