"""Changes do to a video what they say, and comparing tells what they did to the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks import filmed
from benchmarks.changes import Changed
from benchmarks.compared import Reading, compare
from benchmarks.filmed import CHANGES, make
from easytear.video import FrameReader, VideoWriter

assert filmed.PARTS  # importing it registers the changes

DOT = (70.0, 50.0)
FPS = 30.0
FRAMES = 24


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a film of a bright dot off the middle of an uneven picture."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    yy, xx = np.mgrid[:96, :160]
    dot = 150.0 * np.exp(-((xx - DOT[0]) ** 2 + (yy - DOT[1]) ** 2) / 18.0)
    picture = np.clip(55.0 + 0.1 * xx + dot, 0, 255).astype(np.uint8)
    with VideoWriter(path, 160, 96, fps=FPS, crf=8) as writer:
        for frame in range(FRAMES):
            # A mark that tells the frames apart.
            one = picture.copy()
            one[:12, :80] = 30 + 6 * frame
            writer.write(one)
    return path


def _dot(grey: np.ndarray, near: np.ndarray, reach: float) -> tuple[float, float]:
    """Return the brightest place within reach; at its border where the dot is not there."""
    inner = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.2)
    x0, y0 = (max(0, round(float(v) - reach)) for v in near)
    x1, y1 = (round(float(v) + reach) + 1 for v in near)
    _, _, _, at = cv2.minMaxLoc(inner[y0:y1, x0:x1])
    return float(at[0] + x0), float(at[1] + y0)


@pytest.mark.parametrize("name", list(CHANGES))
def test_a_change_puts_the_film_where_it_says(name: str, video: Path, tmp_path: Path) -> None:
    made = make(name, video, tmp_path)
    if made is None:
        assert name == "wide_pixels"
        return
    with FrameReader(made.video) as reader:
        assert len(reader) == len(made.frames)
        last = len(reader) - 1
        for frame in (0, last):
            expected = made.place(frame) @ np.array([*DOT, 1.0])
            found = _dot(reader.read(frame), expected, 12 * made.zoom)
            assert np.hypot(*(found - expected)) < 1.0 + 1.5 * made.zoom
        seen = float(reader.facts.time_s[last])
        # The file's rate is rounded where it has no time stamps.
        assert seen == pytest.approx(made.frames[last] / FPS * made.clock, abs=0.6 / FPS)


def test_every_kind_of_change_is_there() -> None:
    kinds = [change.kind for change in CHANGES.values()]
    assert {kind: kinds.count(kind) >= 6 for kind in ("place", "light", "signal", "time")} == {
        "place": True,
        "light": True,
        "signal": True,
        "time": True,
    }


def _fit(lambda_s: float) -> dict[str, Any]:
    return {
        "lambda_s": lambda_s,
        "rho_mm": 2.0,
        "initial_velocity_mm_s": 2.0 / lambda_s,
        "lambda_s_ci95": [0.9 * lambda_s, 1.1 * lambda_s],
        "converged": True,
    }


def _reading(zoom: float = 1.0, clock: float = 1.0, **other: Any) -> Reading:
    pupil = {"x_px": 70 * zoom, "y_px": 50 * zoom, "rx_px": 10 * zoom, "ry_px": 10 * zoom}
    iris = {**pupil, "rx_px": 40 * zoom, "ry_px": 38 * zoom}
    interval = {
        "start_frame": 0,
        "end_frame": 23,
        "start_s": 0.0,
        "end_s": 23 / FPS * clock,
        "blink_before": None,
        "pupil": pupil,
        "iris": iris,
        "spread": {"y": _fit(0.2 * clock), "front": None},
        "quality": {"flags": []},
        **other,
    }
    summary = {
        "calibration": {"mm_per_px": 0.1 / zoom},
        "intervals": [interval],
        "flags": [],
    }
    return Reading(summary, np.arange(FRAMES) / FPS * clock)


def _made(zoom: float = 1.0, clock: float = 1.0) -> Changed:
    matrix = np.array([[zoom, 0, 0], [0, zoom, 0]])
    return Changed(Path("film.mp4"), CHANGES["copy"], np.arange(FRAMES), clock, matrix)


def test_what_a_change_must_do_is_no_error() -> None:
    row = compare(_reading(), _reading(zoom=0.5, clock=2.0), _made(zoom=0.5, clock=2.0))
    assert row["verdict"] == "holds"
    assert row["scale_error"] == pytest.approx(0.0, abs=1e-9)
    assert row["lambda_error"] == pytest.approx(0.0, abs=1e-9)
    assert row["pupil_px"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"spread": {"y": _fit(0.25), "front": None}}, "not: lambda"),
        ({"spread": {"y": None, "front": None}}, "not: law"),
        ({"iris": None}, "not: no iris"),
        ({"blink_before": {"start_frame": 3, "end_frame": 6}}, "not: blinks"),
    ],
)
def test_what_does_not_hold_is_told(other: dict[str, Any], told: str) -> None:
    assert compare(_reading(), _reading(**other), _made())["verdict"] == told
