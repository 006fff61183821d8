"""Nothing runs across a blink, and what was only taken over changes nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from easytear.annotate.bounds import bounds_of, cut
from easytear.annotate.decisions import corrections_of, request_of
from easytear.annotate.model import (
    BlinkMark,
    EllipseKeyframe,
    EllipseMark,
    FrontLine,
    IntervalMark,
    Keyframe,
    PointTrack,
    RegionMark,
)

from . import scene


@pytest.fixture(scope="module")
def two():
    """Return the scene's analysis with its interval told as two, a blink between."""
    one = scene.analysis()
    first = scene.interval(end_frame=30)
    second = scene.interval(index=1, start_frame=41)
    return replace(one, summary=one.summary.model_copy(update={"intervals": (first, second)}))


def line(frame, height, source="hand"):
    return Keyframe(frame=frame, points=((60, height), (250, height)), source=source)


def at(frame, x, y, source="hand"):
    return Keyframe(frame=frame, points=((x, y),), source=source)


def request(analysis, *items):
    return request_of(scene.annotated(items=items), analysis).corrections


def test_a_front_and_a_point_drawn_in_two_intervals_end_at_the_blink(two):
    front = FrontLine(id=1, keyframes=[line(10, 90), line(20, 80), line(50, 20)])
    point = PointTrack(id=2, keyframes=[at(10, 100, 90), at(20, 100, 80), at(50, 100, 20)])
    made = request(two, front, point)
    assert [edit.frame for edit in made.fronts] == [*range(10, 21), 50]
    assert [edit.interval for edit in made.fronts] == [0] * 11 + [1]
    assert made.fronts[10].points[0][1] == 80
    own = [edit for edit in made.tracks if edit.what.startswith("point 2")]
    assert [edit.frame for edit in own] == [tuple(range(10, 21)), (50,)]


def test_what_was_taken_over_and_left_changes_nothing(two):
    pupil = EllipseKeyframe(frame=6, x_px=1, y_px=2, rx_px=30, ry_px=30, source="program")
    corners = Keyframe(frame=6, points=((0, 0), (9, 0), (9, 9)), source="program")
    made = request(
        two,
        FrontLine(id=1, keyframes=[line(10, 90, "program"), line(20, 80, "program")]),
        PointTrack(id=2, keyframes=[at(10, 1, 1, "program")], program_track=3),
        RegionMark(id=3, keyframes=[corners]),
        EllipseMark(id=4, kind="pupil", keyframes=[pupil]),
        EllipseMark(id=5, kind="limbus", keyframes=[pupil]),
    )
    assert not list(made.regions) + list(made.pupils) + list(made.irises) + list(made.fronts)
    assert made.rejected == ()
    assert not [edit for edit in made.tracks if edit.what.startswith("point 2")]


def test_what_was_taken_over_and_moved_counts_from_the_hand_on(two):
    keys = [line(10, 90, "program"), line(14, 88, "program"), line(18, 70), line(20, 69, "program")]
    made = request(
        two,
        FrontLine(id=1, keyframes=keys),
        PointTrack(
            id=2,
            keyframes=[at(10, 1, 1, "program"), at(20, 5, 5)],
            program_track=3,
        ),
    )
    assert [edit.frame for edit in made.fronts] == [15, 16, 17, 18, 19]
    assert [edit.what for edit in made.rejected] == ["track 3 replaced"]


def test_a_marked_blink_cuts_intervals(two):
    marks = [
        BlinkMark(id=1, start_frame=0, end_frame=8),
        BlinkMark(id=2, start_frame=44, end_frame=47, edited="then"),
    ]
    document = scene.annotated(items=marks)
    assert bounds_of(document, two) == {0: (9, 30), 1: (48, scene.END)}
    made = corrections_of(document, two)
    assert [(e.interval, e.start_frame, e.end_frame) for e in made.intervals] == [
        (0, 9, 30),
        (1, 48, scene.END),
    ]
    assert made.intervals[1].when == "then"
    over = scene.annotated(items=[BlinkMark(id=1, start_frame=39, end_frame=70)])
    made = corrections_of(over, two)
    assert made.intervals == ()
    assert [one.interval for one in made.excluded] == [1]


def test_a_blink_is_taken_off_bounds_that_were_moved(two):
    marks = [
        IntervalMark(id=1, start_frame=4, end_frame=28, program_interval=0),
        BlinkMark(id=2, start_frame=2, end_frame=5),
    ]
    assert bounds_of(scene.annotated(items=marks), two)[0] == (6, 28)


def test_a_shape_is_cut_where_it_is_told():
    point = PointTrack(
        id=1, keyframes=[at(1, 0, 0), at(4, 0, 0), at(8, 0, 0), at(9, 1, 1), at(20, 0, 0)]
    )
    parts = cut(point, [(0, 4), (6, 10), (11, 15)])
    assert [[k.frame for k in part.keyframes] for part in parts] == [[1, 4], [8, 9]]
    unseen = Keyframe(frame=8, points=((0.0, 0.0),), outside=True)
    point = point.model_copy(update={"keyframes": (*point.keyframes[:2], unseen)})
    assert len(cut(point, [(6, 10)])) == 0
    assert np.allclose(cut(point, [(0, 10)])[0].keyframes[-1].points, 0)
