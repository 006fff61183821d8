"""study.csv, study.parquet and the data dictionary, written row by row."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Final

from easytear.base.text import no_formula, safe_cell
from easytear.results import atomic_write
from easytear.study.columns import Column, Kind, summary_columns, table_columns, unit_of
from easytear.study.rows import Row, Value

CSV: Final = "study.csv"
PARQUET: Final = "study.parquet"
DICTIONARY: Final = "study-columns.csv"

CHUNK: Final = 2000
"""Rows of the Parquet file's groups: all that is held in memory at a time."""

ARROW: Final = {"text": "string", "number": "float64", "integer": "int64", "yes/no": "bool_"}
"""Arrow's types, by the names of the functions that make them."""


def can_write_parquet() -> bool:
    """Tell whether the package for Parquet is installed; the CSV file needs none."""
    return find_spec("pyarrow") is not None


@dataclass
class _Seen:
    """Which columns the rows have beyond the known ones."""

    known: set[str]
    bands: int = 0
    extra: dict[str, Kind] = field(default_factory=dict)

    def look(self, row: Row) -> None:
        for name, value in row.items():
            if name in self.known:
                continue
            band = re.match(r"spread_bands_(\d+)_", name)
            if band is not None:
                self.bands = max(self.bands, int(band[1]) + 1)
            elif value is not None:
                kind = _kind(value)
                self.extra[name] = kind if self.extra.get(name, kind) == kind else "text"


def _kind(value: Value) -> Kind:
    if isinstance(value, bool):
        return "yes/no"
    return "number" if isinstance(value, int | float) else "text"


def write_tables(
    study: Path, rows: Iterable[Row], names: Sequence[str], clinical: Sequence[Column]
) -> list[Column]:
    """Write the tables of a study, whole or not at all.

    The rows pass once through a file without a name, which tells what columns there are, and
    from there into the tables: memory does not grow with the study.

    Parameters
    ----------
    study : Path
        Folder of the study.
    rows : iterable of dict
        Values by column.
    names : sequence of str
        Columns that the file names gave.
    clinical : sequence of Column
        Columns of the clinical file.

    Returns
    -------
    list of Column
        The columns as written.
    """
    fixed = table_columns(names, clinical, (), 0)
    seen = _Seen({column.name for column in fixed})
    with tempfile.TemporaryFile("w+", dir=study, encoding="utf-8") as spool:
        for row in rows:
            seen.look(row)
            spool.write(json.dumps(row, allow_nan=False) + "\n")
        in_bands = {column.name for column in summary_columns(seen.bands)}
        extra = [
            Column(name, kind, unit_of(name), "as in summary.json", f"summary.json: {name}")
            for name, kind in sorted(seen.extra.items())
            if name not in in_bands
        ]
        columns = table_columns(names, clinical, extra, seen.bands)
        _write_csv(study / CSV, columns, _again(spool))
        if can_write_parquet():
            _write_parquet(study / PARQUET, columns, _again(spool))
        else:
            (study / PARQUET).unlink(missing_ok=True)  # of an earlier run: it tells of that one
    _write_dictionary(study / DICTIONARY, columns)
    return columns


def _again(spool: IO[str]) -> Iterator[Row]:
    spool.seek(0)
    for line in spool:
        yield json.loads(line)


def _write_csv(path: Path, columns: Sequence[Column], rows: Iterator[Row]) -> None:
    names = [column.name for column in columns]
    with (
        atomic_write(path) as aside,
        aside.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([no_formula(name) for name in names])
        for row in rows:
            writer.writerow([_cell(row.get(name)) for name in names])


def _cell(value: Value) -> str:
    """Return a cell of the CSV file; text never becomes a spreadsheet's formula."""
    return no_formula(value) if isinstance(value, str) else _text(value)


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def _write_parquet(path: Path, columns: Sequence[Column], rows: Iterator[Row]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [
            pa.field(c.name, _arrow(c.kind), metadata={"unit": c.unit, "meaning": c.meaning})
            for c in columns
        ]
    )
    with atomic_write(path) as aside, pq.ParquetWriter(aside, schema) as writer:
        chunk: list[Row] = []
        for row in rows:
            chunk.append(row)
            if len(chunk) == CHUNK:
                writer.write_batch(_batch(chunk, columns, schema))
                chunk = []
        writer.write_batch(_batch(chunk, columns, schema))


def _arrow(kind: Kind) -> Any:
    import pyarrow as pa

    return getattr(pa, ARROW[kind])()


def _batch(chunk: Sequence[Row], columns: Sequence[Column], schema: Any) -> Any:
    import pyarrow as pa

    arrays = [
        pa.array([_typed(row.get(c.name), c.kind) for row in chunk], _arrow(c.kind))
        for c in columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _typed(value: Value, kind: Kind) -> Value:
    if value is None:
        return None
    if kind == "text":
        return _text(value)
    return float(value) if kind == "number" else value


def _write_dictionary(path: Path, columns: Sequence[Column]) -> None:
    with (
        atomic_write(path) as aside,
        aside.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(("column", "kind", "unit", "meaning", "source"))
        writer.writerows(
            map(safe_cell, (c.name, c.kind, c.unit, c.meaning, c.source)) for c in columns
        )
