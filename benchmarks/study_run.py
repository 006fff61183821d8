"""Run a simulated study as a researcher would, disturb it, and measure.

    python -m benchmarks.study_run FOLDER [whole] [killed] [dask] [scaling] [resume]

The videos are rendered once into FOLDER. `whole` runs the study undisturbed, `killed` kills it
five times at random moments, `dask` runs it on a scheduler whose worker is killed; the tables of
the three must be the same. What is measured goes to FOLDER/figures.json.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.study_videos import PATTERN, Recording, make_videos
from easytear.study.columns import Column
from easytear.study.plan import VIDEOS
from easytear.study.record import read_record
from easytear.study.statistics import compute
from easytear.study.tasks import OUTCOME, Outcome, read_outcome
from easytear.study.values import LAMBDA

SEED = 20261120
KILLS = 5


@dataclass(frozen=True)
class Ended:
    """A finished command: exit code, wall-clock and processor seconds, largest memory."""

    code: int
    wall_s: float
    cpu_s: float
    peak_mb: float


class Command:
    """`easytear batch` on its way."""

    def __init__(self, source: Path, study: Path, *more: str) -> None:
        self._begun = time.monotonic()
        arguments = ["batch", str(source), "-o", str(study), "--name-pattern", PATTERN, *more]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "easytear", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def end(self) -> Ended:
        """Wait for its end, and count what it and its workers used."""
        _, status, used = os.wait4(self._process.pid, 0)
        wall = time.monotonic() - self._begun
        code = os.waitstatus_to_exitcode(status)
        self._process.returncode = code
        return Ended(code, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024.0)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, how) is None


def outcomes(study: Path) -> list[Outcome]:
    """Return how the study's videos ended so far."""
    folder = study / VIDEOS
    places = sorted(folder.iterdir()) if folder.is_dir() else []
    return [o for place in places if (o := read_outcome(place)) is not None]


def whole(folder: Path, drawn: list[Recording]) -> dict[str, Any]:
    """Run the study undisturbed; what it says is held against what it was made with."""
    study = folder / "whole"
    shutil.rmtree(study, ignore_errors=True)
    done = Command(folder / "source", study, "--clinical", str(folder / "clinical.csv")).end()
    record = read_record(study)
    failed = sorted(v.name for v in record.videos if v.state == "failed")
    assert record.clinical is not None
    clinical = [Column(c.name, c.kind, c.unit, c.meaning, "") for c in record.clinical.columns]
    said = compute(study, record, clinical)
    (groups,) = (c for c in said.comparisons if c.column == "group" and c.measure is LAMBDA)
    assert groups.mixed is not None
    pair = groups.mixed.contrasts[0]
    work = sum(o.cpu_seconds for o in outcomes(study))
    return {
        "exit": done.code,
        "failed": failed,
        "intervals": said.intervals,
        "used": said.used,
        "left_out": said.left_out,
        "ratio": [pair.first, pair.second, pair.estimate, pair.low, pair.high],
        "p": groups.mixed.p,
        "true_ratio": true_ratio(drawn, pair.first, pair.second),
        "wall_s": done.wall_s,
        "cpu_s": done.cpu_s,
        "cpu_of_analyses_s": work,
        "overhead": done.cpu_s / work - 1.0,
    }


def true_ratio(drawn: list[Recording], first: str, second: str) -> float:
    """Return the ratio of the groups' geometric mean lambdas, as drawn."""
    product = {first: 1.0, second: 1.0}
    number = {g: sum(r.group == g for r in drawn) for g in product}
    for recording in drawn:
        product[recording.group] *= recording.lambda_s ** (1.0 / number[recording.group])
    return product[first] / product[second]


def killed(folder: Path) -> dict[str, Any]:
    """Kill the study five times at random moments, let it end, and compare the tables."""
    study = folder / "killed"
    shutil.rmtree(study, ignore_errors=True)
    total = len([p for p in (folder / "source").rglob("*") if p.is_file()])
    at: list[int] = []
    clinical = ("--clinical", str(folder / "clinical.csv"))
    for turn in range(KILLS):
        command = Command(folder / "source", study, *clinical)
        want = total * (turn + random.random()) / (KILLS + 1)
        while command.running and len(outcomes(study)) < want:
            time.sleep(0.2)
        time.sleep(random.uniform(0, 3))
        command.kill()
        at.append(len(outcomes(study)))
    last = Command(folder / "source", study, *clinical).end()
    return {"killed_after": at, "exit": last.code, "same_table": same(folder, study)}


def same(folder: Path, study: Path) -> bool:
    """Tell whether a study's table is that of the undisturbed run, byte by byte."""
    return (study / "study.csv").read_bytes() == (folder / "whole/study.csv").read_bytes()


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """Give a scheduler's address and its two workers, each a process of its own."""
    said = folder / "scheduler.json"
    said.unlink(missing_ok=True)
    base = [sys.executable, "-m", "dask"]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    scheduler = subprocess.Popen(
        [*base, "scheduler", *options, "--scheduler-file", str(said)], **quiet
    )
    while not said.exists():
        time.sleep(0.1)
    address = json.loads(said.read_text())["address"]
    workers = [
        subprocess.Popen(
            [*base, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"], **quiet
        )
        for _ in range(2)
    ]
    try:
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def dask(folder: Path) -> dict[str, Any]:
    """Run the study on a Dask scheduler and kill one of its two workers in mid-run."""
    study = folder / "dask"
    shutil.rmtree(study, ignore_errors=True)
    clinical = ("--clinical", str(folder / "clinical.csv"))
    with cluster(folder) as (address, workers):
        command = Command(folder / "source", study, "--scheduler", address, *clinical)
        while command.running and len(outcomes(study)) < 6:
            time.sleep(0.2)
        workers[0].kill()
        at = len(outcomes(study))
        last = command.end()
    return {"worker_killed_after": at, "exit": last.code, "same_table": same(folder, study)}


def scaling(folder: Path) -> dict[str, Any]:
    """Time one and two workers on the same eight videos, one thread each."""
    source = folder / "eight"
    source.mkdir(exist_ok=True)
    for video in sorted((folder / "source/visit1").glob("*.mp4")):
        shutil.copy(video, source)
    wall: dict[str, float] = {}
    for workers in ("1", "2"):
        study = folder / f"scaling{workers}"
        shutil.rmtree(study, ignore_errors=True)
        options = ("--workers", workers, "--threads", "1")
        wall[workers] = Command(source, study, *options).end().wall_s
    load = psutil.getloadavg()[0]
    return {"wall_s": wall, "ratio": wall["1"] / wall["2"], "load_average": load}


def resume(folder: Path) -> dict[str, Any]:
    """Go on with studies that are done: 1,000 and 5,000 videos with three intervals each."""
    figures: dict[str, Any] = {}
    for number in (1000, 5000):
        source, study = folder / f"source{number}", folder / f"resume{number}"
        if not study.exists():
            finished_study(source, study, number)
        first = Command(source, study, "--analyser", "tests.study.standins:formula").end()
        again = Command(source, study, "--analyser", "tests.study.standins:formula").end()
        figures[str(number)] = {
            "first_wall_s": first.wall_s,
            "wall_s": again.wall_s,
            "cpu_s": again.cpu_s,
            "peak_mb": again.peak_mb,
            "exit": again.code,
            "page_mb": (study / "study.html").stat().st_size / 1e6,
            "table_mb": (study / "study.csv").stat().st_size / 1e6,
        }
    return figures


def finished_study(source: Path, study: Path, number: int) -> None:
    """Write videos and the results that they would have."""
    from easytear import __version__
    from easytear.request.settings import Settings
    from easytear.results import write_results
    from easytear.study.hashes import sha256_of
    from easytear.study.plan import Order, hash_memory, make_plan
    from easytear.study.tasks import Limits
    from tests.study.standins import ANALYSER, analysis_of, write_video

    for i in range(number):
        name = f"{i // 100:02d}/S{i // 6:02d}_O{'DS'[i % 2]}_V{i // 2 % 3}_{i}.mp4"
        lam = 0.5 + (i // 6 * 37 % 100) / 100 + (i * 13 % 10) / 100
        write_video(source / name, lambdas=[lam, lam * 1.05, lam * 0.97])
    order = Order(source, study, Settings(), Limits(time_s=60, memory_mb=2000), analyser=ANALYSER)
    for task in make_plan(order, hash_memory(order, keep=False)).tasks:
        video = Path(task.video)
        analysis = analysis_of(task, json.loads(video.read_text()))
        write_results(analysis, Path(task.folder))
        outcome = Outcome(
            name=task.name,
            status="done",
            video_sha256=sha256_of(video),
            size=video.stat().st_size,
            fingerprint=task.fingerprint,
            looks=task.looks,
            easytear=__version__,
        )
        (Path(task.folder) / OUTCOME).write_text(outcome.model_dump_json(by_alias=True))


def main() -> None:
    """Run the parts that are asked for."""
    parts = ("whole", "killed", "dask", "scaling", "resume")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(parts)}; all without")
    asked = parser.parse_args()
    chosen = asked.parts or parts
    if unknown := set(chosen) - set(parts):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    folder = asked.folder.absolute()
    kept = folder / "figures.json"
    figures = json.loads(kept.read_text()) if kept.exists() else {}
    drawn = make_videos(folder, SEED) if set(chosen) - {"resume"} else []
    for part in chosen:
        run = {"killed": killed, "dask": dask, "scaling": scaling, "resume": resume}.get(part)
        figures[part] = whole(folder, drawn) if run is None else run(folder)
        kept.write_text(json.dumps(figures, indent=1) + "\n")
        print(part, json.dumps(figures[part], indent=1), flush=True)


if __name__ == "__main__":
    main()
