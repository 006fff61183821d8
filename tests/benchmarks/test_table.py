"""From scores to verdicts: medians, worst cases, shares with their errors, who is ahead."""

from typing import Any

import pandas as pd
import pytest

from benchmarks.table import (
    ROWS,
    Row,
    ahead_of_us,
    cells,
    flat,
    judged,
    reached_words,
    rows_reached,
)


def _row(column: str) -> Row:
    return next(row for row in ROWS if row.column == column)


def _table(column: str, numbers: list[Any]) -> pd.DataFrame:
    """Return one interval for each number, in scenes of their own."""
    return flat(
        [
            {"scene": "abc"[k % 3], "seed": k, "intervals": [{"found": True, column: number}]}
            for k, number in enumerate(numbers)
        ]
    )


def test_median_and_worst_are_judged_apart() -> None:
    row, table = _row("lambda_error"), _table("lambda_error", [-0.01, 0.015, -0.2])
    mine = judged(table, row)
    assert mine.value == pytest.approx(0.015)
    assert mine.worst == pytest.approx(0.2)
    assert mine.worst_scene == "c-2"
    assert (mine.good, mine.worst_good, mine.reached) == (True, False, False)
    assert reached_words(mine, row) == "yes; worst: no"
    reached, missed = rows_reached(table)
    assert reached == []
    assert "lambda from tracks (worst 20.0 % for 10.0 %: c-2)" in missed
    assert "front error, px (not measured)" in missed


def test_share_needs_a_hundred_intervals_and_has_an_error() -> None:
    row = _row("lambda_held")
    few = judged(_table("lambda_held", [True] * 19 + [False]), row)
    assert few.value == pytest.approx(0.95)
    assert few.sd == pytest.approx((0.95 * 0.05 / 20) ** 0.5)
    assert few.reached is False
    assert reached_words(few, row) == "no: n < 100"
    assert judged(_table("lambda_held", ([True] * 19 + [False]) * 5), row).reached
    assert not judged(_table("lambda_held", [True] * 100), row).reached, "too wide, too"


def test_whoever_is_ahead_is_named() -> None:
    ours, better = _table("lambda_error", [0.01, 0.02]), _table("lambda_error", [-0.001, 0.001])
    assert ahead_of_us({"easytear": ours, "annotator": better}) == [
        "lambda from tracks: annotator 0.1 %, EasyTear 1.5 %"
    ]
    assert ahead_of_us({"easytear": better, "original": ours}) == []


def test_nearer_to_the_goal_is_ahead_in_shares() -> None:
    wide, right = _table("rho_held", [True] * 20), _table("rho_held", [True] * 19 + [False])
    assert len(ahead_of_us({"easytear": wide, "original": right})) == 1
    assert ahead_of_us({"easytear": right, "original": wide}) == []


def test_only_the_same_videos_are_compared() -> None:
    ours = _table("front_px", [1.0, 9.0, 9.0])
    other = _table("front_px", [2.0])
    assert ahead_of_us({"easytear": ours, "openpiv": other}) == []
    line = next(c for c in cells({"easytear": ours, "openpiv": other}) if c[0] == "front error, px")
    assert line[-1] == "2 (n = 1)"


def test_law_error_is_of_what_is_known() -> None:
    scores = [{"scene": "a", "seed": 1, "intervals": [{"lambda_error": 0.03, "rho_error": -0.04}]}]
    assert flat(scores)["law_error"][0] == pytest.approx((0.0025 / 2) ** 0.5)
