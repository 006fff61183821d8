import numpy as np
import pytest

from easytear.preprocess.refine import wanted_frames
from easytear.preprocess.rotation import correct_rotation, smoothed
from easytear.preprocess.watcher import EyeWatcher
from easytear.request.settings.preprocess import EyeSettings
from tests.preprocess.eyes import DrawnEye

EYE = DrawnEye(width=320, height=240, px_per_mm=24.0, pupil_x=157.0, pupil_y=84.0)
COUNT = 48
TIME_S = np.arange(COUNT) / 20.0
YY, XX = np.mgrid[:240, :320]
CORNEA = EYE.iris.scaled(0.97).level(XX, YY) < 1.0


def looked_at(draw, mask=CORNEA, settings=None):
    frames = np.stack([draw(k) for k in range(COUNT)])
    watcher = EyeWatcher((240, 320))
    for frame in frames:
        watcher.add(frame)
    (interval,) = watcher.intervals(TIME_S)
    wanted = wanted_frames(COUNT)
    return correct_rotation(
        watcher.eye(interval), frames[wanted], wanted, TIME_S, mask, settings or EyeSettings()
    )


TURN = 2.5 * np.sin(np.arange(COUNT) / 4.0)
DX = np.linspace(0.0, 4.0, COUNT)


def turning(k):
    return EYE.draw(DX[k], rotation_deg=TURN[k], frame=k)


def test_rotation_is_found_with_its_sign_and_its_error():
    found = looked_at(turning)
    assert "rotation_corrected" in found.flags
    error = found.motion.rotation_deg - (TURN - TURN[0])
    assert np.sqrt(np.mean(error**2)) < 0.35
    assert found.motion.rotation_deg[0] == found.motion.rotation_sd_deg[0] == 0.0
    assert (np.abs(error[1:]) < 3.0 * found.motion.rotation_sd_deg[1:]).mean() > 0.9


def test_rotation_is_left_alone_when_told_so():
    found = looked_at(turning, settings=EyeSettings(correct_rotation=False))
    assert (found.motion.rotation_deg == 0).all()
    assert found.motion.rotation_sd_deg is None


def test_where_nothing_of_the_eye_is_free_nothing_is_said():
    found = looked_at(turning, mask=np.zeros((240, 320), bool))
    assert (found.motion.rotation_deg == 0).all()
    assert found.motion.rotation_sd_deg is None


def test_film_that_moves_past_turns_nothing():
    found = looked_at(lambda k: EYE.draw(film=50.0 * (1.0 - np.exp(-k / 8.0)), frame=k))
    assert np.abs(found.motion.rotation_deg).max() < 0.3


def test_an_eye_that_does_not_turn_is_not_turned_and_its_doubt_is_told():
    found = looked_at(lambda k: EYE.draw(DX[k], frame=k))
    assert (found.motion.rotation_deg == 0).all()
    assert "rotation_corrected" not in found.flags
    assert (found.motion.rotation_sd_deg >= 0.1).all()


@pytest.mark.parametrize("spoilt", [0, 17])
def test_one_picture_that_departs_from_all_others_counts_little(spoilt):
    rng = np.random.default_rng(4)
    frames = np.arange(0, 160, 4)
    turn = 0.5 * np.sin(np.arange(160) / 15.0)
    seen = turn[frames] + rng.normal(0.0, 0.05, len(frames))
    seen[spoilt] += 2.0
    found = smoothed(frames, seen, np.full(len(frames), 0.05), frames >= 0, 160)
    error = found.rotation_deg - turn
    error -= np.median(error)
    assert np.sqrt(np.mean(error[20:] ** 2)) < 0.15
    assert found.scatter_deg == pytest.approx(turn.std(), rel=0.3)
