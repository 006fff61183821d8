"""Eyes and instruments of the second model: recorded, analysed as a user would, and scored.

    python -m benchmarks.instruments --drawn 2 --jobs 2
    python -m benchmarks.instruments --only whole_eye dr_1 --seeds 7 8 --difficulties 0 2
    python -m benchmarks.instruments --report

Seeds are drawn when it runs, unless they are given. Videos and scores stay in WORK; a score is
kept (`--resume`) as long as its video is the same.
"""

from __future__ import annotations

import argparse
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.compared import reading
from benchmarks.instrument_rows import row_cells
from benchmarks.instrument_score import failed, score_reading
from benchmarks.page import table_markdown
from benchmarks.runner import write_json
from benchmarks.running import run_command
from easytear.base.atomic import atomic_write
from easytear.simulate import Truth
from easytear.simulate.instruments import DEVICE_SHOTS, SHOTS, make_shot, record

DEFAULT_WORK = Path("benchmark-results/instruments")
SEEDS_BELOW = 100_000


def rendered(name: str, seed: int, difficulty: int, work: Path) -> Path:
    """Return the video of a case, recorded unless the same shot is there already."""
    shot = make_shot(name, seed, difficulty)
    video = work / "videos" / f"{name}-{seed}-{difficulty}.mp4"
    kept = video.with_suffix(".shot.json")
    video.parent.mkdir(parents=True, exist_ok=True)
    content = shot.model_dump_json()
    if not (video.exists() and kept.exists() and kept.read_text(encoding="utf-8") == content):
        record(shot, video)
        with atomic_write(kept) as aside:
            aside.write_text(content, encoding="utf-8")
    return video


def run_case(name: str, seed: int, difficulty: int, work: Path, *, resume: bool) -> dict[str, Any]:
    """Return the numbers of one case."""
    video = rendered(name, seed, difficulty, work)
    kept = work / "scores" / f"{video.stem}.json"
    if resume and kept.exists() and kept.stat().st_mtime > video.stat().st_mtime:
        stored: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        return stored
    truth = Truth.load(video)
    out = work / "results"
    options = ["-q", "--overwrite", "--workers", "1"]
    run = run_command(["analyze", str(video), "-o", str(out), *options])
    if run.exit_code == 0:
        numbers = score_reading(reading(out / video.stem), truth)
    else:
        numbers = failed(truth, run.told.strip()[-300:])
    numbers["seconds"] = run.seconds
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_json(kept, numbers)
    return numbers


def main() -> None:
    """Run from the command line."""
    options = _options()
    work: Path = options.work
    work.mkdir(parents=True, exist_ok=True)
    if not options.report:
        seeds = options.seeds or [secrets.randbelow(SEEDS_BELOW) for _ in range(options.drawn)]
        print("seeds:", *seeds)
        cases = list(product(seeds, options.difficulties, options.only or [*SHOTS, *DEVICE_SHOTS]))

        def one(case: tuple[int, int, str]) -> dict[str, Any]:
            seed, difficulty, name = case
            numbers = run_case(name, seed, difficulty, work, resume=options.resume)
            print(f"{name}-{seed}-{difficulty}: {said(numbers)}", flush=True)
            return numbers

        with ThreadPoolExecutor(options.jobs) as pool:
            write_json(work / "instruments.json", list(pool.map(one, cases)))
    scores = json.loads((work / "instruments.json").read_text(encoding="utf-8"))
    print(table_markdown(row_cells(scores)))


def said(numbers: dict[str, Any]) -> str:
    """Return a case in a few words."""
    if numbers["failed"]:
        return f"ended with an error: {numbers['words']}"
    if "invented" in numbers:
        return "an eye invented" if numbers["invented"] else "no eye, as it is"
    width = numbers["width_error"]
    parts = ["no width" if width is None else f"width {100 * width:+.1f} %"]
    complete, partial = numbers["complete"], numbers["partial"]
    parts.append(
        f"blinks {numbers['complete_found'] + numbers['partial_found']}/{complete + partial}"
        + (f" +{numbers['blinks_extra']}" if numbers["blinks_extra"] else "")
    )
    laws = [i["spread_found"] for i in numbers["intervals"] if "spread_found" in i]
    parts.append(f"spreads {sum(laws)}/{len(laws)}")
    return ", ".join(parts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.instruments",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [*SHOTS, *DEVICE_SHOTS]
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help="presets")
    parser.add_argument("--seeds", nargs="+", type=int, help="instead of drawn ones")
    parser.add_argument("--drawn", type=int, default=1, help="how many seeds to draw")
    parser.add_argument("--difficulties", nargs="+", type=int, default=[1], choices=(0, 1, 2))
    parser.add_argument("--jobs", type=int, default=1, help="how many cases at once")
    parser.add_argument("--resume", action="store_true", help="keep scores of an earlier run")
    parser.add_argument("--report", action="store_true", help="only show what is stored")
    parser.add_argument("-o", "--work", type=Path, default=DEFAULT_WORK)
    return parser.parse_args()


if __name__ == "__main__":
    main()
