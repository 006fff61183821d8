"""Names of videos in a study, what their file names say, and codes in place of both."""

from __future__ import annotations

import csv
import hashlib
import hmac
import re
import secrets
import time
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

import regex

from easytear.base.errors import EasyTearError, UsageError
from easytear.base.folders import make_private_folder
from easytear.base.limits import how_to_widen, limit
from easytear.base.regular import open_text
from easytear.base.text import as_was, no_formula, printable
from easytear.results import atomic_write

_INSTANT_S: Final = 0.001
LONGEST: Final = 120
"""Bytes of a folder name; file systems take 255, and paths have an end, too."""
KEPT: Final = {
    "eye": re.compile(
        r"o[dsu]|[rl]e?|right|left|both|rechts|links|beide|droite?|gauche|derecho|izquierdo|[01]|",
        re.I,
    ),
    "visit": re.compile(
        r"(v|visite?|visita|besuch|t|day|d|tag|week|w|woche|month|m|monat|year|y|jahr|pre|post|"
        r"before|after|vor|nach|baseline|base|bl|screening|follow.?up|fu|control|session|exam|"
        r"first|second|third|last)?[ _.-]{0,2}[+-]?\d{0,3}",
        re.I,
    ),
}
"""Parts of a file name that say nothing about who it is where they have this form; everything
else is replaced by codes."""


def study_names(paths: Sequence[str]) -> dict[str, str]:
    """Return a name for every video that is unique in the study and fit for a folder.

    The name is the path below the source without its ending, folders joined by `__`. It depends
    on the path alone, so it stays when videos are added. Where two paths would have one name
    (`a.avi` beside `a.mp4`, also `A.mp4` beside `a.mp4`), both carry a hash of their path.
    """
    plain = {path: _plain(path) for path in paths}
    uses = Counter(name.casefold() for name in plain.values())
    return {
        path: name if uses[name.casefold()] == 1 else f"{name}-{_short_hash(path)}"
        for path, name in plain.items()
    }


def _plain(path: str) -> str:
    """Return a path as the name of a folder on any system, composed as most write it (NFC)."""
    name = nfc(str(PurePosixPath(path).with_suffix(""))).replace("/", "__")
    name = name.encode(errors="backslashreplace").decode()
    name = re.sub(r'[<>:"|?*\\\x00-\x1f\x7f]', "_", name).rstrip(". ") or "_"
    if len(name.encode()) <= LONGEST:
        return name
    return f"{name.encode()[:LONGEST].decode(errors='ignore')}-{_short_hash(path)}"


def nfc(text: str) -> str:
    """Return a text with composed letters: `é` is one letter or two, as the system likes it."""
    return unicodedata.normalize("NFC", text)


def unfit(path: str) -> str:
    """Return why a video of this name cannot be analysed, in a sentence, or an empty string."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return f"{printable(path)}: its name is not UTF-8; rename it."
    return ""


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:8]


def read_names(
    paths: Sequence[str],
    pattern: regex.Pattern[str] | None,
    within_s: float | None = None,
) -> dict[str, dict[str, str | None]]:
    """Return what the named groups of `pattern` find in each path; None where it finds nothing.

    The pattern is searched in the path below the source, with `/` between the parts.

    Raises
    ------
    UsageError
        If it takes longer than the limit `pattern_s`, or `within_s`, for all of them.
    """
    if pattern is None:
        return {path: {} for path in paths}
    groups = list(pattern.groupindex)
    found: dict[str, dict[str, str | None]] = {}
    end = time.monotonic() + (limit("pattern_s") if within_s is None else within_s)
    for path in paths:
        try:
            match = pattern.search(
                nfc(printable(path) if unfit(path) else path),
                timeout=max(end - time.monotonic(), _INSTANT_S),
            )
        except TimeoutError as error:
            raise UsageError(
                f"--name-pattern {pattern.pattern!r}: takes too long on these names; write it "
                f"without a repetition inside a repetition ({how_to_widen('pattern_s')})."
            ) from error
        found[path] = dict.fromkeys(groups) if match is None else dict(match.groupdict())
    return found


class Codes:
    """Stable codes in place of names, and the key to them.

    A code is made from the name with a secret that stands in the key alone (HMAC-SHA256), so
    that the same name has the same code in every run, and nobody can find the name by trying.
    """

    def __init__(self, key: Path) -> None:
        """Read the key, or begin one."""
        self._key = key
        self._rows: dict[tuple[str, str], str] = {}
        self._secret = secrets.token_hex(32)
        if not key.exists():
            return
        with open_text(key) as file:
            for row in csv.DictReader(file):
                self._rows[row["kind"], row["code"]] = as_was(row["original"])
        try:
            self._secret = self._rows.pop(("secret", ""))
        except KeyError as error:
            raise EasyTearError(
                f"{key}: has no secret in it and is not the key of a study; restore it."
            ) from error

    def code(self, kind: str, original: str) -> str:
        """Return the code of a name: the kind's first letter and eight characters."""
        code = self.look(kind, original)
        self._rows[kind, code] = original
        return code

    def look(self, kind: str, original: str) -> str:
        """Return the code of a name, as `code` does, without remembering the name."""
        text = f"{kind}:{original}".encode(errors="surrogateescape")
        digest = hmac.new(self._secret.encode(), text, hashlib.sha256).hexdigest()
        code = f"{kind[0].upper()}{digest[:8]}"
        taken = self._rows.get((kind, code), original) != original
        return f"{kind[0].upper()}{digest[:16]}" if taken else code

    def original(self, kind: str, code: str) -> str | None:
        """Return the name that a code stands for, None where the key does not tell."""
        return self._rows.get((kind, code))

    def forget(self, kind: str, code: str) -> None:
        """Take a name out of the key; `write` must follow."""
        self._rows.pop((kind, code), None)

    def hide(self, values: Mapping[str, str | None], first_day: date | None) -> dict[str, str]:
        """Return the parts of a name without what tells who it is.

        Eye and visit stay where they say nothing else (`KEPT`); a date becomes `day`, the days
        since the subject's first; everything else becomes a code.
        """
        hidden: dict[str, str] = {}
        for name, value in values.items():
            if name == "date":
                day = read_date(value)
                hidden["day"] = "" if day is None or not first_day else str((day - first_day).days)
            elif not value or plain_part(name, value):
                hidden[name] = value or ""
            else:
                hidden[name] = self.code(name, value)
        return hidden

    def originals(self) -> set[str]:
        """Return all that codes stand for, and the names of the videos without their folders."""
        known = {(kind, text) for (kind, _), text in self._rows.items()}
        names = {PurePosixPath(text) for kind, text in known if kind == "video"}
        return {text for _, text in known} | {n.name for n in names} | {n.stem for n in names}

    def write(self) -> None:
        """Write the key, apart from the study, for nobody else to read."""
        make_private_folder(self._key.parent)
        with (
            atomic_write(self._key) as aside,
            aside.open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.writer(file)
            writer.writerow(("kind", "code", "original"))
            writer.writerow(("secret", "", self._secret))
            writer.writerows(
                (kind, code, no_formula(was)) for (kind, code), was in sorted(self._rows.items())
            )
        with suppress(OSError):  # some shares know no permissions
            self._key.chmod(0o600)


def plain_part(name: str, value: str) -> bool:
    """Tell whether a part of a file name, or a clinical cell, says nothing about who it is."""
    return name in KEPT and KEPT[name].fullmatch(value) is not None


def days_since_first(subjects: Sequence[str], dates: Sequence[str]) -> list[str]:
    """Return for each date the days since its subject's first one; "" where it is no date."""
    days = [read_date(text) or read_day_month_year(text) for text in dates]
    first: dict[str, date] = {}
    for subject, day in zip(subjects, days, strict=True):
        if day is not None:
            first[subject] = min(day, first.get(subject, day))
    return [
        "" if day is None else str((day - first[subject]).days)
        for subject, day in zip(subjects, days, strict=True)
    ]


def is_date(text: str) -> bool:
    """Tell whether a text looks like a date, in any usual order."""
    if read_date(text) is not None and not text.isdigit():
        return True
    return _DATE.match(text) is not None


_DATE: Final = re.compile(
    r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2}))(?!\d)"
)


def read_date(text: str | None) -> date | None:
    """Read a date as year, month, day, with or without marks between; None if it is not one."""
    match = re.fullmatch(r"(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})", text or "")
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def read_day_month_year(text: str | None) -> date | None:
    """Read a date as day, month, year with points between, as no other order is written so."""
    match = re.fullmatch(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})", text or "")
    if match is None:
        return None
    day, month, year = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def compile_pattern(pattern: str | None, taken: Sequence[str] = ()) -> regex.Pattern[str] | None:
    """Return the compiled `--name-pattern`.

    Python's own expressions cannot be stopped, thus `regex`, which understands the same.

    Raises
    ------
    ValueError
        In one sentence, if it is no regular expression, has no named group, or names one like a
        column of the table.
    """
    if pattern is None:
        return None
    try:
        compiled = regex.compile(nfc(pattern))
    except regex.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression ({error}).") from error
    if not compiled.groupindex:
        raise ValueError(
            f"{pattern!r} has no named group; write one as (?P<subject>...), for example."
        )
    for name in compiled.groupindex:
        if name in taken:
            raise ValueError(f"{name!r} is a column of the table already; use another name.")
    return compiled
