"""The second model's truth agrees with its pictures, found by independent means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from easytear.base.errors import EasyTearError
from easytear.request.devices import devices
from easytear.simulate import Truth
from easytear.simulate.instruments import (
    DEVICE_SHOTS,
    SHOTS,
    Recording,
    Shot,
    make_shot,
    make_truth,
    pictures,
    record,
    resized,
)
from easytear.video import FrameReader


def _small(name: str, seed: int = 1, width: int = 320, height: int = 240, **more: Any) -> Shot:
    shot = resized(make_shot(name, seed, 0), width_px=width, height_px=height, **more)
    quiet = shot.recorder.model_copy(update={"noise_dn": 0.0, "vignette": 0.0})
    return shot.model_copy(update={"recorder": quiet})


def _grey(picture: np.ndarray) -> np.ndarray:
    return picture.astype(np.float64).mean(axis=2)


def _plain(shot: Shot) -> Shot:
    """Return a shot of a dark, even iris without film, lamp and lashes."""
    values: dict[str, dict[str, Any]] = {
        "lamp": {"film": 0.0, "mirror": "none"},
        "globe": {"iris_contrast": 0.0, "ring": 0.0, "iris_light": 0.06, "limbus_mm": 0.3},
        "fissure": {"lashes": 0},
    }
    parts = {name: getattr(shot, name).model_copy(update=v) for name, v in values.items()}
    return shot.model_copy(update=parts)


def _edge(grey: np.ndarray, x: float, y: float, radius: float, step: int) -> float:
    """Return where brightness changes most along a row through (x, y), px from `radius`."""
    reach = np.arange(-0.25 * radius, 0.25 * radius, 0.25)
    columns = (x + step * (radius + reach)).astype(np.float32)[None, :]
    rows = np.full_like(columns, y)
    line = cv2.remap(grey.astype(np.float32), columns, rows, cv2.INTER_LINEAR)[0]
    slope = np.gradient(cv2.GaussianBlur(line[None, :], (0, 0), 3.0)[0])
    return float(reach[int(np.argmax(np.abs(slope)))])


@pytest.mark.parametrize("seed", [1, 2])
def test_pupil_and_limbus_are_where_the_truth_has_them(seed: int) -> None:
    shot = _plain(_small("whole_eye", seed, 640, 480))
    truth, frame = make_truth(shot), 2
    grey = _grey(Recording(shot).picture(float(truth.time_s[frame])))
    for ellipse in (truth.limbus_at(frame), truth.pupil_at(frame)):
        off = [_edge(grey, ellipse.x_px, ellipse.y_px, ellipse.rx_px, s) for s in (-1, 1)]
        assert np.abs(off).max() < 0.03 * ellipse.rx_px + 1.0


def _seen_off(before: np.ndarray, after: np.ndarray, at: np.ndarray, to: np.ndarray) -> Any:
    """Return how far from `to` the patch about `at` is found, None where it is not."""
    patch = cv2.getRectSubPix(before, (41, 13), (float(at[0]), float(at[1])))
    around = cv2.getRectSubPix(after, (61, 33), (float(to[0]), float(to[1])))
    fine = [p - cv2.GaussianBlur(p, (0, 0), 6.0) for p in (around, patch)]
    _, best, _, place = cv2.minMaxLoc(cv2.matchTemplate(*fine, cv2.TM_CCOEFF_NORMED))
    return (place[0] - 10.0, place[1] - 10.0) if best > 0.6 else None


@pytest.mark.parametrize(("name", "seed"), [("slit_lamp_camera", 3), ("hand_held", 2)])
def test_the_film_moves_as_the_truth_says(name: str, seed: int) -> None:
    shot = _small(name, seed, 640, 480)
    truth, recording = make_truth(shot), Recording(shot)
    first = truth.intervals[-1].start_frame + 12
    later = first + 6
    before, after = (
        _grey(recording.picture(float(truth.time_s[f]))).astype(np.float32) for f in (first, later)
    )
    front = truth.eye_to_image(truth.front_at(first)[truth.front_visible(first)], first)
    chosen = front[len(front) // 5 : -len(front) // 5 : max(1, len(front) // 12)]
    points = np.concatenate([chosen + np.array([0.0, below]) for below in (-14.0, 0.0, 10.0, 18.0)])
    moved = truth.displace(points, first, later, "image")
    seen = [_seen_off(before, after, p, p + d) for p, d in zip(points, moved, strict=True)]
    off = np.array([one for one in seen if one is not None])
    assert len(off) > 15
    assert np.abs(np.median(off, axis=0)).max() < 0.6
    assert np.median(np.hypot(*moved.T)) > 6.0


def test_lids_shut_in_blinks_and_lamps_do_not() -> None:
    shot = _small("lamp_step", 2)
    truth, recording = make_truth(shot), Recording(shot)
    event = truth.events[0]
    assert (event.kind, truth.is_blink[event.start_frame]) == ("light", False)
    blink = truth.blinks[0]
    middle = (blink.start_frame + blink.end_frame) // 2
    frames = {
        name: _grey(recording.picture(float(truth.time_s[frame])))
        for name, frame in (
            ("open", blink.start_frame - 3),
            ("shut", middle),
            ("before", event.start_frame - 1),
            ("after", event.end_frame + 2),
        )
    }
    pupil = truth.pupil_at(blink.start_frame - 3)
    box = np.s_[round(pupil.y_px) - 3 : round(pupil.y_px) + 4, :]
    across = slice(round(pupil.x_px) - 3, round(pupil.x_px) + 4)
    assert abs(frames["shut"][box][:, across].mean() - frames["open"][box][:, across].mean()) > 15
    ratio = frames["after"].mean() / frames["before"].mean()
    assert abs(ratio - 1.0) > 0.04
    assert np.corrcoef(frames["after"].ravel(), frames["before"].ravel())[0, 1] > 0.97


def test_doubled_frames_come_twice_and_a_rotation_flag_turns_them_up(tmp_path: Path) -> None:
    shot = _small("doubled", 1, 160, 120, duration_s=0.3)
    turned = shot.recorder.model_copy(update={"rotation_deg": 90})
    shot = shot.model_copy(update={"recorder": turned})
    truth = record(shot, tmp_path / "eye.mp4")
    shown = list(pictures(shot))
    with FrameReader(tmp_path / "eye.mp4") as reader:
        assert (reader.facts.width_px, reader.facts.height_px) == (160, 120)
        assert len(reader) == len(truth.time_s) == 18
        assert reader.facts.time_s == pytest.approx(truth.time_s, abs=1e-3)
        assert np.abs(reader.read(4).astype(float) - _grey(shown[4])).mean() < 6
    assert np.array_equal(shown[4], shown[5])
    assert not np.array_equal(shown[5], shown[6])


def test_the_truth_is_read_back_whole(tmp_path: Path) -> None:
    truth = record(_small("exposure_settles", 1, 160, 120, duration_s=0.2), tmp_path / "a.mp4")
    again = Truth.load(tmp_path / "a.mp4")
    assert again.events == truth.events
    assert len(again.events) == 2
    assert again.rim_in_view == truth.rim_in_view
    assert (again.has_eye, again.difficulty) == (True, 0)


@pytest.mark.parametrize("name", [name for name in SHOTS if name.startswith("no_eye")])
def test_where_there_is_no_eye_the_truth_has_none(name: str) -> None:
    truth = make_truth(make_shot(name, 4))
    assert not truth.has_eye
    assert (truth.blinks, truth.intervals) == ((), ())


@pytest.mark.parametrize("name", [*SHOTS, *DEVICE_SHOTS])
def test_every_preset_can_be_drawn_at_any_difficulty(name: str) -> None:
    shots = [make_shot(name, seed, seed) for seed in range(3)]
    assert len({shot.model_dump_json() for shot in shots}) == 3
    assert make_shot(name, 1, 1) == shots[1]
    small = _small(name, 2, 96, 96, duration_s=0.1)
    picture = next(pictures(small))
    assert (picture.shape, picture.dtype) == ((96, 96, 3), np.uint8)


def test_every_instrument_is_drawn_at_its_own_rate() -> None:
    known = devices()
    assert set(DEVICE_SHOTS) == set(known)
    for key in DEVICE_SHOTS:
        rate = known[key].fps
        assert rate is None or make_shot(key).recorder.fps == pytest.approx(rate)


def test_an_unknown_preset_is_told() -> None:
    with pytest.raises(EasyTearError, match="gizmo"):
        make_shot("gizmo")
