"""Results on disk: the one place that writes and reads them."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from pydantic import ValidationError

from easytear.base.atomic import atomic_write
from easytear.base.claims import working_folder
from easytear.base.errors import ResultsError
from easytear.base.geometry import ByteArray
from easytear.base.limits import limit_bytes
from easytear.base.regular import read_regular, strict_json
from easytear.base.text import safe_cell
from easytear.results.migrate import VERSION_1, from_version_1
from easytear.results.model import SCHEMA, Summary
from easytear.results.tables import BLINKS, EVENTS, FRAMES, FRONT, TRACKS, decimals, shape_table

if TYPE_CHECKING:
    import pandas as pd

SUMMARY = "summary.json"
TABLES: Mapping[str, Mapping[str, str]] = {
    "frames.csv": FRAMES,
    "tracks.csv": TRACKS,
    "front.csv": FRONT,
}
LONG: Mapping[str, Mapping[str, str]] = {"tracks.csv": TRACKS, "front.csv": FRONT}
"""The tables that grow with the video, in the order in which a `TablePart` gives them."""
PARTS = "parts"
"""Folder of pieces of tables, until they are joined."""
LISTS: Mapping[str, tuple[str, ...]] = {"blinks.csv": BLINKS, "events.csv": EVENTS}
"""Tables of what stands in the summary too."""
PICTURES = ("report.html", "overlay.mp4")
PRODUCTS = (SUMMARY, *TABLES, *LISTS, *PICTURES)
"""Every file of a results folder that the program makes."""
ROWS_AT_ONCE = 10_000
"""Rows of a table that are written together."""


class TablePart(Protocol):
    """A piece of the long tables."""

    def load(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return its tracks and its front."""
        ...


class Pictures(Protocol):
    """Frames of the video as they were worked on, while they are at hand."""

    @property
    def ratio(self) -> float:
        """The file's pixels in one of theirs."""
        ...

    def colour(self, frame: int) -> ByteArray:
        """Return a frame in blue, green, red."""
        ...


class Results(Protocol):
    """What can be written and shown: an `Analysis`, or one whose long tables are elsewhere."""

    @property
    def summary(self) -> Summary:
        """What stands in summary.json."""
        ...

    @property
    def frames(self) -> pd.DataFrame:
        """The table frames.csv."""
        ...

    @property
    def pictures(self) -> Pictures | None:
        """Frames of the video that need not be decoded again; None where there are none."""
        ...

    def parts(self) -> Sequence[TablePart]:
        """Return tracks and front piece by piece, as they follow each other in the files."""
        ...

    def of(self, interval: int, frames: Collection[int] | None = None) -> Analysis:
        """Return what belongs to one interval alone; see `Analysis.of`."""
        ...


@dataclass(frozen=True)
class Loaded:
    """A piece of the long tables that is in memory."""

    tracks: pd.DataFrame
    front: pd.DataFrame

    def load(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return its tracks and its front."""
        return self.tracks, self.front


@dataclass(frozen=True)
class Analysis:
    """What one analysed video gave: the summary and the three tables of the results format.

    Attributes
    ----------
    summary : Summary
        What stands in summary.json.
    frames, tracks, front : pandas.DataFrame
        Columns as in `easytear.results.tables`.
    """

    summary: Summary
    frames: pd.DataFrame
    tracks: pd.DataFrame
    front: pd.DataFrame

    @property
    def pictures(self) -> None:
        """None: an analysis in memory is numbers alone."""
        return None

    def parts(self) -> Sequence[TablePart]:
        """Return tracks and front piece by piece: all at once, as they are in memory."""
        return [Loaded(self.tracks, self.front)]

    def of(self, interval: int, frames: Collection[int] | None = None) -> Analysis:
        """Return what belongs to one interval alone: the whole summary, and its rows.

        Where `frames` are given, tracks and front hold only these.
        """
        tables = (self.frames, self.tracks, self.front)
        rows, tracks, front = (table[table["interval"] == interval] for table in tables)
        if frames is not None:
            tracks, front = (t[t["frame"].isin(frames)] for t in (tracks, front))
        return Analysis(self.summary, rows, tracks, front)


def results_folder(video: Path, out: Path) -> Path:
    """Return where the results of `video` go below the folder `out`.

    That is a folder of the video's name without its ending; a name of dots alone would lead out
    of `out`, and gets underscores.
    """
    stem = video.stem if video.stem.strip(".") else video.name.replace(".", "_")
    return out / stem


def result_folders(place: Path) -> list[Path]:
    """Return the results folders of a place: itself, or those in it, or those of a study."""
    if (place / SUMMARY).is_file():
        return [place]
    found = (*place.glob(f"*/{SUMMARY}"), *place.glob(f"videos/*/{SUMMARY}"))
    return sorted(one.parent for one in found)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file whole or not at all."""
    with atomic_write(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")


def write_results(
    results: Results, folder: Path, also: Callable[[Path], None] | None = None
) -> None:
    """Write an analysis into `folder`, whole or not at all; older results are replaced.

    Parameters
    ----------
    results : Results
        What to write.
    folder : Path
        The video's results folder; made if absent. Files of other names in it are left alone.
    also : callable, optional
        Given a folder in which it may write `report.html` and `overlay.mp4`; they go to their
        place together with the rest. If it fails, the older results stand. It may also write
        pieces of the long tables there (`write_part`), several at once.
    """
    refuse_link(folder)
    with cannot_be_written(folder):
        _write(results, folder, also)


def refuse_link(folder: Path) -> None:
    """Raise ResultsError if a results folder is a link: what lies behind it is not ours."""
    if folder.is_symlink():
        raise ResultsError(
            f"{folder}: is a link, and results are not written through links; remove the link, or "
            "choose another folder."
        )


@contextmanager
def cannot_be_written(folder: Path) -> Iterator[None]:
    """Say in a sentence that names the folder why something could not be written there."""
    try:
        yield
    except OSError as error:
        raise ResultsError(
            f"{folder}: no results can be written there ({error.strerror or error}); "
            "make room, or choose another folder."
        ) from error


def _write(results: Results, folder: Path, also: Callable[[Path], None] | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with working_folder(folder, ".new-") as aside:
        with atomic_write(aside / "frames.csv") as path:
            _write_table(path, results.frames, FRAMES)
        if also is not None:
            also(aside)
        parts = results.parts()
        for number, part in enumerate(parts):
            write_part(part, number, aside)
        _join_parts(aside, len(parts))
        _write_lists(aside, results.summary)
        write_text(aside / SUMMARY, summary_json(results.summary))
        for file in (SUMMARY, *LISTS, *PICTURES):
            (folder / file).unlink(missing_ok=True)
        for file in (*TABLES, *LISTS, *PICTURES, SUMMARY):
            if (aside / file).exists():
                (aside / file).replace(folder / file)


def _write_lists(aside: Path, summary: Summary) -> None:
    """Write blinks.csv and events.csv, unless the summary does not know them."""
    for file, columns in LISTS.items():
        entries = summary.blinks if file == "blinks.csv" else summary.events
        if entries is None:
            continue
        with (
            atomic_write(aside / file) as path,
            path.open("w", encoding="utf-8", newline="") as out,
        ):
            rows = csv.writer(out)
            rows.writerow(columns)
            for entry in entries:
                values = entry.model_dump(mode="json", by_alias=True)
                rows.writerow([_field(name, values.get(name)) for name in columns])


def _field(name: str, value: object) -> object:
    """Return a value as it stands in a CSV file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return round(value, decimals(name)) if isinstance(value, float) else safe_cell(value)


def write_part(part: TablePart, number: int, aside: Path) -> None:
    """Write one piece of the long tables, the rows alone, unless it is written already.

    Parameters
    ----------
    part : TablePart
        The piece.
    number : int
        Its place among `Results.parts`.
    aside : Path
        The folder that `write_results` gives to its `also`.
    """
    paths = [_part_path(aside, file, number) for file in LONG]
    if all(path.exists() for path in paths):
        return
    paths[0].parent.mkdir(exist_ok=True)
    for path, table, columns in zip(paths, part.load(), LONG.values(), strict=True):
        half = path.with_name(path.name + ".half")
        _write_table(half, table, columns)
        half.replace(path)


def _part_path(aside: Path, file: str, number: int) -> Path:
    return aside / PARTS / f"{number}-{file}"


def _join_parts(aside: Path, count: int) -> None:
    """Join the pieces of the long tables; each begins with the same line of names."""
    for file, columns in LONG.items():
        with atomic_write(aside / file) as path, path.open("wb") as out:
            if not count:
                out.write((",".join(columns) + "\r\n").encode())
            for number in range(count):
                part = _part_path(aside, file, number)
                with part.open("rb") as rows:
                    head = rows.readline()
                    out.write(b"" if number else head)
                    shutil.copyfileobj(rows, out)
                part.unlink()


def summary_json(summary: Summary) -> str:
    """Return summary.json's text: UTF-8, unknown values null, never NaN or Infinity."""
    data = json.loads(summary.model_dump_json(by_alias=True))
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _write_table(path: Path, table: pd.DataFrame, columns: Mapping[str, str]) -> None:
    """Write a table some rows at a time: copies of a long one would take much memory."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        for start in range(0, max(len(table), 1), ROWS_AT_ONCE):
            part = shape_table(table.iloc[start : start + ROWS_AT_ONCE], columns)
            if start == 0:
                rows.writerow(part.columns)
            rows.writerows(zip(*(_fields(part[name]) for name in part.columns), strict=True))


def _fields(column: pd.Series) -> list[Any]:
    """Return a column's values as they stand in a CSV file: half the time of pandas' writer."""
    if column.dtype == bool:
        return ["true" if value else "false" for value in column.tolist()]
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
        column = column.round(decimals(str(column.name)))
        values: list[Any] = column.tolist()
        for unknown in np.flatnonzero(column.isna().to_numpy()).tolist():
            values[unknown] = None
        return values
    plain: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return [safe_cell(value) for value in plain]


def read_results(folder: Path) -> Analysis:
    """Read a results folder.

    Raises
    ------
    ResultsError
        If it holds no complete results of a version that this program reads.
    """
    summary = read_summary(folder)
    frames, tracks, front = (read_table(folder / n, c) for n, c in TABLES.items())
    return Analysis(summary, frames, tracks, front)


def read_summary(folder: Path) -> Summary:
    """Read summary.json of a results folder; errors as `read_results`."""
    path = folder / SUMMARY
    try:
        data: dict[str, Any] = dict(strict_json(read_regular(path, limit_bytes("results_mb"))))
    except FileNotFoundError as error:
        raise ResultsError(
            f"{folder}: holds no finished results ({SUMMARY} is absent); run 'easytear analyze'."
        ) from error
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ResultsError(f"{path}: cannot be read; analyse the video again.") from error
    version = data.get("schema")
    if version not in (SCHEMA, VERSION_1):
        raise ResultsError(
            f"{path}: is of version {str(version)[:40]!r}; this program reads {SCHEMA}."
        )
    try:
        return Summary.model_validate(from_version_1(data) if version == VERSION_1 else data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ResultsError(f"{path}: is not as the results format says ({error}).") from error
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ResultsError(f"{path}: {where} is not as the results format says.") from error


def read_table(path: Path, columns: Mapping[str, str]) -> pd.DataFrame:
    """Read one table of a results folder; errors as `read_results`."""
    import pandas as pd

    try:
        if not path.is_file():  # a pipe would be waited for
            raise FileNotFoundError(path)
        table = pd.read_csv(path, true_values=["true"], false_values=["false"])
        return shape_table(table, columns)
    except (OSError, ValueError, OverflowError) as error:
        raise ResultsError(f"{path}: cannot be read; analyse the video again.") from error
