"""The same scene is the same file."""

from pathlib import Path

import numpy as np

from easytear.simulate.encode import encode
from easytear.simulate.scene import Camera


def test_the_same_frames_make_the_same_bytes(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 255, (96, 128, 3), np.uint8) for _ in range(70)]
    camera = Camera(width_px=128, height_px=96)
    times_s = np.arange(len(frames)) / camera.fps
    made = []
    for number in range(4):
        encode(frames, times_s, camera, tmp_path / f"{number}.mp4")
        made.append((tmp_path / f"{number}.mp4").read_bytes())
    assert len(set(made)) == 1
