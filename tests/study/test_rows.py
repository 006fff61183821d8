"""From summary.json to rows."""

import json
from pathlib import Path
from typing import Any

import pytest

from easytear.base.errors import ResultsError
from easytear.results import Summary, read_summary, write_results
from easytear.study.columns import summary_columns
from easytear.study.rows import flatten, left_out, video_rows
from tests.builders import build_analysis


def test_names_are_joined_as_the_format_says() -> None:
    nested: dict[str, Any] = {
        "spread": {"y": {"lambda_s": 0.8, "lambda_s_ci95": [0.7, None]}, "x": None},
        "quality": {"flags": ["glare", "no_film"]},
        "region": [[0.0, 1.0]],
        "bands": [{"from_mm": 0.0, "fit": None}],
    }
    assert flatten(nested) == {
        "spread_y_lambda_s": 0.8,
        "spread_y_lambda_s_ci95_lo": 0.7,
        "spread_y_lambda_s_ci95_hi": None,
        "spread_x": None,
        "quality_flags": "glare;no_film",
        "bands_0_from_mm": 0.0,
        "bands_0_fit": None,
    }


def test_every_number_of_a_whole_analysis_has_a_described_column(tmp_path: Path) -> None:
    analysis = build_analysis()
    write_results(analysis, tmp_path)
    known = {c.name for c in summary_columns(9)} | {"video", "interval", "error", "left_out"}
    for row in video_rows("v", tmp_path, "", 0.0):
        assert {name for name, value in row.items() if value is not None} <= known


def test_rows_hold_the_summary_s_numbers(tmp_path: Path) -> None:
    analysis = build_analysis()
    write_results(analysis, tmp_path)
    summary: Summary = analysis.summary
    rows = list(video_rows("v", tmp_path, "", 0.0))
    assert len(rows) == len(summary.intervals)
    for row, interval in zip(rows, summary.intervals, strict=True):
        assert interval.spread.y is not None
        assert row["interval"] == interval.index
        assert row["spread_y_lambda_s"] == interval.spread.y.lambda_s
        assert row["area_end_mm2"] == interval.area.end_mm2
        assert row["video_sha256"] == summary.video.sha256


def test_a_failed_video_is_one_row_with_its_error(tmp_path: Path) -> None:
    assert list(video_rows("v", tmp_path, "broke.", 0.0)) == [{"video": "v", "error": "broke."}]


def test_results_that_cannot_be_read_are_an_error_and_not_the_end(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text("{")
    (row,) = video_rows("v", tmp_path, "", 0.0)
    assert "cannot be read" in str(row["error"])


def test_why_an_interval_is_left_out() -> None:
    good = {"spread_y_lambda_s": 0.8, "spread_y_converged": True, "quality_score": 0.6}
    assert left_out(good, 0.5) == ""
    assert left_out({**good, "quality_score": 0.4}, 0.5) == "quality below 0.5"
    assert left_out({**good, "quality_score": None}, 0.5) == "quality below 0.5"
    assert left_out({**good, "spread_y_converged": False}, 0.5) == "fit did not converge"
    assert left_out({**good, "spread_y_lambda_s": None}, 0.5) == "no spread measured"
    assert left_out({**good, "excluded_reason": "tears"}, 0.5) == "excluded: tears"


HOSTILE = (10**30, "text", "\ud800", [1] * 3000, {"a": 1}, True)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    "place",
    [("intervals", 0, "index"), ("intervals", 0, "spread", "y", "rho_mm"), ("intervals", 0)],
    ids=str,
)
def test_a_summary_that_somebody_else_wrote_costs_its_row(
    tmp_path: Path, place: tuple[str | int, ...], value: object
) -> None:
    write_results(build_analysis(), tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    at = summary
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    first = next(video_rows("a", tmp_path, "", 0.4))
    # Lists and objects become columns of their own, or none: the number is then not known.
    assert "cannot be read" in str(first["error"]) or "spread_y_rho_mm" not in first


@pytest.mark.parametrize("text", ["1e400", "NaN", "9" * 30, "[" * 100_000, '"\\ud800"'])
def test_numbers_and_letters_that_nobody_holds_are_refused(tmp_path: Path, text: str) -> None:
    write_results(build_analysis(), tmp_path)
    whole = (tmp_path / "summary.json").read_text()
    (tmp_path / "summary.json").write_text(whole.replace('"codec": "h264"', f'"codec": {text}'))
    assert whole != (tmp_path / "summary.json").read_text()
    (row,) = video_rows("a", tmp_path, "", 0.4)
    assert "cannot be read" in str(row["error"])
    with pytest.raises(ResultsError, match=r"summary\.json"):
        read_summary(tmp_path)
