"""The eye is found wherever it is in the picture; nothing else is taken for one."""

import cv2
import numpy as np
import pytest

from easytear.preprocess.locate import locate_eye
from easytear.preprocess.picture_mask import picture_mask
from easytear.preprocess.reflections import without_reflections


def draw_face(
    frame: int,
    shape: tuple[int, int] = (240, 320),
    iris_px: float = 60.0,
    centre: tuple[float, float] = (160.0, 125.0),
    pupil_share: float = 0.36,
) -> np.ndarray:
    """Return skin with a brow and an almond-shaped opening: a dark iris, a darker pupil."""
    rng = np.random.default_rng(frame)
    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    x, y = xx - centre[0] - 1.5 * np.sin(frame), yy - centre[1] - 1.5 * np.cos(2.0 * frame)
    picture = 150.0 + 12.0 * np.sin(xx / 41.0) * np.cos(yy / 33.0)
    brow = np.abs(y + 1.9 * iris_px + 0.1 * x) < 0.25 * iris_px
    picture = np.where(brow, 60.0 + 25.0 * np.sin(xx * 1.3 + 0.4 * yy), picture)
    away = np.clip(np.abs(x) / (2.1 * iris_px), 0.0, 1.0)
    opened = (y > -0.8 * iris_px * (1.0 - away**2)) & (y < 0.95 * iris_px * (1.0 - away**2))
    radius = np.hypot(x, 1.05 * y)
    soft = np.clip((radius - iris_px) / (0.06 * iris_px) + 0.5, 0.0, 1.0)
    iris = 62.0 + 6.0 * np.sin(9.0 * np.arctan2(y, x))
    eye = iris * (1.0 - soft) + 128.0 * soft
    hole = np.clip((radius - pupil_share * iris_px) / 2.0 + 0.5, 0.0, 1.0)
    eye = 24.0 * (1.0 - hole) + eye * hole
    eye = np.where(np.hypot(x - 3.0, y + 4.0) < 0.07 * iris_px, 250.0, eye)
    picture = cv2.GaussianBlur(np.where(opened, eye, picture), (0, 0), 1.0)
    return np.clip(picture + rng.normal(0, 1.5, shape), 0, 255).astype(np.uint8)


def pictures(count: int = 8, **how) -> np.ndarray:
    return np.stack([draw_face(k, **how) for k in range(count)])


@pytest.mark.parametrize(
    ("shape", "iris_px", "centre"),
    [
        ((240, 320), 60.0, (160.0, 125.0)),
        ((240, 320), 36.0, (210.0, 160.0)),
        ((400, 300), 50.0, (140.0, 230.0)),
        ((240, 320), 105.0, (165.0, 120.0)),
    ],
)
def test_pupil_and_iris_are_told_apart_at_any_size_and_place(shape, iris_px, centre):
    eye = locate_eye(pictures(shape=shape, iris_px=iris_px, centre=centre))
    assert eye.flags == ()
    assert eye.pupil.rx_px == pytest.approx(0.355 * iris_px, rel=0.06, abs=0.7)
    assert eye.pupil.x_px == pytest.approx(centre[0], abs=2.5)
    assert eye.pupil.y_px == pytest.approx(centre[1], abs=2.5)
    assert eye.iris_radius_px == pytest.approx(iris_px, rel=0.04)
    assert abs(eye.iris_radius_px - iris_px) < 2.5 * eye.iris_radius_sd_px
    x0, y0, x1, y1 = eye.window
    assert x0 <= max(centre[0] - iris_px, 0)
    assert x1 >= min(centre[0] + iris_px, shape[1]) - 2
    assert y0 <= centre[1] <= y1


def test_borders_and_apertures_are_no_picture_and_change_nothing():
    seen = pictures()
    plain = locate_eye(seen)
    wide = np.full((len(seen), 400, 520), 2, np.uint8)
    wide[:, 90:330, 120:440] = seen
    bordered = locate_eye(wide)
    assert bordered.valid[90:330, 120:440].mean() > 0.95
    assert not bordered.valid[:80].any()
    assert not bordered.valid[:, :110].any()
    assert bordered.iris_radius_px == pytest.approx(plain.iris_radius_px, rel=0.03)
    yy, xx = np.mgrid[:240, :320]
    hole = np.hypot(xx - 160, yy - 120) < 112
    round_one = locate_eye(np.where(hole, seen, 1).astype(np.uint8))
    assert not round_one.valid[:20, :40].any()
    assert round_one.pupil.rx_px == pytest.approx(plain.pupil.rx_px, rel=0.05)
    assert round_one.iris_radius_px == pytest.approx(plain.iris_radius_px, rel=0.03)


def test_the_darkness_of_the_picture_does_not_matter():
    seen = pictures()
    plain, dark = locate_eye(seen), locate_eye((seen * 0.5).astype(np.uint8))
    assert dark.iris_radius_px == pytest.approx(plain.iris_radius_px, rel=0.02)
    assert dark.pupil.rx_px == pytest.approx(plain.pupil.rx_px, rel=0.03)


def _nothing(kind: str) -> np.ndarray:
    rng = np.random.default_rng(5)
    if kind == "noise":
        return rng.integers(0, 256, (8, 120, 160)).astype(np.uint8)
    if kind == "texture":
        spots = cv2.GaussianBlur(rng.normal(size=(200, 240)), (0, 0), 5.0)
        spots = 128.0 + 35.0 * spots / spots.std()
        moved = [spots[10 + 2 * k : 130 + 2 * k, 20:180] for k in range(8)]
        return np.clip(np.stack(moved) + rng.normal(0, 2, (8, 120, 160)), 0, 255).astype(np.uint8)
    level, height, width = (int(part) for part in kind.split("x"))
    return np.full((8, height, width), level, np.uint8)


@pytest.mark.parametrize(
    "kind",
    ["noise", "texture", "0x120x160", "255x120x160", "90x1x1", "90x2x2", "90x16x16", "90x64x4000"],
)
def test_no_eye_is_invented(kind):
    eye = locate_eye(_nothing(kind))
    assert eye.pupil is None
    assert eye.iris is None
    assert eye.flags == ("no_eye",)
    assert eye.confidence == 0.0


def test_burnt_in_text_is_no_picture():
    light = 0.7 + 0.04 * np.arange(8)
    seen = np.stack([(draw_face(k) * light[k]).astype(np.uint8) for k in range(8)])
    for picture in seen:
        cv2.putText(picture, "OD 0042 K7", (12, 225), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 2)
    valid = picture_mask(seen)
    assert not valid[212:224, 20:90].any()
    assert valid[:190].mean() > 0.99


def test_a_ring_of_light_over_the_pupil_is_filled():
    plain = draw_face(0)
    ringed = plain.copy()
    cv2.circle(ringed, (163, 128), 24, 255, 3)
    cleared = without_reflections(ringed)
    yy, xx = np.mgrid[:240, :320]
    stroke = np.abs(np.hypot(xx - 163, yy - 128) - 24) < 1
    assert np.median(cleared[stroke]) < 90
    flat = np.full((40, 40), 80, np.uint8)
    assert without_reflections(flat) is flat


def test_a_topographers_rings_hide_neither_pupil_nor_iris():
    seen = pictures(iris_px=80.0)
    for picture in seen:
        for radius in range(8, 90, 9):
            cv2.circle(picture, (163, 128), radius, 165, 1)
    eye = locate_eye(seen)
    assert eye.pupil.rx_px == pytest.approx(0.355 * 80.0, rel=0.1)
    assert eye.iris_radius_px == pytest.approx(80.0, rel=0.05)


def test_a_clear_limbus_tells_the_pupil_from_an_iris_that_is_as_dark():
    """The iris' own disc is the clearer one; it has nothing about it that could be a limbus."""
    eye = locate_eye(pictures(shape=(240, 320), iris_px=36.0, centre=(210.0, 160.0)))
    assert eye.pupil.rx_px < 0.5 * eye.iris.rx_px


def test_an_eye_on_its_side_has_no_scale():
    lying = pictures(iris_px=70.0).transpose(0, 2, 1)[:, :, ::-1]
    eye = locate_eye(np.ascontiguousarray(lying))
    assert eye.pupil is not None
    assert eye.iris is None
    assert "limbus_not_found" in eye.flags


def draw_lit_eye(pupil_dn: float, *, lamp: bool) -> np.ndarray:
    """Return pictures of an iris, film of grain shining over it and over a pupil alike."""
    rng = np.random.default_rng(3)
    yy, xx = np.mgrid[:180, :240].astype(float)
    level = np.hypot((xx - 125) / 70, (yy - 95) / 63)
    pictures = []
    for _ in range(6):
        grain = cv2.GaussianBlur(rng.normal(0, 1, (180, 240)), (0, 0), 2.0)
        light = np.where(level < 1, 70 + 60 * grain, 150.0)
        light[np.hypot(xx - 125, yy - 95) < 22] -= pupil_dn
        if lamp:
            light[80:106, 112:139] = 255
        light[yy < 42 + 0.002 * (xx - 125) ** 2] = 120  # lids
        light[yy > 160] = 110
        light = cv2.GaussianBlur(light, (0, 0), 1.0) + rng.normal(0, 2, light.shape)
        pictures.append(np.clip(light, 0, 255).astype(np.uint8))
    return np.stack(pictures)


def test_a_pupil_that_film_and_a_lamp_hide_is_found_within_its_limbus() -> None:
    eye = locate_eye(draw_lit_eye(14.0, lamp=True))

    assert eye.pupil is not None
    assert eye.iris is not None
    assert eye.pupil.rx_px == pytest.approx(22, rel=0.15)
    assert eye.iris.rx_px == pytest.approx(70, rel=0.03)
    assert not eye.upside_down


def test_an_eye_without_a_pupil_to_be_seen_is_an_eye() -> None:
    eye = locate_eye(draw_lit_eye(0.0, lamp=False))

    assert eye.flags == ("eye_without_pupil",)
    assert eye.pupil is None
    assert eye.iris is not None
    assert eye.iris.rx_px == pytest.approx(70, rel=0.03)
