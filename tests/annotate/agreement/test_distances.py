"""Distances between observers, on a scene where they are known."""

from __future__ import annotations

import numpy as np
import pytest

from easytear.annotate.agreement.distances import Path, front_distances, points_between
from easytear.annotate.agreement.events import compare_events

TIME = np.arange(100) / 25.0


def path(track, offset, keyed=(0, 10, 20), frames=range(21), drift=0.0):
    place = {f: np.array([offset + f * 2.0 + drift * f, 50.0]) for f in frames}
    return Path(track, place, frozenset(keyed))


def test_ways_are_compared_and_the_first_gap_is_told_apart():
    table = points_between([path(1, 0.0)], [path(7, 3.0, drift=0.1)], TIME)
    assert list(table["frame"]) == [10, 20]
    np.testing.assert_allclose(table["distance_px"].astype(float), [1.0, 2.0])
    np.testing.assert_allclose(table["apart_px"].astype(float), [3.0, 3.0])
    np.testing.assert_allclose(table["since_s"].astype(float), [0.4, 0.8])


def test_pairs_are_chosen_so_that_the_whole_is_nearest():
    ours = [path(1, 0.0), path(2, 20.0)]
    theirs = [path(3, 18.0), path(4, 2.0), path(5, 300.0)]
    table = points_between(ours, theirs, TIME)
    assert set(zip(table["track"], table["other"], strict=True)) == {(1, 4), (2, 3)}


def test_a_shifted_front_is_as_far_as_it_was_shifted():
    x = np.arange(0.0, 101.0, 10.0)
    ours = {5: np.column_stack([x, np.full(11, 40.0)])}
    theirs = {5: np.column_stack([x[3:] + 3, np.full(8, 43.0)]), 6: ours[5]}
    table = front_distances(ours, theirs, range(10))
    assert list(table["frame"]) == [5]
    row = table.iloc[0]
    assert row["mean_px"] == pytest.approx(3.0, abs=0.05)
    assert row["signed_px"] == pytest.approx(-3.0)
    assert row["overlap"] == pytest.approx(67 / 70)


def test_a_ragged_front_counts_by_its_distance_not_its_height():
    steep = {0: np.array([[0.0, 0.0], [10.0, 100.0]])}
    moved = {0: np.array([[1.0, 0.0], [11.0, 100.0]])}
    assert front_distances(steep, moved, [0])["mean_px"].iloc[0] == pytest.approx(0.995, abs=0.05)


def test_blinks_match_one_to_one():
    found = compare_events([(0, 5), (40, 45), (80, 85)], [(1, 5), (41, 47)], TIME)
    assert (found.a, found.b, found.matched) == (3, 2, 2)
    assert found.f1 == pytest.approx(0.8)
    assert found.start_frames == (-1, -1)
    assert found.end_frames == (0, -2)
    assert found.end_s == pytest.approx((0.0, -0.08))


def test_no_blinks_at_all_is_no_agreement():
    assert compare_events([], [], TIME).f1 is None
    assert compare_events([(0, 1)], [], TIME).f1 == 0.0
