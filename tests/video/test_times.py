"""Frame times from clocks as recorders leave them; ticks of a thirtieth of a second."""

import numpy as np
import pytest

from easytear.video.times import CLOCK_FAULT_S, frame_times

NAN = float("nan")
HOUR = int(CLOCK_FAULT_S * 30)

CASES = {
    "as they are": ([7, 8, 9, 10], [0, 1, 2, 3], (), False),
    "in pairs": ([5, 5, 7, 7, 9, 9], [0, 1, 2, 3, 4, 5], (), True),
    "in threes": ([0, 0, 0, 3, 3, 3], [0, 1, 2, 3, 4, 5], (), True),
    "one doubled, the next left out": ([0, 1, 2, 2, 4, 5], [0, 1, 2, 3, 4, 5], (), True),
    "one doubled, the next kept": ([0, 1, 2, 2, 3, 4], [0, 1, 2, 2.5, 3, 4], (), True),
    "absent": ([0, 1, NAN, NAN, 4, 5, NAN], [0, 1, 2, 3, 4, 5, 6], (), True),
    "absent at the start": ([NAN, NAN, 3, 4, 5], [0, 1, 2, 3, 4], (), True),
    "none at all": ([NAN] * 3, [0, 1.2, 2.4], (), True),
    "set back": ([0, 1, 2, 3, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5, 6, 7], (), True),
    "joined, each from 0": ([0, 1, 2] * 3, list(range(9)), (), True),
    "one far ahead": ([0, 1, 2, 900, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6], (), True),
    "one far back": ([0, 1, 2, -900, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6], (), True),
    "ahead for a while": (
        [0, 1, 2, 3, 300, 301, 302, 7, 8, 9],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        (),
        True,
    ),
    "two dropped": ([0, 1, 2, 5, 6, 7], [0, 1, 2, 5, 6, 7], (), False),
    "two seconds lost": ([0, 1, 2, 3, 63, 64, 65], [0, 1, 2, 3, 63, 64, 65], (4,), False),
    "doubled before a loss": ([0, 1, 2, 2, 2, 99, 100], [0, 1, 2, 3, 4, 99, 100], (5,), True),
    "an hour ahead": (
        [0, 1, 2, 3, HOUR + 4, HOUR + 5, HOUR + 6],
        [0, 1, 2, 3, 4, 5, 6],
        (4,),
        True,
    ),
    "2^40 s ahead": ([0, 1, 2, 30 * 2**40, 30 * 2**40 + 1], [0, 1, 2, 3, 4], (3,), True),
    "out of order as decoders leave it": ([0, 2, 1, 4, 3, 5], [0, 1, 2, 3, 4, 5], (), False),
    "a slow recording": ([0, 10, 20, 30, 40], [0, 10, 20, 30, 40], (), False),
    "slow, then quick": (
        [*range(0, 300, 15), *range(300, 340)],
        [*range(0, 300, 15), *range(300, 340)],
        (),
        False,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_times_from_stamps(name: str) -> None:
    stamps, expected, gaps, repaired = CASES[name]
    times = frame_times(np.array(stamps, float), 1 / 30, 0.04)
    np.testing.assert_allclose(times.time_s * 30, expected, atol=5e-3)
    assert times.gaps == gaps
    assert times.repaired == repaired


def test_stamps_that_rise_as_stored_are_sorted_however_uneven() -> None:
    stamps = np.array([0, 7, 3, 12, 9.0])
    times = frame_times(stamps, 1 / 30, 0.04, stored_in_order=True)
    np.testing.assert_allclose(times.time_s * 30, [0, 3, 7, 9, 12])
    assert times.repaired


def test_a_clock_set_back_by_little_is_not_taken_for_the_decoders_order() -> None:
    stamps = np.concatenate([np.arange(60), np.arange(60) + 54.4])
    times = frame_times(stamps, 1 / 30, 0.04)
    np.testing.assert_allclose(times.time_s * 30, np.arange(120), atol=1e-6)


@pytest.mark.parametrize("offset", [0, 1e6, -500])
def test_where_the_clock_starts_does_not_matter(offset: float) -> None:
    stamps = np.array([0, 0, 2, 2, 4, 4, 90, 91, 92, 50, 51, 52.0])
    here, there = (frame_times(s, 1 / 30, 0.04) for s in (stamps, stamps + offset))
    np.testing.assert_allclose(here.time_s, there.time_s, atol=1e-6)
    assert here.gaps == there.gaps == (6,)


def test_frames_that_cannot_be_given_keep_their_time() -> None:
    whole = np.array([0, 1, 2, 7, 8, 9])
    stamps = np.array([0, 1, 2, 0, 1, 2.0])
    times = frame_times(stamps, 1 / 30, 0.04, number=whole)
    np.testing.assert_allclose(times.time_s * 30, whole, atol=1e-6)


def test_no_frame_and_one_frame() -> None:
    assert len(frame_times(np.zeros(0), 1 / 30, 0.04).time_s) == 0
    assert frame_times(np.array([77.0]), 1 / 30, 0.04).time_s.tolist() == [0.0]
