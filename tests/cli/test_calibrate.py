"""`easytear calibrate` on pictures and on a film of a grey card."""

from __future__ import annotations

import tomllib

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from easytear.cli import app
from easytear.video import VideoWriter

GAMMA = 2.1
LIGHT = np.array([0.8, 1.0, 1.2])  # red, green, blue of the lamp, mean 1
EXPOSURES = (1.0, 2.0, 4.0, 8.0)
WIDTH, HEIGHT, FPS = 96, 64, 30.0


def card(exposure, random):
    """Return a camera's picture of the card in blue, green, red."""
    level = 255.0 * (0.08 * exposure * LIGHT[::-1]) ** (1 / GAMMA)
    noisy = level + random.normal(0, 1.5, (HEIGHT, WIDTH, 3))
    return np.clip(np.round(noisy), 0, 255).astype(np.uint8)


def film(path, exposures, *, seconds=0.5, between=()):
    """Write a film that rests at each exposure, with `between` in the frames of each change."""
    random = np.random.default_rng(2)
    with VideoWriter(path, WIDTH, HEIGHT, fps=FPS, crf=12) as writer:
        for exposure in exposures:
            for factor in between:
                writer.write(card(exposure * factor, random))
            for _ in range(round(seconds * FPS)):
                writer.write(card(exposure, random))
    return path


def calibrate(tmp_path, *given, exposures=EXPOSURES):
    out = tmp_path / "mine.toml"
    asked = [*map(str, given), "--exposures", ",".join(map(str, exposures))]
    return CliRunner().invoke(app, ["calibrate", *asked, "--device", "mine", "-o", str(out)]), out


@pytest.mark.parametrize("kind", ["pictures", "film", "film with a slow hand"])
def test_gamma_and_white_balance_come_back(tmp_path, kind):
    if kind == "pictures":
        given = [tmp_path / f"{exposure:g}.png" for exposure in EXPOSURES]
        for exposure, path in zip(EXPOSURES, given, strict=True):
            cv2.imwrite(str(path), card(exposure, np.random.default_rng(1)))
    else:
        between = (0.6, 0.75, 0.9) if "slow" in kind else ()
        given = [film(tmp_path / "card.mp4", EXPOSURES, between=between)]
    said, out = calibrate(tmp_path, *given)
    assert said.exit_code == 0, said.output
    profile = tomllib.loads(out.read_text())
    assert profile["gamma"] == pytest.approx(GAMMA, abs=0.05)
    assert profile["white_balance"] == pytest.approx(list(LIGHT), rel=0.02)


@pytest.mark.parametrize(
    ("exposures", "seconds", "words"),
    [
        (EXPOSURES[:3], 0.5, "3 steps of brightness are seen, and 4 exposures were given"),
        (EXPOSURES, 0.1, "0 steps"),
        ((1.0, 1.0, 1.0, 1.0), 0.5, "1 steps"),
        ((2.0, 4.0, 8.0, 16.0), 0.5, "clipped"),
    ],
)
def test_a_film_that_tells_no_calibration_is_one_sentence(tmp_path, exposures, seconds, words):
    path = film(tmp_path / "card.mp4", exposures, seconds=seconds)
    said, out = calibrate(tmp_path, path)
    assert said.exit_code == 1
    assert words in str(said.output + str(said.exception))
    assert not out.exists()


def test_what_is_no_picture_and_no_film_is_named(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no picture")
    said, out = calibrate(tmp_path, path)
    assert said.exit_code == 1
    assert "notes.txt" in str(said.output + str(said.exception))
    assert not out.exists()
