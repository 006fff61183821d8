"""Every method on a real clip, beside points that were followed in it and the marked front."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.methods import FOLLOW, measure
from benchmarks.real_footage import measure_clip, pupil_errors, track_errors

MM_PER_PX = 11.7 / 668
"""The iris fills the picture's width."""
CLIPS = {"clip_fused60": "2 s", "clip_clean": "10 s"}
"""Files of the folder, and what the report calls them."""

ROWS = {
    "tracks_5_px": "displacement over 5 frames, px",
    "tracks_15_px": "displacement over 15 frames, px",
    "tracks_50_px": "displacement over 50 frames, px",
    "tracks_near_share": "share of the points that have a track within 25 px",
    "front_8_px": "front at frame 8, px",
    "front_20_px": "front at frame 20, px",
    "front_40_px": "front at frame 40, px",
    "front_8_coverage": "share of the front at frame 8",
    "front_20_coverage": "share of the front at frame 20",
    "front_40_coverage": "share of the front at frame 40",
    "pupil_max_px": "pupil's centre, greatest error, px",
    "eye_motion_rms_px": "eye motion RMS, px",
    "lambda_s": "lambda, s (no truth)",
}
"""What the report shows, of all that is measured."""


def compare_on_clips(
    folder: Path, names: tuple[str, ...], work: Path
) -> dict[str, list[dict[str, Any]]]:
    """Return, for each clip that is in the folder, one row per method.

    Parameters
    ----------
    folder : Path
        Holds `clip_fused60.mp4`, `clip_clean.mp4` and `annotations_dev.json`.
    names : tuple of str
        Methods beside EasyTear; those that need a truth are left out.
    """
    marks = json.loads((folder / "annotations_dev.json").read_text(encoding="utf-8"))
    out = {}
    for clip, title in CLIPS.items():
        video = folder / f"{clip}.mp4"
        if not video.exists():
            continue
        rows: list[dict[str, Any]] = [{"method": "easytear", **measure_clip(video, marks, work)}]
        rows += [_other(name, video, marks) for name in names if name in FOLLOW]
        out[title] = rows
    return out


def _other(name: str, video: Path, marks: dict[str, Any]) -> dict[str, Any]:
    analysis = measure(name, video, MM_PER_PX)
    row: dict[str, Any] = {"method": name}
    if analysis.summary.intervals:
        row |= pupil_errors(analysis, marks["pupil"])
        fit = analysis.summary.intervals[0].spread.y
        row["lambda_s"] = fit.lambda_s if fit else None
    if len(analysis.tracks):
        row |= track_errors(analysis, marks["authors_tracks"])
    return row


def clip_cells(rows: list[dict[str, Any]]) -> list[list[str]]:
    """Return a table with its head: a line for each quantity, a column for each method."""
    out = [["", *("EasyTear" if r["method"] == "easytear" else r["method"] for r in rows)]]
    for column, title in ROWS.items():
        numbers = [row.get(column) for row in rows]
        if any(number is not None for number in numbers):
            out.append([title, *("-" if n is None or n != n else f"{n:.2f}" for n in numbers)])
    return out


def ahead_on_clip(rows: list[dict[str, Any]]) -> list[str]:
    """Return a sentence for every quantity in which another method does better than EasyTear."""
    mine, *others = rows
    out = []
    for column, title in ROWS.items():
        if column == "lambda_s":
            continue
        sign = 1.0 if column.endswith("_px") else -1.0
        for row in others:
            ours, other = mine.get(column), row.get(column)
            if other is None or other != other:
                continue
            if ours is None or ours != ours or sign * other < sign * ours:
                shown = "-" if ours is None else f"{ours:.2f}"
                out.append(f"{title}: {row['method']} {other:.2f}, EasyTear {shown}")
    return out
