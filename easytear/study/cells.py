"""What the cells of a clinical column say: numbers, words, nothing; and what is doubtful."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from easytear.base.errors import EasyTearError

MISSING: Final = frozenset(
    [
        *("", "na", "n/a", "n.a.", "nan", "null", "-", "–", "—", ".", "?", "missing", "none"),
        *("#n/a", "#na", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!"),
        *("k.a.", "k. a.", "fehlt", "n.b.", "nicht bestimmt", "nd", "n.d."),
    ]
)
"""What people and spreadsheets write where there is nothing, in small letters."""

MISSING_CODES: Final = frozenset((-9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0))
"""Numbers by which clinics write that there is none (SPSS, SAS and REDCap habits)."""
SUSPECT: Final = MISSING_CODES | {-1.0}
"""Numbers that somebody is asked about."""
FAR: Final = 3.0
"""A suspect number is asked about if it is so many times beyond all others, or of other sign."""
FEW: Final = 10
"""A column of words with so few different ones makes groups."""

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.I | re.A)
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")


@dataclass(frozen=True)
class Cells:
    """A column as understood.

    Attributes
    ----------
    values : tuple of float, str or None
        One for each row.
    kind : str
        "number" or "text".
    told : str
        In a few words: what it is, how much is missing, its levels.
    doubts : tuple of str
        What somebody should look at.
    """

    values: tuple[float | str | None, ...]
    kind: str
    told: str
    doubts: tuple[str, ...]


def understand(name: str, cells: Sequence[str], decimal: str, missing: Collection[str]) -> Cells:
    """Read a column.

    Parameters
    ----------
    name : str
        Its header, for what is said of it.
    cells : sequence of str
        Its cells.
    decimal : str
        The decimal mark of the file.
    missing : collection of str
        What somebody declared to mean nothing, beside `MISSING`.

    Raises
    ------
    EasyTearError
        If it holds an infinite number.
    """
    nothing = MISSING | {code.casefold() for code in missing}
    codes = Counter(cell for cell in cells if cell and cell.casefold() in nothing)
    given = ["" if cell.casefold() in nothing else cell for cell in cells]
    absent = sum(not cell for cell in given)
    told = f"{len(given) - absent} values"
    if absent:
        written = ", ".join(f"{code!r} {n} times" for code, n in sorted(codes.items()))
        told += f", {absent} missing" + (f" ({written})" if written else "")
    numbers = as_numbers(given, decimal)
    if numbers is not None:
        if any(n is not None and abs(n) == float("inf") for n in numbers):
            raise EasyTearError(f"column {name!r} holds an infinite number; correct it.")
        doubts = (*_suspects(numbers), *_thousands(given, decimal))
        return Cells(tuple(numbers), "number", f"numbers, {told}", doubts)
    words, levels, doubts = _levels(given)
    wrong = nearly_numbers(given)
    if wrong is not None:
        doubts = (f"is text because of {wrong!r}, and enters no statistics of numbers", *doubts)
    return Cells(words, "text", f"words, {told}{levels}", doubts)


def as_numbers(cells: Sequence[str], decimal: str) -> list[float | None] | None:
    """Return a column as numbers, or None where it holds something else."""
    if decimal == "." and not any("." in text for text in cells):
        decimal = ","  # a decimal comma in a file that parts its fields otherwise
    found = [text.replace(decimal, ".") for text in cells]
    if not all(_NUMBER.fullmatch(text) for text in found if text):
        return None
    numbers = [float(text) if text else None for text in found]
    return numbers if any(number is not None for number in numbers) else None


def nearly_numbers(cells: Sequence[str]) -> str | None:
    """Return the first cell that is no number where most of them are; None otherwise."""
    given = [text for text in cells if text]
    wrong = [text for text in given if not _NUMBER.fullmatch(text.replace(",", "."))]
    return wrong[0] if wrong and len(wrong) < len(given) / 2 else None


def _suspects(numbers: Sequence[float | None]) -> tuple[str, ...]:
    """Ask about numbers that may mean "missing": far from all others."""
    known = [n for n in numbers if n is not None]
    asked: list[str] = []
    for suspect in sorted(SUSPECT & set(known)):
        others = [n for n in known if n not in SUSPECT]
        beyond = others and abs(suspect) > FAR * max(abs(n) for n in others)
        other_sign = bool(others) and suspect < 0 <= min(others)
        taken = "missing" if suspect in codes_far_off(known) else "a number"
        if beyond or other_sign or taken == "missing":
            times = known.count(suspect)
            asked.append(
                f"{suspect:g} stands there {times} times, and the statistics take it for {taken}; "
                f"give --missing {suspect:g} if it means that nothing is known, else correct it"
            )
    return tuple(asked)


def codes_far_off(numbers: Sequence[float]) -> list[float]:
    """Return the usual codes of missing values that lie far from all other numbers.

    Far is beyond the others' range by more than that range: 99 years among 20 to 80 is no code,
    999 among them is.
    """
    known = set(map(float, numbers))
    others = known - MISSING_CODES
    if len(others) < 2:
        return []
    low, high = min(others), max(others)
    wide = high - low
    return sorted(c for c in MISSING_CODES & known if not low - wide <= c <= high + wide)


def _thousands(cells: Sequence[str], decimal: str) -> tuple[str, ...]:
    """Ask about points that may part thousands in a file with decimal commas."""
    found = [cell for cell in cells if _THOUSANDS.fullmatch(cell)]
    if decimal != "," or not found:
        return ()
    return (f"{found[0]!r} is read as {float(found[0]):g}, with a decimal point",)


def _levels(cells: Sequence[str]) -> tuple[tuple[str | None, ...], str, tuple[str, ...]]:
    """Return words of one spelling each, what levels there are, and which spellings were joined."""
    spellings: dict[str, Counter[str]] = {}
    for cell in cells:
        if cell:
            spellings.setdefault(" ".join(cell.split()).casefold(), Counter())[cell] += 1
    chosen = {
        key: max(sorted(counted), key=counted.__getitem__) for key, counted in spellings.items()
    }
    words = tuple(chosen[" ".join(c.split()).casefold()] if c else None for c in cells)
    doubts = tuple(
        f"{', '.join(map(repr, sorted(counted)))} are taken as one: {chosen[key]!r}"
        for key, counted in spellings.items()
        if len(counted) > 1
    )
    if not 0 < len(chosen) <= FEW:
        return words, "", doubts
    tally = Counter(word for word in words if word is not None)
    levels = ", ".join(f"{word} {count}" for word, count in sorted(tally.items()))
    return words, f"; levels: {levels}", doubts
