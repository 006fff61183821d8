"""Between keyframes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from easytear.annotate.film import FilmMotion
from easytear.annotate.interpolate import ellipse_at, point_path, shape_at, visible_spans
from easytear.annotate.model import (
    EllipseKeyframe,
    EllipseMark,
    FrontLine,
    Keyframe,
    PointTrack,
    RegionMark,
)


def track(*keys, interpolation="linear"):
    return PointTrack(
        id=1,
        interpolation=interpolation,
        keyframes=[Keyframe(frame=f, points=[p], outside=o) for f, p, o in keys],
    )


def spreading(y0, frame):
    """Return the height of film that rises and slows, faster the higher it is."""
    return y0 - 0.3 * y0 * (1 - np.exp(-frame / 12))


@pytest.fixture(scope="module")
def film():
    rows = []
    places = [(x, y) for x in range(0, 200, 15) for y in range(50, 250, 15)]
    for i, (x, y) in enumerate(places):
        for frame in range(40):
            rows.append((i, frame, float(x), spreading(y, frame)))
    return FilmMotion(pd.DataFrame(rows, columns=["track_id", "frame", "x_px", "y_px"]))


def test_a_shape_is_seen_until_it_goes_outside_or_ends():
    item = track((5, (0, 0), False), (9, (4, 0), True), (12, (0, 0), False), (15, (3, 0), False))
    assert visible_spans(item) == [(5, 8), (12, 15)]
    seen = [f for f in range(20) if shape_at(item, f) is not None]
    frames, places = point_path(item)
    assert seen == list(frames) == [5, 6, 7, 8, 12, 13, 14, 15]
    for frame, place in zip(frames, places, strict=True):
        np.testing.assert_allclose(shape_at(item, frame)[0], place)


def test_linear_runs_in_time_not_in_frames():
    item = track((0, (0, 0), False), (2, (10, 20), False))
    np.testing.assert_allclose(shape_at(item, 1), [[5, 10]])
    np.testing.assert_allclose(shape_at(item, 1, time_s=(0.0, 0.1, 1.0)), [[1, 2]])


def test_lines_of_different_vertex_count_match_along_their_length():
    item = FrontLine(
        id=1,
        keyframes=[
            Keyframe(frame=0, points=[(0, 0), (10, 0)]),
            Keyframe(frame=2, points=[(10, 8), (5, 8), (0, 8)]),
        ],
    )
    np.testing.assert_allclose(shape_at(item, 1), [[0, 4], [5, 4], [10, 4]])


def test_a_region_with_other_corners_stays_until_the_next_keyframe():
    item = RegionMark(
        id=1,
        keyframes=[
            Keyframe(frame=0, points=[(0, 0), (10, 0), (0, 10)]),
            Keyframe(frame=4, points=[(0, 0), (10, 0), (10, 10), (0, 10)]),
        ],
    )
    assert len(shape_at(item, 3)) == 3
    assert len(shape_at(item, 4)) == 4


def test_ellipses_move_and_grow():
    item = EllipseMark(
        id=1,
        kind="pupil",
        keyframes=[
            EllipseKeyframe(frame=0, x_px=0, y_px=0, rx_px=10, ry_px=8),
            EllipseKeyframe(frame=4, x_px=4, y_px=8, rx_px=20, ry_px=8),
        ],
    )
    middle = ellipse_at(item, 1)
    assert (middle.x_px, middle.y_px, middle.rx_px) == pytest.approx((1, 2, 12.5))
    assert ellipse_at(item, 5) is None


def test_along_the_film_beats_a_straight_line_and_meets_the_keyframes(film):
    y0 = 180.0
    keys = [(f, (90.0, spreading(y0, f)), False) for f in (0, 20, 39)]
    along, straight = track(*keys, interpolation="film"), track(*keys)
    frames, places = point_path(along, film=film)
    truth = spreading(y0, frames)
    assert np.abs(places[:, 1] - truth).max() < 0.3
    assert np.abs(point_path(straight)[1][:, 1] - truth).max() > 5
    for frame, place, _ in keys:
        np.testing.assert_allclose(shape_at(along, frame, film=film)[0], place, atol=1e-3)


def test_where_no_film_is_known_the_way_is_straight(film):
    keys = [(0, (900.0, 900.0), False), (10, (910.0, 900.0), False)]
    _, places = point_path(track(*keys, interpolation="film"), film=film)
    np.testing.assert_allclose(places[:, 0], np.arange(900, 911))


def test_the_film_carries_both_ways(film):
    start = np.array([[70.0, 200.0]])
    there = film.carry(start, 3, 30)
    back = film.carry(there[-1], 30, 3)
    np.testing.assert_allclose(back[-1], start, atol=0.5)
    assert np.isnan(film.carry(start, 30, 60)[-1]).all()
