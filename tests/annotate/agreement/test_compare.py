"""The whole comparison, and its page."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from easytear.annotate.agreement import PROGRAM, compare, write_agreement
from easytear.annotate.model import BlinkMark, IntervalMark
from easytear.base.errors import AnnotationError
from easytear.engine import run
from easytear.request.request import Request
from tests.annotate import scene

MARKS = [
    BlinkMark(id=1, start_frame=0, end_frame=5),
    BlinkMark(id=2, start_frame=66, end_frame=79),
    IntervalMark(id=3, start_frame=7, end_frame=65),
]


@pytest.fixture(scope="module")
def comparison():
    exact = scene.annotated("anna", items=MARKS, every=5)
    unsure = scene.annotated("<b>bert</b>", noise_px=3.0, seed=4, every=5)
    return compare(
        [(run(Request(), Path("film.mp4"), scene.analysis(), remeasure=True), [exact, unsure])]
    )


def pair(comparison, a, b):
    return next(p for p in comparison.agreement.pairs if (p.a, p.b) == (a, b))


def test_who_marks_exactly_agrees_exactly(comparison):
    found = pair(comparison, PROGRAM, "anna")
    assert found.points.n == 5 * 12
    assert found.points.p90_px < 0.6
    assert found.points.p90_mm == pytest.approx(found.points.p90_px * scene.MM_PER_PX)
    assert found.blinks.f1 == 1.0
    assert found.intervals.start_frames == (-1,)


def test_an_annotators_noise_is_seen(comparison):
    """Both ends of a way err by 3 px per axis: the median distance is 1.18 x 3 x sqrt 2."""
    found = pair(comparison, PROGRAM, "<b>bert</b>")
    assert found.points.median_px == pytest.approx(1.177 * 3 * 2**0.5, rel=0.25)
    assert found.blinks is None


def test_distances_stand_over_time(comparison):
    table = comparison.points
    assert set(table["a"]) == {PROGRAM, "anna"}
    assert table["since_s"].astype(float).max() == pytest.approx(59 / 30)


def test_each_person_is_measured_by_the_same_code(comparison):
    table = comparison.measures
    assert set(table["observer"]) == {PROGRAM, "anna", "<b>bert</b>"}
    assert table.groupby("observer")["interval"].apply(list).map(lambda v: v == [0]).all()


def test_page_json_and_tables_are_written(comparison, tmp_path):
    page = write_agreement(comparison, tmp_path / "out", remark="a & b")
    text = page.read_text(encoding="utf-8")
    assert "a &amp; b" in text
    assert "<b>bert</b>" not in text
    assert "&lt;b&gt;bert" in text
    assert text.count("<svg") >= 2
    assert "http" not in text.replace("http://www.w3.org", "").replace("http://purl", "").replace(
        "http://creativecommons", ""
    )
    data = json.loads((tmp_path / "out" / "agreement.json").read_text(encoding="utf-8"))
    assert data["schema"] == "easytear-agreement/2"
    for name in ("points", "front", "events", "measures", "scores"):
        pd.read_csv(tmp_path / "out" / f"{name}.csv")


def test_annotations_of_another_video_are_refused():
    document = scene.annotated()
    video = document.video.model_copy(update={"sha256": "cd" * 32})
    with pytest.raises(AnnotationError, match="another video"):
        compare([(scene.analysis(), [document.model_copy(update={"video": video})])])
