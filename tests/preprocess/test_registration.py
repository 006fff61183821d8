import cv2
import numpy as np
import pytest

from easytear.base.geometry import Ellipse
from easytear.preprocess.discs import find_pupil
from easytear.preprocess.records import EyeInInterval, EyeMotion
from easytear.preprocess.registration import eye_to_image, hold_still, image_to_eye, warp
from tests.preprocess.eyes import DrawnEye

DX, DY, TURN = 7.3, -4.6, 5.0


@pytest.fixture
def eye():
    motion = EyeMotion(
        np.array([0.0, DX]),
        np.array([0.0, DY]),
        np.array([0.0, TURN]),
        np.zeros(2),
        np.ones(2, bool),
    )
    return EyeInInterval(Ellipse(235.0, 125.0, 50.0, 48.0), motion, np.full(2, 49.0))


def test_points_go_there_and_back(eye):
    points = np.random.default_rng(0).uniform(0, 300, (20, 2))
    there = eye_to_image(points, eye, 1)
    np.testing.assert_allclose(image_to_eye(there, eye, 1), points, atol=1e-9)
    np.testing.assert_allclose(eye_to_image(points, eye, 0), points, atol=1e-12)


def test_rotation_is_about_the_pupil_from_x_towards_y(eye):
    moved = eye_to_image(np.array([[235.0, 125.0], [335.0, 125.0]]), eye, 1)
    np.testing.assert_allclose(moved[0], [235.0 + DX, 125.0 + DY])
    angle = np.rad2deg(np.arctan2(*(moved[1] - moved[0])[::-1]))
    assert angle == pytest.approx(TURN)


def test_warp_holds_the_eye_still(eye):
    drawn = DrawnEye(lashes=False)
    still = drawn.draw()
    held, seen = warp(drawn.draw(DX, DY, rotation_deg=TURN), eye.motion, 1, eye.pupil)
    middle = (slice(60, 200), slice(120, 350))
    before = np.abs(drawn.draw(DX, DY).astype(float) - still)[middle].mean()
    after = np.abs(held.astype(float) - still)[middle].mean()
    assert after < 0.2 * before
    found = find_pupil(held)
    assert found is not None
    assert found.x_px == pytest.approx(235.0, abs=0.5)
    assert found.y_px == pytest.approx(125.0, abs=0.5)
    assert seen[180, 240]


def test_warp_says_what_the_picture_does_not_reach():
    motion = EyeMotion(
        np.array([10.0]), np.array([0.0]), np.zeros(1), np.zeros(1), np.ones(1, bool)
    )
    colour = np.full((40, 60, 3), 90, np.uint8)
    held, seen = warp(colour, motion, 0)
    assert held.shape == colour.shape
    assert not seen[:, 50:].any()
    assert seen[:, :50].all()
    assert (held == 90).all()


@pytest.mark.parametrize("shift", [(3.37, -2.61), (-7.5, 0.0), (0.02, 11.98), (-700.0, 3.0)])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_shift_is_the_same_as_a_general_warp(
    shift: tuple[float, float], channels: tuple[int, ...]
) -> None:
    frame = np.random.default_rng(1).integers(0, 255, (60, 80, *channels)).astype(np.uint8)
    frame = np.asarray(cv2.GaussianBlur(frame, (0, 0), 1.5), np.uint8)
    matrix = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
    general = cv2.warpAffine(
        frame,
        matrix,
        (80, 60),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    # The general warp rounds places to 1/32 px.
    steepest = np.abs(np.diff(frame.astype(float), axis=1)).max() / 32 + 1.0
    assert np.abs(hold_still(frame, matrix).astype(float) - general).max() <= steepest
