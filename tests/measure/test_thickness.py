import cv2
import numpy as np
import pytest

from easytear.base.optics import film_colour
from easytear.measure.thickness import below_front, measure_thickness
from easytear.request.settings.measure import ThicknessSettings

from .films import no_front

SHAPE = (240, 320)
TIMES = np.arange(6) * 0.3


def moving_film(mean_nm, sd_nm, *, light=0.08, iris=0.15, noise_dn=0.8, seed=0):
    """Pictures of a film that moves up over a still, patterned iris; brightness 8-bit, gamma."""
    rng = np.random.default_rng(seed)
    pattern = cv2.GaussianBlur(rng.normal(size=(SHAPE[0] * 2, SHAPE[1])), (0, 0), 6)
    nm = mean_nm + sd_nm * pattern / pattern.std()
    still = cv2.GaussianBlur(rng.normal(size=(*SHAPE, 3)), (0, 0), 3)
    eye = iris * (1 + 0.4 * still / still.std()) * np.array([0.8, 0.6, 0.5])
    pictures = []
    for k in range(len(TIMES)):
        film = nm[20 * k : 20 * k + SHAPE[0]]
        linear = eye + light * film_colour(np.clip(film, 0, None))
        grey = 255 * np.clip(linear, 0, 1) ** (1 / 2.2) + noise_dn * rng.normal(size=(*SHAPE, 3))
        pictures.append(np.clip(np.round(grey[:, :, ::-1]), 0, 255).astype(np.uint8))
    return np.array(pictures)


@pytest.mark.parametrize("true_nm", [60.0, 85.0, 105.0])
def test_thickness_is_read_whatever_the_iris_shines(true_nm):
    pictures = moving_film(true_nm, 10.0)
    everywhere = np.ones(SHAPE, dtype=bool)
    found = measure_thickness(TIMES, pictures, everywhere, ThicknessSettings(calibrated=True))
    assert found.thickness is not None
    assert found.thickness.median_nm == pytest.approx(true_nm, abs=6.0)
    assert found.thickness.p10_nm < true_nm < found.thickness.p90_nm
    assert found.thickness.thinning_nm_s == pytest.approx(0.0, abs=4.0)
    assert found.flags == ()
    assert np.isfinite(found.median_nm).all()


def test_uncalibrated_thickness_says_so():
    found = measure_thickness(
        TIMES, moving_film(105.0, 10.0), np.ones(SHAPE, dtype=bool), ThicknessSettings()
    )
    assert found.flags == ("thickness_relative",)


def test_film_beyond_the_range_is_capped_and_flagged():
    settings = ThicknessSettings(calibrated=True, max_nm=95.0)
    found = measure_thickness(TIMES, moving_film(105.0, 10.0), np.ones(SHAPE, bool), settings)
    assert found.thickness.median_nm == 95.0
    assert found.flags == ("thickness_above_range",)


def test_a_still_picture_tells_nothing():
    pictures = np.repeat(moving_film(105.0, 10.0)[:1], len(TIMES), axis=0)
    found = measure_thickness(TIMES, pictures, np.ones(SHAPE, bool), ThicknessSettings())
    assert found.thickness is None
    assert found.flags == ("thickness_uncalibrated",)
    assert np.isnan(found.median_nm).all()


def test_grey_changes_are_not_thin_film():
    rng = np.random.default_rng(3)
    flat = cv2.GaussianBlur(rng.normal(size=(6, *SHAPE)).transpose(1, 2, 0), (0, 0), 6)
    red = (110 + 25 * flat / flat.std()).transpose(2, 0, 1)
    pictures = np.stack([np.full_like(red, 90), np.full_like(red, 90), red], axis=-1)
    found = measure_thickness(
        TIMES, pictures.clip(0, 255).astype(np.uint8), np.ones(SHAPE, bool), ThicknessSettings()
    )
    assert found.thickness is None


def test_no_film_no_flag():
    nothing = below_front(np.ones((480, 640), bool), no_front(3), 0, 5.0)
    assert not nothing.any()
    found = measure_thickness(
        TIMES, moving_film(105.0, 10.0), np.zeros(SHAPE, bool), ThicknessSettings()
    )
    assert found.thickness is None
    assert found.flags == ()
