"""What of a clinical table may enter an anonymised study, and under which codes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from easytear.base.errors import UsageError
from easytear.study.names import Codes, days_since_first, is_date, plain_part

if TYPE_CHECKING:
    import pandas as pd

CODED: Final = frozenset(
    [
        *("subject", "patient", "person", "proband", "participant", "case", "id", "code", "name"),
        *("subjectid", "patientid", "personid", "caseid", "subjectname", "patientname", "mrn"),
        *("examiner", "operator", "physician", "doctor", "nurse", "observer"),
    ]
)
"""Columns that name a person, by their header in small letters without marks: codes stand there."""

REFUSED: Final = frozenset(
    [
        *("name", "names", "surname", "firstname", "lastname", "forename", "initials", "birth"),
        *("birthday", "birthdate", "dob", "born", "address", "street", "phone", "email", "ssn"),
        *("postcode", "zip", "insurance", "vorname", "nachname", "familienname", "initialen"),
        *("geburtsdatum", "geburtstag", "geboren", "adresse", "telefon", "nom", "prenom", "prénom"),
        *("naissance", "nombre", "apellido", "apellidos", "nacimiento", "nome", "cognome"),
    ]
)
"""Words of a header whose cells tell who somebody is, in several languages; never taken over."""

_SHORTEST: Final = 3
"""Letters of a name from which on it is looked for in free text: `S1` would be everywhere."""


@dataclass(frozen=True)
class Kept:
    """A clinical table that tells nobody's name, and the columns that are not in it."""

    table: pd.DataFrame
    left_out: tuple[str, ...]


def without_persons(
    table: pd.DataFrame, subjects: Sequence[str] | None, codes: Codes, allowed: Collection[str]
) -> Kept:
    """Return the columns of a clinical table that may stand in an anonymised study.

    Columns with a meaning are coded as the parts of file names are: who it is becomes a code,
    `date` becomes `day` (days since the subject's first row), `eye` and `visit` stay where they
    say nothing else. Of the others only those that somebody allowed by name stay.

    Parameters
    ----------
    table : DataFrame
        Cells as text, without the columns by which it is joined.
    subjects : sequence of str or None
        The subject of every row, where the table tells it.
    codes : Codes
        The study's codes; what is found here is added.
    allowed : collection of str
        Columns that somebody allowed.

    Raises
    ------
    UsageError
        If an allowed column does not exist, or tells who or when somebody was.
    """
    unknown = [name for name in allowed if name not in table]
    if unknown:
        there = ", ".join(map(repr, table.columns)) or "none"
        raise UsageError(f"--allow-column {unknown[0]}: the clinical file has {there}.")
    kept = table.iloc[:, :0].copy()
    left_out: list[str] = []
    for name in table.columns:
        cells = [str(cell) for cell in table[name]]
        hidden = _coded(str(name), cells, subjects, codes)
        if hidden is not None:
            kept[hidden[0]] = hidden[1]
        elif name in allowed:
            _refuse_telling(str(name), cells, codes)
            kept[name] = cells
        else:
            left_out.append(str(name))
    return Kept(kept, tuple(left_out))


def _coded(
    name: str, cells: Sequence[str], subjects: Sequence[str] | None, codes: Codes
) -> tuple[str, list[str]] | None:
    """Return a column with a meaning under codes; None for one without."""
    plain = re.sub(r"[\W_]", "", name.casefold())
    if plain == "date" and subjects is not None:
        return "day", days_since_first(subjects, cells)
    if plain in ("eye", "visit"):
        return name, [c if plain_part(plain, c) else codes.code(plain, c) for c in cells]
    if plain in CODED:
        kind = "subject" if plain == "subject" else name
        return name, [codes.code(kind, cell) if cell else "" for cell in cells]
    return None


def _refuse_telling(name: str, cells: Sequence[str], codes: Codes) -> None:
    """Refuse a column that was allowed although it tells who or when somebody was."""
    words = set(re.split(r"[\W\d_]+", name.casefold()))
    if words & REFUSED:
        raise UsageError(
            f"--allow-column {name}: by its name it tells who somebody is, and is never taken over "
            "with --anonymise; leave it out, or rename it if it does not."
        )
    if any(is_date(cell) for cell in cells):
        raise UsageError(
            f"--allow-column {name}: holds dates, which tell when somebody was here; write days or "
            "years between two events instead."
        )
    originals = "|".join(re.escape(one) for one in codes.originals() if len(one) >= _SHORTEST)
    pattern = re.compile(rf"(?<!\w)(?:{originals})(?!\w)", re.I)
    if originals and any(
        pattern.search(cell) for cell in cells if not cell.replace(".", "").isdigit()
    ):
        raise UsageError(
            f"--allow-column {name}: a cell holds a name that the study replaces by a code; take "
            "it out of the cell."
        )
