"""What the clinic knows about eyes and people, joined to the videos."""

from __future__ import annotations

import csv
import logging
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import pandas as pd

from easytear.base.errors import EasyTearError
from easytear.study.columns import Column, unit_of
from easytear.study.names import Codes, nfc
from easytear.study.privacy import without_persons

log = logging.getLogger(__name__)

PERSON_KEYS: Final = ("subject", "eye", "visit")

MISSING: Final = frozenset(
    [
        *("", "na", "n/a", "n.a.", "nan", "null", "-", "–", ".", "missing"),
        *("#n/a", "#na", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!"),
    ]
)
"""What people and spreadsheets write where there is nothing, in small letters."""

RESERVED: Final = frozenset(("value", "other", "turn", "first", "second", "index", "level"))
"""Names that the statistics give to columns of their own."""

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.I | re.A)


@dataclass(frozen=True)
class Clinical:
    """A clinical file.

    Attributes
    ----------
    path : Path
        The file.
    keys : tuple of str
        Columns by which it is joined: `video`, or those of subject, eye and visit that both
        sides have.
    columns : tuple of Column
        The other columns.
    rows : dict
        From the keys' values to the other columns' values.
    left_out : tuple of str
        Columns that were not taken, as nobody allowed them in an anonymised study.
    """

    path: Path
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: dict[tuple[str, ...], dict[str, str | float | None]]
    left_out: tuple[str, ...] = ()


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

    values: dict[str, dict[str, str | float | None]]
    rows_alone: tuple[dict[str, str], ...]
    videos_alone: tuple[str, ...]


def read_clinical(
    path: Path,
    name_columns: Sequence[str],
    taken: Sequence[str],
    codes: Codes | None = None,
    allowed: Collection[str] = (),
) -> Clinical:
    """Read a clinical file: CSV with a header, comma, semicolon or tab between the fields.

    Parameters
    ----------
    path : Path
        The file.
    name_columns : sequence of str
        Columns that the file names gave.
    taken : sequence of str
        Columns of the table; a clinical column of such a name gets `clinical_` before it.
    codes : Codes, optional
        Of an anonymised study; see `privacy.without_persons`.
    allowed : collection of str
        Columns that somebody allowed in an anonymised study.

    Raises
    ------
    EasyTearError
        If it cannot be read, has nothing to join by, or two rows for the same eye.
    UsageError
        If an allowed column does not exist, or tells who somebody is.
    """
    table, decimal = _read_text(path)
    keys = ("video",) if "video" in table else tuple(k for k in PERSON_KEYS if k in table)
    if keys != ("video",):
        keys = tuple(key for key in keys if key in name_columns)
    if not keys:
        raise EasyTearError(
            f"{path}: needs a column 'video', or 'subject' (and 'eye', 'visit') that --name-pattern"
            f" finds in the file names; it has {', '.join(table.columns)}."
        )
    twice = table.duplicated(subset=list(keys))
    if twice.any():
        which = ", ".join(table.loc[twice, list(keys)].iloc[0])
        raise EasyTearError(f"{path}: has two rows for {which}; keep one of them.")
    others = table.drop(columns=list(keys))
    left_out: tuple[str, ...] = ()
    if codes is not None:
        subjects = list(table["subject"]) if "subject" in table else None
        kept = without_persons(others, subjects, codes, allowed)
        others, left_out = kept.table, kept.left_out
    values, columns = _values(path, others, decimal, (*taken, *name_columns))
    places = zip(*(table[key] for key in keys), strict=True)
    return Clinical(path, keys, columns, dict(zip(places, values, strict=True)), left_out)


def _read_text(path: Path) -> tuple[pd.DataFrame, str]:
    """Return the file as text, and its decimal mark."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            mark = max(",;\t", key=head.count)
            file.seek(0)
            rows = [row for row in csv.reader(file, delimiter=mark) if any(row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EasyTearError(
            f"{path}: cannot be read as a CSV file in UTF-8 ({error}); save it as one."
        ) from error
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        raise EasyTearError(f"{path}: needs a header and rows with as many fields as the header.")
    names = [name.strip() for name in rows[0]]
    if len(set(names)) < len(names) or "" in names:
        raise EasyTearError(f"{path}: every column needs a name of its own.")
    cells = [[nfc(cell.strip()) for cell in row] for row in rows[1:]]
    return pd.DataFrame(cells, columns=names, dtype=object), "," if mark == ";" else "."


def _values(
    path: Path, table: pd.DataFrame, decimal: str, taken: Sequence[str]
) -> tuple[list[dict[str, str | float | None]], tuple[Column, ...]]:
    columns: list[Column] = []
    out = pd.DataFrame(index=table.index)
    for name in table.columns:
        reserved = name in taken or name in RESERVED or name.startswith("_")
        shown = f"clinical_{name}" if reserved else name
        cells = ["" if one.lower() in MISSING else one for one in table[name]]
        numbers = _as_numbers(cells, decimal)
        if numbers is not None and any(n is not None and math.isinf(n) for n in numbers):
            raise EasyTearError(f"{path}: column {name!r} holds an infinite number; correct it.")
        if numbers is None and (wrong := _nearly_numbers(cells)) is not None:
            log.warning(
                "%s: column %r is text because of %r: it is left out of the statistics of numbers.",
                path,
                name,
                wrong,
            )
        text = [value or None for value in cells]
        kind = "text" if numbers is None else "number"
        out[shown] = pd.Series(text if numbers is None else numbers, dtype=object)
        meaning = f"{name}, as in the clinical file"
        columns.append(
            Column(shown, "text" if kind == "text" else "number", unit_of(name), meaning, "clinic")
        )
    return [{str(k): v for k, v in row.items()} for row in out.to_dict("records")], tuple(columns)


def _as_numbers(cells: Sequence[str], decimal: str) -> list[float | None] | None:
    """Return a column as numbers, or None where it holds something else."""
    if decimal == "." and not any("." in text for text in cells):
        decimal = ","  # a decimal comma in a file that parts its fields otherwise
    found = [text.replace(decimal, ".") for text in cells]
    if not all(_NUMBER.fullmatch(text) for text in found if text):
        return None
    numbers = [float(text) if text else None for text in found]
    return numbers if any(number is not None for number in numbers) else None


def _nearly_numbers(cells: Sequence[str]) -> str | None:
    """Return the first cell that is no number where most of them are; None otherwise."""
    given = [text for text in cells if text]
    wrong = [text for text in given if not _NUMBER.fullmatch(text.replace(",", "."))]
    return wrong[0] if wrong and len(wrong) < len(given) / 2 else None


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
    values: dict[str, dict[str, str | float | None]] = {}
    met: set[tuple[str, ...]] = set()
    for path, name in names.items():
        for key in _possible_keys(clinical, path, name, parts[path]):
            if key in clinical.rows:
                values[name] = clinical.rows[key]
                met.add(key)
                break
    alone = tuple(
        dict(zip(clinical.keys, key, strict=True)) for key in clinical.rows if key not in met
    )
    return Joined(values, alone, tuple(name for name in names.values() if name not in values))


def _possible_keys(
    clinical: Clinical, path: str, name: str, parts: Mapping[str, str | None]
) -> list[tuple[str, ...]]:
    if clinical.keys == ("video",):
        pure = PurePosixPath(path)
        return [(nfc(text),) for text in (path, name, pure.name, pure.stem)]
    return [tuple(parts.get(key) or "" for key in clinical.keys)]
