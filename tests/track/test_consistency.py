"""What is film and what is not."""

import numpy as np

from easytear.track.consistency import judge_moves, longest_runs, not_film


def _scene():
    rng = np.random.default_rng(0)
    n, length = 60, 31
    time = np.tile(np.arange(length) / 30.0, n)
    track = np.repeat(np.arange(n), length)
    start = rng.uniform(0, 200, (n, 2))
    moves = np.zeros((n, length, 2))
    moves[..., 1] = -60.0 * np.arange(length) / 30.0
    moves[:10] = 0.0
    xy = (start[:, None] + moves).reshape(-1, 2) + rng.normal(0, 0.1, (n * length, 2))
    return track, time, xy


def test_points_that_stand_still_while_film_moves_are_marked():
    track, time, xy = _scene()
    bad = not_film(track, time, xy, 1 / 50)
    share = np.bincount(track, bad) / 31
    assert (share[:10] > 0.9).all()
    assert (share[10:] < 0.1).all()


def test_nothing_is_film_where_nothing_moves():
    track, time, xy = _scene()
    still = np.repeat(xy[::31], 31, axis=0)
    assert not_film(track, time, still, 1 / 50).all()


def test_a_point_that_goes_another_way_is_marked():
    rng = np.random.default_rng(1)
    place = rng.uniform(0, 100, (50, 2))
    moved = np.tile([0.0, -20.0], (50, 1))
    moved[3] = [0.0, 15.0]
    wrong = judge_moves(place, moved, 1 / 50)
    assert wrong is not None
    assert np.flatnonzero(wrong).tolist() == [3]


def test_a_few_that_go_by_mistake_do_not_make_a_film_that_rests_stand_still():
    rng = np.random.default_rng(2)
    place = rng.uniform(0, 100, (50, 2))
    moved = rng.normal(0, 0.2, (50, 2))
    moved[:6] = [0.0, -14.0]
    assert judge_moves(place, moved, 1 / 50) is None


def test_the_longest_good_run_of_each_track_is_kept():
    track = np.array([0, 0, 0, 0, 0, 1, 1, 1])
    good = np.array([True, False, True, True, False, False, True, True])
    assert longest_runs(track, good).tolist() == [0, 0, 1, 1, 0, 0, 1, 1]
