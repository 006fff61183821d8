"""How a person blinked: against closed formulas and known numbers."""

import numpy as np
import pytest

from easytear.measure.blinking import UNKNOWN, BlinkTimes, blink_statistics


def blinks(starts, complete=None):
    kinds = [True] * len(starts) if complete is None else complete
    return [
        BlinkTimes(start, start + 0.3, kind, 0.05 if kind else 0.0)
        for start, kind in zip(starts, kinds, strict=True)
    ]


def test_rate_open_times_and_contact_of_a_minute():
    found = blink_statistics(blinks([5.0, 10.0, 20.0, 26.0, 50.0]), 60.0)
    assert found.rate_per_min == pytest.approx(5.0)
    # Garwood's table for five events.
    assert found.rate_per_min_ci95 == pytest.approx((1.623, 11.668), abs=0.001)
    assert found.interval_median_s == pytest.approx(np.median([4.7, 9.7, 5.7, 23.7]))
    assert found.interval_range_s == pytest.approx((4.7, 23.7))
    assert found.contact_s_per_min == pytest.approx(0.25)
    assert found.flags == ()


def test_share_of_partial_blinks_has_wilsons_interval():
    found = blink_statistics(blinks(range(1, 41, 4), [False] * 3 + [True] * 7), 60.0)
    assert found.partial_share == pytest.approx(0.3)
    z, p, n = 1.959964, 0.3, 10
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    middle = p + z**2 / (2 * n)
    expected = ((middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n))
    assert found.partial_share_ci95 == pytest.approx(expected, abs=1e-4)


def test_no_blink_in_a_minute_is_a_rate_of_none_with_an_upper_bound():
    found = blink_statistics([], 60.0)
    assert found.rate_per_min == 0.0
    assert found.rate_per_min_ci95 == pytest.approx((0.0, 3.689), abs=0.001)
    assert found.partial_share is None
    assert found.interval_median_s is None


def test_rate_is_withheld_where_too_little_was_watched():
    found = blink_statistics(blinks([2.0, 9.0], [True, False]), 12.0)
    assert (found.rate_per_min, found.rate_per_min_ci95) == (None, UNKNOWN)
    assert (found.interval_median_s, found.contact_s_per_min) == (None, None)
    assert found.partial_share == 0.5
    assert found.observed_s == 12.0
    assert found.flags == ("blinking_too_short",)


def test_instructed_blinks_say_nothing_of_the_person():
    found = blink_statistics(blinks([5.0, 10.0]), 60.0, instructed=True)
    assert found.flags == ("blinking_instructed",)
    assert (found.rate_per_min, found.partial_share, found.interval_median_s) == (None,) * 3
