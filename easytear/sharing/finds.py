"""What in a text could tell who somebody is, where, or when: paths, names, addresses, dates."""

from __future__ import annotations

import getpass
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

Kind = Literal[
    "metadata",
    "sound",
    "path",
    "user name",
    "name",
    "e-mail",
    "date",
    "file time",
    "text in the picture",
    "link",
    "not looked into",
]


@dataclass(frozen=True)
class Find:
    """Something that could tell who somebody is.

    Attributes
    ----------
    place : str
        The file below the folder, and where in it.
    kind : str
        What sort of thing it is.
    what : str
        What stands there.
    count : int
        How often it stands there.
    """

    place: str
    kind: Kind
    what: str
    count: int = 1


_MONTHS: Final = (
    "jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|f[eé]vrier|mar(?:ch|s|zo)?|m[äa]rz|apr(?:il)?|avril|"
    "may|mai|june?|juni|juin|july?|juli|juillet|aug(?:ust)?|ao[uû]t|sep(?:t|tember|tembre)?|"
    "o[ck]t(?:ober|obre)?|nov(?:ember|embre)?|de[cz](?:ember)?|d[ée]cembre"
)
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_TWO_DAY, _TWO_MONTH = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])"
_TIME: Final = r"(?:[T_ -]?[0-2]\d[0-5]\d(?:[0-5]\d)?)?"
_NO_DIGIT: Final = r"(?<!\d)(?<!\d\.)"

_DATES: Final = re.compile(
    "|".join(
        (
            # 2019-03-14, as EXIF 2019:03:14; versions of programs (2024.8.1) have no zeros
            rf"{_NO_DIGIT}{_YEAR}([-/_.:]){_TWO_MONTH}\1{_TWO_DAY}(?!\d)",
            # 20190314, with or without a time after it
            rf"{_NO_DIGIT}{_YEAR}{_TWO_MONTH}{_TWO_DAY}{_TIME}(?!\d)(?!\.\d)",
            rf"{_NO_DIGIT}{_DAY}([-/._]){_MONTH}\2{_YEAR}(?!\d)",
            rf"{_NO_DIGIT}{_MONTH}([-/]){_DAY}\3{_YEAR}(?!\d)",
            rf"{_NO_DIGIT}{_TWO_DAY}([-/.]){_TWO_MONTH}\4\d\d(?![\d.])",
            rf"(?<!\w){_DAY}\.?(?:st|nd|rd|th)? (?:{_MONTHS})\.?,? {_YEAR}(?!\d)",
            rf"(?<!\w)(?:{_MONTHS})\.? {_DAY}(?:st|nd|rd|th)?,? {_YEAR}(?!\d)",
        )
    ),
    re.I,
)
_NAMESPACES: Final = re.compile(r"https?://(?:www\.w3|purl)\.org/[^\s\"'<>]*")
"""Addresses that name vocabularies of drawings; their dates are those of standards."""
_SECONDS: Final = re.compile(r"(?<![\w.+-])1\d{9}(?:\d{3}|\d{6}|\d{9})?(?![\w.])")
"""Times as computers count them: seconds since 1970 (or thousandths ... billionths)."""
_SECONDS_FROM, _SECONDS_TO = 1_000_000_000, 1_900_000_000

_PATHS: Final = re.compile(
    r"file://[^\s\"'<>]+"
    r"|(?<![\w.:/<\\])/(?:home|Users|root|mnt|media|Volumes|tmp|private|scratch|srv|data)"
    r"/[^\s\"'<>|,;]+"
    r"|(?:(?<=[\"'=(\s,;])|^)/[A-Za-z]\w[\w .+-]*/[\w][^\s\"'<>|,;]*"
    r"|(?<![A-Za-z0-9])[A-Za-z]:(?:\\{1,2}|/)\w[\w .+~-]+(?:\\{1,2}|/)[^\s\"'<>|,;]+"
    r"|(?<![\\\w])\\{2,4}[A-Za-z][\w.-]+\\{1,2}[A-Za-z][\w$.-]+(?:\\{1,2})[^\s\"'<>|,;]*",
    re.M,
)
_MAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{2,}@[\w-]{2,}(?:\.[\w-]{2,})*\.[A-Za-z]{2,8}(?!\w)")
_NOBODY: Final = frozenset(("root", "user", "admin", "administrator", "test", "runner", "ubuntu"))
"""Names of accounts that are nobody's."""

_SHORTEST, _SHORTEST_IN_BYTES = 3, 5
"""Letters of a name from which on it is looked for in text, and in bytes that are no text: three
letters stand in any hundred megabytes by chance."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for beside the general patterns.

    Attributes
    ----------
    words : tuple of str
        Names that must not be there.
    harmless : frozenset of str
        Of these, the ones that are ordinary words, too.
    """

    words: tuple[str, ...] = ()
    harmless: frozenset[str] = frozenset()

    @cached_property
    def _known(self) -> tuple[str, ...]:
        forms = {
            unicodedata.normalize(form, word) for word in self.words for form in ("NFC", "NFD")
        }
        harmless = {one.casefold() for one in self.harmless}
        return tuple(w for w in forms if len(w) >= _SHORTEST and w.casefold() not in harmless)

    @cached_property
    def in_text(self) -> re.Pattern[str] | None:
        """Finds the names in text, where no letter or digit stands beside them."""
        return _any_of(self._known)

    @cached_property
    def in_bytes(self) -> re.Pattern[bytes] | None:
        """Finds the names in bytes that are no text, in any usual code."""
        written = {
            word.encode(code, errors="ignore")
            for word in self._known
            if len(word) >= _SHORTEST_IN_BYTES
            for code in ("utf-8", "utf-16-le", "latin-1")
        }
        usable = sorted((w for w in written if len(w) >= _SHORTEST_IN_BYTES), key=len, reverse=True)
        return re.compile(b"|".join(map(re.escape, usable)), re.I) if usable else None

    @cached_property
    def account(self) -> re.Pattern[str] | None:
        """Finds the name of the account that the program runs under."""
        names = {Path.home().name}
        with suppress(OSError, KeyError, ImportError):
            names.add(getpass.getuser())
        real = [n for n in names if len(n) >= _SHORTEST and n.casefold() not in _NOBODY]
        return _any_of(real)


NOBODY: Final = Wanted()
"""No names beside the general patterns."""


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(set(words), key=len, reverse=True)
    if not longest_first:
        return None
    either = "|".join(re.escape(word) for word in longest_first)
    return re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])", re.I)


def in_text(text: str, wanted: Wanted) -> Iterator[tuple[Kind, str, int]]:
    """Yield what a text tells: its kind, the words, and where they begin."""
    text = _NAMESPACES.sub(lambda match: " " * len(match[0]), text)
    for match in _PATHS.finditer(text):
        yield "path", match[0], match.start()
    for match in _MAIL.finditer(text):
        yield "e-mail", match[0], match.start()
    for match in _DATES.finditer(text):
        if not _in_a_hash(text, match.start(), match.end()):
            yield "date", match[0], match.start()
    for match in _SECONDS.finditer(text):
        if _SECONDS_FROM <= int(match[0][:10]) < _SECONDS_TO:
            yield "date", _as_date(match[0]), match.start()
    for match in wanted.in_text.finditer(text) if wanted.in_text else ():
        yield "name", match[0], match.start()
    for match in wanted.account.finditer(text) if wanted.account else ():
        yield "user name", match[0], match.start()


def _as_date(digits: str) -> str:
    day = datetime.fromtimestamp(int(digits[:10]), UTC).date()
    return f"{digits} ({day.isoformat()})"


def _in_a_hash(text: str, start: int, end: int) -> bool:
    """Tell whether what looks like a date is part of a longer number in hexadecimal digits."""
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    token = text[start:end]
    return not token.isdigit() and re.fullmatch(r"[a-z]?[0-9a-f]{10,}", token) is not None
