"""What a quantity is: declared once, shown everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from easytear.base.geometry import FloatArray

Kind = Literal["number", "integer", "text", "yes/no"]
Per = Literal["interval", "video"]
Value = str | float | int | bool | None
Pair = tuple[float | None, float | None]


@dataclass(frozen=True)
class Measured:
    """What is known of an interval when its further quantities are computed.

    Attributes
    ----------
    interval : mapping
        The interval's entry of summary.json so far, as plain values.
    time_s : (n,) float
        Presentation times of the interval's frames.
    frames : mapping of str to (n,) array
        The interval's columns of frames.csv: ``displacement_y_mm``, ``front_height_mm`` ...; NaN
        where unknown.
    mm_per_px : float or None
        Scale.
    """

    interval: Mapping[str, Any]
    time_s: FloatArray
    frames: Mapping[str, FloatArray]
    mm_per_px: float | None

    @property
    def onset_s(self) -> float | None:
        """Video time at which the headline spread starts; None without a headline law."""
        fit = self.interval["spread"]["y"]
        return None if fit is None else fit["onset_s"]

    def since_onset(self, column: str) -> tuple[FloatArray, FloatArray]:
        """Return times since onset (s) and the known values of a column of frames.csv."""
        values = np.asarray(self.frames[column], float)
        start = self.onset_s if self.onset_s is not None else float(self.time_s[0])
        seen = np.isfinite(values) & (self.time_s >= start)
        return self.time_s[seen] - start, values[seen]


Compute = Callable[[Measured], float | None]


@dataclass(frozen=True)
class Quantity:
    """One quantity, as tables, pages, statistics and documents show it.

    Attributes
    ----------
    key : str
        Its place in summary.json, by dots, below the interval (or the video): ``area.end_mm2``. One
        that is computed (see `compute`) stands under ``extra`` by its key, which then has no dots.
    unit : str
        As people write it: ``mm/s``; empty for none.
    label, short : str
        What it is called in lists, and in the heading of a narrow column.
    meaning : str
        One clause that says what it is; it starts small and has no full stop.
    group : str
        Under which heading it stands on a page.
    kind : {"number", "integer", "text", "yes/no"}
        How its values are typed in tables.
    digits : int
        Significant digits that are shown where no 95 % interval says how many are known.
    log : bool
        Compared by ratios (positive, spread over decades) rather than by differences.
    ci95 : bool
        Whether its 95 % interval stands beside it, as ``<key>_ci95``.
    given_scale : bool
        Whether the interval without the scale's uncertainty stands there, too, as
        ``<key>_ci95_given_scale``.
    settled : str
        Key of a yes/no quantity without which a value is shown but never averaged.
    studied : bool
        Whether a study's statistics look at it.
    overview : bool
        Whether it stands in the short tables: terminal, page, app.
    source : str
        Publication or section of the documents that defines it.
    per : {"interval", "video"}
        What has one.
    compute : callable, optional
        Makes the value from what was measured; without it the value is already at its place.
    """

    key: str
    unit: str
    label: str
    short: str
    meaning: str
    group: str = "Further quantities"
    kind: Kind = "number"
    digits: int = 3
    log: bool = False
    ci95: bool = False
    given_scale: bool = False
    settled: str = ""
    studied: bool = False
    overview: bool = False
    source: str = ""
    per: Per = "interval"
    compute: Compute | None = None

    @property
    def place(self) -> tuple[str, ...]:
        """Where it stands in the interval's (or video's) entry of summary.json."""
        return ("extra", self.key) if self.compute is not None else tuple(self.key.split("."))

    @property
    def column(self) -> str:
        """Its column in a study's table."""
        return "_".join(self.place)

    def value(self, entry: object) -> Any:
        """Return its value in an entry of summary.json, record or plain; None if unknown."""
        return _at(entry, self.place)

    def interval95(self, entry: object) -> Pair:
        """Return its 95 % interval in an entry; (None, None) if it has none."""
        found = _at(entry, (*self.place[:-1], f"{self.place[-1]}_ci95"))
        return (None, None) if found is None else (found[0], found[1])

    @property
    def heading(self) -> str:
        """Short label and unit: ``λ (s)``."""
        return f"{self.short} ({self.unit})" if self.unit else self.short


def _at(entry: object, place: tuple[str, ...]) -> Any:
    for name in place:
        if entry is None:
            return None
        entry = entry.get(name) if isinstance(entry, Mapping) else getattr(entry, name, None)
    return entry
