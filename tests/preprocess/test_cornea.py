from dataclasses import dataclass

import numpy as np
import pytest

from easytear.base.geometry import Ellipse
from easytear.preprocess.cornea import find_cornea
from easytear.request.settings.preprocess import CorneaSettings
from tests.preprocess.eyes import DrawnEye

SETTINGS = CorneaSettings()


def pictures(eye: DrawnEye, count: int = 5) -> np.ndarray:
    drawn = [eye.draw(film=12.0 * k, frame=k) for k in range(count)]
    return np.stack([np.repeat(p[..., None], 3, axis=2) for p in drawn])


def overlap(one: Ellipse, other: Ellipse) -> float:
    shape = (900, 1200)
    a, b = (e.moved(300, 300).mask(shape) for e in (one, other))
    return float((a & b).sum() / (a | b).sum())


def test_limbus_of_an_iris_inside_the_picture():
    eye = DrawnEye()
    cornea = find_cornea(pictures(eye), eye.pupil, SETTINGS)
    assert cornea.iris is not None
    assert overlap(cornea.iris, eye.iris) > 0.95
    assert cornea.iris.rx_px == pytest.approx(eye.iris.rx_px, rel=0.02)
    assert abs(cornea.iris.rx_px - eye.iris.rx_px) < 1.5 * cornea.iris_width_sd_px


def test_limbus_from_its_lower_arc_alone():
    eye = DrawnEye(px_per_mm=44.0, pupil_x=240.0, pupil_y=60.0)
    assert eye.iris.x_px - eye.iris.rx_px < 0
    assert eye.iris.x_px + eye.iris.rx_px > eye.width
    cornea = find_cornea(pictures(eye), eye.pupil, SETTINGS)
    assert cornea.iris is not None
    assert cornea.iris.rx_px == pytest.approx(eye.iris.rx_px, rel=0.05)
    inside = DrawnEye()
    whole = find_cornea(pictures(inside), inside.pupil, SETTINGS)
    assert cornea.iris_width_sd_px / cornea.iris.rx_px > whole.iris_width_sd_px / inside.iris.rx_px


def test_an_iris_that_fills_the_picture_is_unknown_and_flagged():
    eye = DrawnEye(px_per_mm=90.0, pupil_x=240.0, pupil_y=170.0)
    cornea = find_cornea(pictures(eye), eye.pupil, SETTINGS)
    assert cornea.iris is None
    assert np.isnan(cornea.iris_width_sd_px)
    assert "limbus_not_found" in cornea.flags
    assert cornea.region is not None


def test_region_leaves_out_lids_and_lashes():
    eye = DrawnEye()
    cornea = find_cornea(pictures(eye), eye.pupil, SETTINGS)
    lash_end = 1.1 * eye.px_per_mm
    yy, xx = np.mgrid[: eye.height, : eye.width]
    assert cornea.region_mask[int(lash_end) + 40 : 250, 150:330].all()
    assert not cornea.region_mask[: int(0.5 * lash_end), 150:320].any()
    assert not cornea.region_mask[eye.iris.level(xx, yy) > 1.05].any()
    middle = int(eye.pupil_x)
    bottom = eye.iris.y_px + eye.iris.ry_px
    assert cornea.lower_edge_px[middle] == pytest.approx(bottom, abs=5.0)
    assert np.isnan(cornea.lower_edge_px[2])


def test_polygon_and_mask_are_the_same_region():
    eye = DrawnEye()
    cornea = find_cornea(pictures(eye), eye.pupil, SETTINGS)
    x, y = cornea.region.T
    area = 0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
    assert area == pytest.approx(cornea.region_mask.sum(), rel=0.03)


def test_film_is_not_trusted_on_the_comb_the_pupils_edge_and_glare():
    eye = DrawnEye()
    frames = pictures(eye).astype(float)
    yy, xx = np.mgrid[: eye.height, : eye.width]
    bottom = int(eye.iris.y_px + eye.iris.ry_px)
    comb = (np.abs(yy - (bottom - 25)) < 18) & (xx % 24 < 6) & (np.abs(xx - 240) < 90)
    frames[:, comb] *= 0.6
    frames[:, 200:206, 300:306] = 255.0
    cornea = find_cornea(frames.astype(np.uint8), eye.pupil, SETTINGS)
    assert not (cornea.film_mask & ~cornea.region_mask).any()
    level = eye.pupil.level(xx, yy)
    assert not cornea.film_mask[(level > 0.95) & (level < 1.05)].any()
    assert not cornea.film_mask[200:206, 300:306].any()
    inside = comb & cornea.region_mask
    assert cornea.film_mask[inside].mean() < 0.3
    between = (np.abs(yy - 230) < 15) & (np.abs(xx - 240) < 60)
    assert cornea.film_mask[between].mean() > 0.9


def test_a_redrawn_limbus_is_taken_as_it_is():
    eye = DrawnEye()
    drawn = Ellipse(230.0, 130.0, 200.0, 180.0)
    cornea = find_cornea(pictures(eye), eye.pupil, SETTINGS, drawn)
    assert cornea.iris == drawn
    yy, xx = np.mgrid[: eye.height, : eye.width]
    assert not cornea.region_mask[drawn.level(xx, yy) > 1.02].any()


def test_without_a_pupil_there_is_a_region_but_no_iris():
    cornea = find_cornea(pictures(DrawnEye()), None, SETTINGS)
    assert cornea.iris is None
    assert cornea.flags == ("limbus_not_found",)


@dataclass(frozen=True)
class CoveredEye(DrawnEye):
    """The lower lid hides the lower limbus."""

    @property
    def lower_lid_y(self) -> float:
        return self.iris.y_px + 0.85 * self.iris.ry_px


def test_lower_edge_is_the_lid_where_it_hides_the_limbus():
    eye = CoveredEye()
    cornea = find_cornea(pictures(eye), eye.pupil, SETTINGS)
    assert cornea.iris is not None
    assert cornea.iris.rx_px == pytest.approx(eye.iris.rx_px, rel=0.04)
    middle = int(eye.pupil_x)
    columns = np.arange(middle - 60, middle + 60)
    lid = eye.lower_lid_y - 0.0009 * (columns - eye.pupil_x) ** 2
    np.testing.assert_allclose(cornea.lower_edge_px[columns], lid, atol=5.0)
