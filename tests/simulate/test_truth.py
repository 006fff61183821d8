"""The truth agrees with what is rendered, found by independent means."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from easytear.base.errors import EasyTearError
from easytear.simulate import Renderer, Scene, Truth, make_scene, make_truth, simulate
from easytear.simulate.presets import with_camera


def _small(preset: str, seed: int = 1, **camera: object) -> Scene:
    return with_camera(
        make_scene(preset, seed), **{"width_px": 240, "height_px": 180, "noise_dn": 0.0, **camera}
    )


def test_displacement_undoes_itself_and_adds_up() -> None:
    truth = make_truth(_small("drift"))
    interval = truth.intervals[-1]
    first, later, last = (interval.start_frame + k for k in (0, 20, 80))
    points = np.array([[120.0, 120.0], [80.0, 110.0], [150.0, 100.0]])
    there = points + truth.displace(points, first, later)
    assert truth.displace(there, later, first) == pytest.approx(points - there, abs=1e-6)
    rest = truth.displace(there, later, last)
    assert truth.displace(points, first, last) == pytest.approx(there + rest - points, abs=1e-6)


def test_image_displacement_is_film_plus_eye() -> None:
    truth = make_truth(_small("rotation", 2))
    interval = truth.intervals[-1]
    first, last = interval.start_frame + 4, interval.start_frame + 60
    image = np.array([[100.0, 110.0], [150.0, 120.0]])
    eye = truth.image_to_eye(image, first)
    moved = truth.eye_to_image(eye + truth.displace(eye, first, last), last)
    assert moved - image == pytest.approx(truth.displace(image, first, last, "image"), abs=1e-6)


def test_still_points_move_as_the_eye() -> None:
    truth = make_truth(_small("saccades", 2))
    interval = truth.intervals[-1]
    motion = truth.eye_motion(interval)
    frame = interval.start_frame + 50
    centre = truth.pupil_at(interval.start_frame)
    at = truth.eye_to_image(np.array([[centre.x_px, centre.y_px]]), frame)[0]
    assert at - [centre.x_px, centre.y_px] == pytest.approx(motion[50, :2], abs=1e-9)
    assert motion[0] == pytest.approx([0, 0, 0])
    assert np.abs(motion[:, 0]).max() > 2


def test_law_describes_the_displacement() -> None:
    truth = make_truth(_small("drift", 3))
    interval = truth.intervals[-1]
    points = np.array([[100.0, 130.0], [130.0, 120.0]])
    rho, lam, drift = truth.law_at(points, interval).T
    onset = interval.motion.onset_s
    for frame in (interval.start_frame + 30, interval.end_frame):
        since = truth.time_s[frame] - onset
        expected = rho * (1 - np.exp(-since / lam)) + drift * since
        moved = truth.displace(points, interval.start_frame, frame)
        assert -moved[:, 1] * truth.mm_per_px == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("preset", ["from_open", "steep_profile", "rotation"])
def test_film_texture_moves_as_the_truth_says(preset: str) -> None:
    """A noiseless picture warped by the truth leaves no motion to a later one.

    What motion is left is found by the brightness equation over the whole sheet, which knows
    nothing of how the pictures were made; a truth that is 5 % wrong leaves a tenth of a pixel.
    """
    scene = _film_alone(_small(preset, 4, width_px=480, height_px=360, defocus_px=0.0))
    truth, renderer = make_truth(scene), Renderer(scene)
    interval = truth.intervals[-1]
    first, last = interval.start_frame + 14, interval.start_frame + 18
    before, after = (
        renderer.picture(float(truth.time_s[f]))[..., 2].astype(np.float32) for f in (first, last)
    )
    sheet = _below_front(truth, last, 4.0, 80.0)
    back = truth.displace(sheet, last, first, "image")
    assert np.median(back[:, 1]) > 2.0
    left = _motion_left(before, after, sheet, back)
    assert np.abs(left).max() < 0.06
    assert abs(_motion_left(before, after, sheet, 0.9 * back)[1]) > 0.1


def _film_alone(scene: Scene) -> Scene:
    """Return the scene without anything that stands still or hangs over the film."""
    eye = scene.eye.model_copy(update={"iris_contrast": 0.0, "iris": "dark"})
    lids = scene.lids.model_copy(update={"comb": 0.0, "lashes": 0})
    plain = scene.model_copy(update={"eye": eye, "lids": lids})
    return with_camera(plain, glare_spots=0, flicker=0.0)


def _below_front(truth: Truth, frame: int, near: float, far: float) -> np.ndarray:
    """Return image points on a 1 px grid, `near` to `far` px below the visible front."""
    front = truth.eye_to_image(truth.front_at(frame), frame)[truth.front_visible(frame)]
    columns = np.arange(front[:, 0].min() + 5, front[:, 0].max() - 5)
    top = np.interp(columns, front[:, 0], front[:, 1])
    points = np.concatenate([np.column_stack([columns, top + d]) for d in np.arange(near, far)])
    return points[truth.limbus_at(frame).level(points[:, 0], points[:, 1]) < 0.8]


def _motion_left(
    before: np.ndarray, after: np.ndarray, points: np.ndarray, back: np.ndarray
) -> np.ndarray:
    """Return the mean (x, y) by which `before`, taken from where the truth says, is still off."""
    high = [p - cv2.GaussianBlur(p, (0, 0), 6.0) for p in (before, after)]
    gx, gy = (cv2.Scharr(high[1], cv2.CV_32F, *d) / 32.0 for d in ((1, 0), (0, 1)))

    def at(picture: np.ndarray, where: np.ndarray) -> np.ndarray:
        x, y = where.T.astype(np.float32)
        return cv2.remap(picture, x[None], y[None], cv2.INTER_CUBIC)[0].astype(np.float64)

    slope = np.column_stack([at(gx, points), at(gy, points)])
    change = at(high[1], points) - at(high[0], points + back)
    good = np.abs(change) < 3.0 * np.median(np.abs(change)) + 1e-6
    return np.linalg.lstsq(slope[good], change[good], rcond=None)[0]


def test_front_is_where_the_colour_steps() -> None:
    """Across the true front the noiseless picture turns from bluish to yellowish.

    The film's edge passes 60 to 80 nm on its way to the sheet's 110, which is the brightest
    blue-white: yellow begins a pixel or two inside the edge.
    """
    scene = _small("from_open", 5, width_px=480, height_px=360, defocus_px=0.0)
    plain = scene.film.model_copy(update={"sheet_texture_nm": 3.0, "ahead_texture_nm": 1.0})
    scene = scene.model_copy(update={"film": plain})
    truth, renderer = make_truth(scene), Renderer(scene)
    frame = truth.intervals[-1].start_frame + 30
    picture = renderer.picture(float(truth.time_s[frame])).astype(float)
    yellow = (picture[..., 0] + picture[..., 1]) / 2 - picture[..., 2]
    front = truth.eye_to_image(truth.front_at(frame), frame)[truth.front_visible(frame)]
    rows = np.arange(-20, 21)
    profiles = np.array([yellow[np.round(y).astype(int) + rows, round(x)] for x, y in front[::3]])
    profile = np.median(profiles, axis=0)
    outside, inside = profile[8:14].mean(), profile[-14:-8].mean()
    assert inside - outside > 4
    crossing = rows[np.flatnonzero(profile > 0.5 * (outside + inside))]
    assert -1 <= crossing[crossing >= -6][0] <= 3


def test_blinks_and_intervals_of_presets() -> None:
    assert len(make_truth(_small("many_blinks")).intervals) == 12
    starts = make_truth(_small("starts_in_blink"))
    assert starts.is_blink[0]
    assert starts.is_blink[-1]
    assert len(starts.intervals) == 1
    partial = make_truth(_small("partial_blinks"))
    assert [b.complete for b in partial.blinks] == [True, False, False]
    empty = make_truth(_small("no_film"))
    assert len(empty.front_at(empty.intervals[-1].start_frame)) == 0
    assert not empty.intervals[-1].law_visible


def test_truth_comes_back_from_files(tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    scene = _small("normal", duration_s=1.5)
    made = simulate(scene, video)
    read = Truth.load(video)
    assert read.blinks == made.blinks
    frame = made.intervals[-1].end_frame
    assert read.front_at(frame) == pytest.approx(made.front_at(frame))
    assert read.area_mm2(frame) == pytest.approx(made.area_mm2(frame))
    assert read.headline(read.intervals[-1]) == made.headline(made.intervals[-1])
    assert read.pupil == pytest.approx(made.pupil)


def test_truth_without_film_comes_back(tmp_path: Path) -> None:
    made = make_truth(_small("no_film"))
    made.save(tmp_path / "clip.mp4")
    read = Truth.load(tmp_path / "clip.mp4")
    assert not any(interval.film_visible for interval in read.intervals)
    assert np.isnan(read.area_mm2(read.intervals[-1].start_frame))


def test_missing_truth_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EasyTearError, match="no readable truth"):
        Truth.load(tmp_path / "other.mp4")
