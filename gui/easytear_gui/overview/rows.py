"""Rows and columns of the table of all videos: one row per interval, one per video without."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from easytear.measure.quantities.base import Quantity
from easytear.measure.quantities.catalogue import of_interval, overview
from easytear.results.model import IntervalResult
from easytear.show.numbers import UNKNOWN, quantity_text
from easytear_gui import words
from easytear_gui.results.recording import FIELDS
from easytear_gui.session.model import Record, State

Cell = str | float | int | bool | None


@dataclass(frozen=True)
class Row:
    """One interval of a video, or a video that has none.

    Attributes
    ----------
    key, name, path : str
        The video.
    record : Record
        How far it is.
    state : str
        That in words.
    result : IntervalResult or None
        The interval.
    excluded : str
        Why a person left it out, "" where not.
    labels : dict
        What is known of the recording.
    """

    key: str
    name: str
    path: str
    record: Record
    state: str
    result: IntervalResult | None = None
    excluded: str = ""
    labels: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def remark(self) -> str:
        """What to know of the interval, or why there is none."""
        if self.excluded:
            return f"excluded: {self.excluded}"
        if self.record.state == State.FAILED:
            return self.record.message
        if self.result is not None:
            return words.flags_line(self.result) or "nothing remarkable"
        return "no interval was found" if self.record.state == State.DONE else ""


@dataclass(frozen=True)
class Column:
    """One column: its heading, what it means, its text for people and its values for files."""

    key: str
    title: str
    meaning: str
    group: str
    text: Callable[[Row], str]
    value: Callable[[Row], Cell]
    shown: bool = True
    left: bool = False
    files: tuple[tuple[str, Callable[[Row], Cell]], ...] = ()

    def in_files(self) -> tuple[tuple[str, Callable[[Row], Cell]], ...]:
        """Return names and values of the columns that it has in files."""
        return self.files or ((self.key, self.value),)


def _result(get: Callable[[IntervalResult], Cell]) -> Callable[[Row], Cell]:
    return lambda row: None if row.result is None else get(row.result)


def _text(get: Callable[[IntervalResult], str]) -> Callable[[Row], str]:
    return lambda row: "" if row.result is None else get(row.result)


def _of(one: Quantity, shown: bool) -> Column:
    title = one.heading if one.heading.startswith(("λ", "ρ")) else _capital(one.heading)
    meaning = f"{one.label}: {one.meaning}" + (f", in {one.unit}" if one.unit else "")

    def text(row: Row) -> str:
        if row.result is None:
            return ""
        if one.key == SCORE:
            return words.quality(row.result.quality.score)
        return quantity_text(one, row.result, unit=False)

    files = [(one.column, _result(lambda r: _plain(one.value(r))))]
    if one.ci95:
        for end, name in enumerate(("low", "high")):
            value = _result(lambda r, e=end: one.interval95(r)[e])  # type: ignore[misc]
            files.append((f"{one.column}_ci95_{name}", value))
    return Column(
        one.key, title, meaning, one.group, text, files[0][1], shown,
        left=one.kind == "text", files=tuple(files),
    )  # fmt: skip


SCORE: Final = "quality.score"
_FLAGS: Final = "quality.flags"


@cache
def columns() -> tuple[Column, ...]:
    """Return every column: the video, its state, the interval, and all that is known of it."""
    usual = {one.key for one in overview()} | {SCORE}
    quantities = sorted(
        (one for one in of_interval() if one.key != _FLAGS), key=lambda one: one.key != SCORE
    )
    first = (
        Column("video", "Video", "The video, with the folders that tell it from others", "Video",
               lambda r: r.name, lambda r: r.name, left=True),
        Column("path", "File", "Where the video is", "Video", lambda r: r.path, lambda r: r.path,
               shown=False, left=True),
        Column("state", "State", "How far the video is, and how good its best interval", "Video",
               lambda r: r.state, lambda r: r.state, left=True),
        Column("interval_number", "Interval", "Inter-blink interval, counted from 1", "Interval",
               _text(lambda i: str(i.index + 1)), _result(lambda i: i.index + 1)),
        Column("start_s", "From (s)", "First moment of the interval, seconds of video time",
               "Interval", _text(lambda i: f"{i.start_s:.2f}"), _result(lambda i: i.start_s)),
        Column("end_s", "To (s)", "Last moment of the interval, seconds of video time", "Interval",
               _text(lambda i: f"{i.end_s:.2f}"), _result(lambda i: i.end_s), shown=False),
    )  # fmt: skip
    last = Column("remarks", "What to know",
                  "What a reader must know before believing the numbers, or why there are none",
                  "Quality", lambda r: r.remark, lambda r: r.remark, left=True)  # fmt: skip
    labels = tuple(_label(name, title, name in WHOSE) for name, title, _ in FIELDS)
    seen, rest = {c.key for c in (*first, *labels)}, []
    for one in quantities:
        column = _of(one, one.key in usual)
        if column.key not in seen:
            seen.add(column.key)
            rest.append(column)
    return (*first[:1], *labels, *first[1:3], last, *first[3:], *rest)


WHOSE: Final = ("subject", "eye", "visit")
"""Labels that the table shows by itself."""


def _label(name: str, title: str, shown: bool) -> Column:
    def text(row: Row) -> str:
        return row.labels.get(name) or ""

    meaning = f"{title} of the recording, as entered in the tab Video"
    return Column(name, title, meaning, "Video", text, text, shown, left=True)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plain(value: object) -> Cell:
    if isinstance(value, tuple | list):
        return ", ".join(str(v) for v in value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | float | int | bool) else str(value)


def is_known(text: str) -> bool:
    """Return whether a cell says anything."""
    return text not in ("", UNKNOWN)
