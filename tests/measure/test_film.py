from dataclasses import fields, replace

import numpy as np
import pytest

from easytear.measure.film import measure_film
from easytear.measure.quality import assess_quality
from easytear.request.settings.measure import QualitySettings, SpreadSettings
from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks

from .films import LID_Y_PX, MM_PER_PX, Film, no_front, still_tracks

LID = np.full(640, LID_Y_PX)
QUALITY = QualitySettings()


def measured(film, mm_per_px=MM_PER_PX, **settings):
    time_s, tracks, front = film.observe()
    return measure_film(time_s, tracks, front, LID, mm_per_px, SpreadSettings(**settings), QUALITY)


@pytest.fixture(scope="module")
def ordinary():
    return measured(Film())


def test_headline_is_the_material_below_the_front(ordinary):
    fit, film = ordinary.spread.y, Film()
    assert fit.lambda_s == pytest.approx(film.lambda_s, rel=0.03)
    assert fit.rho_mm == pytest.approx(film.zone_rho_mm, rel=0.03)
    assert fit.onset_s == pytest.approx(film.onset_s, abs=0.01)
    assert fit.initial_velocity_mm_s == pytest.approx(fit.rho_mm / fit.lambda_s)
    assert fit.model == "exponential"
    assert fit.converged


def test_front_seen_late_takes_its_onset_from_the_film(ordinary):
    fit, film = ordinary.spread.front, Film()
    assert fit.onset_s == pytest.approx(film.onset_s, abs=0.01)
    assert fit.rho_mm == pytest.approx(film.rho_mm, rel=0.03)
    assert fit.lambda_s == pytest.approx(film.lambda_s, rel=0.04)


def test_bands_follow_the_height_of_the_material_at_onset(ordinary):
    film = Film()
    assert [b.from_mm for b in ordinary.spread.bands] == [0.0, 0.5, 1.0]
    for band in ordinary.spread.bands:
        heights = np.linspace(band.from_mm, min(band.to_mm, 1.5), 51)[1:]
        expected = film.rho_mm * float(np.mean(film.share(np.maximum(heights, 0.1))))
        assert band.fit.rho_mm == pytest.approx(expected, rel=0.06)


def test_motion_over_time_starts_at_rest_and_follows_the_film(ordinary):
    film = Film()
    law = film.zone_rho_mm / film.rho_mm * film.rise_mm(0.8, film.time_s)
    error = ordinary.displacement_y_mm - law
    assert np.nanmax(np.abs(error)) < 0.1
    front_error = ordinary.front_height_mm - film.rise_mm(0.8, film.time_s)
    assert np.isnan(ordinary.front_height_mm[:10]).all()
    assert np.nanmax(np.abs(front_error)) < 0.1


def test_horizontal_law_is_absent_where_nothing_moves_sideways(ordinary):
    assert ordinary.spread.x is None


def test_without_a_scale_times_are_measured_and_lengths_are_unknown():
    found = measured(Film(), mm_per_px=None)
    fit = found.spread.y
    assert fit.lambda_s == pytest.approx(0.9, rel=0.03)
    assert fit.rho_mm is None
    assert fit.rho_mm_ci95 == (None, None)
    assert fit.initial_velocity_mm_s is None
    assert np.isnan(found.displacement_y_mm).all()


def test_without_front_only_bands_are_told():
    time_s, tracks, _ = Film().observe()
    found = measure_film(
        time_s, tracks, no_front(len(time_s)), LID, MM_PER_PX, SpreadSettings(), QUALITY
    )
    assert found.spread.y is None
    assert found.flags == ("headline_zone_unknown",)
    assert len(found.spread.bands) == 3


def by_hand(film, *, every=10, between=False):
    """Return five points just below the front, marked by a person at every tenth frame."""
    rng = np.random.default_rng(5)
    time_s = film.time_s
    marked = np.arange(0, len(time_s), every)
    frame = np.arange(marked[-1] + 1) if between else marked
    rows = []
    for number in range(5):
        height = rng.uniform(0.55, 0.78)
        up = (height + film.rise_mm(height, time_s[frame])) / MM_PER_PX
        y = LID_Y_PX - up + rng.normal(size=len(frame))
        x = np.full(len(frame), 80.0 + 120 * number)
        rows.append((np.full(len(frame), number), frame, x, y))
    track, frame, x, y = (np.concatenate(part) for part in zip(*rows, strict=True))
    still = np.zeros(len(x))
    seen = np.isin(frame, marked)
    return FilmTracks(track, frame, x, y, still, still, np.ones(len(x)), seen)


@pytest.mark.parametrize("between", [False, True])
def test_five_points_by_hand_are_enough(between):
    film = Film(seconds=5.0)
    time_s, _, front = film.observe()
    tracks = by_hand(film, between=between)
    found = measure_film(time_s, tracks, front, LID, MM_PER_PX, SpreadSettings(), QUALITY)
    assert found.spread.y.lambda_s == pytest.approx(film.lambda_s, rel=0.05)
    assert found.spread.y.rho_mm == pytest.approx(film.zone_rho_mm, rel=0.06)
    low, high = found.spread.y.lambda_s_ci95
    assert low < film.lambda_s < high
    quality = assess_quality(found, tracks, front, QUALITY, mm_per_px=MM_PER_PX)
    assert "few_tracks" in quality.flags
    assert "tracks_predicted" not in quality.flags


def some(tracks, chosen):
    return FilmTracks(**{f.name: getattr(tracks, f.name)[chosen] for f in fields(tracks)})


def test_film_first_seen_late_has_an_uncertain_rho_and_says_so():
    film = Film(seconds=5.0, front_from=25)
    time_s, tracks, front = film.observe()
    late = some(tracks, tracks.frame > 20)
    found = measure_film(time_s, late, front, LID, MM_PER_PX, SpreadSettings(), QUALITY)
    fit = found.spread.y
    assert fit.lambda_s == pytest.approx(film.lambda_s, rel=0.06)
    assert fit.rho_mm_ci95[0] < film.zone_rho_mm < fit.rho_mm_ci95[1]
    assert fit.rho_mm_ci95[1] > 1.3 * fit.rho_mm_ci95[0]
    quality = assess_quality(found, late, front, QUALITY, mm_per_px=MM_PER_PX)
    assert "onset_extrapolated" in quality.flags


def test_points_held_back_by_still_patterns_do_not_count():
    film = Film(seconds=5.0)
    time_s, tracks, front = film.observe()
    rng = np.random.default_rng(7)
    held = np.flatnonzero(rng.random(film.tracks) < 0.35)
    share = rng.uniform(0.0, 0.9, film.tracks)
    y = tracks.y_px.copy()
    for number in held:
        rows = tracks.track == number
        y[rows] = y[rows][0] + share[number] * (y[rows] - y[rows][0])
    spoiled = replace(tracks, y_px=y)
    found = measure_film(time_s, spoiled, front, LID, MM_PER_PX, SpreadSettings(), QUALITY)
    assert found.spread.y.lambda_s == pytest.approx(film.lambda_s, rel=0.04)
    assert found.spread.y.rho_mm == pytest.approx(film.zone_rho_mm, rel=0.06)


def nothing_tracked():
    none, number = np.zeros(0), np.zeros(0, dtype=int)
    return FilmTracks(number, number, none, none, none, none, none, np.zeros(0, dtype=bool))


def test_front_alone_gives_its_own_law():
    time_s, _, front = Film(front_from=0, seconds=4.0).observe()
    found = measure_film(
        time_s, nothing_tracked(), front, LID, MM_PER_PX, SpreadSettings(), QUALITY
    )
    assert found.spread.y is None
    assert found.spread.front.lambda_s == pytest.approx(0.9, rel=0.04)
    assert found.flags == ("headline_zone_empty",)


def test_nothing_observed_gives_nothing():
    time_s, tracks, front = Film(seconds=4.0).observe()
    blind = some(tracks, slice(None))
    blind = replace(blind, observed=np.zeros(len(blind), dtype=bool))
    empty = FilmFront(front.x_px[:0], front.y_px[:, :0], front.sd_px[:, :0], front.observed[:, :0])
    for seen, edge in ((blind, no_front(len(time_s))), (nothing_tracked(), empty)):
        found = measure_film(time_s, seen, edge, LID, MM_PER_PX, SpreadSettings(), QUALITY)
        assert found.spread.y is None
        assert found.spread.front is None
        assert found.flags == ("no_film",)
    found = measure_film(time_s, tracks, empty, LID, MM_PER_PX, SpreadSettings(), QUALITY)
    assert found.flags == ("headline_zone_unknown",)


def test_all_film_may_be_asked_for():
    time_s, tracks, _ = Film().observe()
    settings = SpreadSettings(headline_zone="all_film")
    found = measure_film(time_s, tracks, no_front(len(time_s)), LID, MM_PER_PX, settings, QUALITY)
    assert found.spread.y.lambda_s == pytest.approx(0.9, rel=0.03)


@pytest.mark.parametrize("seed", range(12))
def test_wandering_points_are_no_spread(seed):
    time_s, tracks = still_tracks(seed)
    found = measure_film(
        time_s, tracks, no_front(len(time_s)), LID, MM_PER_PX, SpreadSettings(), QUALITY
    )
    assert found.spread.y is None
    assert found.spread.x is None
    assert found.spread.bands == () or all(b.fit is None for b in found.spread.bands)
    assert found.flags == ("no_film",)


def test_the_same_observations_give_the_same_intervals():
    film = Film(tracks=150, seconds=4.0)
    assert measured(film).spread == measured(film).spread


def test_drift_is_found_where_it_is():
    found = measured(Film(drift_mm_s=0.1, seconds=8.0))
    assert found.spread.y.model == "exponential+drift"
    assert found.spread.y.drift_mm_s == pytest.approx(0.1 * 0.887, abs=0.03)
    assert found.spread.y.lambda_s == pytest.approx(0.9, rel=0.05)


def test_slow_film_gets_a_longer_window():
    found = measured(Film(lambda_s=2.2, seconds=12.0))
    assert found.spread.y.window_over_lambda > 3.5
    assert found.spread.y.lambda_s == pytest.approx(2.2, rel=0.04)


def test_an_interval_just_longer_than_the_window_is_used_whole():
    found = measured(Film(lambda_s=2.5, seconds=5.4))
    assert found.spread.y.window_over_lambda * found.spread.y.lambda_s > 5.2
    assert found.spread.y.converged
