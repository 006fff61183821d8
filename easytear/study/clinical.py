"""What the clinic knows about eyes and people, joined to the videos."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import pandas as pd

from easytear.base.errors import EasyTearError, UsageError
from easytear.study.cells import understand
from easytear.study.columns import Column, Kind, unit_of
from easytear.study.names import Codes, nfc, read_date, read_day_month_year
from easytear.study.privacy import without_persons
from easytear.study.spreadsheet import Sheet, read_sheet

PERSON_KEYS: Final = ("subject", "eye", "visit")
DATE: Final = "date"

RESERVED: Final = frozenset(("value", "other", "turn", "first", "second", "index", "level"))
"""Names that the statistics give to columns of their own."""

Value = str | float | None


@dataclass(frozen=True)
class Clinical:
    """A clinical file.

    Attributes
    ----------
    path : Path
        The file.
    keys : tuple of str
        Columns by which it is joined: `video`, or those of subject, eye, visit (and date, where
        it takes that to tell rows apart) that both sides have.
    columns : tuple of Column
        The other columns.
    rows : dict
        From the keys' values to the other columns' values.
    left_out : tuple of str
        Columns that were not taken, as nobody allowed them in an anonymised study.
    told : tuple of str
        What a person should know of each column: kind, missing cells, levels, doubts.
    """

    path: Path
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: dict[tuple[str, ...], dict[str, Value]]
    left_out: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Joined:
    """Clinical values by video, and who stayed alone.

    Attributes
    ----------
    values : dict
        Values of the clinical columns by the video's name in the study.
    rows_alone : tuple of dict
        Keys of the clinical rows without a video.
    videos_alone : tuple of str
        Names of the videos without a clinical row.
    """

    values: dict[str, dict[str, Value]]
    rows_alone: tuple[dict[str, str], ...]
    videos_alone: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """How a clinical file is to be read.

    Attributes
    ----------
    name_columns : sequence of str
        Columns that the file names gave.
    taken : sequence of str
        Columns of the table; a clinical column of such a name gets `clinical_` before it.
    missing : collection of str
        What means that nothing is known, beside the usual.
    codes : Codes or None
        Of an anonymised study; see `privacy.without_persons`.
    allowed : collection of str
        Columns that somebody allowed in an anonymised study.
    """

    name_columns: Sequence[str] = ()
    taken: Sequence[str] = ()
    missing: Collection[str] = ()
    codes: Codes | None = None
    allowed: Collection[str] = ()


def read_clinical(path: Path, how: Reading) -> Clinical:
    """Read a clinical file: CSV with comma, semicolon or tab between the fields, or XLSX.

    Raises
    ------
    EasyTearError
        If it cannot be read, has nothing to join by, or two rows for the same eye.
    UsageError
        If an allowed column does not exist, or tells who somebody is.
    """
    sheet = read_sheet(path)
    table = _table(sheet)
    keys = _keys(path, table, how.name_columns)
    others = table.drop(columns=list(keys))
    left_out: tuple[str, ...] = ()
    if how.codes is not None:
        subjects = list(table["subject"]) if "subject" in table else None
        kept = without_persons(others, subjects, how.codes, how.allowed)
        others, left_out = kept.table, kept.left_out
    elif how.allowed:
        raise UsageError("--allow-column: is for --anonymise; without it every column is taken.")
    values, columns, told = _values(path, others, sheet.decimal, how)
    places = zip(*(table[key] for key in keys), strict=True)
    rows = dict(zip(places, values, strict=True))
    notes = tuple(f"  {note}" for note in sheet.notes)
    return Clinical(path, keys, columns, rows, left_out, (*notes, *told))


def _table(sheet: Sheet) -> pd.DataFrame:
    """Return the sheet; columns by which one joins are found in any case (`Subject`)."""
    small = [name.casefold() for name in sheet.names]
    known = ("video", *PERSON_KEYS, DATE)
    names = [
        low if low in known and small.count(low) == 1 else name
        for name, low in zip(sheet.names, small, strict=True)
    ]
    return pd.DataFrame(list(sheet.rows), columns=names, dtype=object)


def _keys(path: Path, table: pd.DataFrame, name_columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns by which the file is joined; days are written as all sides do."""
    keys = tuple(key for key in PERSON_KEYS if key in table and key in name_columns)
    if "video" in table:
        keys = ("video",)
    if not keys:
        raise EasyTearError(
            f"{path}: needs a column 'video', or 'subject' (and 'eye', 'visit') that --name-pattern"
            f" finds in the file names; it has {', '.join(table.columns)}."
        )
    by_date = DATE in table and DATE in name_columns and keys != ("video",)
    if by_date and table.duplicated(subset=list(keys)).any():  # visits, told apart by the day
        table[DATE] = [as_day(text) for text in table[DATE]]
        keys = (*keys, DATE)
    twice = table.duplicated(subset=list(keys))
    if twice.any():
        which = ", ".join(table.loc[twice, list(keys)].iloc[0])
        more = [key for key in (*PERSON_KEYS, DATE) if key not in keys]
        apart = f" or tell them apart by {' or '.join(more)}, here and in --name-pattern"
        raise EasyTearError(
            f"{path}: has two rows for {which}; keep one of them"
            f"{apart if more and keys != ('video',) else ''}."
        )
    return keys


def as_day(text: str | None) -> str:
    """Return a day as both sides write it when they are joined; as it stands where it is none."""
    day = read_date(text) or read_day_month_year(text)
    return (text or "") if day is None else day.isoformat()


def _values(
    path: Path, table: pd.DataFrame, decimal: str, how: Reading
) -> tuple[list[dict[str, Value]], tuple[Column, ...], tuple[str, ...]]:
    """Return values row by row, the columns, and what is to be told of them."""
    taken = {*how.taken, *how.name_columns}
    columns: list[Column] = []
    found: dict[str, tuple[Value, ...]] = {}
    told: list[str] = []
    for name in map(str, table.columns):
        reserved = name in taken or name in RESERVED or name.startswith("_")
        shown = f"clinical_{name}" if reserved else name
        try:
            cells = understand(name, list(table[name]), decimal, how.missing)
        except EasyTearError as error:
            raise EasyTearError(f"{path}: {error}") from error
        found[shown] = cells.values
        kind: Kind = "number" if cells.kind == "number" else "text"
        columns.append(
            Column(shown, kind, unit_of(name), f"{name}, as in the clinical file", "clinic")
        )
        told.append(f"  column {name!r}: {cells.told}")
        told += [f"  column {name!r}: look at it: {doubt}" for doubt in cells.doubts]
    rows = [
        {name: values[number] for name, values in found.items()} for number in range(len(table))
    ]
    return rows, tuple(columns), tuple(told)


def join(
    clinical: Clinical, names: Mapping[str, str], parts: Mapping[str, Mapping[str, str | None]]
) -> Joined:
    """Join a clinical file to the videos.

    Parameters
    ----------
    clinical : Clinical
        The file.
    names : mapping
        From the videos' paths to their names in the study.
    parts : mapping
        From the videos' paths to what their file names say.
    """
    values: dict[str, dict[str, Value]] = {}
    met: set[tuple[str, ...]] = set()
    for path, name in names.items():
        for key in possible_keys(clinical, path, name, parts[path]):
            if key in clinical.rows:
                values[name] = clinical.rows[key]
                met.add(key)
                break
    alone = tuple(
        dict(zip(clinical.keys, key, strict=True)) for key in clinical.rows if key not in met
    )
    return Joined(values, alone, tuple(name for name in names.values() if name not in values))


def possible_keys(
    clinical: Clinical, path: str, name: str, parts: Mapping[str, str | None]
) -> list[tuple[str, ...]]:
    """Return the keys under which a video's row may stand, the likeliest first."""
    if clinical.keys == ("video",):
        pure = PurePosixPath(path)
        return [(nfc(text),) for text in (path, name, pure.name, pure.stem)]
    key = {name: (parts.get(name) or "") for name in clinical.keys}
    if DATE in key:
        key[DATE] = as_day(key[DATE])
    return [tuple(key.values())]
