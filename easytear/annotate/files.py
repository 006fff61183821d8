"""Annotation files (JSON): names, reading with migrations, writing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from easytear.annotate.model import Annotations
from easytear.annotate.sources import read_text
from easytear.base.errors import AnnotationError
from easytear.base.regular import strict_json
from easytear.base.text import said
from easytear.results import write_text

SUFFIX: Final = ".annotations.json"
_SCHEMA: Final = re.compile(r"easytear-annotations/(\d+)")
VERSION: Final = 1
VIDEO_BYTES, PERSON_BYTES = 120, 60
"""Bytes of a file's name that video and person take: file systems allow 255 in all, and what is
written aside takes some."""

Data = dict[str, Any]
MIGRATIONS: Final[Mapping[int, Callable[[Data], Data]]] = {}
"""From a version to the next: takes the parsed JSON of version n, returns that of n + 1."""


def annotation_path(folder: Path, video_stem: str, annotator: str) -> Path:
    """Return where a person's annotations of a video go: no two people share a file.

    Letters and digits of the name are kept; a name that loses something on the way gets a few
    digits that only it has.
    """
    plain = " ".join(annotator.split())
    slug = _short(re.sub(r"[^\w]+", "-", plain.lower()).strip("-_") or "unnamed", PERSON_BYTES)
    if slug != plain:
        slug += "-" + _digits(plain)
    stem = _short(video_stem, VIDEO_BYTES)
    if stem != video_stem:
        stem += "-" + _digits(video_stem)
    return folder / f"{stem}.{slug}{SUFFIX}"


def _digits(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:4]


def _short(text: str, most: int) -> str:
    """Return text of at most so many bytes, whole letters."""
    data = text.encode("utf-8", "surrogateescape")
    if len(data) <= most:
        return text
    return data[:most].decode("utf-8", "ignore")


def migrate(
    data: Data,
    migrations: Mapping[int, Callable[[Data], Data]] = MIGRATIONS,
    to: int = VERSION,
) -> Data:
    """Return parsed JSON of any version that is known as version `to`.

    Raises
    ------
    ValueError
        If it is no annotation file, or of a version that this program does not know.
    """
    while True:
        found = _SCHEMA.fullmatch(str(data.get("schema")))
        if found is None:
            raise ValueError("is not an EasyTear annotation file")
        version = int(found[1])
        if version == to:
            return data
        if version not in migrations:
            raise ValueError(
                f"is of version {version}; this program reads up to version {to}, update EasyTear"
            )
        data = {**migrations[version](data), "schema": f"easytear-annotations/{version + 1}"}


def parse_annotations(text: str) -> Annotations:
    """Return the annotations that stand in JSON text.

    Raises
    ------
    ValueError
        With what is wrong, for a person.
    """
    try:
        data = strict_json(text.removeprefix("\ufeff").encode())
    except ValueError as error:
        raise ValueError(f"is not a JSON file ({error})") from error
    if not isinstance(data, dict):
        raise ValueError("is not an EasyTear annotation file")
    try:
        return Annotations.model_validate(migrate(data))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{where}: {said(first['msg'])}") from error


def read_annotations(path: Path) -> Annotations:
    """Read an annotation file.

    Raises
    ------
    AnnotationError
        If it cannot be read or is not one.
    """
    try:
        return parse_annotations(read_text(path))
    except ValueError as error:
        raise AnnotationError(f"{path}: {error}.") from error


def annotations_json(document: Annotations) -> str:
    """Return the file's text: one line per item and one per keyframe, so that versions compare."""
    data = document.model_dump(mode="json", by_alias=True)
    items = data.pop("items")
    times = data["video"].pop("time_s")
    head = json.dumps(data, indent=1, ensure_ascii=False)
    head = head.replace("\n }", f',\n  "time_s": {json.dumps(times)}\n }}', 1)
    body = ",\n".join("  " + _item_text(item) for item in items)
    return head[:-2] + (f',\n "items": [\n{body}\n ]\n}}\n' if items else ',\n "items": []\n}\n')


def _item_text(item: Data) -> str:
    keyframes = item.pop("keyframes", None)
    text = json.dumps(item, ensure_ascii=False)
    if keyframes is None:
        return text
    lines = ",\n".join("    " + json.dumps(key, ensure_ascii=False) for key in keyframes)
    return f'{text[:-1]}, "keyframes": [\n{lines}\n  ]}}'


def write_annotations(document: Annotations, path: Path) -> None:
    """Write an annotation file whole or not at all."""
    write_text(path, annotations_json(document))
