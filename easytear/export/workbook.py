"""study.xlsx: a study as a workbook, numbers as numbers and text as text.

A CSV file opened in a European Excel turns 1.33 into 133; a workbook cannot be misread so.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from easytear.base.atomic import atomic_write
from easytear.base.errors import ResultsError, UsageError
from easytear.base.regular import open_text, read_json
from easytear.measure.quantities.catalogue import catalogue
from easytear.request.settings import describe_settings

WORKBOOK: Final = "study.xlsx"
_MOST_ROWS: Final = 1_048_000
"""Excel's sheets hold 1 048 576 rows."""
_MOST_TEXT: Final = 32_000
"""And its cells 32 767 letters."""
_VIDEO: Final = ("video_", "calibration_", "software_", "flags", "error")
"""Beginnings of the columns of study.csv that are the same for all intervals of a video."""
_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}

Row = Mapping[str, Any]


def write_workbook(study: Path, path: Path) -> None:
    """Write a study's workbook: intervals, blinks, videos, quantities, settings.

    Raises
    ------
    ResultsError
        If the folder is no study.
    UsageError
        If the library for workbooks is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise UsageError(
            f"{path}: workbooks need the extra 'files': pip install 'easytear[files]'."
        ) from error
    columns = study_columns(study)
    intervals = list(study_rows(study, columns))
    kinds = {row["column"]: row["kind"] for row in columns}
    sheets: list[tuple[str, Sequence[str], Iterable[Row], Mapping[str, str]]] = [
        ("intervals", [c["column"] for c in columns], intervals, kinds),
        ("blinks", *_blinks(study)),
        ("videos", *_videos(columns, intervals), kinds),
        ("quantities", *_quantities(), {}),
        ("settings", *_settings(study), {}),
    ]
    with atomic_write(path) as aside, xlsxwriter.Workbook(str(aside), _OPTIONS) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, names, rows, of_kind in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, max(len(names) - 1, 0), 16)
            for place, column in enumerate(names):
                sheet.write_string(0, place, column, head)
            for line, row in enumerate(rows, start=1):
                if line > _MOST_ROWS:
                    raise ResultsError(f"{study}: has more {name} than a workbook's sheet holds.")
                for place, column in enumerate(names):
                    _write(sheet, line, place, row.get(column), of_kind.get(column, ""), day)


def _write(sheet: Any, line: int, place: int, value: Any, kind: str, day: Any) -> None:
    """Write one cell as what it is."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value)
    elif kind in ("", "text") and (when := _day(str(value))) is not None:
        sheet.write_datetime(line, place, when, day)
    else:
        sheet.write_string(line, place, str(value)[:_MOST_TEXT])


def _day(text: str) -> datetime | None:
    """Return a date that is written as ISO 8601 says (2026-11-28), and nothing else."""
    if len(text) != 10:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime(found.year, found.month, found.day) if found.year >= 1900 else None


def study_columns(study: Path) -> list[dict[str, str]]:
    """Return the study's dictionary of columns: column, kind, unit, meaning, source.

    Raises
    ------
    ResultsError
        If the folder is no study.
    """
    try:
        with open_text(study / "study-columns.csv") as file:
            return [dict(row) for row in csv.DictReader(file)]
    except (OSError, ValueError, csv.Error) as error:
        raise ResultsError(
            f"{study}: is no study (study-columns.csv is absent); run 'easytear batch' first."
        ) from error


def study_rows(study: Path, columns: Sequence[Mapping[str, str]]) -> Iterator[Row]:
    """Yield the rows of study.csv with their values as what the dictionary says they are."""
    kinds = {row["column"]: row["kind"] for row in columns}
    path = study / "study.csv"
    try:
        with open_text(path) as file:
            for row in csv.DictReader(file):
                yield {name: _value(text, kinds.get(name, "text")) for name, text in row.items()}
    except (OSError, ValueError, csv.Error) as error:
        raise ResultsError(f"{path}: cannot be read ({error}).") from error


def _value(text: str | None, kind: str) -> Any:
    """Return a field of a CSV file as what it is; one that was guarded is bare again."""
    if text is None or text == "":
        return None
    if kind == "yes/no":
        return text.lower() == "true"
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text)
    except ValueError:
        return text
    # a workbook takes text for text, so that the guard of CSV files is not needed
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@\t\r" else text


def _blinks(study: Path) -> tuple[Sequence[str], Iterable[Row], Mapping[str, str]]:
    from easytear.results.tables import BLINKS

    numbers = {name: "number" for name in BLINKS if name.endswith(("_s", "_mm_s", "closure"))}
    kinds = {**numbers, "start_frame": "integer", "end_frame": "integer", "complete": "yes/no"}
    return ("video", *BLINKS), _blink_rows(study, kinds), {"class": "word"}


def _blink_rows(study: Path, kinds: Mapping[str, str]) -> Iterator[Row]:
    for path in sorted((study / "videos").glob("*/blinks.csv")):
        with open_text(path) as file:
            for row in csv.DictReader(file):
                values = {name: _value(text, kinds.get(name, "text")) for name, text in row.items()}
                yield {"video": path.parent.name, **values}


def _videos(
    columns: Sequence[Mapping[str, str]], intervals: Sequence[Row]
) -> tuple[Sequence[str], list[Row]]:
    """Return one row a video: what is the same for all of its intervals."""
    at = {c["column"]: c["source"] for c in columns}
    own = [
        name
        for name in at
        if name == "video" or name.startswith(_VIDEO) or not at[name].startswith("summary.json")
    ]
    own = [name for name in own if name not in ("interval", "left_out")]
    seen: dict[Any, Row] = {}
    for row in intervals:
        seen.setdefault(row.get("video"), {name: row.get(name) for name in own})
    return own, list(seen.values())


def _quantities() -> tuple[Sequence[str], list[Row]]:
    names = ("column", "label", "unit", "meaning", "source", "of each")
    return names, [
        {
            "column": one.column,
            "label": one.label,
            "unit": one.unit,
            "meaning": one.meaning,
            "source": one.source,
            "of each": one.per,
        }
        for one in catalogue()
    ]


def _settings(study: Path) -> tuple[Sequence[str], list[Row]]:
    """Return the settings of the study's videos; several values where they differ."""
    used: dict[str, set[str]] = {}
    for path in sorted((study / "videos").glob("*/summary.json")):
        try:
            groups = read_json(path, "results_mb")["request"]["settings"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        for group, values in groups.items():
            for name, value in values.items():
                used.setdefault(f"{group}.{name}", set()).add(json.dumps(value, ensure_ascii=False))
    known = {f"{info.group}.{info.name}": info for info in describe_settings()}
    names = ("setting", "value", "label", "unit", "default", "meaning")
    return names, [
        {
            "setting": name,
            "label": known[name].label if name in known else "",
            "value": _plain(values),
            "unit": known[name].unit if name in known else "",
            "default": str(known[name].default) if name in known else "",
            "meaning": known[name].description if name in known else "",
        }
        for name, values in used.items()
    ]


def _plain(values: set[str]) -> Any:
    """Return a setting's value, as a number where it is one."""
    if len(values) > 1:
        return " | ".join(sorted(values))
    value = json.loads(next(iter(values)))
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
