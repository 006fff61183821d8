"""Each method beside ours follows film that it can see, and what they share does its part."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.methods import METHODS, measure, prepare_for_many
from benchmarks.methods.common import Clip, Part, advect, in_view, pupil
from benchmarks.methods.result import fit_paper
from benchmarks.score import score_analysis
from benchmarks.suite import render
from easytear.simulate import Truth, make_scene, simulate
from easytear.simulate.presets import with_camera


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    video = tmp_path_factory.mktemp("methods") / "clip.mp4"
    scene = with_camera(make_scene("from_open", 7), width_px=240, height_px=180, duration_s=1.2)
    return video, simulate(scene, video)


@pytest.mark.parametrize("name", METHODS)
def test_method_sees_the_film_rise(name: str, clip: tuple[Path, Truth]) -> None:
    if name == "openpiv":
        pytest.importorskip("openpiv")
    video, truth = clip
    analysis = measure(name, video, truth.mm_per_px, truth)
    assert len(analysis.summary.intervals) == 1
    paths = analysis.tracks.sort_values("frame").groupby("track_id")["y_eye_px"]
    assert (paths.last() - paths.first()).median() < -1.0
    assert score_analysis(analysis, truth)["intervals"][0]["found"]


def test_shared_preparation_changes_nothing(clip: tuple[Path, Truth]) -> None:
    video, truth = clip
    prepared = prepare_for_many(video)
    for name in ("original", "dis"):
        alone = measure(name, video, truth.mm_per_px)
        shared = measure(name, video, truth.mm_per_px, None, prepared)
        assert alone.tracks.equals(shared.tracks)


def _eye(covered: int) -> np.ndarray:
    picture = np.full((180, 240), 120, np.uint8)
    cv2.circle(picture, (100, 60), 25, 20, -1)
    picture[:covered] = 160
    return picture


def test_interval_begins_when_no_lid_covers_the_pupil() -> None:
    frames = [_eye(70), _eye(50), *(_eye(0) for _ in range(20)), _eye(60)]
    run, found = in_view(Clip(frames, np.arange(23) / 30.0), (0, 22))
    assert run == (2, 21)
    assert np.ptp(found[:, 1]) < 0.5


def test_region_holds_the_particles_and_stays_in_the_picture() -> None:
    part = Part((0, 1), [_eye(0), _eye(0)], np.array([[100.0, 60.0], [100.0, 60.0]]), 25.0)
    rows, columns = part.region()
    assert (rows.start, rows.stop) == (0, 180)
    assert (columns.start, columns.stop) == (0, 240)
    wide = Part((0, 0), [np.zeros((480, 640), np.uint8)], np.array([[320.0, 100.0]]), 50.0)
    rows, columns = wide.region()
    assert rows.stop < 480
    assert columns.start > 0
    assert columns.stop < 640


def test_pupil_is_found() -> None:
    picture = np.full((180, 240), 120, np.uint8)
    cv2.circle(picture, (100, 60), 25, 20, -1)
    x, y, radius = pupil(picture)
    assert (x, y) == pytest.approx((100, 60), abs=0.5)
    assert radius == pytest.approx(25, abs=2)


def test_particles_go_with_the_flow() -> None:
    flow = np.zeros((40, 60, 2))
    flow[..., 1] = -1.5
    path = advect(np.array([[20.0, 30.0]]), iter([flow, flow, flow]))
    assert path[-1, 0] == pytest.approx([20.0, 25.5])


def test_papers_fit_finds_its_own_curve() -> None:
    time = np.arange(0, 5, 1 / 30)
    fit = fit_paper(time, 2.5 * (1 - np.exp(-time / 0.8)))
    assert fit is not None
    assert fit.rho_mm == pytest.approx(2.5, rel=1e-3)
    assert fit.lambda_s == pytest.approx(0.8, rel=1e-3)
    assert fit_paper(time, np.full(len(time), np.nan)) is None


def test_scene_is_rendered_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = with_camera(make_scene("normal", 1), width_px=128, height_px=96, duration_s=0.3)
    monkeypatch.setattr("benchmarks.suite.make_scene", lambda preset, seed: small)
    first = render("normal", 1, tmp_path)
    made = first.video.stat().st_mtime_ns
    assert render("normal", 1, tmp_path).video.stat().st_mtime_ns == made
    changed = with_camera(small, noise_dn=0.0)
    monkeypatch.setattr("benchmarks.suite.make_scene", lambda preset, seed: changed)
    assert render("normal", 1, tmp_path).video.stat().st_mtime_ns != made
