"""Text from elsewhere (names of files and people) on its way to a terminal or a spreadsheet."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They let a name read as another one (Unicode Technical Report 36)."""

_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""With these, after white space or not, a spreadsheet takes a cell for a formula (OWASP, CSV
injection); East Asian ones know the wide letters, too."""


_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")


def printable(text: str) -> str:
    r"""Return a text in which every character can be seen.

    Control characters (escape sequences of a terminal, line breaks), such as turn the direction of
    writing, and halves of characters (names that are not UTF-8) are spelt out: ``\\x1b``.
    """
    return "".join(c if _can_be_seen(c) else ascii(c)[1:-1] for c in text)


def _can_be_seen(letter: str) -> bool:
    return letter not in _DIRECTION and unicodedata.category(letter) not in ("Cc", "Cs", "Zl", "Zp")


def said(message: object) -> str:
    """Return what a check of a model says, without the library's own word before it."""
    return str(message).removeprefix("Value error, ")


def no_formula(text: str) -> str:
    """Return a cell's text so that a spreadsheet shows it and does not compute it."""
    return f"'{text}" if _begins_like_a_formula(text) else text


def as_was(cell: str) -> str:
    """Return the text that `no_formula` made a cell of."""
    return cell[1:] if cell.startswith("'") and _begins_like_a_formula(cell[1:]) else cell


def safe_cell(value: Any) -> Any:
    """Return a table's value, texts as by `no_formula`; for what is not read back as it was."""
    return no_formula(value) if isinstance(value, str) else value


def safe_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its texts as by `safe_cell`, its numbers as they are."""
    columns = {str(name): table[name].tolist() for name in table}
    return table.assign(
        **{
            name: [safe_cell(value) for value in values]
            for name, values in columns.items()
            if any(isinstance(value, str) for value in values)
        }
    )


def _begins_like_a_formula(text: str) -> bool:
    plain = text.strip().lstrip("'")
    if _NUMBER.fullmatch(text):
        return False
    return text.startswith(("\t", "\r", "\n")) or plain.startswith(_FORMULA)
