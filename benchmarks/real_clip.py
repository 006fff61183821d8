"""Every method on a real clip, beside points that were followed in it and the marked front."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from benchmarks.methods import FOLLOW, measure
from benchmarks.real_footage import headline_lambda, measure_clip, pupil_errors, track_errors

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
    "pupil_frames": "marked frames of the eye that are in an interval",
    "pupil_max_px": "pupil's centre, greatest error, px",
    "eye_motion_rms_px": "eye motion RMS, px",
    "lambda_s": "lambda, s (no truth)",
}
"""What the report shows, of all that is measured."""
NOT_JUDGED = ("pupil_frames", "lambda_s")
OF_THE_EYE = ("pupil_max_px", "eye_motion_rms_px")


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
        row["lambda_s"] = headline_lambda(analysis)
    if len(analysis.tracks):
        row |= track_errors(analysis, marks["authors_tracks"])
    return row


def clip_cells(rows: list[dict[str, Any]]) -> list[list[str]]:
    """Return a table with its head: a line for each quantity, a column for each method."""
    out = [["", *("EasyTear" if r["method"] == "easytear" else r["method"] for r in rows)]]
    for column, title in ROWS.items():
        numbers = [_number(row, column) for row in rows]
        if any(number is not None for number in numbers):
            out.append([title, *(_shown(number, column) for number in numbers)])
    return out


def _number(row: dict[str, Any], column: str) -> float | None:
    value = row.get(column)
    return None if value is None or math.isnan(value) else float(value)


def _shown(number: float | None, column: str) -> str:
    if number is None:
        return "-"
    return f"{number:.0f}" if column in NOT_JUDGED[:1] else f"{number:.2f}"


def ahead_on_clip(rows: list[dict[str, Any]]) -> list[str]:
    """Return a sentence for every quantity in which another method does better than EasyTear.

    The eye is compared only with a method that saw it in the same number of marked frames.
    """
    mine, *others = rows
    out = []
    for column, title in ROWS.items():
        for row in others:
            ours, other = _number(mine, column), _number(row, column)
            apart = column in OF_THE_EYE and row.get("pupil_frames") != mine.get("pupil_frames")
            if other is None or apart or column in NOT_JUDGED:
                continue
            sign = 1.0 if column.endswith("_px") else -1.0
            if ours is None or sign * other < sign * ours:
                shown = f"{row['method']} {other:.2f}, EasyTear {_shown(ours, column)}"
                out.append(f"{title}: {shown}")
    return out
