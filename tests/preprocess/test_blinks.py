from dataclasses import replace

import numpy as np
import pytest

from easytear.preprocess.blinks import (
    find_blinks,
    intervals_between,
    split_at_gaps,
)
from easytear.preprocess.lids import LidSignal
from easytear.preprocess.records import Blink, Interval
from easytear.preprocess.watcher import EyeWatcher
from easytear.request.settings.preprocess import BlinkSettings
from tests.preprocess.eyes import DrawnEye, closure_of

FPS = 20.0
SETTINGS = BlinkSettings()
EYE = DrawnEye(width=240, height=180, px_per_mm=19.0, pupil_x=118.0, pupil_y=63.0)


def watched(closure: np.ndarray, gain: np.ndarray | None = None) -> EyeWatcher:
    watcher = EyeWatcher((180, 240))
    for k, shut in enumerate(closure):
        frame = EYE.draw(closure=float(shut), frame=k, film=20.0 * (1 - np.exp(-k / 15)))
        light = 1.0 if gain is None else gain[k]
        watcher.add(np.clip(frame * light, 0, 255).astype(np.uint8))
    return watcher


def bounds(closure: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], closure > 0.1, [0]])))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def assert_found(watcher: EyeWatcher, time_s: np.ndarray, closure: np.ndarray) -> list[Blink]:
    found, true = watcher.blinks(time_s), bounds(closure)
    assert len(found) == len(true)
    for blink, (first, last) in zip(found, true, strict=True):
        assert abs(blink.start_frame - first) <= 1
        assert abs(blink.end_frame - last) <= 1
    return found


def test_video_that_begins_and_ends_in_a_blink():
    time_s = np.arange(70) / FPS
    closure = np.interp(time_s, [0.0, 0.2, 0.4, 3.2, 3.4], [1.0, 1.0, 0.0, 0.0, 1.0])
    watcher = watched(closure)
    first, last = assert_found(watcher, time_s, closure)
    assert first.complete
    assert first.start_frame == 0
    assert last.end_frame == len(time_s) - 1
    (interval,) = watcher.intervals(time_s)
    assert interval.blink_before == first
    assert interval.end_frame == last.start_frame - 1


def test_lids_shut_for_seconds_are_one_blink():
    time_s = np.arange(110) / FPS
    closure = np.interp(time_s, [1.0, 1.1, 4.0, 4.2], [0.0, 1.0, 1.0, 0.0])
    (blink,) = assert_found(watched(closure), time_s, closure)
    assert blink.complete


def test_film_in_half_of_the_columns_is_no_lid():
    """Bright film runs up under the brow in patches just after the lid has gone."""
    time_s = np.arange(60) / FPS
    closure = closure_of(time_s, [(1.0, 1.0)])
    watcher = EyeWatcher((180, 240))
    for k, shut in enumerate(closure):
        frame = EYE.draw(closure=float(shut), frame=k).astype(float)
        if 26 <= k < 31:
            frame[:40] += 70.0 * (np.arange(240) % 40 < 20)
        watcher.add(np.clip(frame, 0, 255).astype(np.uint8))
    assert_found(watcher, time_s, closure)
    assert (watcher.lids(time_s).closure[26:31] < SETTINGS.least_cover).all()


def test_flicker_of_the_light_is_no_blink():
    time_s = np.arange(90) / FPS
    gain = 1.0 + 0.12 * np.sin(2 * np.pi * 3.3 * time_s)
    closure = closure_of(time_s, [(2.0, 1.0)])
    assert_found(watched(closure, gain), time_s, closure)


def test_a_dropped_black_frame_leaves_an_interval_on_both_sides():
    closure = np.zeros(60)
    gain = np.ones(60)
    gain[30] = 0.0
    intervals = watched(closure, gain).intervals(np.arange(60) / FPS)
    assert intervals[0].start_frame == 0
    assert intervals[-1].end_frame == 59


def signal(closure: np.ndarray) -> LidSignal:
    count = len(closure)
    zero, never = np.zeros(count), np.zeros(count, bool)
    covered = closure > 0.02
    return LidSignal(
        closure=closure,
        edge_row=np.where(covered, 60.0 * closure, np.nan),
        evidence=60.0 * closure,
        pupil_whole=closure < 0.2,
        opened=~covered,
        gain=zero + 1.0,
        offset=zero,
        focus=zero,
        alike=1.0 - closure,
        light_steps=never,
        mm_per_row=0.15,
        travel_mm=9.0,
    )


def test_twelve_intervals_between_eleven_blinks():
    time_s = np.arange(720) / 30.0
    closure = closure_of(time_s, [(2.0 * k, 1.0) for k in range(1, 12)])
    blinks = find_blinks(signal(closure), time_s, SETTINGS)
    assert len(blinks) == 11
    assert all(blink.complete for blink in blinks)
    intervals = intervals_between(blinks, time_s, SETTINGS)
    assert len(intervals) == 12
    assert [i.blink_before for i in intervals] == [None, *blinks]


@pytest.mark.parametrize(
    ("depth", "kind"), [(0.25, "25"), (0.5, "50"), (0.75, "75"), (1.0, "complete")]
)
def test_class_depth_durations_and_speeds_of_a_blink(depth, kind):
    time_s = np.arange(120) / 120.0
    # 0.09 s down, 0.04 s at the bottom, 0.17 s up: half a cosine each.
    (blink,) = find_blinks(signal(closure_of(time_s, [(0.4, depth)])), time_s, SETTINGS)
    assert blink.kind == kind
    assert blink.complete == (kind == "complete")
    assert blink.closure == pytest.approx(depth, abs=0.01)
    whole = blink.closing_s + blink.contact_s + blink.opening_s
    assert whole == pytest.approx(time_s[blink.end_frame] - time_s[blink.start_frame], abs=0.02)
    # The steepest part of a cosine of this depth and time over 9 mm.
    assert blink.closing_peak_mm_s == pytest.approx(9 * depth * np.pi / 2 / 0.09, rel=0.1)
    assert blink.opening_peak_mm_s == pytest.approx(9 * depth * np.pi / 2 / 0.17, rel=0.1)
    assert (blink.contact_s > 0.03) == (kind == "complete")


def test_one_frame_whose_edge_is_off_does_not_make_the_depth():
    time_s = np.arange(120) / 120.0
    closure = closure_of(time_s, [(0.4, 0.5)])
    closure[int(np.argmax(closure)) + 2] = 0.95
    (blink,) = find_blinks(signal(closure), time_s, SETTINGS)
    assert blink.kind == "50"
    assert blink.closure == pytest.approx(0.5, abs=0.02)


def test_lashes_over_all_that_is_left_of_the_eye_are_no_closed_lids():
    """Long lashes hang down from a lid that comes three quarters of its way."""
    time_s = np.arange(75) / 25.0
    closure = closure_of(time_s, [(0.8, 1.0), (2.0, 0.74)])
    eye = replace(EYE, pupil_mm=2.0)
    watcher = EyeWatcher((180, 240))
    yy, xx = np.mgrid[:180, :240]
    for k, shut in enumerate(closure):
        frame = eye.draw(closure=float(shut), frame=k).astype(float)
        margin = -15.0 + shut * (EYE.lower_lid_y + 19.0)
        below = (yy > margin) & (yy < margin + 2.4 * EYE.px_per_mm) & (shut > 0.5)
        frame[below & ((xx + yy // 3) % 9 < 7)] = 22.0
        watcher.add(np.clip(frame, 0, 255).astype(np.uint8))
    full, part = watcher.blinks(time_s)
    assert full.complete
    assert part.kind == "75"


def test_what_the_video_does_not_show_of_a_blink_is_unknown():
    time_s = np.arange(30) / 30.0
    closure = np.interp(time_s, [0.0, 0.1, 0.3, 0.8, 0.9], [1.0, 1.0, 0.0, 0.0, 1.0])
    first, last = find_blinks(signal(closure), time_s, SETTINGS)
    assert (first.closing_s, first.contact_s, first.closing_peak_mm_s) == (None, None, None)
    assert first.opening_s > 0.1
    assert (last.opening_s, last.contact_s, last.opening_peak_mm_s) == (None, None, None)


def test_a_lid_that_creeps_on_has_ended_its_upstroke():
    time_s = np.arange(240) / 60.0
    closure = np.interp(time_s, [0.5, 0.6, 0.7, 0.9, 3.5], [0.0, 1.0, 1.0, 0.15, 0.0])
    (blink,) = find_blinks(signal(closure), time_s, SETTINGS)
    assert time_s[blink.end_frame] == pytest.approx(0.9, abs=0.04)


def test_closures_a_breath_apart_are_one_blink():
    time_s = np.arange(60) / 30.0
    covered = np.zeros(60)
    covered[20:24] = covered[25:29] = 0.9
    (blink,) = find_blinks(signal(covered), time_s, SETTINGS)
    assert (blink.start_frame, blink.end_frame) == (20, 28)


def test_short_intervals_are_left_out_but_a_video_without_blinks_is_one_interval():
    time_s = np.arange(40) / 30.0
    blinks = [Blink(10, 14, True), Blink(20, 22, True)]
    intervals = intervals_between(blinks, time_s, SETTINGS)
    assert [(i.start_frame, i.end_frame) for i in intervals] == [(23, 39)]
    (whole,) = intervals_between([], time_s[:5], SETTINGS)
    assert (whole.start_frame, whole.end_frame) == (0, 4)


def test_a_restless_open_eye_is_no_row_of_blinks():
    time_s = np.arange(600) / 30.0
    covered = np.random.default_rng(0).uniform(0.0, 0.08, 600)
    covered[300:308] = 0.8
    (blink,) = find_blinks(signal(covered), time_s, SETTINGS)
    assert blink.start_frame == 300
    assert blink.end_frame == 307


def test_an_interval_ends_where_frames_are_lost_for_long():
    time_s = np.concatenate([np.arange(40), np.arange(40) + 100]) / FPS
    whole = [Interval(5, 70, Blink(0, 4, True)), Interval(74, 79, Blink(71, 73, True))]
    parts = split_at_gaps(whole, [40], time_s, SETTINGS)
    assert parts == [Interval(5, 39, Blink(0, 4, True)), Interval(40, 70, None), whole[1]]
    assert split_at_gaps(whole, [], time_s, SETTINGS) == whole
    assert split_at_gaps(whole, [5, 71, 74], time_s, SETTINGS) == whole  # between intervals


def test_what_a_loss_leaves_of_an_interval_must_be_long_enough():
    time_s = np.concatenate([np.arange(40), np.arange(40) + 100]) / FPS
    parts = split_at_gaps([Interval(0, 45, None)], [40], time_s, SETTINGS)
    assert parts == [Interval(0, 39, None)]
