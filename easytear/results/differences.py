"""What differs between two results of one video: field by field, row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from easytear.results.files import TABLES, Analysis, summary_json

if TYPE_CHECKING:
    import pandas as pd

NOT_COMPARED = frozenset({"software", "video", "earlier_notes"})
"""Parts of summary.json that say where results come from, not what they are."""


@dataclass(frozen=True)
class Difference:
    """One part of the results that is not the same.

    Attributes
    ----------
    file : str
        File that holds it.
    part : str
        Field of summary.json, or column of a table.
    relative : float or None
        Largest difference against the larger of the two values; None where it is not of numbers.
    count : int
        How many values differ.
    """

    file: str
    part: str
    relative: float | None
    count: int = 1

    def sentence(self) -> str:
        """Return the difference in words."""
        where = f"{self.file}: {self.part}"
        many = f" in {self.count} places" if self.count > 1 else ""
        if self.relative is None:
            return f"{where} differs{many}"
        return f"{where} differs by up to {100.0 * self.relative:.2g} %{many}"


def differences(first: Analysis, second: Analysis) -> list[Difference]:
    """Return all that differs between two results, as their files would say it.

    Parameters
    ----------
    first, second : Analysis
        Results as read from their folders. Versions of software, and where the video lies, are
        not compared.
    """
    found: list[Difference] = []
    one, two = (json.loads(summary_json(a.summary)) for a in (first, second))
    for name in sorted((one.keys() | two.keys()) - NOT_COMPARED):
        found += _merged("summary.json", _walk(name, one.get(name), two.get(name)))
    tables = ((first.frames, second.frames), (first.tracks, second.tracks))
    for file, (a, b) in zip(TABLES, (*tables, (first.front, second.front)), strict=True):
        found += _of_tables(file, a, b)
    return found


def _walk(place: str, one: Any, two: Any) -> Iterator[tuple[str, float | None]]:
    """Yield the place of each value that differs, and by how much."""
    if isinstance(one, dict) and isinstance(two, dict):
        for name in sorted(one.keys() | two.keys()):
            yield from _walk(f"{place}.{name}", one.get(name), two.get(name))
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        # Intervals are told apart; of lists within them it is enough to say which list.
        inner = "{}[{}]" if place == "intervals" else "{}"
        for k, (a, b) in enumerate(zip(one, two, strict=True)):
            yield from _walk(inner.format(place, k), a, b)
    elif one != two:
        yield place, _relative(one, two)


def _relative(one: Any, two: Any) -> float | None:
    kinds = (int, float)
    if isinstance(one, bool) or not isinstance(one, kinds) or not isinstance(two, kinds):
        return None
    return abs(one - two) / max(abs(one), abs(two))


def _merged(file: str, found: Iterator[tuple[str, float | None]]) -> list[Difference]:
    places: dict[str, list[float | None]] = {}
    for place, relative in found:
        places.setdefault(place, []).append(relative)
    return [Difference(file, place, _largest(all_), len(all_)) for place, all_ in places.items()]


def _largest(relative: list[float | None]) -> float | None:
    numbers = [r for r in relative if r is not None]
    return max(numbers) if len(numbers) == len(relative) else None


def _of_tables(file: str, one: pd.DataFrame, two: pd.DataFrame) -> list[Difference]:
    if len(one) != len(two):
        return [Difference(file, "number of rows", _relative(len(one), len(two)))]
    found = []
    for name in one.columns:
        a, b = one[name].to_numpy(), two[name].to_numpy()
        same = (a == b) | (_missing(a) & _missing(b))
        if not same.all():
            found.append(Difference(file, name, _apart(a[~same], b[~same]), int((~same).sum())))
    return found


def _missing(values: Any) -> Any:
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)


def _apart(one: Any, two: Any) -> float | None:
    if one.dtype.kind not in "if" or two.dtype.kind not in "if":
        return None
    if _missing(one).any() or _missing(two).any():
        return None
    return float((np.abs(one - two) / np.maximum(np.abs(one), np.abs(two))).max())
