"""Results format 2: what it adds, and how format 1 is read."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from easytear.base.errors import SettingsError
from easytear.request.corrections import Corrections, Excluded, IntervalEdit, TrackEdit
from easytear.request.request import Request, ScaleRequest
from easytear.results import BlinkEntry, Event, read_results, read_summary, write_results
from tests import builders

FORMAT_1 = Path(__file__).parent / "data" / "format-1"


def test_format_1_is_read_and_what_it_does_not_tell_is_said() -> None:
    summary = read_summary(FORMAT_1)
    old = json.loads((FORMAT_1 / "summary.json").read_text())
    assert summary.schema_ == "easytear-results/2"
    assert set(summary.request.unknown) == {"start_s", "end_s", "scale"}
    assert summary.request.settings.spread.window_s == old["config"]["spread"]["window_s"]
    assert summary.blinks is None
    assert summary.blinking is None
    assert summary.calibration.iris_px is None
    assert summary.intervals[0].spread.rise is None


def test_lengths_of_format_1_get_the_scale_into_their_intervals() -> None:
    old = json.loads((FORMAT_1 / "summary.json").read_text())
    was = old["intervals"][0]["spread"]["y"]
    fit = read_summary(FORMAT_1).intervals[0].spread.y
    assert fit is not None
    assert fit.rho_mm == was["rho_mm"]
    assert list(fit.rho_mm_ci95_given_scale) == was["rho_mm_ci95"]
    low, high = fit.rho_mm_ci95
    assert low is not None
    assert high is not None
    assert low < was["rho_mm_ci95"][0]
    assert high > was["rho_mm_ci95"][1]
    doubt = old["calibration"]["mm_per_px_sd"] / old["calibration"]["mm_per_px"]
    assert high - was["rho_mm"] > 1.96 * doubt * was["rho_mm"]
    assert list(fit.lambda_s_ci95) == was["lambda_s_ci95"]


def test_a_scale_that_was_given_is_known_from_format_1(tmp_path: Path) -> None:
    data = json.loads((FORMAT_1 / "summary.json").read_text())
    data["calibration"] = {"mm_per_px": 0.02, "mm_per_px_sd": None, "source": "user"}
    data["corrections"] = [{"what": "region", "interval": 0, "detail": "9 corners"}]
    (tmp_path / "summary.json").write_text(json.dumps(data))
    summary = read_summary(tmp_path)
    assert summary.request.scale == ScaleRequest(kind="mm_per_px", value=0.02)
    assert set(summary.request.unknown) == {"start_s", "end_s", "corrections"}
    assert [note.what for note in summary.notes] == ["region"]


def test_blinks_and_events_are_tables_too(tmp_path: Path) -> None:
    analysis = builders.build_analysis()
    blink = BlinkEntry(
        start_frame=3, end_frame=9, start_s=0.1, end_s=0.3, complete=False, class_="partial"
    )
    event = Event(kind="light", start_frame=20, end_frame=21)
    summary = analysis.summary.model_copy(update={"blinks": (blink,), "events": (event,)})
    write_results(replace(analysis, summary=summary), tmp_path)
    with (tmp_path / "blinks.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["class"] == "partial"
    assert rows[0]["complete"] == "false"
    assert rows[0]["closure"] == ""
    assert (tmp_path / "events.csv").read_text().splitlines() == [
        "kind,start_frame,end_frame",
        "light,20,21",
    ]
    assert read_results(tmp_path).summary == summary
    assert json.loads((tmp_path / "summary.json").read_text())["blinks"][0]["class"] == "partial"


def test_a_request_is_whole_in_json_corrections_as_one_list() -> None:
    corrections = Corrections(
        intervals=(IntervalEdit(interval=0, start_frame=4, end_frame=90, by="R"),),
        tracks=(TrackEdit(interval=1, frame=(9,), x_px=(1.5,), y_px=(2.0,), observed=(True,)),),
        excluded=(Excluded(interval=1, reason="lid"),),
    )
    request = Request(
        start_s=1.0,
        scale=ScaleRequest(value=12.5),
        corrections=corrections,
        labels={"subject": "S1"},
    ).with_settings({"spread.window_s": "4"})
    data = json.loads(request.model_dump_json())
    assert [entry["kind"] for entry in data["corrections"]] == ["interval", "track", "exclusion"]
    assert Request.model_validate(data) == request


@pytest.mark.parametrize(("name", "text"), [("spread.windw_s", "4"), ("spread.window_s", "-4")])
def test_a_setting_that_cannot_be_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Request().with_settings({name: text})
