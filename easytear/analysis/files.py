"""Results on disk: the one place that writes and reads them."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from easytear.analysis.model import SCHEMA, Summary
from easytear.analysis.tables import FRAMES, FRONT, TRACKS, shape_table
from easytear.aside import written_aside
from easytear.errors import ResultsError

if TYPE_CHECKING:
    import pandas as pd

SUMMARY = "summary.json"
TABLES: Mapping[str, Mapping[str, str]] = {
    "frames.csv": FRAMES,
    "tracks.csv": TRACKS,
    "front.csv": FRONT,
}
PICTURES = ("report.html", "overlay.mp4")
ROWS_AT_ONCE = 50_000
"""Rows of a table that are written together."""
DECIMALS: Mapping[str, int] = {"time_s": 6, "_px": 3, "_mm": 5, "_mm_s": 5, "_deg": 4}


@dataclass(frozen=True)
class Analysis:
    """What one analysed video gave: the summary and the three tables of the results format.

    Attributes
    ----------
    summary : Summary
        What stands in summary.json.
    frames, tracks, front : pandas.DataFrame
        Columns as in `easytear.analysis.tables`.
    """

    summary: Summary
    frames: pd.DataFrame
    tracks: pd.DataFrame
    front: pd.DataFrame


def results_folder(video: Path, out: Path) -> Path:
    """Return where the results of `video` go below the folder `out`."""
    return out / video.stem


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file whole or not at all."""
    with written_aside(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")


def write_results(
    analysis: Analysis, folder: Path, also: Callable[[Path], None] | None = None
) -> None:
    """Write an analysis into `folder`, whole or not at all; older results are replaced.

    Parameters
    ----------
    analysis : Analysis
        What to write.
    folder : Path
        The video's results folder; made if absent. Files of other names in it are left alone.
    also : callable, optional
        Given a folder in which it may write `report.html` and `overlay.mp4`; they go to their
        place together with the rest. If it fails, the older results stand.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = (analysis.frames, analysis.tracks, analysis.front)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as name:
        aside = Path(name)
        for (file, columns), table in zip(TABLES.items(), tables, strict=True):
            _write_table(aside / file, table, columns)
        if also is not None:
            also(aside)
        write_text(aside / SUMMARY, summary_json(analysis.summary))
        for file in (SUMMARY, *PICTURES):
            (folder / file).unlink(missing_ok=True)
        for path in sorted(aside.iterdir(), key=lambda path: path.name == SUMMARY):
            path.replace(folder / path.name)


def summary_json(summary: Summary) -> str:
    """Return summary.json's text: UTF-8, unknown values null, never NaN or Infinity."""
    data = json.loads(summary.model_dump_json(by_alias=True))
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _write_table(path: Path, table: pd.DataFrame, columns: Mapping[str, str]) -> None:
    """Write a table a part at a time: copies of a long one would take more than the analysis."""
    with written_aside(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        for start in range(0, max(len(table), 1), ROWS_AT_ONCE):
            part = shape_table(table.iloc[start : start + ROWS_AT_ONCE], columns)
            text = part.round({n: _decimals(n) for n in part.columns if part[n].dtype.kind == "f"})
            for name in text.columns:
                if text[name].dtype == bool:
                    text[name] = text[name].map({True: "true", False: "false"})
            text.to_csv(
                file,
                header=start == 0,
                index=False,
                lineterminator="\r\n",
                quoting=csv.QUOTE_MINIMAL,
            )


def _decimals(column: str) -> int:
    for ending, decimals in DECIMALS.items():
        if column.endswith(ending):
            return decimals
    return 6


def read_results(folder: Path) -> Analysis:
    """Read a results folder.

    Raises
    ------
    ResultsError
        If it holds no complete results of a version that this program reads.
    """
    summary = read_summary(folder)
    frames, tracks, front = (_read_table(folder / n, c) for n, c in TABLES.items())
    return Analysis(summary, frames, tracks, front)


def read_summary(folder: Path) -> Summary:
    """Read summary.json of a results folder; errors as `read_results`."""
    path = folder / SUMMARY
    try:
        data: dict[str, Any] = dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ResultsError(
            f"{folder}: holds no finished results ({SUMMARY} is absent); run 'easytear analyze'."
        ) from error
    except (OSError, ValueError, TypeError) as error:
        raise ResultsError(f"{path}: cannot be read; analyse the video again.") from error
    version = data.get("schema")
    if version != SCHEMA:
        raise ResultsError(f"{path}: is of version {version!r}; this program reads {SCHEMA}.")
    try:
        return Summary.model_validate(data)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ResultsError(f"{path}: {where} is not as the results format says.") from error


def _read_table(path: Path, columns: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_csv(path, true_values=["true"], false_values=["false"])
        return shape_table(table, columns)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: cannot be read; analyse the video again.") from error
