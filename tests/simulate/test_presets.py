"""Every preset gives a scene that can be, and seeds give scenes that differ."""

import numpy as np
import pytest

from easytear.base.errors import EasyTearError
from easytear.simulate import PRESETS, Renderer, make_scene, make_truth
from easytear.simulate.presets import with_camera


@pytest.mark.parametrize("preset", PRESETS)
def test_film_never_folds(preset: str) -> None:
    """Present height rises with material height at all times: the inverse motion exists."""
    for seed in range(4):
        truth = make_truth(make_scene(preset, seed))
        motion = truth.intervals[-1].motion
        heights = np.linspace(0.0, 7.0, 600)
        for column in (20.0, 320.0, 620.0):
            for since in (0.05, 0.3, 1.0, 6.0):
                rise = motion.rise_mm(np.full(600, column), heights, motion.onset_s + since)
                assert (np.diff(heights + rise) > 0).all()
                assert rise[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("preset", PRESETS)
def test_pictures_can_be_made(preset: str) -> None:
    scene = with_camera(make_scene(preset, 5), width_px=128, height_px=96)
    truth, renderer = make_truth(scene), Renderer(scene)
    longest = max(truth.intervals, key=lambda one: one.end_frame - one.start_frame)
    picture = renderer.picture(float(truth.time_s[longest.start_frame + 20]))
    assert picture.shape == (96, 128, 3)
    assert picture.dtype == np.uint8
    assert 60 < picture.mean() < 215
    assert picture.std() > 10


def test_seeds_draw_other_eyes_and_the_same_seed_the_same() -> None:
    scenes = [make_scene("normal", seed) for seed in range(6)]
    assert make_scene("normal", 3) == scenes[3]
    assert len({s.film.spreads[0].rho_mm for s in scenes}) == 6
    assert len({s.eye.iris for s in scenes}) > 1


def test_same_scene_same_picture() -> None:
    scene = with_camera(make_scene("normal", 2), width_px=128, height_px=96)
    assert (Renderer(scene).picture(1.0) == Renderer(scene).picture(1.0)).all()


def test_presets_stress_what_they_say() -> None:
    assert make_scene("interlaced").camera.interlaced
    assert np.ptp(np.diff(make_truth(make_scene("vfr")).time_s)) > 0.005
    assert make_truth(make_scene("fps60")).fps == 60
    fast, slow = (make_scene(n).film.spreads[0].lambda_s for n in ("fast", "slow"))
    assert fast < 0.6 < 1.5 < slow
    turned = make_truth(make_scene("rotation", 3))
    assert np.ptp(turned.eye_motion(turned.intervals[-1])[:, 2]) > 0.5
    shut = make_truth(make_scene("long_closure"))
    assert np.diff([shut.blinks[0].start_frame, shut.blinks[0].end_frame])[0] > 60


def test_pupil_moves_against_the_iris_when_its_size_changes() -> None:
    truth = make_truth(make_scene("pupil_size", 1))
    interval = truth.intervals[-1]
    frames = np.arange(interval.start_frame, interval.end_frame)
    centres = np.array([truth.image_to_eye(truth.pupil[f : f + 1, :2], f)[0] for f in frames])
    assert np.ptp(truth.pupil[frames, 2]) > 4
    assert np.ptp(centres[:, 0]) > 1.5


def test_unknown_preset_is_said() -> None:
    with pytest.raises(EasyTearError, match="No preset 'nothing'"):
        make_scene("nothing")


def test_impossible_camera_is_said() -> None:
    with pytest.raises(EasyTearError, match="width_px"):
        with_camera(make_scene("normal"), width_px=5)
