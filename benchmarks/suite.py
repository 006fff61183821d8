"""The suite: which scenes, named by what they stress, and their rendered files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from easytear.base.atomic import atomic_write
from easytear.simulate import Scene, Truth, make_scene, simulate
from easytear.simulate.truth import truth_paths

SCENES = (
    "twin",
    "normal",
    "low_contrast",
    "bright_iris",
    "brown_iris",
    "fast",
    "slow",
    "short_way",
    "steep_profile",
    "lambda_by_height",
    "drift",
    "late_focus",
    "saccades",
    "rotation",
    "pupil_size",
    "interlaced",
    "vfr",
    "fps45",
    "fps60",
    "hd720",
    "glare",
    "noisy",
    "partial_blinks",
    "many_blinks",
    "starts_in_blink",
    "from_open",
    "no_film",
)
"""Every scene stresses what its name says; `easytear simulate --list` describes them. The twin
comes first: recorded as the public recording was, it says what to believe on a real eye."""

SUBSET = ("from_open", "no_film")
"""What the tests run, small."""


@dataclass(frozen=True)
class Case:
    """One rendered scene."""

    preset: str
    seed: int
    video: Path

    @property
    def name(self) -> str:
        """Name of the case, also of its file."""
        return self.video.stem

    def truth(self) -> Truth:
        """Return the truth stored beside the video."""
        return Truth.load(self.video)


def render(preset: str, seed: int, work: Path) -> Case:
    """Return the case, rendered into `work/videos` unless the same scene is there already."""
    folder = work / "videos"
    folder.mkdir(parents=True, exist_ok=True)
    case = Case(preset, seed, folder / f"{preset}-{seed}.mp4")
    kept = folder / f"{preset}-{seed}.scene.json"
    scene = make_scene(preset, seed)
    if not _is_there(case, kept, scene):
        simulate(scene, case.video)
        with atomic_write(kept) as aside:
            aside.write_text(scene.model_dump_json(), encoding="utf-8")
    return case


def _is_there(case: Case, kept: Path, scene: Scene) -> bool:
    files = (case.video, kept, *truth_paths(case.video))
    if not all(path.exists() for path in files):
        return False
    return kept.read_text(encoding="utf-8") == scene.model_dump_json()
