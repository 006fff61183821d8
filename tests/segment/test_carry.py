"""The front carried by the film."""

import numpy as np

from easytear.segment.carry import Sighting, carry, hold, on_columns
from easytear.segment.material import TrackIndex
from easytear.track.records import FilmTracks

MM = 1 / 50


def _tracks(n=150, length=20):
    rng = np.random.default_rng(0)
    start = rng.uniform([0, 40], [300, 160], (n, 2))
    frame = np.tile(np.arange(length), n)
    y = np.repeat(start[:, 1], length) - 2.0 * frame + rng.normal(0, 0.1, n * length)
    x = np.repeat(start[:, 0], length)
    same = np.zeros(n * length)
    return FilmTracks(
        np.repeat(np.arange(n), length), frame, x, y, same, same - 60.0, same + 0.1, same == 0
    )


def _carried():
    points = np.column_stack([np.arange(40, 260, 2.0), np.full(110, 100.0)])
    frames = np.arange(0, 20)
    return carry(points, 8, frames, TrackIndex(_tracks()), MM)


def test_moves_with_the_film_both_ways():
    carried = _carried()
    true = 100.0 - 2.0 * (carried.frame - 8)
    np.testing.assert_allclose(np.median(carried.xy[:, :, 1], axis=1), true, atol=0.3)


def test_deviation_grows_away_from_the_sighting_and_shrinks_at_the_next():
    carried = _carried()
    n = carried.xy.shape[1]
    one = Sighting(8, np.zeros(n), np.full(n, 0.5))
    y, sd = hold(carried, [one], MM)
    assert np.median(sd[19]) > np.median(sd[8])
    two = Sighting(18, np.full(n, 3.0), np.full(n, 0.1))
    y2, sd2 = hold(carried, [one, two], MM)
    assert np.median(sd2[18]) < np.median(sd[18])
    assert np.median(y2[18] - y[18]) > 0.3


def test_gaps_stay_gaps_and_folds_take_the_upper_branch():
    x = np.array([0.0, 10.0, 20.0, 15.0, 30.0, 100.0])
    y = np.array([5.0, 5.0, 5.0, 2.0, 2.0, 2.0])
    at = on_columns(np.array([5.0, 17.0, 60.0]), x, np.column_stack([y, y]), 1 / 50)
    assert at[0, 0] == 5.0
    assert at[1, 0] < 4.0
    assert np.isnan(at[2, 0])
