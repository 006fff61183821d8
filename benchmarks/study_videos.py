"""The videos of a simulated study: eight subjects of two groups, three visits, six broken files."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from easytear.simulate import make_scene, simulate
from easytear.simulate.scene import BlinkEvent, Scene
from easytear.video import VideoWriter

SUBJECTS, VISITS = 8, 3
LAMBDA_S = {"normal": 0.45, "dry": 0.8}
"""Geometric mean of each group's lambda."""
BETWEEN, WITHIN = 0.12, 0.06
"""Standard deviations of ln lambda between subjects, and between the visits of one."""
PATTERN = r"(?P<subject>S\d\d)_(?P<eye>O[DS])_(?P<visit>V\d)"


@dataclass(frozen=True)
class Recording:
    """One video of the study and the lambda that it was made with."""

    name: str
    subject: str
    group: str
    lambda_s: float
    seed: int


def recordings(seed: int) -> list[Recording]:
    """Draw the study."""
    rng = np.random.default_rng(seed)
    drawn: list[Recording] = []
    for number in range(SUBJECTS):
        group = ("normal", "dry")[number % 2]
        own = np.log(LAMBDA_S[group]) + rng.normal(0, BETWEEN)
        for visit in range(1, VISITS + 1):
            name = f"visit{visit}/S{number:02d}_OD_V{visit}.mp4"
            lambda_s = round(float(np.exp(own + rng.normal(0, WITHIN))), 4)
            scene = int(rng.integers(1, 1_000_000))
            drawn.append(Recording(name, f"S{number:02d}", group, lambda_s, scene))
    return drawn


def scene_of(recording: Recording) -> Scene:
    """Return the scene of a recording: a blink, then one interval of three seconds."""
    scene = make_scene("dark_iris", recording.seed)
    spread = scene.film.spreads[0].model_copy(
        update={"lambda_s": recording.lambda_s, "rho_mm": 3.0, "lambda_per_mm": 0.0}
    )
    return scene.model_copy(
        update={
            "film": scene.film.model_copy(update={"spreads": (spread,)}),
            "lids": scene.lids.model_copy(update={"blinks": (BlinkEvent(start_s=0.1),)}),
            "camera": scene.camera.model_copy(update={"duration_s": 3.4}),
        }
    )


def make_videos(folder: Path, seed: int) -> list[Recording]:
    """Write the videos, the broken files and a clinical file; what is there stays."""
    drawn = recordings(seed)
    missing = [r for r in drawn if not (folder / "source" / r.name).exists()]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_write, missing, [folder] * len(missing)))
    _write_broken(folder / "source" / "broken", folder / "source" / drawn[0].name)
    rng = np.random.default_rng(seed + 1)
    groups = {r.subject: r.group for r in drawn}
    mean = {s: np.mean([np.log(r.lambda_s) for r in drawn if r.subject == s]) for s in groups}
    lines = ["subject,group,osdi"]
    for subject, group in groups.items():
        osdi = 20 + 40 * (mean[subject] - np.log(0.6)) + rng.normal(0, 4)
        lines.append(f"{subject},{group},{max(0.0, osdi):.1f}")
    (folder / "clinical.csv").write_text("\n".join(lines) + "\n")
    return drawn


def _write(recording: Recording, folder: Path) -> None:
    """Render aside and move into place, so that a stopped script leaves no half videos."""
    aside = folder / "making" / Path(recording.name).name
    aside.parent.mkdir(parents=True, exist_ok=True)
    simulate(scene_of(recording), aside)
    (folder / "truth").mkdir(exist_ok=True)
    for truth in aside.parent.glob(f"{aside.stem}.truth.*"):
        truth.replace(folder / "truth" / truth.name)
    place = folder / "source" / recording.name
    place.parent.mkdir(parents=True, exist_ok=True)
    aside.replace(place)


def _write_broken(folder: Path, whole: Path) -> None:
    """Write six files that are no videos, each in its own way."""
    folder.mkdir(exist_ok=True)
    data = whole.read_bytes()
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.AVI").write_text("a letter that somebody renamed\n")
    (folder / "cut.mp4").write_bytes(data[: len(data) // 50])
    (folder / "zeros.mov").write_bytes(bytes(100_000))
    (folder / "noise.mkv").write_bytes(np.random.default_rng(1).bytes(100_000))
    with VideoWriter(folder / "two_frames.mp4", 160, 120) as writer:
        for _ in range(2):
            writer.write(np.full((120, 160, 3), 90, np.uint8))
