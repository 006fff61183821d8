"""What a clinical file and a pattern for names gave, told before hours of analysis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from easytear.study.clinical import Clinical, Joined, possible_keys

COMPARED: Final = 5000
"""Names with which one is compared: some tenths of a second for all that are named."""
NAMED: Final = 10
"""Rows or videos that are named one by one; of the others only their number is said."""
LIKE: Final = 0.6
"""From this likeness on (`difflib`'s ratio) a name is offered as the one that was meant."""


def of_pattern(parts: Mapping[str, Mapping[str, str | None]]) -> Iterator[str]:
    """Say which videos a pattern for names misses; `parts` are by path."""
    missed = [path for path, found in parts.items() if found and not any(found.values())]
    if len(missed) == len(parts):
        if missed:
            yield "--name-pattern finds nothing in any of the names; look at it"
        return
    for path in missed[:NAMED]:
        yield f"--name-pattern misses {path}: it is left out of the statistics"
    if len(missed) > NAMED:
        yield f"--name-pattern misses {len(missed) - NAMED} more"


def of_join(
    clinical: Clinical,
    joined: Joined,
    names: Mapping[str, str],
    parts: Mapping[str, Mapping[str, str | None]],
) -> Iterator[str]:
    """Say what met what, who stayed alone and whom that may mean, and what the columns hold."""
    rows, videos = len(clinical.rows), len(names)
    yield (
        f"{clinical.path}: {rows - len(joined.rows_alone)} of {rows} rows, joined by "
        f"{' and '.join(clinical.keys)}, meet {len(joined.values)} of {videos} videos"
    )
    yield from _rows_alone(clinical, joined, names, parts)
    yield from _videos_alone(clinical, joined, names, parts)
    yield from clinical.told
    if clinical.left_out:
        yield (
            f"  left out with --anonymise: {', '.join(clinical.left_out)}; give --allow-column "
            "NAME for each that tells nobody who it is"
        )


def _rows_alone(
    clinical: Clinical,
    joined: Joined,
    names: Mapping[str, str],
    parts: Mapping[str, Mapping[str, str | None]],
) -> Iterator[str]:
    some = [" ".join(row.values()) for row in joined.rows_alone[:NAMED]]
    lonely = set(joined.videos_alone)
    keys = [  # a video that met no row is likelier meant
        " ".join(key)
        for path, name in sorted(names.items(), key=lambda item: item[1] not in lonely)
        for key in possible_keys(clinical, path, name, parts[path])
    ]
    for row in some:
        yield f"  row {row!r} has no video{_nearest(row, keys)}"
    if len(joined.rows_alone) > NAMED:
        yield f"  {len(joined.rows_alone) - NAMED} more rows have no video"


def _videos_alone(
    clinical: Clinical,
    joined: Joined,
    names: Mapping[str, str],
    parts: Mapping[str, Mapping[str, str | None]],
) -> Iterator[str]:
    paths = {name: path for path, name in names.items()}
    lonely = [" ".join(row.values()) for row in joined.rows_alone]
    keys = [*lonely, *(" ".join(key) for key in clinical.rows)]
    for name in joined.videos_alone[:NAMED]:
        path = paths[name]
        own = " ".join(possible_keys(clinical, path, name, parts[path])[-1])
        yield f"  video {path} has no row{_nearest(own, keys)}"
    if len(joined.videos_alone) > NAMED:
        yield f"  {len(joined.videos_alone) - NAMED} more videos have no row"


def _nearest(name: str, others: Sequence[str]) -> str:
    """Name the likest of the others, the first of several that are as like."""
    if not name.strip():
        return ""
    found = SequenceMatcher(autojunk=False)
    found.set_seq2(name.casefold())
    best, like = "", LIKE
    for other in others[:COMPARED]:
        found.set_seq1(other.casefold())
        if found.real_quick_ratio() > like and found.quick_ratio() > like:
            ratio = found.ratio()
            best, like = (other, ratio) if ratio > like else (best, like)
    return f"; the nearest is {best!r}" if best else ""
