"""Who reads which intervals: balanced, in random order, gold intervals hidden among the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd
from pydantic import ConfigDict, Field

from easytear.annotate.eye import EyeFrames
from easytear.annotate.model import (
    Annotations,
    Frame,
    FrontLine,
    IntervalMark,
    Name,
    Point,
    PointTrack,
    Record,
    Stamp,
)
from easytear.annotate.readers.protocol import Protocol, places
from easytear.base.errors import AnnotationError, UsageError
from easytear.base.regular import read_json
from easytear.results import Analysis, IntervalResult, write_text

SUFFIX: Final = ".assignment.json"
KEY: Final = "assignment-key.csv"
WHOLE_SHARE: Final = 0.9
"""A front is whole from so much of its median width on: right after a blink it is seen in part."""


class Assigned(Record):
    """An interval to read.

    Attributes
    ----------
    video : str
        The video file, as the results tell it, or its name beside the assignment.
    sha256 : str
        Of its content.
    interval : int
        The program's interval, from 0.
    start_frame, end_frame : int
        Its first and last frame.
    first_frame : int
        Where reading begins: the first frame with a whole front, if there is one.
    places : tuple of (x_px, y_px)
        Where the protocol's points begin, in `first_frame`; empty where no front was found.
    """

    video: Name
    sha256: Stamp
    interval: int = Field(ge=0)
    start_frame: Frame
    end_frame: Frame
    first_frame: Frame
    places: tuple[Point, ...] = ()


class Assignment(Record):
    """What one reader is to read, in this order."""

    schema_: Literal["easytear-assignment/1"] = Field("easytear-assignment/1", alias="schema")
    reader: Name = Field(min_length=1)
    protocol: Protocol
    items: tuple[Assigned, ...]

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


@dataclass(frozen=True)
class Plan:
    """Everybody's assignment, and what only the head of the study knows: which ones are gold."""

    assignments: tuple[Assignment, ...]
    gold: frozenset[tuple[str, int]]


def assign(
    analyses: Sequence[Analysis],
    readers: Sequence[str],
    protocol: Protocol,
    *,
    each: int,
    gold: Sequence[Annotations] = (),
    seed: int = 0,
) -> Plan:
    """Give each interval to `each` readers, and every gold interval to all of them.

    Loads differ by one interval at most. The order is random for each reader, so that nobody can
    tell a gold interval by its place. Suggested places are the program's: they lie below its front.

    Raises
    ------
    UsageError
        If there are too few readers, a name stands twice, or nothing is to be read.
    """
    if len(set(readers)) < len(readers):
        raise UsageError("A reader stands twice; give each name once.")
    if not 1 <= each <= len(readers):
        raise UsageError(f"Each interval cannot be read by {each} of {len(readers)} readers.")
    random = np.random.default_rng(seed)
    known = _gold_intervals(analyses, gold)
    items = [item for one in analyses for item in _items(one, protocol, known)]
    if not items:
        raise UsageError("There is no interval to read in these results.")
    hidden = [item for item in items if (item.sha256, item.interval) in known]
    ordinary = [item for item in items if (item.sha256, item.interval) not in known]
    lists: dict[str, list[Assigned]] = {name: [*hidden] for name in readers}
    load = Counter(dict.fromkeys(readers, 0))
    together: Counter[frozenset[str]] = Counter()
    for n in random.permutation(len(ordinary)):
        for name in _least_loaded(load, together, each, random):
            lists[name].append(ordinary[int(n)])
    made = tuple(
        Assignment(
            schema="easytear-assignment/1",
            reader=name,
            protocol=protocol,
            items=tuple(own[int(n)] for n in random.permutation(len(own))),
        )
        for name, own in lists.items()
    )
    return Plan(made, frozenset(known))


def _least_loaded(
    load: Counter[str],
    together: Counter[frozenset[str]],
    each: int,
    random: np.random.Generator,
) -> list[str]:
    """Return who reads the next interval: those with least, who have met least so far."""
    chosen: list[str] = []
    while len(chosen) < each:
        lots = {name: float(random.random()) for name in load}

        def rank(name: str, lots: dict[str, float] = lots) -> tuple[int, int, float]:
            met = sum(together[frozenset((name, other))] for other in chosen)
            return load[name], met, lots[name]

        chosen.append(min((name for name in load if name not in chosen), key=rank))
    for name in chosen:
        load[name] += 1
        for other in chosen:
            if other < name:
                together[frozenset((name, other))] += 1
    return chosen


def _gold_intervals(
    analyses: Sequence[Analysis], gold: Sequence[Annotations]
) -> set[tuple[str, int]]:
    """Return the intervals in which a gold standard has points or a front."""
    found = set()
    for document in gold:
        own = [a for a in analyses if a.summary.video.sha256 == document.video.sha256]
        if not own:
            raise AnnotationError(
                f"{document.video.name}: is a gold standard of a video without results."
            )
        keys = [
            key.frame
            for item in document.items
            if isinstance(item, PointTrack | FrontLine)
            for key in item.keyframes
        ]
        for one in own[0].summary.intervals:
            if any(one.start_frame <= frame <= one.end_frame for frame in keys):
                found.add((own[0].summary.video.sha256, one.index))
    return found


def _items(
    analysis: Analysis, protocol: Protocol, gold: set[tuple[str, int]]
) -> Sequence[Assigned]:
    video = analysis.summary.video
    most = protocol.intervals_per_video
    chosen = [
        one
        for n, one in enumerate(analysis.summary.intervals)
        if most is None or n < most or (video.sha256, one.index) in gold
    ]
    return [_item(analysis, one, protocol) for one in chosen]


def _item(analysis: Analysis, one: IntervalResult, protocol: Protocol) -> Assigned:
    rows = analysis.front[analysis.front["interval"] == one.index]
    scale = analysis.summary.calibration.mm_per_px
    first = one.start_frame
    begin: tuple[Point, ...] = ()
    if len(rows) and scale is not None:
        first = _first_whole(rows)
        line = rows[rows["frame"] == first][["x_eye_px", "y_eye_px"]].to_numpy(dtype=float)
        image = EyeFrames(analysis).to_image(line, first)
        if np.isfinite(image).all() and len(image) > 1:
            begin = tuple((float(x), float(y)) for x, y in places(image, protocol, scale))
    return Assigned(
        video=analysis.summary.video.path,
        sha256=analysis.summary.video.sha256,
        interval=one.index,
        start_frame=one.start_frame,
        end_frame=one.end_frame,
        first_frame=first,
        places=begin,
    )


def _first_whole(front: pd.DataFrame) -> int:
    """Return the first frame in which the front is about as wide as it usually is."""
    x = front.groupby("frame")["x_eye_px"]
    width = x.max() - x.min()
    return int(width.index[width >= WHOLE_SHARE * width.median()].min())


def state_of(item: Assigned, document: Annotations | None) -> str:
    """Return how far a reader is with an interval: "to do", "in work" or "done"."""
    if document is None:
        return "to do"
    for mark in document.of(IntervalMark):
        overlap = mark.start_frame <= item.end_frame and mark.end_frame >= item.start_frame
        if mark.done and overlap:
            return "done"
    touched = any(
        item.start_frame <= key.frame <= item.end_frame
        for one in document.items
        for key in getattr(one, "keyframes", ())
    )
    return "in work" if touched else "to do"


def video_of(item: Assigned, assignment: Path) -> Path | None:
    """Return an assigned video: where the results say, or beside the assignment, else None."""
    said = Path(item.video)
    folder = assignment.parent
    known = (said, folder / said, folder / said.name, folder.parent / said.name)
    return next((place for place in known if place.is_file()), None)


def read_assignment(path: Path) -> Assignment:
    """Read an assignment.

    Raises
    ------
    AnnotationError
        If it cannot be read or is not one.
    """
    try:
        return Assignment.model_validate(read_json(path, "annotation_mb"))
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise AnnotationError(f"{path}: is not an EasyTear assignment.") from error


def write_assignment(assignment: Assignment, path: Path) -> None:
    """Write an assignment, whole or not at all."""
    write_text(path, assignment.model_dump_json(by_alias=True, indent=1) + "\n")


def key_rows(plan: Plan, files: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return the head's table: file, reader, place, video, interval (from 1), gold or not."""
    rows: list[tuple[str, ...]] = [("file", "reader", "place", "video", "interval", "gold")]
    for one in plan.assignments:
        for n, item in enumerate(one.items):
            gold = "yes" if (item.sha256, item.interval) in plan.gold else "no"
            name = Path(item.video).name
            number = str(item.interval + 1)
            rows.append((files[one.reader], one.reader, str(n + 1), name, number, gold))
    return rows
