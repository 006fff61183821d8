"""Quantities of a video as a whole appear by the catalogue alone, and labels beside them."""

from pathlib import Path

from typer.testing import CliRunner

from easytear.cli.app import app
from easytear.measure.quantities.catalogue import of_video
from easytear.report.page import render
from easytear.results import Analysis, Blinking, read_summary, write_results
from easytear.show.dictionary import quantities_table
from easytear.study.columns import summary_columns
from easytear.study.rows import video_rows
from tests.builders import build_analysis

BLINKING = Blinking(
    rate_per_min=14.2,
    rate_per_min_ci95=(9.1, 21.0),
    partial_share=0.25,
    partial_share_ci95=(0.1, 0.5),
    interval_median_s=3.4,
    contact_s_per_min=1.2,
    observed_s=60.0,
)


def with_blinking() -> Analysis:
    one = build_analysis()
    summary = one.summary.model_copy(update={"blinking": BLINKING})
    return Analysis(summary, one.frames, one.tracks, one.front)


def test_page_table_and_documents_show_how_a_person_blinked(tmp_path: Path) -> None:
    assert {"blinking.rate_per_min", "blinking.partial_share"} <= {one.key for one in of_video()}
    page = render(with_blinking(), None)
    assert "Blink rate" in page
    assert "14 1/min (9 to 21)" in page
    assert "<h2>Blinking</h2>" in page
    assert "<h2>Blinking</h2>" not in render(build_analysis(), None)
    write_results(with_blinking(), tmp_path)
    row = next(iter(video_rows("eye", tmp_path, "", 0.4)))
    assert row["blinking_rate_per_min"] == 14.2
    assert row["blinking_rate_per_min_ci95_hi"] == 21.0
    columns = {column.name: column for column in summary_columns(0)}
    assert columns["blinking_rate_per_min"].unit == "1/min"
    assert "`blinking.rate_per_min`" in quantities_table()


def test_labels_are_taken_into_results_and_shown_without_measuring_again(tmp_path: Path) -> None:
    write_results(build_analysis(), tmp_path)
    before = read_summary(tmp_path)
    call = ["apply", str(tmp_path), "--label", "subject=S<07>", "--label", "visit=2", "-q"]
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 0, done.output
    after = read_summary(tmp_path)
    assert after.request.labels == {"subject": "S<07>", "visit": "2"}
    assert [i.spread.y.lambda_s for i in after.intervals if i.spread.y] == [
        i.spread.y.lambda_s for i in before.intervals if i.spread.y
    ]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<span>subject</span> S&lt;07&gt;" in page
    CliRunner().invoke(app, ["apply", str(tmp_path), "--label", "subject=", "-q"])
    assert read_summary(tmp_path).request.labels["subject"] is None
    wrong = CliRunner().invoke(app, ["apply", str(tmp_path), "--label", "subject"])
    assert wrong.exit_code == 2
