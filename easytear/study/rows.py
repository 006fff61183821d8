"""A video's summary as rows of the study's table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from easytear.base.limits import limit_bytes
from easytear.base.regular import read_regular, strict_json
from easytear.results.files import SUMMARY
from easytear.results.migrate import VERSION_1
from easytear.results.model import SCHEMA
from easytear.study.columns import FIRST, summary_columns

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
        yield from _rows_of(head, folder, min_quality)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield {**head, "error": f"{name}: its results cannot be read; run the study again."}


def _rows_of(head: Row, folder: Path, min_quality: float) -> list[Row]:
    """Return the rows of an analysed video, each value of its column's kind."""
    summary = strict_json(read_regular(folder / SUMMARY, limit_bytes("results_mb")))
    if summary["schema"] not in (SCHEMA, VERSION_1):
        raise ValueError(summary["schema"])
    intervals = list(summary.pop("intervals"))
    whole = _checked(_of_video(summary))
    rows: list[Row] = []
    for interval in intervals:
        numbers = flatten(interval)
        numbers["interval"] = numbers.pop("index")
        _checked(numbers)
        rows.append(
            {**head, **numbers, "left_out": left_out(numbers, min_quality) or None, **whole}
        )
    return rows or [{**head, "left_out": "no interval found", **whole}]


_BAND: Final = re.compile(r"(spread_bands_)(\d{1,2})_")
_MANY: Final = re.compile(r"spread_bands_\d{3}")
"""An eye has some 15 mm, and a band is half a millimetre high: there are no hundred."""
_TYPES: Final = {"text": (str,), "number": (float, int), "integer": (int,), "yes/no": (bool,)}


@cache
def _types() -> dict[str, tuple[type, ...]]:
    """Return which types the values of each known column have; bands stand for all of them."""
    return {column.name: _TYPES[column.kind] for column in (*FIRST, *summary_columns(1))}


def _checked(row: Row) -> Row:
    """Return a row if each of its values is of its column's kind.

    Raises
    ------
    TypeError
        If one is not: somebody else wrote the file.
    """
    types = _types()
    for name, value in row.items():
        if value is None:
            continue
        if _MANY.match(name):
            raise TypeError(name)
        wanted = types.get(name) or types.get(_BAND.sub(r"\g<1>0_", name), _ANY)
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            raise TypeError(name)
    return row


_ANY: Final = (str, float, int, bool)


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
