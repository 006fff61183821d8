"""Bounds at the doors: what a file from elsewhere may ask of this computer.

They are settings of the computer and of whoever sits at it, never of a request, a results folder
or a session: a file that others hand over cannot widen what it is held to. `easytear settings`
lists them; ``easytear --limit NAME=VALUE COMMAND`` or the environment's ``EASYTEAR_LIMITS``
(``NAME=VALUE`` with spaces or commas between) changes them, for processes of ours that follow, too.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from easytear.base.errors import SettingsError

VARIABLE: Final = "EASYTEAR_LIMITS"


@dataclass(frozen=True)
class Limit:
    """One bound, described for a person; `lowest` and `highest` are allowed."""

    name: str
    default: float
    unit: str
    lowest: float
    highest: float
    description: str


LIMITS: Final = (
    Limit(
        "picture_megapixels",
        40.0,
        "10⁶ px",
        0.01,
        1000.0,
        "Pixels of a video's picture. 8K video has 33 million; a file of 6 MB that claims pictures "
        "of 225 million would take 8.5 GB.",
    ),
    Limit(
        "video_frames",
        2_000_000.0,
        "1",
        100.0,
        1e8,
        "Frames of a video, and the greatest frame number of an annotation: 5 hours at 100 a "
        "second. Time and place of every frame are kept, some 400 bytes each, and what lies "
        "between two keyframes is filled in for every frame.",
    ),
    Limit(
        "annotation_mb",
        256.0,
        "MB",
        1.0,
        100_000.0,
        "An annotation or session file, also unpacked from a zip. A mark in every one of 100,000 "
        "frames takes 20 MB; 3 MB of zip can hold 3 GB.",
    ),
    Limit(
        "zip_ratio",
        200.0,
        "1",
        10.0,
        2000.0,
        "How many times larger the content of a zip may be than the zip. Marks of CVAT pack 10 to "
        "60 fold; only what is made to fill a memory packs a thousandfold.",
    ),
    Limit(
        "keyframes",
        400_000.0,
        "1",
        1000.0,
        1e8,
        "Keyframes of an annotation file: every frame of an hour at 100 a second. Each takes about "
        "a kilobyte of memory.",
    ),
    Limit(
        "keyframe_points",
        10_000.0,
        "1",
        100.0,
        1e7,
        "Points of a front or region in one keyframe: one for each column of an 8K picture. Shapes "
        "are drawn and filled in between keyframes with all of them.",
    ),
    Limit(
        "text_letters",
        10_000.0,
        "1",
        255.0,
        1e6,
        "Letters of a name or note in an annotation: a page and a half. Names stand on every "
        "figure, whose drawing takes time with each letter.",
    ),
    Limit(
        "table_mb",
        200.0,
        "MB",
        1.0,
        100_000.0,
        "A clinical file, also unpacked from XLSX: the rows of a million eyes.",
    ),
    Limit(
        "results_mb",
        500.0,
        "MB",
        1.0,
        100_000.0,
        "summary.json of a video or study.json of a study: ten thousand videos, or a day of one.",
    ),
    Limit(
        "parsed_mb",
        2000.0,
        "MB",
        10.0,
        1e6,
        "Memory that the content of one JSON file may take: twenty times a long video's "
        "summary.json. 100 MB of empty brackets take 3 GB.",
    ),
    Limit(
        "pattern_s",
        10.0,
        "s",
        0.1,
        3600.0,
        "Time that --name-pattern may take for all names. A hundred thousand take a second; one "
        "repetition inside another can take years for a single name.",
    ),
    Limit(
        "workers_per_processor",
        1.0,
        "1",
        0.1,
        16.0,
        "Processes of --workers for each processor. More gain nothing, and each takes 200 MB and "
        "more.",
    ),
)
"""All bounds, with the reason for the number."""

_BY_NAME: Final = {one.name: one for one in LIMITS}


def limit(name: str) -> float:
    """Return the bound that holds in this process.

    Raises
    ------
    SettingsError
        If the environment names an unknown bound or an impossible value.
    """
    return _read(os.environ.get(VARIABLE, ""))[name]


def whole_limit(name: str) -> int:
    """Return `limit` as a whole number."""
    return int(limit(name))


def limit_bytes(name: str) -> int:
    """Return a bound that stands in megabytes (10⁶) as bytes."""
    return int(limit(name) * 1e6)


def how_to_widen(name: str) -> str:
    """Return the words that tell a person which bound was met, and how it is changed."""
    return f"the limit {name} is {limit(name):.15g}; 'easytear --limit {name}=...' changes it"


def set_limits(given: tuple[str, ...]) -> None:
    """Take bounds from the command line, each ``NAME=VALUE``, for this process and its children.

    Raises
    ------
    SettingsError
        If one is unknown or impossible.
    """
    if given:
        text = " ".join((os.environ.get(VARIABLE, ""), *given)).strip()
        _read(text)
        os.environ[VARIABLE] = text


@lru_cache(maxsize=8)
def _read(text: str) -> dict[str, float]:
    values = {one.name: one.default for one in LIMITS}
    for part in text.replace(",", " ").split():
        name, _, value = part.partition("=")
        if name not in _BY_NAME:
            raise SettingsError(
                f"limit {name[:60]!r}: there is none of this name; there are {', '.join(values)}."
            )
        one = _BY_NAME[name]
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not one.lowest <= number <= one.highest:
            raise SettingsError(
                f"limit {name}: {value[:60]!r} is no number between {one.lowest:.15g} and "
                f"{one.highest:.15g}."
            )
        values[name] = number
    return values
