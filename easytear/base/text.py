"""Text from elsewhere (names of files and people) on its way to a terminal or a spreadsheet."""

from __future__ import annotations

import unicodedata
from typing import Final

_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They let a name read as another one (Unicode Technical Report 36)."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet takes a cell for a formula (OWASP, CSV injection)."""


def printable(text: str) -> str:
    r"""Return a text in which every character can be seen.

    Control characters (escape sequences of a terminal, line breaks), such as turn the direction of
    writing, and halves of characters (names that are not UTF-8) are spelt out: ``\\x1b``.
    """
    return "".join(c if _can_be_seen(c) else ascii(c)[1:-1] for c in text)


def _can_be_seen(letter: str) -> bool:
    return letter not in _DIRECTION and unicodedata.category(letter) not in ("Cc", "Cs", "Zl", "Zp")


def no_formula(text: str) -> str:
    """Return a cell's text so that a spreadsheet shows it and does not compute it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
