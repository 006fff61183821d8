"""Whether a study gives back what it was made of: `python -m benchmarks.study_truth FOLDER`.

Twenty-four short videos (two groups of three subjects, both eyes, two visits) are drawn with known
standard deviations between subjects, eyes and visits, and go through `easytear batch` as a user
runs it. The mixed model of what was measured is held
against the same model of what the videos were made with, and against what those were drawn from.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.page import table_markdown
from easytear.simulate import make_scene, simulate
from easytear.simulate.presets import with_camera
from easytear.simulate.scene import BlinkEvent, Scene
from easytear.study.columns import Column
from easytear.study.record import read_record
from easytear.study.statistics import Statistics, compute, of_values
from easytear.study.values import LAMBDA, Values

SUBJECTS, EYES, VISITS = 6, ("OD", "OS"), ("V1", "V2")
LAMBDA_S: Final = {"normal": 0.45, "dry": 0.75}
"""Geometric mean of each group's lambda."""
SUBJECT, EYE, VISIT, REST = 0.15, 0.08, 0.05, 0.06
"""Standard deviations of ln lambda: subjects, eyes of one, days of one, a visit of an eye."""
PATTERN: Final = r"(?P<subject>S\d\d)_(?P<eye>O[DS])_(?P<visit>V\d)_(?P<date>\d{4}-\d\d-\d\d)"
CLINICAL: Final = [Column("group", "text", "", "", "")]


@dataclass(frozen=True)
class Recording:
    """One video and what it was made with."""

    name: str
    subject: str
    eye: str
    visit: str
    group: str
    lambda_s: float
    seed: int


def recordings(seed: int) -> list[Recording]:
    """Draw the study."""
    rng = np.random.default_rng(seed)
    drawn: list[Recording] = []
    for number in range(SUBJECTS):
        group = ("normal", "dry")[number % 2]
        own = math.log(LAMBDA_S[group]) + rng.normal(0, SUBJECT)
        apart, days = rng.normal(0, EYE, len(EYES)), rng.normal(0, VISIT, len(VISITS))
        for eye, of_eye in zip(EYES, apart, strict=True):
            for visit, of_day, day in zip(VISITS, days, ("2026-03-02", "2026-04-13"), strict=True):
                log = own + of_eye + of_day + rng.normal(0, REST)
                name = f"{visit}/S{number:02d}_{eye}_{visit}_{day}.mp4"
                scene = int(rng.integers(1, 1_000_000))
                lambda_s = round(math.exp(log), 4)
                drawn.append(Recording(name, f"S{number:02d}", eye, visit, group, lambda_s, scene))
    return drawn


def scene_of(recording: Recording) -> Scene:
    """Return the scene of a recording: a blink, then one interval of three seconds."""
    scene = make_scene("dark_iris", recording.seed)
    spread = scene.film.spreads[0].model_copy(
        update={"lambda_s": recording.lambda_s, "rho_mm": 3.0, "lambda_per_mm": 0.0}
    )
    scene = scene.model_copy(
        update={
            "film": scene.film.model_copy(update={"spreads": (spread,)}),
            "lids": scene.lids.model_copy(update={"blinks": (BlinkEvent(start_s=0.1),)}),
        }
    )
    return with_camera(scene, width_px=320, height_px=240, duration_s=3.4)


def make_videos(folder: Path, drawn: list[Recording], jobs: int) -> None:
    """Write the videos and a clinical file; what is there stays."""
    missing = [one for one in drawn if not (folder / "source" / one.name).exists()]
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(_write, missing, [folder] * len(missing)))
    lines = ["subject,group"]
    lines += sorted({f"{one.subject},{one.group}" for one in drawn})
    (folder / "clinical.csv").write_text("\n".join(lines) + "\n")


def _write(recording: Recording, folder: Path) -> None:
    """Render aside and move into place, so that a stopped script leaves no half videos."""
    aside = folder / "making" / Path(recording.name).name
    aside.parent.mkdir(parents=True, exist_ok=True)
    simulate(scene_of(recording), aside)
    place = folder / "source" / recording.name
    place.parent.mkdir(parents=True, exist_ok=True)
    aside.replace(place)


def run(folder: Path, study: Path) -> float:
    """Run `easytear batch` and return its seconds."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "easytear", "batch", str(folder / "source"), "-o", str(study)]
    command += ["--name-pattern", PATTERN, "--clinical", str(folder / "clinical.csv")]
    subprocess.run([*command, "--workers", "1", "-q"], check=True)
    return time.monotonic() - begun


def truth_of(said: Statistics, drawn: list[Recording]) -> Statistics:
    """Return the statistics of the same videos if every lambda had been found as it was made."""
    true = {Path(one.name).stem: one.lambda_s for one in drawn}
    rows = said.values.rows.copy()
    names = rows["video"].map(lambda name: true[Path(name).stem.split("__")[-1]])
    rows[LAMBDA.column] = names.where(rows[LAMBDA.column].notna())
    used = rows.loc[said.values.used.index]
    return of_values(Values(rows, used, True), ("subject", "eye", "visit"), CLINICAL, "group")


def found_in(said: Statistics) -> dict[str, Any]:
    """Return the mixed model's answers on lambda: groups, their ratio, standard deviations."""
    test = next(c.mixed for c in said.comparisons if c.measure is LAMBDA and c.column == "group")
    if test is None:
        raise SystemExit("the mixed model could not be fitted")
    one = test.contrasts[0]
    return {
        "ratio": [one.estimate, one.low, one.high],
        "groups": f"{one.first} / {one.second}",
        "p": test.p,
        "visits": test.values,
        "subjects": test.subjects,
        "sd": dict(test.components),
    }


def compare(study: Path, drawn: list[Recording]) -> dict[str, Any]:
    """Hold a study against what it was made of."""
    said = compute(study, read_record(study), CLINICAL)
    made = {Path(one.name).stem: one.lambda_s for one in drawn}
    videos = said.values.by_video(LAMBDA)
    true = videos["video"].map(lambda name: math.log(made[Path(name).stem.split("__")[-1]]))
    off = (videos["value"] - true).to_numpy(float)
    return {
        "videos": len(drawn),
        "used": said.used,
        "error_median_percent": float(100 * np.expm1(np.median(off))),
        "error_sd_percent": float(100 * np.std(off)),
        "measured": found_in(said),
        "as_made": found_in(truth_of(said, drawn)),
        "drawn_from": {
            "ratio": LAMBDA_S["dry"] / LAMBDA_S["normal"],
            "sd": {"subject": SUBJECT, "eye": EYE, "visit": VISIT, "rest": REST},
        },
    }


def table(found: dict[str, Any]) -> list[list[str]]:
    """Return what was measured beside what it was made of."""
    measured, made, drawn = found["measured"], found["as_made"], found["drawn_from"]

    def ratio(one: dict[str, Any]) -> str:
        value, low, high = one["ratio"]
        return f"{value:.3f} ({low:.2f} to {high:.2f})"

    rows = [["of λ, mixed model", "as measured", "as the videos were made", "as drawn"]]
    rows.append([measured["groups"], ratio(measured), ratio(made), f"{drawn['ratio']:.3f}"])
    for name, sd in drawn["sd"].items():
        own = [f"{one['sd'].get(name, 0.0):.3f}" for one in (measured, made)]
        rows.append([f"SD of ln λ, {name}", *own, f"{sd:.2f}"])
    return rows


def main() -> None:
    """Render, run, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.study_truth", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    drawn = recordings(options.seed)
    make_videos(options.folder, drawn, options.jobs)
    seconds = run(options.folder, options.folder / "study")
    found = compare(options.folder / "study", drawn) | {"seconds": seconds}
    (options.folder / "figures.json").write_text(json.dumps(found, indent=1))
    print(table_markdown(table(found)))


if __name__ == "__main__":
    main()
