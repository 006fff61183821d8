from dataclasses import replace

import numpy as np
import pytest

from easytear.preprocess.refine import agreed_rotation, refine_motion, wanted_frames
from easytear.preprocess.watcher import EyeWatcher
from easytear.settings.preprocess import EyeSettings
from tests.preprocess.eyes import DrawnEye

EYE = DrawnEye(width=320, height=240, px_per_mm=24.0, pupil_x=157.0, pupil_y=84.0)
COUNT = 24


def first_look(draw):
    frames = np.stack([draw(k) for k in range(COUNT)])
    watcher = EyeWatcher((240, 320))
    for frame in frames:
        watcher.add(frame)
    (interval,) = watcher.intervals(np.arange(COUNT) / 25.0)
    return watcher.eye(interval), frames


def second_look(eye, frames, settings=None):
    wanted = wanted_frames(len(frames))
    return refine_motion(eye, frames[wanted], wanted, EYE.iris, settings or EyeSettings())


@pytest.fixture(scope="module")
def turning():
    turn = 2.5 * np.sin(np.arange(COUNT) / 4.0)
    dx = np.linspace(0.0, 4.0, COUNT)
    return turn, *first_look(lambda k: EYE.draw(dx[k], rotation_deg=turn[k], frame=k))


def test_rotation_is_found_with_its_sign(turning):
    turn, eye, frames = turning
    assert (eye.motion.rotation_deg == 0).all()
    found = second_look(eye, frames)
    assert "rotation_corrected" in found.flags
    error = found.motion.rotation_deg - (turn - turn[0])
    assert np.sqrt(np.mean(error**2)) < 0.35


def test_rotation_is_left_alone_when_told_so(turning):
    _, eye, frames = turning
    found = second_look(eye, frames, EyeSettings(correct_rotation=False))
    assert (found.motion.rotation_deg == 0).all()


def test_film_that_moves_past_turns_and_shifts_nothing():
    eye, frames = first_look(lambda k: EYE.draw(film=50.0 * (1.0 - np.exp(-k / 8.0)), frame=k))
    found = second_look(eye, frames)
    assert np.abs(found.motion.rotation_deg).max() < 0.3
    assert np.abs(found.motion.dx_px).max() < 0.3
    assert np.abs(found.motion.dy_px).max() < 0.3


def test_the_pupils_own_shift_is_taken_out():
    """The pupil narrows by a fifth and its centre wanders; the eye stands still."""
    size = np.linspace(1.0, 0.8, COUNT)
    shift = 12.0 * (1.0 - size)

    def draw(k):
        wandered = replace(EYE, pupil_x=EYE.pupil_x + shift[k])
        # The iris stays: `DrawnEye` hangs it on the pupil's centre.
        frame = wandered.draw(size=size[k], frame=k)
        still = EYE.draw(size=0.5, frame=k)
        yy, xx = np.mgrid[:240, :320]
        ring = wandered.pupil.scaled(1.3).level(xx, yy)
        share = np.clip((ring - 0.95) / 0.1, 0.0, 1.0)
        return (share * still + (1.0 - share) * frame).astype(np.uint8)

    eye, frames = first_look(draw)
    assert eye.motion.dx_px[-1] == pytest.approx(shift[-1], abs=0.4)
    found = second_look(eye, frames)
    assert "pupil_shift_corrected" in found.flags
    assert np.abs(found.motion.dx_px).max() < 0.5
    assert np.abs(found.motion.dy_px).max() < 0.5


def test_nothing_is_changed_without_a_limbus_or_with_few_pictures(turning):
    _, eye, frames = turning
    wanted = wanted_frames(COUNT)
    assert refine_motion(eye, frames[wanted], wanted, None, EyeSettings()) is eye
    assert refine_motion(eye, frames[:5], np.arange(5), EYE.iris, EyeSettings()) is eye


def test_rotation_that_only_one_witness_sees_is_not_believed():
    rng = np.random.default_rng(3)
    drift = np.linspace(0.0, 3.0, 40)
    noise = rng.normal(0.0, 0.05, (2, 40))
    sd = np.full((2, 40), 0.05)
    assert agreed_rotation(np.stack([drift, np.zeros(40)]) + noise, sd) is None
    assert agreed_rotation(noise, sd) is None
    both = agreed_rotation(np.stack([drift, 0.95 * drift]) + noise, sd)
    assert both is not None
    np.testing.assert_allclose(both, drift, atol=0.3)


def test_wanted_frames_begin_with_the_first_and_end_with_the_last():
    wanted = wanted_frames(500)
    assert wanted[0] == 0
    assert wanted[-1] == 499
    assert len(wanted) == 40
    np.testing.assert_array_equal(wanted_frames(5), np.arange(5))
