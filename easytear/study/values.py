"""The study's numbers as its statistics need them: by interval, video, eye and subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from easytear.base.geometry import FloatArray
from easytear.measure.quantities.base import Quantity
from easytear.measure.quantities.catalogue import quantity, studied
from easytear.study.cells import codes_far_off
from easytear.study.columns import Column
from easytear.study.table import PARQUET

IntArray = NDArray[np.integer]
Means = tuple[IntArray, FloatArray]
"""Places in the study's rows, and values."""


@dataclass(frozen=True)
class Measure:
    """A number that the statistics look at.

    Attributes
    ----------
    column : str
        Its column in the table.
    name, short, unit : str
        For people.
    log : bool
        Whether it is compared by ratios (positive, spread over decades) or by differences.
    converged : str
        Column that must be true for the value to count; empty for none.
    """

    column: str
    name: str
    short: str
    unit: str
    log: bool
    converged: str = ""

    def forward(self, values: pd.Series) -> pd.Series:
        """Return values on the scale on which they are averaged and compared."""
        if not self.log:
            return values
        return pd.Series(np.log(values.where(values > 0)), index=values.index)

    def back(self, value: float) -> float:
        """Return a value of that scale in the measure's unit."""
        return float(np.exp(value)) if self.log else float(value)


@cache
def _measure(quantity: Quantity) -> Measure:
    settled = quantity.settled.replace(".", "_")
    return Measure(
        quantity.column, quantity.label, quantity.short, quantity.unit, quantity.log, settled
    )


LAMBDA: Final = _measure(quantity("spread.y.lambda_s"))
THINNING: Final = _measure(quantity("thickness.thinning_nm_s"))
MEASURES: Final = tuple(_measure(one) for one in studied())
"""What the statistics look at: the catalogue says so."""

NO_SUBJECT: Final = "no subject in the name"
"""Why videos that the pattern of names misses do not enter: they would be subjects of their own."""
OF_QUALITY: Final = "quality below"
MOST_SPELLINGS: Final = 50
"""Labels beyond which a column tells no groups."""
UNIT: Final = "_unit"
EYE: Final = "_eye"
SESSION: Final = "_session"


@dataclass(frozen=True)
class Values:
    """The numbers of a study.

    Attributes
    ----------
    rows : DataFrame
        The table's rows: those of failed videos, of intervals left out, and of those used.
    used : DataFrame
        The intervals that enter averages.
    has_subjects : bool
        Whether the file names tell subjects; otherwise each video stands for itself.
    notes : tuple of str
        What was taken for something else than it says, in words.
    missing, same : dict
        Codes of missing numbers, and spellings that were taken for others, by column.
    """

    rows: pd.DataFrame
    used: pd.DataFrame
    has_subjects: bool
    notes: tuple[str, ...] = ()
    missing: dict[str, list[float]] = field(default_factory=dict)
    same: dict[str, dict[str, str]] = field(default_factory=dict)
    _kept: dict[tuple[str, ...], pd.DataFrame] = field(
        default_factory=dict, compare=False, repr=False
    )
    _codes: dict[str, IntArray] = field(default_factory=dict, compare=False, repr=False)

    def at_quality(self, threshold: float) -> Values:
        """Return the numbers if intervals of another quality score entered averages."""
        reason = self.rows["left_out"]
        judged = reason.isna() | reason.str.startswith(OF_QUALITY).fillna(False).astype(bool)
        good = self.rows["quality_score"].astype(float) >= threshold
        used = self.rows[self.rows["error"].isna() & judged & good]
        return replace(self, used=used, _kept={})

    def by_interval(self, measure: Measure) -> pd.DataFrame:
        """Return one row per used interval in which the measure is known, as `value`."""
        at, value = self._known(measure)
        return self.rows.iloc[at].assign(value=value)

    def by_video(self, measure: Measure) -> pd.DataFrame:
        """Return one row per video: its mean over intervals, on the measure's scale, as `value`."""
        at, value = self._means(*self._known(measure), ("video",))
        return self.rows.iloc[at].assign(value=value)

    def by_session(self, measure: Measure, *also: str) -> pd.DataFrame:
        """Return one row per subject, eye, visit (and `also`): the mean over its videos."""
        keys = (UNIT, EYE, SESSION, *also)
        videos = self._means(*self._known(measure), ("video",))
        return self._table("visits", measure, videos, keys)

    def by_eye(self, measure: Measure, *also: str) -> pd.DataFrame:
        """Return one row per subject, eye (and `also`): the mean over its visits."""
        visits = self.by_session(measure, *also)
        return self._table("eyes", measure, _ends(visits), (UNIT, EYE, *also))

    def by_unit(self, measure: Measure, *also: str) -> pd.DataFrame:
        """Return one row per subject (and value of `also`): the mean over eyes and visits.

        Visits count equally within an eye, and eyes within a subject, whatever the number of
        videos and intervals in each.
        """
        eyes = self.by_eye(measure, *also)
        return self._table("subjects", measure, _ends(eyes), (UNIT, *also))

    def _known(self, measure: Measure) -> Means:
        """Return the places in `rows` of used intervals in which a measure is known, and it."""
        if measure.column not in self.rows:
            return np.zeros(0, int), np.zeros(0)
        at = self.rows.index.get_indexer(self.used.index)
        numbers = self.rows[measure.column].iloc[at].astype(float)
        if measure.converged:
            settled = self.rows[measure.converged].iloc[at].fillna(False).astype(bool)
            numbers = numbers.where(settled)
        value = measure.forward(numbers).to_numpy(float)
        known = np.isfinite(value)
        return at[known], value[known]

    def _table(
        self, kind: str, measure: Measure, means: Means, keys: Sequence[str]
    ) -> pd.DataFrame:
        """Return the table of mean values by keys; the index is a row that has them."""
        names = list(dict.fromkeys(keys))
        name = (kind, measure.column, *names)
        if name not in self._kept:
            at, value = self._means(*means, names)
            columns = {key: self.rows[key].array.take(at) for key in names}
            self._kept[name] = pd.DataFrame({**columns, "value": value}, index=at)
        return self._kept[name]

    def _means(self, at: IntArray, value: FloatArray, keys: Sequence[str]) -> Means:
        """Return for every combination of keys a row that has it, and the mean; sorted by keys."""
        codes = np.zeros(len(at), dtype=int)
        known = np.ones(len(at), dtype=bool)
        for key in keys:
            if key not in self._codes:
                self._codes[key] = pd.factorize(self.rows[key], sort=True)[0]
            own = self._codes[key][at]
            known &= own >= 0
            codes = codes * (int(self._codes[key].max(initial=0)) + 1) + own
        at, value, codes = at[known], value[known], codes[known]
        _, first, group = np.unique(codes, return_index=True, return_inverse=True)
        return at[first], np.bincount(group, value) / np.maximum(np.bincount(group), 1)


def _ends(table: pd.DataFrame) -> Means:
    return table.index.to_numpy(), table["value"].to_numpy()


def load_values(study: Path, names: Sequence[str], clinical: Sequence[Column]) -> Values:
    """Read from the study's table the columns that its statistics and page need."""
    file = pq.ParquetFile(study / PARQUET)
    there = set(file.schema_arrow.names)
    wanted = ["video", "interval", "error", "left_out", "quality_score", "quality_flags", "flags"]
    wanted += [*names, *(column.name for column in clinical)]
    wanted += [column for m in MEASURES for column in (m.column, m.converged) if column]
    wanted += ["film_break_first_s", "film_break_censored_at_s"]
    rows = file.read([name for name in dict.fromkeys(wanted) if name in there]).to_pandas()
    for name in ("quality_score", "left_out"):
        rows = rows if name in rows else rows.assign(**{name: None})
    missing, same = _mend(rows, names, clinical)
    has_subjects = "subject" in rows and bool(rows["subject"].notna().any())
    rows[UNIT] = rows["subject"].fillna(rows["video"]) if has_subjects else rows["video"]
    rows[EYE] = rows["eye"].fillna("?") if "eye" in rows else "?"
    rows[SESSION] = _session(rows)
    if has_subjects:
        nobody = rows["subject"].isna() & rows["error"].isna() & rows["left_out"].isna()
        rows["left_out"] = rows["left_out"].astype(object).mask(nobody, NO_SUBJECT)
    used = rows[rows["error"].isna() & rows["left_out"].isna()]
    return Values(rows, used, has_subjects, tuple(_notes(missing, same)), missing, same)


def _mend(
    rows: pd.DataFrame, names: Sequence[str], clinical: Sequence[Column]
) -> tuple[dict[str, list[float]], dict[str, dict[str, str]]]:
    """Take codes for missing numbers, and spellings of one group for one; return which."""
    missing: dict[str, list[float]] = {}
    same: dict[str, dict[str, str]] = {}
    for name in [c.name for c in clinical if c.kind == "number" and c.name in rows]:
        if codes := codes_far_off(rows.drop_duplicates("video")[name].dropna().tolist()):
            missing[name] = codes
            rows[name] = rows[name].mask(rows[name].isin(codes))
    texts = [c.name for c in clinical if c.kind == "text"] + [n for n in names if n != "subject"]
    for name in texts:
        if name in rows and (alike := spellings(rows[name])):
            same[name] = alike
            rows[name] = rows[name].replace(alike)
    return missing, same


def _notes(missing: Mapping[str, list[float]], same: Mapping[str, dict[str, str]]) -> list[str]:
    """Say what was taken for something else."""
    notes = [
        f"{name}: {', '.join(f'{code:g}' for code in codes)} lies far from all other values and is "
        f"taken for a code of missing ones; leave these cells empty, or correct them."
        for name, codes in missing.items()
    ]
    for name, alike in same.items():
        kept = ", ".join(f"{one} as {main}" for one, main in alike.items())
        notes.append(f"{name}: spellings that differ only in case are one group ({kept}).")
    return notes


def spellings(labels: pd.Series) -> dict[str, str]:
    """Return spellings that differ from a more frequent one only in case and outer spaces."""
    counts = labels.dropna().astype(str).value_counts()
    if len(counts) > MOST_SPELLINGS:
        return {}
    main: dict[str, str] = {}
    same: dict[str, str] = {}
    for label in sorted(counts.index, key=lambda one: (-counts[one], one)):
        first = main.setdefault(label.strip().casefold(), label)
        if first != label:
            same[label] = first
    return same


def visit_column(rows: pd.DataFrame) -> str | None:
    """Return what tells the visits of a subject apart: visit, else date, else day; else None."""
    known = (name for name in ("visit", "date", "day") if name in rows)
    return next((name for name in known if rows[name].notna().any()), None)


def _session(rows: pd.DataFrame) -> pd.Series:
    name = visit_column(rows)
    if name is None:
        return pd.Series("?", index=rows.index, dtype="string")
    return rows[name].astype("string").fillna("?")
