"""Scores of recordings tell what is right from what is wrong, and rows what they add up to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.compared import COLUMNS, Reading
from benchmarks.instrument_rows import ROWS, row_cells, scene_cells
from benchmarks.instrument_score import failed, score_reading
from benchmarks.report import other_eyes
from benchmarks.runner import write_json
from easytear.simulate import Truth
from easytear.simulate.instruments import make_shot, make_truth


def _reading(truth: Truth, **other: Any) -> Reading:
    """Return what a perfect analysis would tell."""
    edge = truth.eye_limbus
    intervals = []
    for interval in truth.intervals:
        pupil = truth.pupil_at(interval.start_frame)
        fit = None
        if interval.law_visible:
            true_s = truth.headline(interval).lambda_s
            fit = {"lambda_s": true_s, "converged": True, "lambda_s_ci95": [0.0, 9.0]}
        intervals.append(
            {
                "start_frame": interval.start_frame,
                "end_frame": interval.end_frame,
                "pupil": {"x_px": pupil.x_px, "y_px": pupil.y_px},
                "iris": {"rx_px": edge.rx_px},
                "spread": {"y": fit},
                "quality": {"flags": []},
            }
        )
    summary = {
        "calibration": {
            "mm_per_px": truth.mm_per_px,
            "mm_per_px_sd": 0.1 * truth.mm_per_px,
            "iris_px": 2 * edge.rx_px,
            "iris_px_sd": 1.0,
        },
        "intervals": intervals,
        "flags": [],
        "blinks": [
            {"start_frame": b.start_frame, "end_frame": b.end_frame, "closure": b.closure}
            for b in truth.blinks
        ],
        "events": [
            {"kind": e.kind, "start_frame": e.start_frame, "end_frame": e.end_frame}
            for e in truth.events
        ],
    }
    return Reading({**summary, **other}, truth.time_s)


@pytest.fixture(scope="module")
def truths() -> list[Truth]:
    names = ("half_closed", "lamp_step", "exposure_settles", "bare", "no_eye_noise")
    return [make_truth(make_shot(name, 5)) for name in names]


def test_what_is_all_right_reaches_every_row(truths: list[Truth]) -> None:
    scores = []
    for truth in truths:
        told = _reading(truth) if truth.has_eye else _reading(truth, flags=["no_eye"])
        scores.append(score_reading(told, truth))
    reached = {line[0]: line[3] for line in row_cells(scores)[1:]}
    # Of so few intervals a coverage of all is more than the 99 % that is claimed.
    over = {title for title in reached if "interval of" in title}
    assert {t for t, verdict in reached.items() if verdict != "yes"} == over
    assert len(scene_cells(scores)) == 6


def test_what_is_wrong_is_counted(truths: list[Truth]) -> None:
    half, lamp, _, bare, none = truths
    event = lamp.events[0]
    blink = {"start_frame": event.start_frame, "end_frame": event.start_frame + 3}
    told = _reading(lamp)
    told.summary["blinks"].append({**blink, "closure": 0.3})
    told.summary["events"] = []
    lamp_score = score_reading(told, lamp)
    assert (lamp_score["light_blinks"], lamp_score["events_found"]) == (1, 0)

    told = _reading(half)
    told.summary["blinks"] = [b for b in told.summary["blinks"] if b["closure"] > 0.9]
    told.summary["calibration"]["iris_px"] *= 1.1
    half_score = score_reading(told, half)
    assert (half_score["partial_found"], half_score["partial"]) == (0, 2)
    assert half_score["width_error"] == pytest.approx(0.1)
    assert half_score["width_held"] is False

    told = _reading(bare)
    told.summary["intervals"][-1]["spread"]["y"] = {"lambda_s": 1.0, "converged": True}
    assert score_reading(told, bare)["intervals"][-1]["spread_invented"]

    eye = {"pupil": {"x_px": 1, "y_px": 1}, "iris": None, "spread": {"y": None}}
    told = _reading(none, intervals=[{**eye, "quality": {"flags": []}}])
    assert score_reading(told, none)["invented"]
    scores = [lamp_score, half_score, score_reading(told, none)]
    reached = {line[0]: line[3] for line in row_cells(scores)[1:]}
    assert [v for t, v in reached.items() if "invented where" in t] == ["no"]
    assert reached["blinks, partial, F1"] == "no"


def test_an_analysis_that_ends_with_an_error_has_found_nothing(truths: list[Truth]) -> None:
    numbers = failed(truths[0], "lost")
    assert numbers["failed"]
    assert not any(i["found"] for i in numbers["intervals"])
    assert row_cells([numbers])[1][2:4] == ["1", "no"]
    assert len(row_cells([numbers])) == len(ROWS) + 1


def test_what_was_stored_stands_in_the_report(truths: list[Truth], tmp_path: Path) -> None:
    assert list(other_eyes(tmp_path)) == []
    scores = [score_reading(_reading(truth), truth) for truth in truths]
    (tmp_path / "instruments").mkdir()
    write_json(tmp_path / "instruments" / "instruments.json", scores)
    row = dict.fromkeys(COLUMNS) | {"change": "mirrored", "verdict": "holds", "scale_error": 0.01}
    (tmp_path / "metamorphic" / "film").mkdir(parents=True)
    write_json(tmp_path / "metamorphic" / "film" / "table.json", [row])
    sections = list(other_eyes(tmp_path))
    assert [section.title for section in sections][-1].endswith(": film")
    told = sections[-1].table
    assert told is not None
    assert told[1][:3] == ["mirrored", "-", "holds"]
    assert "+1.0" in told[1]
    assert sections[-1].points[0] == "1 of 1 changes hold."
