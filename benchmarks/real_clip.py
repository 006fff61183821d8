"""Every method on a real clip, beside points that were followed in it and the marked front."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.methods import METHODS
from benchmarks.real_footage import measure_clip, track_errors

MM_PER_PX = 11.7 / 668
"""The iris fills the picture's width."""


def compare_on_clip(folder: Path, names: tuple[str, ...], work: Path) -> list[dict[str, Any]]:
    """Return one row per method: track errors against the marked points, px.

    Parameters
    ----------
    folder : Path
        Holds `clip_fused60.mp4` and `annotations_dev.json`.
    names : tuple of str
        Methods beside EasyTear.
    """
    marks = json.loads((folder / "annotations_dev.json").read_text(encoding="utf-8"))
    video = folder / "clip_fused60.mp4"
    rows: list[dict[str, Any]] = [{"method": "easytear", **measure_clip(video, marks, work)}]
    for name in names:
        if name == "annotator":
            continue
        analysis = METHODS[name](video, MM_PER_PX, None)
        fit = analysis.summary.intervals[0].spread.y if analysis.summary.intervals else None
        row: dict[str, Any] = {"method": name}
        if len(analysis.tracks):
            row |= track_errors(analysis, marks["authors_tracks"])
        row["lambda_s"] = fit.lambda_s if fit else None
        rows.append(row)
    return rows


def clip_markdown(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a table, every number that any method gave in a column."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in rows:
        cells = [row.get(name) for name in columns]
        shown = [f"{c:.3g}" if isinstance(c, float) else "" if c is None else str(c) for c in cells]
        lines.append("| " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"
