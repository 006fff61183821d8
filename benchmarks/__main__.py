"""`python -m benchmarks`: accuracy and speed beside other methods, as a table and a page."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from benchmarks.methods import FOLLOW, METHODS
from benchmarks.page import table_markdown, update_docs
from benchmarks.real_clip import clip_cells, compare_on_clips
from benchmarks.report import speed_sections, write_report
from benchmarks.runner import run_suite, write_json
from benchmarks.sizes import measure_sizes
from benchmarks.speed import measure_speed, profile, speed_video
from benchmarks.speed_rows import measure_batch, measure_long, measure_paces
from benchmarks.suite import SCENES

DEFAULT_WORK = Path("benchmark-results")


def main() -> None:
    """Run what the command line asks for; everything where it asks for nothing."""
    options = _options()
    work: Path = options.work
    work.mkdir(parents=True, exist_ok=True)
    if options.what in ("all", "suite"):
        run_suite(
            work,
            options.scenes,
            options.seeds,
            options.methods,
            resume=options.resume,
            jobs=options.jobs,
        )
    if options.what in ("all", "speed"):
        _speed(work, options)
    if options.what == "clip":
        clips = compare_on_clips(options.folder, tuple(options.methods), work)
        write_json(work / "clip.json", clips)
        for name, rows in clips.items():
            print(f"{name}\n\n{table_markdown(clip_cells(rows))}")
    if options.what in ("all", "suite", "report"):
        write_report(work, options.docs)


def _speed(work: Path, options: argparse.Namespace) -> None:
    lengths, hd_s = tuple(options.lengths), options.hd
    if options.render_only:
        for seconds in lengths:
            speed_video(work, seconds)
        speed_video(work, hd_s, hd=True)
        return
    others = tuple(name for name in options.methods if name in FOLLOW)
    write_json(work / "speed.json", measure_speed(work, lengths, hd_s, others))
    write_json(work / "sizes.json", measure_sizes(work))
    write_json(work / "paces.json", measure_paces(work))
    write_json(work / "batch.json", measure_batch(work))
    if options.long:
        write_json(work / "long.json", measure_long(work))
    write_json(work / "profile.json", profile(speed_video(work, lengths[0]), work))
    if options.before is not None:
        shutil.copyfile(options.before, work / "profile-before.json")
    sections = list(speed_sections(work))
    for section in sections:
        print(f"{section.title}\n\n{table_markdown(section.table or [])}")
    if options.what == "speed" and options.docs.exists():
        update_docs(options.docs, sections)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parts = parser.add_subparsers(dest="what", required=True)
    everything = parts.add_parser("all", help="suite, speed and report: what a bare call does")
    suite = parts.add_parser("suite", help="accuracy over the simulated scenes")
    speed = parts.add_parser("speed", help="time and memory of the whole command; run it alone")
    clip = parts.add_parser("clip", help="real clips that were marked by hand")
    report = parts.add_parser("report", help="write table and page again from what is stored")
    clip.add_argument("folder", type=Path, help="holds the clips and annotations_dev.json")
    for part in (everything, suite):
        part.add_argument("--scenes", nargs="+", default=list(SCENES), choices=SCENES)
        part.add_argument("--seeds", nargs="+", type=int, default=[101])
        part.add_argument("--jobs", type=int, default=1, help="how many cases at once")
        part.add_argument(
            "--resume", action="store_true", help="keep what the same code scored before"
        )
    for part in (everything, speed):
        part.add_argument("--lengths", nargs="+", type=float, default=[30.0, 120.0], help="s")
        part.add_argument("--hd", type=float, default=10.0, help="length of the 720p video, s")
        part.add_argument("--long", action="store_true", help="also videos of 5 and 10 minutes")
        part.add_argument("--before", type=Path, help="profile.json of an earlier version")
        part.add_argument("--render-only", action="store_true", help="only make these videos")
    for part in (everything, suite, speed, clip):
        part.add_argument("--methods", nargs="*", default=list(METHODS), choices=METHODS)
    speed.add_argument(
        "--docs",
        type=Path,
        default=Path("docs/benchmark.md"),
        help="the Markdown page whose sections on speed are written anew",
    )
    for part in (everything, suite, report):
        part.add_argument("--docs", type=Path, help="also write this Markdown page")
    for part in (everything, suite, speed, clip, report):
        part.add_argument("-o", "--work", type=Path, default=DEFAULT_WORK)
    return parser.parse_args(sys.argv[1:] or ["all"])


if __name__ == "__main__":
    main()
