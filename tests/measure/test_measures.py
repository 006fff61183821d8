"""Velocity, stabilisation, area, texture direction, quality."""

import numpy as np
import pytest

from easytear.measure.area import area_over_time, filled_front, measure_area
from easytear.measure.film import measure_film
from easytear.measure.motion import local_velocity, shared_motion
from easytear.measure.quality import assess_quality
from easytear.measure.samples import Samples
from easytear.measure.streak import streak_angle_deg
from easytear.measure.velocity import measure_velocity, stabilization_s
from easytear.request.settings.measure import QualitySettings, SpreadSettings
from easytear.show.flags import SENTENCES

from .films import LID_Y_PX, MM_PER_PX, Film, no_front, still_tracks

TIME = np.arange(180) / 30.0
LAW = 3.0 * (1 - np.exp(-np.maximum(TIME - 0.1, 0)))


def test_velocity_of_an_exponential():
    found = measure_velocity(TIME, LAW, 0.1)
    assert found.early_mm_s == pytest.approx(3.0 * (1 - np.exp(-0.2)) / 0.2, rel=1e-3)
    assert found.peak_mm_s == pytest.approx(3.0, rel=0.1)
    assert 0.1 <= found.time_of_peak_s <= 0.3
    assert found.mean_mm_s == pytest.approx(LAW[-1] / (TIME[-1] - 0.1), rel=0.01)


def test_early_velocity_is_unknown_where_the_beginning_was_not_seen():
    late = np.where(TIME < 0.3, np.nan, LAW)
    found = measure_velocity(TIME, late, 0.1)
    assert found.early_mm_s is None
    assert found.mean_mm_s is not None


def test_nothing_moves_nothing_is_known():
    assert measure_velocity(TIME, LAW, None).mean_mm_s is None
    assert measure_velocity(TIME, np.full(len(TIME), np.nan), 0.1).peak_mm_s is None


def test_stabilisation_of_an_exponential():
    found = stabilization_s(TIME, LAW, 0.1, limit_mm_s=0.2, stable_for_s=0.5)
    assert found == pytest.approx(np.log(3.0 / 0.2), abs=0.08)


def test_stabilisation_is_unknown_where_the_film_still_moves():
    assert stabilization_s(TIME, LAW, 0.1, limit_mm_s=0.001, stable_for_s=0.5) is None
    short = np.where(TIME > 2.9, np.nan, LAW)
    assert stabilization_s(TIME, short, 0.1, limit_mm_s=0.2, stable_for_s=0.5) is None
    again = LAW + np.where(TIME > 5.0, TIME - 5.0, 0.0)
    assert stabilization_s(TIME, again, 0.1, limit_mm_s=0.2, stable_for_s=0.5) is None


def test_velocity_with_uneven_frame_times_and_gaps():
    rng = np.random.default_rng(0)
    time_s = np.sort(rng.uniform(0, 4, 120))
    motion = 1.5 * time_s
    motion[40:50] = np.nan
    velocity = local_velocity(time_s, motion)
    known = np.isfinite(velocity)
    assert velocity[known] == pytest.approx(1.5)
    assert known.sum() > 90
    assert not known[40:50].any()


def test_rows_that_come_and_go_do_not_make_the_mean_jump():
    rng = np.random.default_rng(1)
    value = rng.uniform(0, 5, 30)[:, None] + LAW
    born, lost = rng.integers(0, 100, 30), rng.integers(100, 180, 30)
    born[:3], lost[:3] = 0, 180
    frame = np.arange(180)
    seen = (frame >= born[:, None]) & (frame < lost[:, None])
    samples = Samples(TIME, np.where(seen, value, 0), seen.astype(float), np.arange(30.0))
    assert shared_motion(samples) == pytest.approx(LAW, abs=1e-4)


def test_motion_is_unknown_across_a_gap_that_no_row_bridges():
    seen = np.ones((4, 180), dtype=bool)
    seen[:, 60:70] = False
    samples = Samples(TIME, np.where(seen, LAW, 0), seen.astype(float), np.arange(4.0))
    seen[:2, 70:] = False
    seen[2:, :60] = False
    samples = Samples(TIME, np.where(seen, LAW, 0), seen.astype(float), np.arange(4.0))
    motion = shared_motion(samples)
    assert np.isnan(motion[:70]).all()
    assert motion[70:] == pytest.approx(LAW[70:] - LAW[70], abs=1e-4)


def disc(radius=100.0):
    yy, xx = np.mgrid[:240, :240]
    return np.hypot(xx - 120, yy - 120) <= radius


def test_area_of_a_disc_below_a_level_front():
    x = np.arange(10.0, 236.0, 8.0)
    fronts = np.array([120.0, 170.0, 60.0, 300.0, -50.0])
    found = area_over_time(x, np.repeat(fronts[:, None], len(x), axis=1), disc())
    height = np.clip(120 - fronts, -100, 100)
    half = np.pi * 100**2 / 2
    expected = half + height * np.sqrt(100**2 - height**2) + 100**2 * np.arcsin(height / 100)
    assert found.area_px == pytest.approx(expected, rel=0.005, abs=60)
    assert found.fraction == pytest.approx(expected / (2 * half), rel=0.005, abs=0.002)


def test_area_is_unknown_where_little_of_the_front_is():
    x = np.arange(10.0, 236.0, 8.0)
    y = np.full((1, len(x)), 120.0)
    y[:, :18] = np.nan
    assert np.isnan(area_over_time(x, y, disc()).area_px).all()
    assert np.isnan(area_over_time(x, y, np.zeros((240, 240), bool)).area_px).all()


def test_a_finger_at_the_end_is_not_carried_on_to_the_side():
    x = np.arange(60.0, 181.0, 4.0)
    wavy = 150.0 + 4.0 * np.sin(x / 5.0)[None]
    finger = wavy.copy()
    finger[:, -1] -= 8.0
    grown = area_over_time(x, finger, disc()).area_px - area_over_time(x, wavy, disc()).area_px
    assert 0 < grown[0] < 8 * 4


def test_ends_that_run_up_the_limbus_do_not_count():
    x = np.arange(60.0, 181.0, 4.0)
    wavy = 150.0 + 0.002 * (x - 120.0) ** 2 + 2.0 * np.sin(x / 5.0)
    ends = wavy.copy()
    ends[-3:] -= [30.0, 60.0, 90.0]
    middle = wavy.copy()
    middle[14:17] -= 30.0
    plain, loose, finger = (
        area_over_time(x, y[None], disc()).area_px for y in (wavy, ends, middle)
    )
    assert loose == pytest.approx(plain, rel=0.02)
    assert finger == pytest.approx(plain + 3 * 4 * 30.0, rel=0.01)


def test_lost_columns_are_carried_by_the_mean_motion():
    up = LAW * 50
    y = 200.0 + np.array([0.0, 5.0, 9.0]) - up[:, None]
    seen = y.copy()
    seen[60:, 1] = np.nan
    assert filled_front(seen, up) == pytest.approx(y)
    # The mean motion is known at the frames looked at only; the front must not flicker.
    looked = np.where(np.arange(len(up)) % 2 == 0, up, np.nan)
    looked[-1] = up[-1]
    assert filled_front(seen, looked) == pytest.approx(y, abs=0.2)


def test_area_summary():
    area = 20 + 10 * LAW
    found = measure_area(TIME, area, area / 80, 0.1)
    assert found.start_mm2 == pytest.approx(20.0)
    assert found.end_mm2 == pytest.approx(area[-1], rel=1e-3)
    assert found.max_mm2 == pytest.approx(area[-1])
    assert found.rate_mm2_s == pytest.approx(30 * (1 - np.exp(-1)), rel=1e-3)
    unscaled = measure_area(TIME, np.full(len(TIME), np.nan), area / 80, 0.1)
    assert unscaled.end_mm2 is None
    assert unscaled.end_fraction == pytest.approx(area[-1] / 80, rel=1e-3)


@pytest.mark.parametrize("angle", [0.0, 25.0, 60.0, 90.0, -25.0])
def test_streak_direction(angle):
    yy, xx = np.mgrid[:200, :260]
    across = np.array([np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))])
    picture = 100 + 5 * np.sin((xx * across[0] + yy * across[1]) / 2.5)
    picture = picture + np.random.default_rng(0).normal(size=picture.shape)
    mask = np.zeros(picture.shape, bool)
    mask[20:180, 20:240] = True
    assert streak_angle_deg(picture, mask) == pytest.approx(abs(angle), abs=2.0)


def test_no_direction_in_noise_or_without_film():
    noise = np.random.default_rng(0).normal(size=(200, 260))
    assert streak_angle_deg(noise, np.ones(noise.shape, bool)) is None
    assert streak_angle_deg(noise, np.zeros(noise.shape, bool)) is None
    assert streak_angle_deg(np.full((200, 260), 7.0), np.ones(noise.shape, bool)) is None


def quality_of(film, **settings):
    time_s, tracks, front = film.observe()
    lid = np.full(640, LID_Y_PX)
    found = measure_film(
        time_s, tracks, front, lid, MM_PER_PX, SpreadSettings(), QualitySettings(**settings)
    )
    return assess_quality(
        found, tracks, front, QualitySettings(**settings), mm_per_px=MM_PER_PX, eye_sd_px=0.3
    )


def test_quality_falls_with_noise_and_shortness():
    good = quality_of(Film(tracks=300, seconds=4.0))
    noisy = quality_of(Film(tracks=300, seconds=4.0, noise_px=4.0, common_px=1.5))
    short = quality_of(Film(tracks=300, seconds=1.2))
    assert good.score > 0.5
    assert noisy.score < good.score - 0.1
    assert short.score < 0.5 * good.score
    assert "lambda_unresolved" in short.flags
    assert "low_quality" in short.flags
    assert good.flags == ()


def test_no_film_scores_nothing_and_every_flag_has_a_sentence():
    time_s, tracks = still_tracks()
    front = no_front(len(time_s))
    lid = np.full(640, LID_Y_PX)
    found = measure_film(time_s, tracks, front, lid, None, SpreadSettings(), QualitySettings())
    quality = assess_quality(found, tracks, front, QualitySettings(), mm_per_px=None)
    assert quality.score == 0.0
    assert set(quality.flags) >= {"no_film", "front_not_visible", "scale_unknown", "low_quality"}
    assert set(quality.flags) <= set(SENTENCES)


def test_velocity_is_known_where_film_is_looked_at_every_third_frame() -> None:
    time_s = np.arange(299) * 400 / 11988  # 29.97 frames a second
    rise = 3.0 * (1 - np.exp(-time_s))
    rise[(time_s > 1.5) & (np.arange(299) % 3 > 0)] = np.nan
    velocity = local_velocity(time_s, rise)
    late = np.flatnonzero(np.isfinite(rise) & (time_s > 1.6))[:-1]
    np.testing.assert_allclose(velocity[late], 3.0 * np.exp(-time_s[late]), rtol=0.02)
