"""A clinical file as text in cells, from CSV in its dialects or from XLSX."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from easytear.base.errors import EasyTearError, MissingExtraError
from easytear.base.limits import how_to_widen, limit, limit_bytes
from easytear.base.regular import read_regular
from easytear.study.names import nfc

OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
ZIPPED: Final = b"PK\x03\x04"


@dataclass(frozen=True)
class Sheet:
    """A table as text.

    Attributes
    ----------
    names : tuple of str
        The header.
    rows : tuple of tuple of str
        As many cells in each as there are names.
    decimal : str
        The decimal mark that goes with the mark between the fields.
    notes : tuple of str
        What a person should know of how it was read.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    decimal: str
    notes: tuple[str, ...] = ()


def read_sheet(path: Path) -> Sheet:
    """Read a clinical file: CSV with comma, semicolon or tab between the fields, or XLSX.

    Raises
    ------
    EasyTearError
        If it cannot be read, or is no table with a header.
    """
    try:
        data = read_regular(path, limit_bytes("table_mb"))
    except OSError as error:
        raise EasyTearError(f"{path}: cannot be read ({error.strerror or error}).") from error
    if data.startswith(OLD_EXCEL):
        raise EasyTearError(
            f"{path}: is a file of an old Excel, or encrypted; save it as XLSX or CSV."
        )
    notes: tuple[str, ...] = ()
    if data.startswith(ZIPPED):
        cells, decimal = _of_workbook(path, data), "."
    else:
        text, notes = _decoded(path, data)
        cells, decimal = _of_text(path, text)
    return _shaped(path, cells, decimal, notes)


def _decoded(path: Path, data: bytes) -> tuple[str, tuple[str, ...]]:
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    encodings = ("utf-16",) if wide else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        told = encoding == "cp1252"
        return text, ("is not UTF-8 and was read as Windows-1252; look at its letters",) * told
    raise EasyTearError(f"{path}: cannot be read as a CSV file in UTF-8; save it as one.")


def _of_text(path: Path, text: str) -> tuple[list[list[str]], str]:
    head, _, rest = text.partition("\n")
    if head.strip().strip('"').lower().startswith("sep=") and len(head.strip().strip('"')) <= 5:
        mark = head.strip().strip('"')[4:] or "\t"  # as Excel is told it
        text = rest
    else:
        mark = max(",;\t", key=head.count)
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if any(row)
        ]
    except csv.Error as error:
        raise EasyTearError(f"{path}: cannot be read as a CSV file ({error}).") from error
    return rows, "," if mark == ";" else "."


def _of_workbook(path: Path, data: bytes) -> list[list[str]]:
    """Return the cells of the first sheet that holds any; values as computed, no formulas."""
    try:
        import openpyxl
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"{path}: reading XLSX needs the package openpyxl; install it with pip install "
            "'easytear[study]', or save the table as CSV."
        ) from error
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > min(limit_bytes("table_mb"), limit("zip_ratio") * len(data)):
            raise EasyTearError(
                f"{path}: holds {unpacked / 1e6:.0f} MB unpacked; save it as CSV "
                f"({how_to_widen('table_mb')}, {how_to_widen('zip_ratio')})."
            )
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            rows = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            rows = [row for row in rows if any(row)]
            if rows:
                return rows
    except EasyTearError:
        raise
    except Exception as error:  # a damaged one fails in whatever way; nothing of ours is in there
        raise EasyTearError(
            f"{path}: cannot be read as XLSX ({error}); open and save it again, or as CSV."
        ) from error
    return []


def _cell(value: Any) -> str:
    """Return a cell of a workbook as the text that a CSV file would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _shaped(
    path: Path, rows: Sequence[Sequence[str]], decimal: str, notes: tuple[str, ...]
) -> Sheet:
    """Return the sheet without the empty columns that spreadsheets leave at the end."""
    width = max((_filled(row) for row in rows), default=0)
    trimmed = [list(row[:width]) for row in rows]
    if len(rows) < 2 or any(len(row) != len(trimmed[0]) for row in trimmed):
        raise EasyTearError(f"{path}: needs a header and rows with as many fields as the header.")
    names = tuple(nfc(name.strip()) for name in trimmed[0])
    if len(set(names)) < len(names) or "" in names:
        raise EasyTearError(f"{path}: every column needs a name of its own.")
    cells = tuple(tuple(nfc(cell.strip()) for cell in row) for row in trimmed[1:])
    return Sheet(names, cells, decimal, notes)


def _filled(row: Sequence[str]) -> int:
    """Return how many cells a row has up to its last one that is not empty."""
    return max((place + 1 for place, cell in enumerate(row) if cell.strip()), default=0)
