import cv2
import numpy as np
import pytest

from easytear.preprocess.discs import find_pupil
from tests.preprocess.eyes import DrawnEye


def test_pupil_is_found_anywhere_in_the_picture():
    for x, y, size in [(120.0, 90.0, 1.0), (300.0, 200.0, 1.5), (235.0, 150.0, 2.2)]:
        eye = DrawnEye(pupil_x=x, pupil_y=y, pupil_mm=size, lashes=False)
        found = find_pupil(eye.draw())
        assert found is not None
        assert found.x_px == pytest.approx(x, abs=1.0)
        assert found.y_px == pytest.approx(y, abs=1.0)
        assert found.rx_px == pytest.approx(eye.pupil.rx_px, rel=0.12)


def test_lashes_over_the_pupil_do_not_pull_it():
    eye = DrawnEye(pupil_y=60.0)
    found = find_pupil(eye.draw())
    assert found is not None
    assert np.hypot(found.x_px - eye.pupil_x, found.y_px - eye.pupil_y) < 3.0


def test_pupil_cut_by_the_border_keeps_its_centre():
    eye = DrawnEye(pupil_y=38.0, lashes=False)
    assert eye.pupil.y_px - eye.pupil.ry_px < 0
    found = find_pupil(eye.draw())
    assert found is not None
    assert np.hypot(found.x_px - eye.pupil_x, found.y_px - eye.pupil_y) < 2.5


def test_uneven_light_does_not_shift_the_centre():
    eye = DrawnEye(lashes=False)
    light = np.linspace(0.5, 1.4, eye.height)[:, None]
    grey = np.clip(eye.draw() * light, 0, 255).astype(np.uint8)
    found = find_pupil(grey)
    assert found is not None
    assert found.y_px == pytest.approx(eye.pupil_y, abs=1.5)


def test_no_pupil_is_found_where_there_is_none():
    rng = np.random.default_rng(1)
    noise = cv2.GaussianBlur(rng.normal(120, 30, (240, 320)).astype(np.float32), (0, 0), 4)
    assert find_pupil(np.clip(noise, 0, 255).astype(np.uint8)) is None
    assert find_pupil(np.full((240, 320), 128, np.uint8)) is None
