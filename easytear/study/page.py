"""study.html: the study on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, select_autoescape

from easytear.measure.quantities.catalogue import overview
from easytear.results import atomic_write
from easytear.show.flags import sentence
from easytear.study import words
from easytear.study.break_times import sentence as break_sentence
from easytear.study.columns import Column
from easytear.study.figures import Drawn, group_file
from easytear.study.methods import methods
from easytear.study.plan import VIDEOS
from easytear.study.record import PAGE, StudyRecord, VideoRecord
from easytear.study.statistics import Statistics
from easytear.study.trips import at_once
from easytear.study.usable import unlike
from easytear.study.values import LAMBDA, MEASURES

SHOWN: Final = tuple(
    m for m in MEASURES if m.column in {one.column for one in overview() if one.studied}
)
"""Measures in the page's table; the others stand in study.csv."""
AT_FIRST: Final = 500
"""Rows that the page holds as such; a browser lays out some thousands in a second. The others are
data, from which rows are made as they are looked at."""


@dataclass(frozen=True)
class Answer:
    """One of the first questions, its answer, and where the page says more."""

    question: str
    answer: str
    anchor: str


@dataclass(frozen=True)
class Line:
    """One video in the page's table."""

    video: VideoRecord
    link: str
    parts: tuple[str, ...]
    intervals: int
    used: int
    numbers: tuple[float | None, ...]
    quality: float | None
    notes: str


def write_page(
    study: Path,
    record: StudyRecord,
    said: Statistics,
    figures: Mapping[str, Drawn],
    columns: Sequence[Column],
) -> None:
    """Write study.html: self-contained, with relative links into the study."""
    environment = Environment(
        loader=PackageLoader("easytear.study"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = words.number
    environment.filters["p_value"] = words.p_value
    parts = _part_columns(record, said)
    lines = _lines(study, record, said, parts)
    context: dict[str, Any] = {
        "record": record,
        "said": said,
        "words": words,
        "broke": None if said.break_times is None else break_sentence(said.break_times),
        "flag": sentence,
        "answers": _answers(record, said),
        "failed": [v for v in record.videos if v.state == "failed"],
        "waiting": [v for v in record.videos if v.state == "waiting"],
        "lines": lines[:AT_FIRST],
        "rest": [_texts(line) for line in lines[AT_FIRST:]],
        "parts": parts,
        "shown": SHOWN,
        "columns": columns,
        "lead_comparisons": _lead(said),
        "figures": {name: drawn.svg for name, drawn in figures.items()},
        "group_file": group_file,
        "methods": methods(record, said),
        "unlike": unlike,
        "plan_heads": list(dict.fromkeys((plan.ratio, plan.power) for plan in said.plans)),
    }
    with atomic_write(study / PAGE) as aside, aside.open("w", encoding="utf-8") as file:
        file.writelines(environment.get_template("study.html.j2").generate(context))


def _part_columns(record: StudyRecord, said: Statistics) -> list[str]:
    """Return what the table tells about each video: file-name parts, and what makes groups."""
    grouped = dict.fromkeys(c.column for c in said.comparisons)
    return [*record.name_columns, *(c for c in grouped if c not in record.name_columns)]


def _lead(said: Statistics) -> list[Any]:
    """Return the comparison of lambda for every column, which leads its section."""
    return [c for c in said.comparisons if c.measure is LAMBDA]


def _lines(study: Path, record: StudyRecord, said: Statistics, parts: Sequence[str]) -> list[Line]:
    """Return the table's lines: failed videos first, then those of the poorest quality."""
    table = said.values.rows
    wanted = ["video", "interval", "left_out", "quality_score", *parts]
    rows: dict[str, list[dict[str, Any]]] = {video.name: [] for video in record.videos}
    for row in table[[name for name in wanted if name in table]].to_dict("records"):
        rows[row["video"]].append({str(name): value for name, value in row.items()})
    means = {m: said.values.by_video(m) for m in SHOWN}
    by_video = {
        m: dict(zip(table["video"], table["value"], strict=True)) if len(table) else {}
        for m, table in means.items()
    }
    ended = [video for video in record.videos if video.state != "waiting"]
    links = at_once(lambda video: _link(study, video), ended)
    lines: list[Line] = []
    for video, link in zip(ended, links, strict=True):
        own = rows[video.name]
        numbers = tuple(
            m.back(by_video[m][video.name]) if video.name in by_video[m] else None for m in SHOWN
        )
        lines.append(_line(video, link, own, numbers, parts))
    return sorted(
        lines,
        key=lambda line: (
            line.video.state != "failed",
            line.used > 0,
            line.quality if line.quality is not None else -1.0,
        ),
    )


def _link(study: Path, video: VideoRecord) -> str:
    folder = f"{VIDEOS}/{video.name}"
    page = f"{folder}/report.html"
    return page if (study / page).exists() else f"{folder}/"


def _line(
    video: VideoRecord,
    link: str,
    rows: Sequence[dict[str, Any]],
    numbers: tuple[float | None, ...],
    parts: Sequence[str],
) -> Line:
    intervals = [row for row in rows if not pd.isna(row["interval"])]
    scores = [row["quality_score"] for row in intervals if not pd.isna(row["quality_score"])]
    reasons = [str(row["left_out"]) for row in rows if not pd.isna(row["left_out"])]
    notes = "failed, see above" if video.error else "; ".join(dict.fromkeys(reasons))
    return Line(
        video=video,
        link=link,
        parts=tuple(_shown(rows[0].get(part)) for part in parts),
        intervals=len(intervals),
        used=sum(bool(pd.isna(row["left_out"])) for row in intervals),
        numbers=numbers,
        quality=float(np.mean(scores)) if scores else None,
        notes=notes,
    )


def _texts(line: Line) -> list[str]:
    """Return a line as texts: its class, whether it has a page of its own, and its cells."""
    empty = "" if line.used else "empty"
    return [
        "failed" if line.video.state == "failed" else empty,
        "1" if line.link.endswith(".html") else "",
        line.video.name,
        *line.parts,
        f"{line.used}/{line.intervals}",
        *(words.number(value) for value in line.numbers),
        "–" if line.quality is None else f"{line.quality:.2f}",
        line.notes,
    ]


def _shown(value: Any) -> str:
    if value is None or pd.isna(value):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _answers(record: StudyRecord, said: Statistics) -> list[Answer]:
    """Answer what a researcher asks first, in that order."""
    typical = {t.measure: words.typical(t) for t in said.typical}
    none = "no usable interval"
    return [
        Answer("What is in it?", _what(record, said), "videos"),
        Answer("What failed?", _failed(record), "failed"),
        Answer(
            "What is left out of the averages?",
            f"{said.intervals - said.used} of {words.several(said.intervals, 'interval')}"
            f" ({words.left_out(said)})",
            "left-out",
        ),
        Answer("How fast does the film spread?", f"λ = {typical.get(LAMBDA, none)}", "numbers"),
        Answer(
            "How far, and how fast at first?",
            f"ρ = {typical.get(MEASURES[1], none)}; ρ/λ = {typical.get(MEASURES[2], none)}",
            "numbers",
        ),
        Answer("Do the groups differ?", _groups(said), "groups"),
        Answer(
            "Does it repeat within a recording?",
            _short_repeat(said.intervals_repeat, "intervals of one video"),
            "repeatability",
        ),
        Answer(
            "And between visits?",
            _short_repeat(said.visits_repeat, "visits of one eye"),
            "repeatability",
        ),
        Answer("Do both eyes agree?", _short_eyes(said), "eyes"),
        Answer("What goes with it in the clinic?", _clinic(record, said), "clinical"),
    ]


def _what(record: StudyRecord, said: Statistics) -> str:
    parts = [words.several(len(record.videos), "video")]
    if said.subjects:
        parts.append(words.several(said.subjects, "subject"))
    if said.eyes:
        parts.append(f"eyes {', '.join(sorted(set(said.values.rows['_eye']) - {'?'}))[:40]}")
    if said.visits:
        parts.append(words.several(said.visits, "visit"))
    parts.append(words.several(said.intervals, "interval"))
    missing = record.counts.get("waiting", 0)
    return ", ".join(parts) + (f"; {missing} still to be analysed" if missing else "")


def _failed(record: StudyRecord) -> str:
    failed = [v.name for v in record.videos if v.state == "failed"]
    if not failed:
        return "Nothing."
    more = f" and {len(failed) - 8} more" if len(failed) > 8 else ""
    return f"{len(failed)} of {len(record.videos)}: {', '.join(failed[:8])}{more}"


def _groups(said: Statistics) -> str:
    lead = _lead(said)
    if not lead:
        return "No column tells groups; name one with --by."
    return " ".join(f"By {c.column}: {words.short_comparison(c)}." for c in lead[:2])


def _short_repeat(one: Any, what: str) -> str:
    if one is None:
        return f"Not told: too few {what} were measured twice."
    icc = one.scatter.icc
    value = f"; {one.kind} {icc:.2f}" if icc is not None else ""
    return f"Two {what} are within a factor of {words.number(one.factor)} in 95 % of cases{value}"


def _short_eyes(said: Statistics) -> str:
    both = said.eyes_agree
    if both is None:
        return "Not told: fewer than three subjects have both eyes."
    ratio, low, high = (float(np.exp(v)) for v in (both.difference, both.low, both.high))
    return (
        f"λ {both.first} / {both.second} = {words.number(ratio)} ({words.span(low, high)}), "
        f"{words.several(len(both.table), 'subject')}"
    )


def _clinic(record: StudyRecord, said: Statistics) -> str:
    found = [c for c in said.correlations if c.measure is LAMBDA]
    if not found:
        given = record.clinical is not None
        return "Too few subjects with clinical numbers." if given else "Give --clinical FILE.csv."
    best = sorted(found, key=lambda c: -abs(c.r))[:3]
    return "; ".join(
        f"λ and {c.column}: Spearman {words.number(c.r)} ({words.rank(c)})" for c in best
    )
