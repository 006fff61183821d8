"""datapackage.json: a study's tables as a Frictionless data package describes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from easytear import __version__
from easytear.export.workbook import study_columns
from easytear.results import write_text

PACKAGE: Final = "datapackage.json"

_TYPES: Final = {"number": "number", "integer": "integer", "yes/no": "boolean", "text": "string"}
_READ_AT_ONCE: Final = 1 << 20


def write_package(study: Path) -> Path:
    """Write datapackage.json into a study's folder; return it.

    It describes study.csv column by column (Table Schema), and the dictionary, with sizes and
    hashes, so that readers of Frictionless data packages can check and load them.

    Raises
    ------
    ResultsError
        If the folder is no study.
    """
    columns = study_columns(study)
    package = {
        "profile": "tabular-data-package",
        "name": "easytear-study",
        "title": f"Tear-film spread: {study.resolve().name}",
        "description": "One row per interval between blinks of each video, measured by EasyTear.",
        "version": __version__,
        "resources": [
            _resource(study / "study.csv", "study", _fields(columns)),
            _resource(study / "study-columns.csv", "columns", _dictionary()),
        ],
    }
    text = json.dumps(package, indent=2, ensure_ascii=False, allow_nan=False)
    write_text(study / PACKAGE, text + "\n")
    return study / PACKAGE


def _fields(columns: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    fields = []
    for row in columns:
        field: dict[str, Any] = {
            "name": row["column"],
            "type": _TYPES.get(row["kind"], "string"),
            "description": row["meaning"],
        }
        if row["kind"] == "yes/no":
            field.update(trueValues=["true"], falseValues=["false"])
        if row["unit"]:
            field["unit"] = row["unit"]
        fields.append(field)
    return fields


def _dictionary() -> list[dict[str, Any]]:
    names = ("column", "kind", "unit", "meaning", "source")
    return [{"name": name, "type": "string"} for name in names]


def _resource(path: Path, name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    found, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_READ_AT_ONCE):
            found.update(block)
            size += len(block)
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": path.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{found.hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
        "schema": {"fields": fields, "missingValues": [""]},
    }
