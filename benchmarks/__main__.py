"""`python -m benchmarks`: accuracy and speed beside other methods, as a table and a page."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.methods import METHODS
from benchmarks.page import figures, page, quality_rank, write_figures
from benchmarks.real_clip import clip_markdown, compare_on_clip
from benchmarks.running import analyze
from benchmarks.score import score, score_analysis
from benchmarks.speed import measure_speed, profile, profile_markdown, speed_markdown
from benchmarks.suite import SCENES, Case, render
from benchmarks.table import ahead_of_us, flat, markdown, missing

DEFAULT_WORK = Path("benchmark-results")


def main() -> None:
    """Run what the command line asks for."""
    options = _options()
    work: Path = options.work
    work.mkdir(parents=True, exist_ok=True)
    if options.what == "suite":
        scores = run_suite(work, options.scenes, options.seeds, options.methods, options.resume)
        write_report(scores, work, options.docs)
    elif options.what == "speed":
        rows = measure_speed(work, tuple(options.lengths))
        (work / "speed.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
        print(speed_markdown(rows))
        parts = profile(work / "videos" / f"{rows[0]['video']}.mp4")
        (work / "profile.json").write_text(json.dumps(parts, indent=1), encoding="utf-8")
        print(profile_markdown(parts))
    elif options.what == "clip":
        rows = compare_on_clip(options.folder, tuple(options.methods), work)
        (work / "clip.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
        print(clip_markdown(rows))
    else:
        write_report(json.loads((work / "scores.json").read_text()), work, options.docs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parts = parser.add_subparsers(dest="what", required=True)
    suite = parts.add_parser("suite", help="accuracy over the simulated scenes")
    suite.add_argument("--scenes", nargs="+", default=list(SCENES), choices=SCENES)
    suite.add_argument("--seeds", nargs="+", type=int, default=[101])
    suite.add_argument("--resume", action="store_true", help="keep what was scored before")
    report = parts.add_parser("report", help="write table and page again from stored scores")
    speed = parts.add_parser("speed", help="time and memory of the whole command")
    speed.add_argument("--lengths", nargs="+", type=float, default=[30.0, 120.0])
    clip = parts.add_parser("clip", help="a real clip that was marked by hand")
    clip.add_argument("folder", type=Path, help="holds clip_fused60.mp4 and annotations_dev.json")
    for part in (suite, clip):
        part.add_argument("--methods", nargs="*", default=list(METHODS), choices=list(METHODS))
    for part in (suite, report):
        part.add_argument("--docs", type=Path, help="also write this Markdown page")
    for part in (suite, report, speed, clip):
        part.add_argument("-o", "--work", type=Path, default=DEFAULT_WORK)
    return parser.parse_args()


def run_suite(
    work: Path, scenes: list[str], seeds: list[int], methods: list[str], resume: bool
) -> dict[str, list[dict[str, Any]]]:
    """Run EasyTear and the other methods on every scene; return scores by method.

    The other methods do not change: what was scored of them on the same file is kept.
    """
    scores: dict[str, list[dict[str, Any]]] = {"easytear": []}
    scores |= {name: [] for name in methods}
    for seed in seeds:
        for preset in scenes:
            case = render(preset, seed, work)
            for name in scores:
                started = time.perf_counter()
                numbers = _one(case, name, work, resume or name != "easytear")
                scores[name].append(numbers)
                print(f"{case.name}: {name}, {time.perf_counter() - started:.0f} s", flush=True)
            (work / "scores.json").write_text(json.dumps(scores), encoding="utf-8")
    return scores


def _one(case: Case, method: str, work: Path, resume: bool) -> dict[str, Any]:
    """Return the scores of one method on one case; stored ones where `resume` allows."""
    kept = work / "scores" / method / f"{case.name}.json"
    if resume and kept.exists() and kept.stat().st_mtime > case.video.stat().st_mtime:
        stored: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        return stored
    truth = case.truth()
    if method == "easytear":
        run = analyze(case.video, work / "results", hvid_mm=truth.hvid_mm)
        folder = work / "results" / case.name
        if run.exit_code != 0:
            print(f"{case.name}: easytear ended with {run.exit_code}: {run.told.strip()[-300:]}")
            numbers = _nothing(case)
        else:
            numbers = score(folder, truth)
        numbers |= {"seconds": run.seconds, "memory_mb": run.memory_mb}
    else:
        started = time.perf_counter()
        analysis = METHODS[method](case.video, truth.mm_per_px, truth)
        seconds = time.perf_counter() - started
        numbers = {**_own_work(score_analysis(analysis, truth), method), "seconds": seconds}
    numbers["video_s"] = float(truth.time_s[-1])
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(numbers), encoding="utf-8")
    return numbers


def _own_work(numbers: dict[str, Any], method: str) -> dict[str, Any]:
    """Return another method's scores without what it was given or does not measure."""
    given = ("blink_f1", "boundary_frames", "eye_rms_px") if method == "annotator" else ()
    for part in (numbers, *numbers["intervals"]):
        for name in ("scale_error", "front_complete", "false_front", *given):
            if name in part:
                part[name] = None
    return numbers


def _nothing(case: Case) -> dict[str, Any]:
    """Return the scores of an analysis that failed: every interval missed."""
    truth = case.truth()
    missed = [{"index": i.index, "found": False} for i in truth.intervals]
    return {"scene": truth.name, "seed": truth.seed, "blink_f1": 0.0, "intervals": missed}


def write_report(
    scores: dict[str, list[dict[str, Any]]], work: Path, docs: Path | None = None
) -> None:
    """Write table.md, scores.csv, figures and page.html from the scores; print the table."""
    tables = {name: flat(part) for name, part in scores.items() if part}
    ours = tables["easytear"]
    notes = _notes(tables, scores)
    drawn = figures(tables)
    for name, table in tables.items():
        table.to_csv(work / f"scores-{name}.csv", index=False)
    (work / "page.html").write_text(page(tables, drawn, notes), encoding="utf-8")
    text = markdown(tables)
    told = "\n".join(f"- {note}" for note in notes)
    (work / "table.md").write_text(f"{text}\n{told}\n", encoding="utf-8")
    if docs is not None:
        write_docs(docs, text, told, drawn, work)
    print(text)
    print(told)
    print(f"{len(ours)} intervals; {work / 'page.html'}")


def _notes(tables: dict[str, pd.DataFrame], scores: dict[str, list[dict[str, Any]]]) -> list[str]:
    ours = tables["easytear"]
    seeds = sorted({int(s) for s in ours["seed"]})
    notes = [f"Scenes: {', '.join(dict.fromkeys(ours['scene']))}; seeds: {seeds}."]
    for name, part in scores.items():
        took = [n["seconds"] / n["video_s"] for n in part if n.get("seconds") and n.get("video_s")]
        if took:
            middle = pd.Series(took).median()
            notes.append(f"Time, {name}: median {middle:.2f} s for each second of video.")
    ranks = quality_rank(ours)
    known = [f"{n} {r:.2f}" for n, r in ranks.items() if r is not None]
    if known:
        notes.append("Rank correlation of quality score and error size: " + ", ".join(known) + ".")
    notes += [f"Ahead of EasyTear: {line}." for line in ahead_of_us(tables)]
    notes += [f"Nothing usable: {line}." for line in missing(ours)]
    return notes


def write_docs(docs: Path, table: str, notes: str, drawn: dict[str, str], work: Path) -> None:
    """Write the Markdown page: table, speed and clip where they were measured, figures."""
    parts = ["# Benchmark\n", table, notes + "\n"]
    speed, spent, clip = (work / f"{n}.json" for n in ("speed", "profile", "clip"))
    if speed.exists():
        parts += ["## Speed\n", speed_markdown(json.loads(speed.read_text(encoding="utf-8")))]
    if spent.exists():
        parts += ["### Where the time goes\n", profile_markdown(json.loads(spent.read_text()))]
    if clip.exists():
        parts += ["## A real clip\n", clip_markdown(json.loads(clip.read_text(encoding="utf-8")))]
    paths = write_figures(drawn, docs.parent / "benchmark")
    for title, path in zip(drawn, paths, strict=True):
        parts.append(f"## {title}\n\n![{title}](benchmark/{path.name})\n")
    docs.parent.mkdir(parents=True, exist_ok=True)
    docs.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
