"""What a person did to tracks and front, worked into their tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import FloatArray
from easytear.engine.observation import Observation
from easytear.engine.tables import front_from_columns, tracks_from_columns
from easytear.preprocess.registration import image_to_eye
from easytear.request.corrections import (
    ANNOTATOR_SD_PX,
    Corrections,
    FrontEdit,
    TrackEdit,
    TrackRejection,
)
from easytear.results import Columns, as_written

REJECTED_WITHIN_PX: Final = 2.0
"""A rejected track passes this near to the place that was named: the width of a point's error."""

_STEP_PX: Final = 8.0
"""Distance of front samples where the program has none, as the results format allows at most."""


def with_edits(
    seen: Observation, tracks: Columns, front: Columns, corrections: Corrections
) -> tuple[Observation, Columns, Columns]:
    """Return an interval's observation and tables with a person's tracks and front in them.

    Parameters
    ----------
    seen : Observation
        As results keep it, with the program's own tracks and front.
    tracks, front : Columns
        Its columns of tracks.csv (tracks count from 0) and front.csv.
    corrections : Corrections
        Those of other intervals are left alone.
    """
    of = seen.index
    rejected = [e for e in corrections.rejected if e.interval == of]
    added = [e for e in corrections.tracks if e.interval == of]
    drawn = [e for e in corrections.fronts if e.interval == of]
    if rejected or added:
        tracks = _without(tracks, rejected)
        for edit in added:
            tracks = _joined(tracks, _track(edit, tracks, seen))
        tracks = as_written(tracks)
        start = seen.interval.start_frame
        seen = replace(seen, tracks=tracks_from_columns(tracks, start, seen.time_s))
    if drawn:
        front = as_written(_redrawn(front, drawn, seen))
        count, start = len(seen.time_s), seen.interval.start_frame
        # What was noted about the program's own front no longer holds: a person's stands.
        looked_at = seen.front.x_px.tolist()
        seen = replace(seen, front=front_from_columns(front, start, count, (), looked_at))
    return seen, tracks, front


def _without(tracks: Columns, rejected: list[TrackRejection]) -> Columns:
    """Leave out the tracks that are nearest to the places named."""
    gone: set[int] = set()
    for edit in rejected:
        here = np.flatnonzero(tracks["frame"] == edit.frame)
        if not len(here):
            continue
        away = np.hypot(tracks["x_px"][here] - edit.x_px, tracks["y_px"][here] - edit.y_px)
        nearest = int(np.argmin(away))
        if away[nearest] <= REJECTED_WITHIN_PX:
            gone.add(int(tracks["track_id"][here[nearest]]))
    keep = ~np.isin(tracks["track_id"], sorted(gone))
    return {name: values[keep] for name, values in tracks.items()}


def _track(edit: TrackEdit, tracks: Columns, seen: Observation) -> Columns:
    """Return a person's point as rows, inside the interval only."""
    frame = np.array(edit.frame)
    image = np.column_stack([edit.x_px, edit.y_px]).astype(float)
    inside = (frame >= seen.interval.start_frame) & (frame <= seen.interval.end_frame)
    frame, image = frame[inside], image[inside]
    index = frame - seen.interval.start_frame
    eye = np.array(
        [image_to_eye(point, seen.eye, int(k)) for point, k in zip(image, index, strict=True)]
    ).reshape(-1, 2)
    unknown = np.full(len(frame), np.nan)
    own: dict[str, NDArray[Any]] = {
        "interval": np.full(len(frame), seen.index),
        "track_id": np.full(len(frame), int(np.max(tracks["track_id"], initial=-1)) + 1),
        "frame": frame,
        "time_s": seen.time_s[index],
        "x_px": image[:, 0],
        "y_px": image[:, 1],
        "x_eye_px": eye[:, 0],
        "y_eye_px": eye[:, 1],
        "vx_mm_s": unknown,
        "vy_mm_s": unknown,
        "sd_px": np.full(len(frame), ANNOTATOR_SD_PX),
        "observed": np.array(edit.observed)[inside],
    }
    return own


def _redrawn(front: Columns, drawn: list[FrontEdit], seen: Observation) -> Columns:
    """Return front.csv's columns with a person's line wherever they drew one."""
    x = np.unique(front["x_eye_px"])
    parts = []
    for edit in sorted(drawn, key=lambda e: e.frame):
        index = edit.frame - seen.interval.start_frame
        if not 0 <= index < len(seen.time_s) or len(edit.points) < 2:
            continue
        line = image_to_eye(np.array(edit.points, float), seen.eye, index)
        parts.append(_front_rows(line, edit, index, x, seen))
    kept = ~np.isin(front["frame"], [int(part["frame"][0]) for part in parts])
    out: Columns = {name: values[kept] for name, values in front.items()}
    for part in parts:
        out = _joined(out, part)
    order = np.lexsort((out["x_eye_px"], out["frame"]))
    return {name: values[order] for name, values in out.items()}


def _front_rows(
    line: FloatArray, edit: FrontEdit, index: int, x: FloatArray, seen: Observation
) -> Columns:
    """Return a drawn line at the program's columns, and on beside them as far as it reaches."""
    line = line[np.argsort(line[:, 0], kind="stable")]
    if len(x) < 2:
        x = np.arange(0.0, line[-1, 0] + 1.0, _STEP_PX)
    first, last = line[0, 0], line[-1, 0]
    spacing = float(np.median(np.diff(x)))
    low = np.arange(x[0] - spacing, first, -spacing)[::-1]
    high = np.arange(x[-1] + spacing, last, spacing)
    x = np.concatenate([low, x, high])
    x = x[(x >= first) & (x <= last)]
    count = len(x)
    rows: dict[str, NDArray[Any]] = {
        "interval": np.full(count, seen.index),
        "frame": np.full(count, edit.frame),
        "time_s": np.full(count, seen.time_s[index]),
        "x_eye_px": x,
        "y_eye_px": np.interp(x, line[:, 0], line[:, 1]),
        "sd_px": np.full(count, ANNOTATOR_SD_PX),
        "observed": np.full(count, edit.observed),
    }
    return rows


def _joined(one: Columns, other: Columns) -> Columns:
    return {
        name: np.concatenate([values, other[name]]) if len(values) else other[name]
        for name, values in one.items()
    }
