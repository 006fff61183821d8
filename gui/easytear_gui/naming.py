"""Names that tell videos apart: as much of their folders as that needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path


def told_apart(paths: Iterable[Path]) -> dict[Path, str]:
    """Return a name for every video: its file's name, with the folders that others do not share.

    `OD/rec` and `OS/rec` where two videos are called `rec`; of deeper paths the folders in which
    they differ, joined by `/`. Endings stay where they alone tell two videos apart.
    """
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        groups[path.stem.casefold()].append(path)
    out: dict[Path, str] = {}
    for group in groups.values():
        out |= {group[0]: group[0].stem} if len(group) == 1 else _among(group)
    return out


def _among(group: list[Path]) -> dict[Path, str]:
    folders = {p: p.parent.parts for p in group}
    deepest = max(len(f) for f in folders.values())
    # Counted from the file upwards, only those folders are named in which the videos differ.
    padded = {p: ("",) * (deepest - len(f)) + f for p, f in folders.items()}
    differ = [k for k in range(deepest) if len({f[k] for f in padded.values()}) > 1]
    names = {}
    for path in group:
        parts = [padded[path][k] for k in differ if padded[path][k]]
        names[path] = "/".join([*parts, path.stem])
    uses: dict[str, int] = defaultdict(int)
    for name in names.values():
        uses[name.casefold()] += 1
    return {p: name if uses[name.casefold()] == 1 else name + p.suffix for p, name in names.items()}


def folder_name(name: str) -> str:
    """Return a name as that of one folder: `OD_rec` for `OD/rec`."""
    return name.replace("/", "_").replace("\\", "_").strip(". ") or "_"
