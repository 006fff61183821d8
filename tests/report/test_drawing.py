import numpy as np

from easytear.base.geometry import eye_to_image_matrices
from easytear.report.drawing import (
    TAIL_S,
    Finder,
    draw,
    frame_matrix,
    frames_around,
    mapped,
    scaled,
)
from easytear.show import palette
from tests.report.conftest import Case


def test_eye_motion_turns_about_the_pupil_and_moves_with_it() -> None:
    matrix = eye_to_image_matrices(3.0, -2.0, 90.0, (100.0, 50.0))
    points = mapped(np.array([[100.0, 50.0], [110.0, 50.0]]), matrix)
    np.testing.assert_allclose(points, [[103.0, 48.0], [103.0, 58.0]], atol=1e-9)


def test_unknown_motion_counts_as_none() -> None:
    matrix = eye_to_image_matrices(np.nan, np.nan, np.nan, (10.0, 10.0))
    np.testing.assert_allclose(matrix, np.eye(2, 3), atol=1e-12)


def test_enlarging_keeps_pixel_centres() -> None:
    matrix = scaled(np.eye(2, 3), 2.0)
    # a pixel's centre lies between the centres of the four that it becomes
    np.testing.assert_allclose(mapped(np.array([[0.0, 3.0]]), matrix), [[0.5, 6.5]])


def test_tracks_lie_where_the_tables_say(case: Case) -> None:
    result = case.analysis.summary.intervals[0]
    finder = Finder(case.analysis, result)
    rows = case.analysis.frames.set_index("frame")
    tracks = case.analysis.tracks
    for frame in (10, 25):
        row = {"frame": frame, **rows.loc[frame].to_dict()}
        found = finder.at(frame)
        here = tracks[(tracks["interval"] == 0) & (tracks["frame"] == frame)]
        ends = mapped(np.array([tail[-1] for tail in found.tails]), frame_matrix(row, result))
        assert len(ends) + len(found.predicted) == len(here)
        for x, y in ends:
            distance = np.hypot(here["x_px"] - x, here["y_px"] - y)
            assert distance.min() < 1e-6


def test_tails_reach_back_a_quarter_second_and_not_into_other_tracks(case: Case) -> None:
    finder = Finder(case.analysis, case.analysis.summary.intervals[0])
    longest = max(len(tail) for frame in range(5, 39) for tail in finder.at(frame).tails)
    assert longest == int(TAIL_S * 30) + 1
    for tail in finder.at(30).tails:
        assert np.ptp(tail[:, 0]) == 0  # every built track keeps its column


def test_front_and_points_are_drawn_in_their_colours(case: Case) -> None:
    found = Finder(case.analysis, case.analysis.summary.intervals[0]).at(20)
    picture = np.full((480, 640, 3), 40, np.uint8)
    draw(picture, found, np.eye(2, 3))
    middle = len(found.front_x) // 2
    x, y = round(found.front_x[middle]), round(found.front_y[middle])
    assert np.abs(picture[y, x].astype(int) - palette.blue_green_red(palette.FRONT)).max() < 30
    x, y = np.round(found.tails[0][-1]).astype(int)
    assert np.abs(picture[y, x].astype(int) - palette.blue_green_red(palette.TRACKS)).max() < 30
    assert (picture[:200] == 40).all()


def test_the_frames_around_tell_as_much_as_all(case: Case) -> None:
    result = case.analysis.summary.intervals[0]
    rows = case.analysis.of(0).frames
    around = frames_around(rows, [20])
    assert 5 < len(around) < len(rows)
    few = Finder(case.analysis.of(0, around.tolist()), result).at(20)
    every = Finder(case.analysis, result).at(20)
    np.testing.assert_array_equal(few.front_measured, every.front_measured)
    np.testing.assert_array_equal(few.predicted, every.predicted)
    assert len(few.tails) == len(every.tails) > 0
    for ours, theirs in zip(few.tails, every.tails, strict=True):
        np.testing.assert_array_equal(ours, theirs)
