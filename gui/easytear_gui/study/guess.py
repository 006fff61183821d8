"""What the names of a folder's videos say: a pattern for subject, eye and visit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

_EDGE: Final = r"(?:^|[/_ .-])"
_END: Final = r"(?=[/_ .-]|$)"
_EYE: Final = r"(?P<eye>od|os|ou|right|left|r[-_ ]?eye|l[-_ ]?eye|re|le|rechts|links|r|l)"
"""How eyes are named in clinics: OD and OS, right and left."""

_VISIT: Final = (
    r"(?P<visit>(?:visit|session|week|month|day|time|tp|ses|v|w|m|d|t)[-_ ]?\d+"
    r"|baseline|follow[-_ ]?up\d*|screening|before|after|pre|post|20\d\d[-_.]?\d\d[-_.]?\d\d)"
)
"""How visits are named: a word and a number, a word of its own, or a date."""

_SUBJECTS: Final = (
    r"(?P<subject>(?:subject|subj|sub|patient|pat|participant|proband|id|case|p|s)[-_ ]?\d+)",
    r"(?P<subject>[a-z]{1,6}[-_]?\d{1,6})(?![-_.]\d\d(?:[-_.]|$))",
    r"(?<!\d[-_.])(?P<subject>\d{1,8})(?![-_.]\d\d(?:[-_.]|$))",
)
"""How subjects are named, most telling first; a number within a date is none."""

_FIRST_FOLDER: Final = r"(?P<subject>[^/]+)/"
_FIRST_WORD: Final = r"(?P<subject>[^/_ .-]+)[^/]*$"


def guess_pattern(paths: Sequence[str]) -> str:
    """Return a pattern that finds subject, eye and visit in paths below a folder.

    Parameters
    ----------
    paths : sequence of str
        Paths with `/` between the parts.

    Returns
    -------
    str
        A regular expression with the named groups that are found in most of the paths; "" where
        not even subjects are told apart.
    """
    extra = [one for one in (_EYE, _VISIT) if _share(_token(one), paths) > 0.5]
    found = enumerate(_candidates(extra))
    subject = next((s for k, s in found if _tells(s, paths, alone=k == 0)), None)
    if subject is None:
        return ""
    parts = [f"(?:(?={p})|)" for p in ("^.*?" + _token(one) for one in extra)]
    return "(?i)^" + "".join(parts) + f"(?={_from_start(subject)})"


def _candidates(extra: list[str]) -> Iterator[str]:
    taken = "|".join(re.sub(r"\(\?P<\w+>", "(?:", one) for one in extra)
    other = rf"(?!(?:{taken}){_END})" if taken else ""
    for one in _SUBJECTS:
        yield f"{_EDGE}{other}{one}{_END}"
    yield f"^{other}{_FIRST_FOLDER}"
    yield f"(?:^|/){other}{_FIRST_WORD}"


def _token(one: str) -> str:
    return f"{_EDGE}{one}{_END}"


def _from_start(subject: str) -> str:
    return subject if subject.startswith("^") else "^.*?" + subject


def _share(pattern: str, paths: Sequence[str]) -> float:
    found = [p for p in paths if re.search(pattern, p, re.IGNORECASE)]
    return len(found) / max(len(paths), 1)


def _tells(pattern: str, paths: Sequence[str], *, alone: bool) -> bool:
    """Return whether a pattern finds a subject in nearly every path, and more than one in all.

    With `alone` one is enough: a name such as `S07` says by itself what it is.
    """
    found = [re.search(pattern, p, re.IGNORECASE) for p in paths]
    names = {m["subject"].casefold() for m in found if m is not None}
    enough = sum(m is not None for m in found) >= 0.9 * len(paths)
    return enough and (len(names) > 1 or alone or len(paths) == 1)
