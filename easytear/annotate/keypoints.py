"""Keypoints of neighbouring programs read: DeepLabCut's tables, and COCO keypoints.

DeepLabCut (and napari-deeplabcut) counts pixels from the middle of the first one, as EasyTear
does; COCO from its corner. Both name pictures, not frames: the number at the end of a picture's
name is the frame.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter, defaultdict
from typing import Any, Final

from pydantic import ValidationError

from easytear.annotate.model import SCHEMA, Annotations
from easytear.annotate.told import Imported, counted
from easytear.base.regular import strict_json
from easytear.base.text import said

SURE: Final = 0.6
"""DeepLabCut's own cut-off of the likelihood (`pcutoff` in its configuration)."""

_HALF: Final = 0.5
_NUMBER: Final = re.compile(r"(\d+)(?=\D*$)")

Places = dict[str, dict[int, tuple[float, float, bool]]]
"""By point and frame: x_px, y_px, whether something hides it."""


def is_deeplabcut(text: str) -> bool:
    """Return whether a CSV is DeepLabCut's."""
    return text.lstrip("\ufeff").split(",", 1)[0].strip().casefold() == "scorer"


def is_coco(text: str) -> bool:
    """Return whether a JSON is COCO's."""
    head = text[:4096] + text[-4096:]
    return (
        "easytear-annotations" not in text[:200]
        and all(f'"{name}"' in text for name in ("images", "annotations", "categories"))
        and head.lstrip("\ufeff").lstrip().startswith("{")
    )


def from_deeplabcut(text: str, name: str) -> Imported:
    """Return the points of a DeepLabCut table (`CollectedData_*.csv`, or what it tracked).

    Raises
    ------
    ValueError
        With what is wrong, for a person.
    """
    rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if any(row)]
    heads = {row[0].strip().casefold(): row for row in rows[:5]}
    if not {"scorer", "bodyparts", "coords"} <= heads.keys():
        raise ValueError("is not a whole table of DeepLabCut (scorer, bodyparts, coords)")
    first = rows.index(heads["coords"]) + 1
    start = next(n for n, word in enumerate(heads["coords"]) if word in ("x", "y"))
    people = heads.get("individuals")
    columns: dict[str, dict[str, int]] = defaultdict(dict)
    for n in range(start, len(heads["coords"])):
        who = "" if people is None or people[n] in ("", "single") else f"{people[n]} "
        columns[who + heads["bodyparts"][n]][heads["coords"][n]] = n
    places: Places = defaultdict(dict)
    unsure: Counter[str] = Counter()
    for row in rows[first:]:
        frame = _frame("/".join(cell for cell in row[:start] if cell))
        for point, at in columns.items():
            x, y = _number(row, at.get("x")), _number(row, at.get("y"))
            if x is None or y is None:
                continue
            sure = _number(row, at.get("likelihood"))
            if sure is not None and sure < SURE:
                unsure["placement that DeepLabCut was not sure of"] += 1
            else:
                places[point][frame] = (x, y, False)
    by = heads["scorer"][start] if len(heads["scorer"]) > start else ""
    folder = rows[first][0].split("/") if len(rows) > first else []
    video = folder[1] if len(folder) > 2 else _folder_of(rows[first], start, name)
    predicted = any("likelihood" in at for at in columns.values())
    return _imported(places, video, by, unsure, "auto" if predicted else None)


def _folder_of(row: list[str], start: int, name: str) -> str:
    return row[1] if start >= 3 and row[1] else name


def from_coco(text: str, name: str) -> Imported:
    """Return the points of COCO keypoints; people and other things without keypoints are counted.

    Raises
    ------
    ValueError
        With what is wrong, for a person.
    """
    try:
        data = strict_json(text.removeprefix("\ufeff").encode())
        frames = {one["id"]: _frame(str(one["file_name"])) for one in data["images"]}
        names = {one["id"]: one.get("keypoints") or [] for one in data["categories"]}
        size = {(one.get("width"), one.get("height")) for one in data["images"]}
        places: Places = defaultdict(dict)
        left: Counter[str] = Counter()
        for one in data["annotations"]:
            _take_coco(one, frames, names, places, left)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"is not whole COCO: {error} is missing") from error
    wide, high = size.pop() if len(size) == 1 else (None, None)
    return _imported(places, name, "", left, None, wide, high)


def _take_coco(
    one: dict[str, Any],
    frames: dict[Any, int],
    names: dict[Any, list[str]],
    places: Places,
    left: Counter[str],
) -> None:
    values = one.get("keypoints")
    if not values:
        left["shape without keypoints"] += 1
        return
    known, who = names.get(one["category_id"], []), one.get("track_id")
    for n in range(len(values) // 3):
        x, y, seen = values[3 * n : 3 * n + 3]
        label = known[n] if n < len(known) else f"point {n + 1}"
        label = label if who is None else f"{label} {who}"
        if seen:
            frame = frames[one["image_id"]]
            if frame in places[label]:
                left["second point of one name in a frame"] += 1
            else:
                places[label][frame] = (float(x) - _HALF, float(y) - _HALF, seen == 1)


def _imported(
    places: Places,
    video: str,
    by: str,
    left: Counter[str],
    flag: str | None,
    wide: int | None = None,
    high: int | None = None,
) -> Imported:
    items = []
    for n, (label, path) in enumerate(places.items()):
        keys = [{"frame": f, "points": [path[f][:2]], "occluded": path[f][2]} for f in sorted(path)]
        flags = [flag] if flag else []
        items.append(
            {"kind": "point", "id": n + 1, "label": label, "keyframes": keys, "flags": flags}
        )
    told = [f"Left out: {counted(k, what)}." for what, k in left.items()]
    if flag:
        told.append("Points that a model placed, not a hand: flagged 'auto'.")
    try:
        document = Annotations.model_validate(
            {
                "schema": SCHEMA,
                "video": {"name": video, "width_px": wide, "height_px": high},
                "annotator": by,
                "items": items,
            }
        )
    except ValidationError as error:
        raise ValueError(
            f"holds a mark that cannot be: {said(error.errors()[0]['msg'])}"
        ) from error
    return Imported(document, tuple(told))


def _frame(picture: str) -> int:
    found = _NUMBER.search(picture)
    if found is None:
        raise ValueError(f"names a picture without a frame's number ({picture[:60]})")
    return int(found[1])


def _number(row: list[str], at: int | None) -> float | None:
    """Return a cell's number, None where it is empty."""
    text = row[at].strip() if at is not None and at < len(row) else ""
    value = float(text) if text else math.nan
    return value if math.isfinite(value) else None
