"""A results folder that is read piece by piece, as its long tables are wanted."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from easytear.base.errors import ResultsError
from easytear.results.files import LONG, Analysis, Results, read_results, read_summary, read_table
from easytear.results.model import Summary
from easytear.results.tables import FRAMES, empty_table, shape_table

if TYPE_CHECKING:
    import pandas as pd

ROWS_AT_ONCE: Final = 100_000
"""Rows of a long table that are in memory together: about 10 MB."""

_Spans = dict[int, tuple[int, int]]


@dataclass(frozen=True)
class StoredPart:
    """One interval's rows of the long tables, in a results folder."""

    stored: StoredAnalysis
    interval: int

    def load(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return its tracks and its front."""
        alone = self.stored.of(self.interval)
        return alone.tracks, alone.front


@dataclass(frozen=True)
class StoredAnalysis:
    """Finished results as `Analysis`, whose long tables stay on the disk.

    Attributes
    ----------
    summary : Summary
        What stands in summary.json.
    frames : pandas.DataFrame
        The table frames.csv.
    folder : Path
        Where the long tables are.
    spans : mapping
        For each of their files the bytes, first and one after the last, of each interval's rows.
    """

    summary: Summary
    frames: pd.DataFrame
    folder: Path
    spans: Mapping[str, _Spans]

    @property
    def pictures(self) -> None:
        """None: the video is decoded again where pictures are wanted."""
        return None

    def parts(self) -> Sequence[StoredPart]:
        """Return tracks and front interval by interval."""
        numbers = sorted({number for spans in self.spans.values() for number in spans})
        return [StoredPart(self, number) for number in numbers]

    def of(self, interval: int, frames: Collection[int] | None = None) -> Analysis:
        """Return what belongs to one interval alone; see `Analysis.of`."""
        rows = self.frames[self.frames["interval"] == interval]
        tracks, front = (self._rows(file, interval, frames) for file in LONG)
        return Analysis(self.summary, rows, tracks, front)

    def _rows(self, file: str, interval: int, frames: Collection[int] | None) -> pd.DataFrame:
        import pandas as pd

        columns = LONG[file]
        span = self.spans[file].get(interval)
        if span is None:
            return empty_table(columns)
        kept = [
            part if frames is None else part[part["frame"].isin(frames)]
            for part in _pieces(self.folder / file, span, columns)
        ]
        return pd.concat(kept, ignore_index=True)


def open_results(folder: Path) -> Results:
    """Return the results of a folder, their long tables left on the disk where that can be.

    Where a person has ordered rows or columns of them otherwise, they are read as a whole.

    Raises
    ------
    ResultsError
        As `read_results`.
    """
    summary = read_summary(folder)
    spans: dict[str, _Spans] = {}
    for file in LONG:
        found = _spans(folder / file)
        if found is None:
            return read_results(folder)
        spans[file] = found
    return StoredAnalysis(summary, read_table(folder / "frames.csv", FRAMES), folder, spans)


def _spans(path: Path) -> _Spans | None:
    """Return where each interval's rows are; None where they are not one after the other."""
    found: _Spans = {}
    if not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.readline()
        if not head.startswith(b"interval,") or b'"' in head:
            return None
        start = place = len(head)
        now = b""
        for line in file:
            number = line.partition(b",")[0]
            if number != now:
                if now:
                    found[int(now)] = (start, place)
                if not number.isdigit() or int(number) in found:
                    return None
                start, now = place, number
            place += len(line)
        if now:
            found[int(now)] = (start, place)
    return found


def _pieces(
    path: Path, span: tuple[int, int], columns: Mapping[str, str]
) -> Iterator[pd.DataFrame]:
    """Yield some rows at a time of what stands between two bytes of a table."""
    import pandas as pd

    words: dict[str, Any] = {"true_values": ["true"], "false_values": ["false"]}
    try:
        with path.open("rb") as file:
            names = file.readline().decode("utf-8").strip().split(",")
            file.seek(span[0])
            rows = io.BufferedReader(_Between(file, span[1] - span[0]))
            words |= {"names": names, "header": None, "chunksize": ROWS_AT_ONCE}
            for table in pd.read_csv(rows, **words):
                yield shape_table(table, columns)
    except (OSError, ValueError, OverflowError) as error:
        raise ResultsError(f"{path}: cannot be read; analyse the video again.") from error


class _Between(io.RawIOBase):
    """So many bytes of an open file, from where it stands."""

    def __init__(self, file: io.BufferedReader, count: int) -> None:
        super().__init__()
        self._file, self._left = file, count

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer."""
        read = self._file.read(min(len(buffer), self._left))
        buffer[: len(read)] = read
        self._left -= len(read)
        return len(read)
