import numpy as np
import pytest

from easytear.preprocess.watcher import EyeWatcher
from tests.preprocess.eyes import DrawnEye, closure_of

FPS = 25.0


@pytest.fixture(scope="module")
def watched():
    """Six seconds: a complete blink, a partial one, a saccade, drift."""
    eye = DrawnEye(width=320, height=240, px_per_mm=25.0, pupil_x=157.0, pupil_y=84.0)
    time_s = np.arange(110) / FPS
    blinks = [(0.7, 1.0), (2.7, 0.6)]
    closure = closure_of(time_s, blinks)
    rng = np.random.default_rng(4)
    dx, dy = np.cumsum(rng.normal(0.0, 0.3, (2, len(time_s))), axis=1)
    dx[40:] += 9.0
    watcher = EyeWatcher((240, 320))
    for k, t in enumerate(time_s):
        film = 40.0 * (1.0 - np.exp(-(t % 2.0) / 0.6))
        watcher.add(eye.draw(dx[k], dy[k], closure=closure[k], film=film, frame=k))
    return watcher, eye, time_s, closure, dx, dy


def test_blinks_are_found_with_their_bounds_and_kinds(watched):
    watcher, _, time_s, closure, _, _ = watched
    shut = np.flatnonzero(closure > 0.1)
    cut = int(np.flatnonzero(np.diff(shut) > 1)[0])
    truth = [(shut[0], shut[cut], True), (shut[cut + 1], shut[-1], False)]
    blinks = watcher.blinks(time_s)
    assert [blink.complete for blink in blinks] == [True, False]
    for blink, (first, last, _) in zip(blinks, truth, strict=True):
        assert abs(blink.start_frame - first) <= 1
        assert abs(blink.end_frame - last) <= 1


def test_intervals_lie_between_the_blinks(watched):
    watcher, _, time_s, _, _, _ = watched
    blinks = watcher.blinks(time_s)
    intervals = watcher.intervals(time_s)
    assert [i.blink_before for i in intervals] == [None, *blinks]
    assert intervals[0].start_frame == 0
    assert intervals[1].start_frame == blinks[0].end_frame + 1
    assert intervals[-1].end_frame == len(time_s) - 1


def test_eye_motion_is_subpixel_and_saccades_stay_sharp(watched):
    watcher, eye, time_s, _, dx, dy = watched
    for interval in watcher.intervals(time_s):
        part = slice(interval.start_frame, interval.end_frame + 1)
        found = watcher.eye(interval)
        error_x = found.motion.dx_px - (dx[part] - dx[part][0])
        error_y = found.motion.dy_px - (dy[part] - dy[part][0])
        assert np.sqrt(np.mean(error_x**2 + error_y**2)) < 0.3
        assert np.abs(error_x).max() < 0.8
        assert found.motion.dx_px[0] == found.motion.dy_px[0] == 0.0
        assert found.pupil.x_px == pytest.approx(eye.pupil_x + dx[part][0], abs=0.6)
        assert found.pupil.y_px == pytest.approx(eye.pupil_y + dy[part][0], abs=0.6)
        assert found.motion.observed.mean() > 0.9


def test_claimed_motion_sd_is_of_the_size_of_the_error(watched):
    watcher, _, time_s, _, dx, dy = watched
    interval = watcher.intervals(time_s)[1]
    part = slice(interval.start_frame, interval.end_frame + 1)
    motion = watcher.eye(interval).motion
    error = np.concatenate(
        [
            motion.dx_px - (dx[part] - dx[part][0]),
            motion.dy_px - (dy[part] - dy[part][0]),
        ]
    )
    ratio = np.sqrt(np.mean(error**2)) / np.median(motion.sd_px[1:])
    assert 0.3 < ratio < 3.0


def test_a_still_video_is_one_interval_without_blinks_or_motion():
    frame = DrawnEye(width=320, height=240, px_per_mm=25.0, pupil_x=157.0, pupil_y=84.0).draw()
    watcher = EyeWatcher(frame.shape)
    for _ in range(20):
        watcher.add(frame)
    time_s = np.arange(20) / FPS
    assert watcher.blinks(time_s) == []
    (interval,) = watcher.intervals(time_s)
    assert (interval.start_frame, interval.end_frame, interval.blink_before) == (0, 19, None)
    motion = watcher.eye(interval).motion
    assert np.abs(motion.dx_px).max() < 0.1
    assert np.abs(motion.dy_px).max() < 0.1


def test_a_picture_without_an_eye_is_flagged_and_gives_no_motion():
    watcher = EyeWatcher((120, 160))
    rng = np.random.default_rng(0)
    for _ in range(12):
        watcher.add(rng.integers(100, 110, (120, 160)).astype(np.uint8))
    (interval,) = watcher.intervals(np.arange(12) / FPS)
    found = watcher.eye(interval)
    assert found.pupil is None
    assert found.flags == ("pupil_not_found",)
    assert not found.motion.observed.any()
    assert np.isnan(found.pupil_radius_px).all()
