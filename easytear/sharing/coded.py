"""A study's record with codes in place of names, as `easytear batch --anonymise` would have it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from easytear.study.names import Codes
from easytear.study.plan import first_days
from easytear.study.privacy import without_persons
from easytear.study.record import ClinicalColumn, ClinicalRecord, StudyRecord, VideoRecord

_KEPT_OPTIONS: Final = ("by", "keep_older", "min_quality", "time_limit_s", "memory_limit_mb")
_DAY: Final = ClinicalColumn(
    name="day", kind="number", unit="day", meaning="days since the subject's first row"
)


@dataclass(frozen=True)
class Coded:
    """A record to give away.

    Attributes
    ----------
    record : StudyRecord
        Under codes; without videos that have not ended.
    names : dict
        From the names in the study to those in the dataset.
    left_out : tuple of str
        Clinical columns that nobody allowed.
    """

    record: StudyRecord
    names: dict[str, str]
    left_out: tuple[str, ...]


def coded(record: StudyRecord, codes: Codes, allowed: Collection[str]) -> Coded:
    """Return a study's record under codes; errors as `easytear.study.privacy.without_persons`."""
    ended = [video for video in record.videos if video.state != "waiting"]
    clinical = record.clinical
    left_out: tuple[str, ...] = ()
    videos = [(video, _without_sentence(video)) for video in ended]
    if not record.anonymised:
        first = first_days({video.path: video.parts for video in ended})
        videos = [(video, _hidden(video, codes, first)) for video in ended]
        clinical, left_out = _clinical(record, dict(_names(videos)), codes, allowed)
    names = dict(_names(videos))
    if clinical is not None:
        clinical = clinical.model_copy(
            update={
                "values": {n: v for n, v in clinical.values.items() if n in names.values()},
                "rows_alone": (),
                "videos_alone": tuple(n for n in clinical.videos_alone if n in names.values()),
                "sha256": "",
            }
        )
    columns = tuple("day" if name == "date" else name for name in record.name_columns)
    options = {k: v for k, v in record.options.items() if k in _KEPT_OPTIONS}
    there = {*columns, *(c.name for c in clinical.columns)} if clinical else {*columns}
    if options.get("by") not in there:
        options["by"] = None
    new = record.model_copy(
        update={
            "source": None,
            "anonymised": True,
            "shared": True,
            "analyser": "",
            "options": options,
            "name_columns": columns,
            "skipped": 0,
            "left_behind": (),
            "clinical": clinical,
            "videos": tuple(sorted((new for _, new in videos), key=lambda video: video.name)),
        }
    )
    return Coded(new, names, left_out)


def _names(videos: list[tuple[VideoRecord, VideoRecord]]) -> list[tuple[str, str]]:
    return [(old.name, new.name) for old, new in videos]


def _hidden(video: VideoRecord, codes: Codes, first: Mapping[str, date]) -> VideoRecord:
    name = codes.code("video", video.path)
    day = first.get(video.parts.get("subject") or "")
    parts = {k: v or None for k, v in codes.hide(video.parts, day).items()}
    told = {"name": name, "path": name, "parts": parts}
    return _without_sentence(video).model_copy(update=told)


def _without_sentence(video: VideoRecord) -> VideoRecord:
    """Return a video without the sentence that says why its file is unfit: it names the file."""
    return video.model_copy(update={"unfit": "unfit" if video.unfit else ""})


def _clinical(
    record: StudyRecord, names: dict[str, str], codes: Codes, allowed: Collection[str]
) -> tuple[ClinicalRecord | None, tuple[str, ...]]:
    """Return the clinical values that may go out, by the new names, and what may not."""
    clinical = record.clinical
    if clinical is None:
        return None, ()
    known = {column.name: column for column in clinical.columns}
    subjects = {video.name: video.parts.get("subject") or "" for video in record.videos}
    rows = [name for name in clinical.values if name in names]
    cells = [[_text(clinical.values[n].get(c)) for c in known] for n in rows]
    table = pd.DataFrame(cells, columns=list(known), index=rows, dtype=object)
    kept = without_persons(table, [subjects[name] for name in rows], codes, allowed)
    values: dict[str, dict[str, str | float | None]] = {names[name]: {} for name in rows}
    columns: list[ClinicalColumn] = []
    for column in map(str, kept.table.columns):
        told = known.get(column) or _DAY.model_copy(update={"name": _day_name(record)})
        columns.append(told)
        for name, cell in zip(rows, map(str, kept.table[column]), strict=True):
            value: str | float | None = cell or None
            if column in known and told.kind != "text":
                value = clinical.values[name].get(column)
            elif told.kind != "text":
                value = float(cell) if cell else None
            values[names[name]][told.name] = value
    alone = tuple(names[n] for n in clinical.videos_alone if n in names)
    found = clinical.model_copy(
        update={"columns": tuple(columns), "values": values, "videos_alone": alone}
    )
    return found, kept.left_out


def _day_name(record: StudyRecord) -> str:
    """Return the name of the clinic's days; the files' own days come first."""
    return "clinical_day" if "date" in record.name_columns else "day"


def _text(value: str | float | None) -> str:
    return "" if value is None else str(value)
