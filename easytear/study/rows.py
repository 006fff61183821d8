"""A video's summary as rows of the study's table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from easytear.base.regular import read_regular
from easytear.results.files import LONGEST_SUMMARY, SUMMARY
from easytear.results.migrate import VERSION_1
from easytear.results.model import SCHEMA

Value = str | float | int | bool | None
Row = dict[str, Value]

HEADLINE: Final = "spread_y"
_LISTS: Final = ("others", "breaks")
"""Laws that suit less well, and single film breaks: their number differs from interval to interval,
a table has no place for them."""


def flatten(record: Mapping[str, Any], prefix: str = "") -> Row:
    """Return nested values as one level, the names joined by `_`.

    Intervals of confidence become `_lo` and `_hi`, lists of words one text joined by `;`, height
    bands are numbered; lists of points are left out.
    """
    row: Row = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if key in _LISTS:
            continue
        if isinstance(value, Mapping):
            row.update(flatten(value, f"{name}_"))
        elif isinstance(value, list):
            row.update(_flat_list(name, value))
        else:
            row[name] = value
    return row


def _flat_list(name: str, values: list[Any]) -> Row:
    if "_ci95" in name:
        low, high = values if len(values) == 2 else (None, None)
        return {f"{name}_lo": low, f"{name}_hi": high}
    if all(isinstance(value, str) for value in values) and (values or name.endswith("flags")):
        return {name: ";".join(values)}
    row: Row = {}
    if all(isinstance(value, Mapping) for value in values):
        for index, value in enumerate(values):
            row.update(flatten(value, f"{name}_{index}_"))
    return row


def left_out(row: Mapping[str, Value], min_quality: float) -> str:
    """Return why an interval is left out of averages, in words; an empty string if it is in."""
    if row.get("excluded_reason") is not None:
        return f"excluded: {row['excluded_reason']}"
    if row.get(f"{HEADLINE}_lambda_s") is None:
        return "no spread measured"
    if not row.get(f"{HEADLINE}_converged"):
        return "fit did not converge"
    score = row.get("quality_score")
    if not isinstance(score, int | float) or score < min_quality:
        return f"quality below {min_quality:g}"
    return ""


def video_rows(name: str, folder: Path, error: str, min_quality: float) -> Iterator[Row]:
    """Yield the rows of one video: one per interval, or one that says what is wrong.

    The summary is read as plain JSON: a table of thousands of videos is made in seconds.
    """
    head: Row = {"video": name, "error": error or None}
    if error:
        yield head
        return
    try:
        summary = json.loads(read_regular(folder / SUMMARY, LONGEST_SUMMARY))
        if summary["schema"] not in (SCHEMA, VERSION_1):
            raise ValueError(summary["schema"])
        intervals = list(summary.pop("intervals"))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        yield {**head, "error": f"{name}: its results cannot be read; run the study again."}
        return
    whole = _of_video(summary)
    for interval in intervals:
        numbers = flatten(interval)
        numbers["interval"] = numbers.pop("index")
        yield {**head, **numbers, "left_out": left_out(numbers, min_quality) or None, **whole}
    if not intervals:
        yield {**head, "left_out": "no interval found", **whole}


def _of_video(summary: dict[str, Any]) -> Row:
    software = {"easytear": summary["software"].get("easytear")}
    parts = {
        "video": summary["video"],
        "calibration": summary["calibration"],
        "software": software,
        "flags": summary.get("flags", []),
        "blinking": summary.get("blinking") or {},
    }
    return flatten(parts)
