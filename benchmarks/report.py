"""What was measured, as the sections of the report: accuracy, uncertainty, speed, a real clip."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

import easytear
from benchmarks.figures import by_scene, claimed_and_observed, quality_and_error
from benchmarks.instrument_rows import row_cells, scene_cells
from benchmarks.metamorphic import summary_lines, text_cells
from benchmarks.methods import SET_UP, SHARED_STEPS
from benchmarks.page import Section, page, table_markdown, write_docs
from benchmarks.real_clip import ahead_on_clip, clip_cells
from benchmarks.runner import FIRST_SEED_ONLY, Scores
from benchmarks.sizes import size_cells
from benchmarks.speed import profile_cells, speed_cells, speed_goals
from benchmarks.speed_rows import (
    BATCH_S,
    BATCH_VIDEOS,
    batch_cells,
    long_cells,
    pace_cells,
)
from benchmarks.table import ahead_of_us, cells, flat, missing, rows_reached
from benchmarks.uncertainty import coverage_cells, low_score, quality_cells, without_law
from easytear.base.atomic import atomic_write

TITLE = "Benchmark"


def write_report(work: Path, docs: Path | None = None) -> None:
    """Write table.md, scores-*.csv and page.html into `work` from what is stored there.

    Parameters
    ----------
    work : Path
        Holds scores.json, and speed.json, profile.json and clip.json where those were measured.
    docs : Path, optional
        Also write this Markdown page, its figures in a folder of its name beside it.
    """
    scores: Scores = json.loads((work / "scores.json").read_text(encoding="utf-8"))
    tables = {name: flat(part) for name, part in scores.items() if part}
    for name, table in tables.items():
        table.to_csv(work / f"scores-{name}.csv", index=False)
    sections = [*_accuracy(tables), *_uncertainty(tables["easytear"]), *other_eyes(work)]
    sections += [*speed_sections(work), *_clip(work)]
    sections.append(Section("Interval by interval", (_DOTS,), figure=by_scene(tables)))
    _write(work / "page.html", page(f"EasyTear: {TITLE.lower()}", sections))
    _write(work / "table.md", table_markdown(cells(tables)))
    if docs is not None:
        write_docs(docs, TITLE, sections)
    for section in sections:
        print(f"\n{section.title}\n", *section.text, sep="\n")
        if section.table:
            print(table_markdown(section.table))
        print(*(f"- {point}" for point in section.points), sep="\n")


_DOTS = (
    "Every interval of every scene. The dashed line is the goal of the median; above it the axis "
    "is logarithmic."
)


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as aside:
        aside.write_text(text, encoding="utf-8")


# --- accuracy -------------------------------------------------------------------------------


def _accuracy(tables: dict[str, pd.DataFrame]) -> Iterator[Section]:
    ours = tables["easytear"]
    yield Section(
        "Accuracy",
        (
            _how_it_was_run(ours),
            "Medians over all intervals (means of shares and counts, ± their standard error), in "
            "brackets the worst interval and its scene (of shares the worst kind of scene). "
            "Errors of area, scale and law are relative. A share is reached between its goal and "
            "0.99, those of the law from the tracks over at least 100 intervals.",
        ),
        cells(tables),
    )
    reached, missed = rows_reached(ours)
    yield Section("Rows that are reached", points=tuple(reached) or ("None.",))
    yield Section("Rows that are missed", points=tuple(missed) or ("None.",))
    ahead = tuple(f"{line}." for line in ahead_of_us(tables)) or ("In no row.",)
    yield Section("Where another method is ahead of EasyTear", points=ahead)
    nothing = tuple(f"{line}." for line in missing(ours)) or ("Nowhere.",)
    yield Section("Where EasyTear found no interval or no law", points=nothing)
    told = tuple(f"{name}: {text}." for name, text in SET_UP.items() if name in tables)
    yield Section("How the other methods are set up", (SHARED_STEPS,), points=told)


def _how_it_was_run(ours: pd.DataFrame) -> str:
    seeds = list(dict.fromkeys(int(seed) for seed in ours["seed"]))
    scenes = list(dict.fromkeys(ours["scene"]))
    videos = len(ours[["scene", "seed"]].drop_duplicates())
    return (
        f"EasyTear {easytear.__version__}: {videos} videos, {len(ours)} intervals; "
        f"{len(scenes)} scenes ({', '.join(scenes)}), seeds {', '.join(map(str, seeds))}. All "
        f"methods on the same files; {', '.join(FIRST_SEED_ONLY)} on those of seed {seeds[0]}."
    )


# --- uncertainty ----------------------------------------------------------------------------


def _uncertainty(ours: pd.DataFrame) -> Iterator[Section]:
    yield Section(
        "Claimed against observed",
        (
            "Share of intervals (of track positions: their mean share over intervals) whose error "
            "lies within what is claimed, and its standard error. The band in the figure is the "
            "95 % range of the observed share.",
        ),
        coverage_cells(ours),
        figure=claimed_and_observed(ours),
    )
    none, low = without_law(ours)
    yield Section(
        "Quality score against error",
        (
            "A rank correlation below 0 says that a high score goes with a small error. "
            f"Intervals below {low_score():g} are flagged low_quality. Of the {none} intervals "
            f"that gave no usable law where there was one, {low} score below it.",
        ),
        quality_cells(ours),
        figure=quality_and_error(ours),
    )


# --- other eyes -----------------------------------------------------------------------------


def other_eyes(work: Path) -> Iterator[Section]:
    """Give what is stored of other eyes and instruments, and of films filmed otherwise."""
    scores = _stored(work / "instruments" / "instruments.json")
    if scores:
        seeds = ", ".join(str(s) for s in dict.fromkeys(n["seed"] for n in scores))
        degrees = ", ".join(str(d) for d in dict.fromkeys(n["difficulty"] for n in scores))
        yield Section(
            "Other eyes and instruments",
            (
                f"{len(scores)} recordings of the second simulator (`python -m "
                f"benchmarks.instruments`), which shares with the first only the law of the film's "
                f"motion; seeds {seeds}, difficulty {degrees} (0 easy, 2 hard). Analysed as a user "
                "would: iris width unknown. Instruments are imagined but for what their profiles "
                "state.",
            ),
            row_cells(scores),
        )
        yield Section("Recording by recording", (), scene_cells(scores))
    for path in sorted((work / "metamorphic").glob("*/table.json")):
        table = pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))
        yield Section(
            f"The same film filmed otherwise: {path.parent.name}",
            (
                "`python -m benchmarks.metamorphic`: each change by itself, compared with the "
                "untouched video after what the change must do. It holds where every law is found "
                "again, lambda within 15 %, scale and iris within 3 %, the pupil within 5 %, and "
                "blinks within two frames.",
            ),
            text_cells(table),
            tuple(summary_lines(table)),
        )


# --- speed and the real clip ----------------------------------------------------------------


def _stored(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def speed_sections(work: Path) -> Iterator[Section]:
    """Yield the sections on speed and memory, of what was measured."""
    rows, parts = _stored(work / "speed.json"), _stored(work / "profile.json")
    if rows:
        yield Section(
            "Speed and memory",
            (
                f"The whole command, each program by itself, nothing else running; {_machine()}. "
                "Memory is the greatest that all processes of the command held at once.",
            ),
            speed_goals(rows),
        )
        yield Section(
            "Time of each program",
            ('"Decodings" is the time in units of that for decoding the file alone.',),
            speed_cells(rows),
        )
    yield from _more_speed(work)
    if parts:
        yield Section(
            "Where the time goes",
            (
                "Of the whole command on the first video, in one process on one processor. "
                "Decoding runs ahead in a thread of its own and is not in it; profiling makes "
                "parts of many small calls look larger.",
            ),
            profile_cells(parts, _stored(work / "profile-before.json")),
        )


def _more_speed(work: Path) -> Iterator[Section]:
    """Yield the sections on large and long videos and on studies."""
    if sizes := _stored(work / "sizes.json"):
        yield Section(
            "The same film in larger pictures",
            (
                "One process. Processor time is that of all its threads; it, memory and the "
                "distance of lambda and rho from those of the smallest picture are of the whole "
                "command.",
            ),
            size_cells(sizes),
        )
    if paces := _stored(work / "paces.json"):
        yield Section(
            "Large videos", ("10 s each, as a user runs the command.",), pace_cells(paces)
        )
    if batch := _stored(work / "batch.json"):
        text = f"`easytear batch` on {BATCH_VIDEOS} videos of {BATCH_S:g} s at 640x480."
        yield Section("A study", (text,), batch_cells(batch))
    if long := _stored(work / "long.json"):
        text = "All processes together; the second in pictures of 320x240."
        yield Section("Long videos", (text,), long_cells(long))


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores ({platform.machine()}), Python {platform.python_version()}"


def _clip(work: Path) -> Iterator[Section]:
    clips = _stored(work / "clip.json")
    for name, rows in (clips or {}).items():
        yield Section(
            f"On real footage: {name}",
            (
                "A public recording that was marked by hand, and is not part of EasyTear: "
                "displacements over so many frames against the points that its authors followed, "
                "distance from the marked front and share of it that was told, pupil and eye "
                "motion against marked frames. All but EasyTear are given the scale.",
            ),
            clip_cells(rows),
            tuple(f"Ahead of EasyTear: {line}." for line in ahead_on_clip(rows)),
        )
