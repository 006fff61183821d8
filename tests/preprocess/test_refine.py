from dataclasses import replace

import numpy as np
import pytest

from easytear.preprocess.refine import refine_motion, wanted_frames
from easytear.preprocess.watcher import EyeWatcher
from easytear.request.settings.preprocess import EyeSettings
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


def test_nothing_is_changed_without_a_limbus_or_with_few_pictures():
    eye, frames = first_look(lambda k: EYE.draw(size=1.0 - 0.01 * k, frame=k))
    wanted = wanted_frames(COUNT)
    assert refine_motion(eye, frames[wanted], wanted, None, EyeSettings()) is eye
    assert refine_motion(eye, frames[:5], np.arange(5), EYE.iris, EyeSettings()) is eye


def test_wanted_frames_begin_with_the_first_and_end_with_the_last():
    wanted = wanted_frames(500)
    assert wanted[0] == 0
    assert wanted[-1] == 499
    assert len(wanted) == 40
    np.testing.assert_array_equal(wanted_frames(5), np.arange(5))
