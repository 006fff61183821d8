"""Corrections as tables and decisions."""

from __future__ import annotations

import numpy as np
import pytest

from easytear.annotate.corrected import (
    apply_annotations,
    check_same_video,
)
from easytear.annotate.decisions import corrections_of, scale_of
from easytear.annotate.eye import EyeFrames
from easytear.annotate.model import (
    EllipseKeyframe,
    EllipseMark,
    FrontLine,
    IntervalMark,
    Keyframe,
    RegionMark,
    ScaleMark,
    Verdict,
)
from easytear.base.errors import AnnotationError
from easytear.results import FRONT, TRACKS

from . import scene


@pytest.fixture(scope="module")
def analysis():
    return scene.analysis()


def test_eye_coordinates_go_there_and_back(analysis):
    eye = EyeFrames(analysis)
    points = np.array([[50.0, 60.0], [200.0, 180.0]])
    x, y = scene.to_image(points[:, 0], points[:, 1], 40)
    np.testing.assert_allclose(eye.to_image(points, 40), np.column_stack([x, y]), atol=1e-6)
    np.testing.assert_allclose(eye.to_eye(eye.to_image(points, 40), 40), points, atol=1e-6)
    assert np.isnan(eye.to_eye(points, 2)).all()


def measured(analysis, document):
    return apply_annotations(analysis, document)


def test_annotated_points_become_tracks_in_eye_coordinates(analysis):
    document = scene.annotated()
    after = measured(analysis, document)
    table = after.tracks[~after.tracks["track_id"].isin(analysis.tracks["track_id"])]
    assert list(table.columns[: len(TRACKS)]) == list(TRACKS)
    assert table["track_id"].nunique() == 5
    assert set(table["frame"]) == set(range(scene.START, scene.END + 1))
    keyed = table[table["observed"]]
    assert set(keyed["frame"]) == {6, 16, 26, 36, 46, 56, 65}
    one = keyed[keyed["track_id"] == keyed["track_id"].min()]
    x, y = scene.film_eye(70, 130, one["frame"].to_numpy())
    np.testing.assert_allclose(one["x_eye_px"], x, atol=4e-3)
    np.testing.assert_allclose(one["y_eye_px"], y, atol=4e-3)
    assert (table["vy_mm_s"] > 0).mean() > 0.9


def test_rejected_tracks_are_left_out(analysis):
    marks = [Verdict(id=1, program_track=3, accepted=False)]
    marks.append(Verdict(id=2, program_track=4, accepted=True))
    document = scene.annotated(items=marks)
    after = measured(analysis, document)
    table = after.tracks
    assert 3 not in set(table["track_id"])
    assert 4 in set(table["track_id"])
    assert len(set(table["track_id"])) == len(set(analysis.tracks["track_id"])) - 1 + 5
    details = [note.detail for note in after.summary.notes]
    assert "track 3 rejected" in details
    assert {note.by for note in after.summary.notes} == {"anna"}


def test_a_drawn_front_replaces_the_programs_where_it_is(analysis):
    x = np.linspace(60, 250, 7)
    keys = []
    for frame in (20, 40):
        line = np.column_stack(scene.to_image(x, np.full(7, 95.0), np.full(7, frame)))
        keys.append(Keyframe(frame=frame, points=[tuple(p) for p in line.tolist()]))
    document = scene.annotated(items=[FrontLine(id=1, keyframes=keys)])
    table = measured(analysis, document).front
    assert list(table.columns[: len(FRONT)]) == list(FRONT)
    drawn = table[(table["frame"] >= 20) & (table["frame"] <= 40)]
    np.testing.assert_allclose(drawn["y_eye_px"], 95.0, atol=0.5)
    assert drawn["x_eye_px"].min() >= 60
    assert drawn["x_eye_px"].max() <= 250
    assert set(drawn.loc[drawn["observed"], "frame"]) == {20, 40}
    rest = table[(table["frame"] < 20) | (table["frame"] > 40)]
    before = analysis.front[(analysis.front["frame"] < 20) | (analysis.front["frame"] > 40)]
    assert len(rest) == len(before)
    columns = set(analysis.front["x_eye_px"].round(3))
    assert set(drawn["x_eye_px"]) <= columns


def test_decisions_are_told_with_who_and_when(analysis):
    x, y = scene.to_image(150.0, 100.0, 20)
    marks = [
        IntervalMark(
            id=1,
            start_frame=scene.START,
            end_frame=60,
            program_interval=0,
            excluded="lid",
            edited="now",
        ),
        RegionMark(id=2, keyframes=[Keyframe(frame=6, points=[(0, 0), (9, 0), (9, 9)])]),
        EllipseMark(
            id=3,
            kind="pupil",
            keyframes=[EllipseKeyframe(frame=20, x_px=x, y_px=y, rx_px=30, ry_px=29)],
        ),
        ScaleMark(id=4, mm_per_px=0.018),
    ]
    document = scene.annotated(items=marks)
    made = corrections_of(document, analysis)
    assert (made.intervals[0].start_frame, made.intervals[0].end_frame) == (scene.START, 60)
    assert made.intervals[0].by == "anna"
    assert made.excluded[0].reason == "lid"
    assert made.regions[0].polygon[1] == (9.0, 0.0)
    assert made.pupils[0].x_px == pytest.approx(150, abs=1e-2)
    assert scale_of(document).value == 0.018


def test_a_shape_follows_the_first_frame_of_a_moved_interval(analysis):
    marks = [
        IntervalMark(id=1, start_frame=12, end_frame=60, program_interval=0),
        RegionMark(id=2, keyframes=[Keyframe(frame=20, points=[(10, 0), (90, 0), (90, 90)])]),
    ]
    made = corrections_of(scene.annotated(items=marks), analysis)
    there = EyeFrames(analysis).to_image(
        EyeFrames(analysis).to_eye(np.array([[10.0, 0.0]]), 20), 12
    )
    np.testing.assert_allclose(made.regions[0].polygon[0], there[0], atol=1e-6)


def test_an_interval_that_stays_is_no_correction(analysis):
    mark = IntervalMark(id=1, start_frame=scene.START, end_frame=scene.END, program_interval=0)
    assert corrections_of(scene.annotated(items=[mark]), analysis).intervals == ()


def test_another_video_is_refused(analysis):
    document = scene.annotated()
    other = document.model_copy(
        update={"video": document.video.model_copy(update={"sha256": "cd" * 32})}
    )
    with pytest.raises(AnnotationError, match="another video"):
        check_same_video(analysis, other)


def test_what_needs_the_video_says_so(analysis):
    mark = IntervalMark(id=1, start_frame=8, end_frame=60, program_interval=0)
    with pytest.raises(AnnotationError, match="is not there"):
        apply_annotations(analysis, scene.annotated(items=[mark]))
