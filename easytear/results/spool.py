"""The long tables of an analysis that is being made: files, a part for each interval.

Tracks and front take a megabyte for each second of video. Put aside as intervals are finished,
and read again one after the other, they need no more memory in a long video than in a short one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from easytear.base.claims import working_folder
from easytear.results.files import Analysis, Pictures, cannot_be_written, refuse_link
from easytear.results.model import Summary
from easytear.results.tables import FRONT, TRACKS, Columns, empty_table, shape_table

if TYPE_CHECKING:
    import pandas as pd

ROWS_TOGETHER = 25_000
"""Rows of a table in one file: as many are in memory, and written at once, later."""


@dataclass(frozen=True)
class SpooledPart:
    """Some rows of one interval's tracks and front, in a file.

    Attributes
    ----------
    path : Path
        The file; tracks count from 0 in it.
    first_track : int
        The number that track 0 gets in the tables.
    """

    path: Path
    first_track: int = 0

    def load(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return both tables, shaped as the results format says."""
        with np.load(self.path, allow_pickle=False) as kept:
            tracks = _table(kept, "tracks/", TRACKS)
            front = _table(kept, "front/", FRONT)
        tracks["track_id"] += self.first_track
        return tracks, front


@dataclass(frozen=True)
class SpooledTables:
    """Tracks and front of one interval; `tracks` says how many tracks there are."""

    parts: tuple[SpooledPart, ...]
    tracks: int


@dataclass(frozen=True)
class SpooledAnalysis:
    """An analysis as `Analysis`, whose long tables lie in files that the caller owns."""

    summary: Summary
    frames: pd.DataFrame
    spooled: Mapping[int, SpooledTables]
    pictures: Pictures | None = None

    def parts(self) -> Sequence[SpooledPart]:
        """Return tracks and front piece by piece, as they follow each other in the files."""
        return [part for number in sorted(self.spooled) for part in self.spooled[number].parts]

    def of(self, interval: int, frames: Collection[int] | None = None) -> Analysis:
        """Return what belongs to one interval alone; see `Analysis.of`."""
        rows = self.frames[self.frames["interval"] == interval]
        return Analysis(self.summary, rows, *_joined(self.spooled[interval].parts, frames))

    def whole(self) -> Analysis:
        """Return everything, in memory."""
        return Analysis(self.summary, self.frames, *_joined(self.parts()))


def _joined(
    parts: Iterable[SpooledPart], frames: Collection[int] | None = None
) -> list[pd.DataFrame]:
    """Return tracks and front of several parts, of some frames only where they are given."""
    import pandas as pd

    kept: tuple[list[pd.DataFrame], ...] = ([], [])
    for part in parts:
        for tables, table in zip(kept, part.load(), strict=True):
            tables.append(table if frames is None else table[table["frame"].isin(frames)])
    return [
        pd.concat(tables, ignore_index=True) if tables else empty_table(columns)
        for tables, columns in zip(kept, (TRACKS, FRONT), strict=True)
    ]


@contextmanager
def spool_folder(folder: Path) -> Iterator[Path]:
    """Give a folder for spooled tables inside the results folder `folder`, made if absent.

    When the block ends it is gone again, and so are folders that were made for it and are empty.

    Raises
    ------
    ResultsError
        If nothing can be written there.
    """
    refuse_link(folder)
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        with ExitStack() as stack:
            with cannot_be_written(folder):
                folder.mkdir(parents=True, exist_ok=True)
                place = stack.enter_context(working_folder(folder, ".work-"))
            yield place
    finally:
        for path in made:
            with suppress(OSError):  # not empty: results are there
                path.rmdir()


def spool(place: Path, name: str, tracks: Columns, front: Columns) -> SpooledTables:
    """Put one interval's columns of tracks.csv and front.csv into files.

    Parameters
    ----------
    place : Path
        The folder.
    name : str
        What the files' names begin with.
    tracks, front : mapping of str to (m,) arrays
        The columns; tracks count from 0.
    """
    longest = max(len(tracks["frame"]), len(front["frame"]))
    parts: list[SpooledPart] = []
    for start in range(0, max(longest, 1), ROWS_TOGETHER):
        some = slice(start, start + ROWS_TOGETHER)
        named = {f"tracks/{n}": values[some] for n, values in tracks.items()}
        named |= {f"front/{n}": values[some] for n, values in front.items()}
        path = place / f"{name}-{len(parts)}.npz"
        with cannot_be_written(place):
            np.savez(path, **named)  # type: ignore[arg-type]  # numpy's stubs lack keyword arrays
        parts.append(SpooledPart(path))
    return SpooledTables(tuple(parts), int(tracks["track_id"].max(initial=-1)) + 1)


def numbered(spooled: Iterable[tuple[int, SpooledTables]]) -> dict[int, SpooledTables]:
    """Return the tables by interval, their tracks numbered through the video.

    Parameters
    ----------
    spooled : iterable of (int, SpooledTables)
        Intervals in rising order, and their tables.
    """
    out, first = {}, 0
    for interval, tables in spooled:
        parts = tuple(SpooledPart(part.path, first) for part in tables.parts)
        out[interval] = SpooledTables(parts, tables.tracks)
        first += tables.tracks
    return out


def _table(kept: Mapping[str, NDArray[Any]], prefix: str, columns: Mapping[str, str]) -> Any:
    import pandas as pd

    return shape_table(pd.DataFrame({n: kept[prefix + n] for n in columns}), columns)
