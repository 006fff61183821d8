"""Annotations as a table for spreadsheets (CSV): one row per vertex of each keyframe.

Rows of kind "document" hold the file's own data (name in `label`, value in `note`), rows of
kind "time" the frames' times, rows of kind "shown" what of the program was on the screen from
when on (`flags`, `edited`); all others are marks. Nothing is lost on the way there and back.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from easytear.annotate.model import SCHEMA, Annotations, AnyItem
from easytear.base.text import as_was, no_formula, said

_KEY: Final = ("frame", "outside", "occluded", "source")
_SHAPE: Final = ("x_px", "y_px", "rx_px", "ry_px", "angle_deg")
_ITEM: Final = (
    "start_frame",
    "end_frame",
    "complete",
    "about",
    "accepted",
    "interpolation",
    "program_track",
    "program_frame",
    "program_x_px",
    "program_y_px",
    "program_interval",
    "excluded",
    "done",
    "mm_per_px",
    "mm_per_px_sd",
    "blind",
    "edited",
    "flags",
    "note",
)
COLUMNS: Final = ("kind", "id", "label", "time_s", *_KEY, "vertex", *_SHAPE, *_ITEM)
"""Columns of the table, in their order."""

_NUMBERS: Final = (*_SHAPE, "time_s", "mm_per_px", "mm_per_px_sd", "program_x_px", "program_y_px")
_DECIMAL: Final = re.compile(r"[+-]?\d+(,\d+)?([eE][+-]?\d+)?")
_DOCUMENT: Final = ("schema", "annotator", "created", "software", "program_shown", "revision")
_VIDEO: Final = ("name", "sha256", "width_px", "height_px", "frame_count")

Row = dict[str, Any]


def to_table(document: Annotations) -> str:
    """Return the annotations as CSV text (RFC 4180, UTF-8)."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for item in document.items:
        for row in _item_rows(item, document.video.time_s):
            writer.writerow({name: _cell(value) for name, value in row.items()})
    for row in _document_rows(document):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return out.getvalue()


def from_table(text: str) -> Annotations:
    """Return what CSV text holds.

    Raises
    ------
    ValueError
        With what is wrong, for a person.
    """
    text = text.removeprefix("\ufeff")
    if text[:4].casefold() == "sep=":
        text = text.split("\n", 1)[-1]
    split = _delimiter(text)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=split)
    try:
        if not {"kind", "id"} <= set(reader.fieldnames or ()):
            raise ValueError("is not a table of EasyTear annotations (no columns kind and id)")
        rows = ({k: as_was(v) for k, v in row.items() if k and v} for row in reader)
        if split != ",":
            rows = (_with_points(row) for row in rows)
        return _document([row for row in rows if row])
    except ValidationError as error:
        first = error.errors()[0]
        where = first["loc"][-1] if first["loc"] else "row"
        raise ValueError(f"{where}: {said(first['msg'])}") from error
    except (KeyError, csv.Error) as error:
        raise ValueError(f"a row is not whole: {error}") from error


def _delimiter(text: str) -> str:
    """Return what divides the cells: spreadsheets of other countries write ";" or a tab."""
    head = text.split("\n", 1)[0]
    return max(",;\t", key=head.count)


def _with_points(row: Row) -> Row:
    """Return a row with its decimal commas as points; only where commas divide no cells."""
    return {
        name: value.replace(",", ".") if name in _NUMBERS and _DECIMAL.fullmatch(value) else value
        for name, value in row.items()
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return no_formula(";".join(value))
    return repr(value) if isinstance(value, float) else no_formula(str(value))


def _item_rows(item: AnyItem, time_s: tuple[float, ...]) -> Iterator[Row]:
    data = item.model_dump()
    keyframes = data.pop("keyframes", None)
    if keyframes is None:
        yield data
        return
    for key in keyframes:
        when = time_s[key["frame"]] if key["frame"] < len(time_s) else None
        for vertex, place in enumerate(key.pop("points", [None])):
            where = {} if place is None else {"x_px": place[0], "y_px": place[1]}
            yield {**data, **key, **where, "vertex": vertex, "time_s": when}


def _document_rows(document: Annotations) -> Iterator[Row]:
    data = document.model_dump(by_alias=True)
    for name in _DOCUMENT:
        yield {"kind": "document", "label": name, "note": data[name]}
    for name in _VIDEO:
        yield {"kind": "document", "label": f"video.{name}", "note": data["video"][name]}
    for shown in document.shown:
        yield {"kind": "shown", "flags": shown.what, "edited": shown.when}
    for frame, time in enumerate(document.video.time_s):
        yield {"kind": "time", "frame": frame, "time_s": time}


def _document(rows: Iterable[Row]) -> Annotations:
    said: dict[str, Any] = {"schema": SCHEMA}
    video: dict[str, Any] = {"name": ""}
    times: dict[int, str] = {}
    items: dict[int, Row] = {}
    shown: list[Row] = []
    for row in rows:
        kind = row["kind"]
        if kind == "time":
            times[int(row["frame"])] = row["time_s"]
        elif kind == "shown":
            what = row["flags"].split(";") if "flags" in row else []
            shown.append({"when": row["edited"], "what": what})
        elif kind == "document":
            name, value = row["label"], row.get("note")
            into = video if name.startswith("video.") else said
            if value is not None:
                into[name.removeprefix("video.")] = value
        else:
            _take_row(items, row)
    video["time_s"] = [times[frame] for frame in sorted(times)]
    return Annotations.model_validate(
        {**said, "video": video, "shown": shown, "items": [items[i] for i in sorted(items)]}
    )


def _take_row(items: dict[int, Row], row: Mapping[str, str]) -> None:
    """Add a row to its item: a mark without frames, a new keyframe, or a further vertex."""
    item_id = int(row["id"])
    own = {name: row[name] for name in ("kind", "id", "label", *_ITEM) if name in row}
    if "flags" in own:
        own["flags"] = row["flags"].split(";")  # type: ignore[assignment]
    item = items.setdefault(item_id, own)
    if "frame" not in row:
        return
    keyframes = item.setdefault("keyframes", [])
    if not keyframes or keyframes[-1]["frame"] != row["frame"]:
        keyframes.append({name: row[name] for name in _KEY if name in row})
    if "rx_px" in row:
        keyframes[-1].update({name: row[name] for name in _SHAPE if name in row})
    else:
        keyframes[-1].setdefault("points", []).append((row["x_px"], row["y_px"]))
