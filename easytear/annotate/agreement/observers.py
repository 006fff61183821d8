"""The program and people as observers of one video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easytear.annotate.agreement.distances import Path
from easytear.annotate.agreement.records import PROGRAM
from easytear.annotate.corrected import frame_times
from easytear.annotate.eye import EyeFrames
from easytear.annotate.film import FilmMotion
from easytear.annotate.interpolate import drawn_fronts, point_path
from easytear.annotate.model import Annotations, BlinkMark, IntervalMark, PointTrack
from easytear.base.geometry import FloatArray
from easytear.results import Analysis


@dataclass(frozen=True)
class Observer:
    """What one observer marked: image coordinates, frames of the video.

    `blinks` and `intervals` are None where a person marked none at all: then they did not look.
    """

    name: str
    paths: list[Path]
    fronts: dict[int, FloatArray]
    front_keys: frozenset[int]
    blinks: list[tuple[int, int]] | None
    intervals: list[tuple[int, int]] | None
    blind: bool | None


def program(analysis: Analysis) -> Observer:
    """Return what the program saw."""
    eye = EyeFrames(analysis)
    fronts = {
        int(str(frame)): eye.to_image(
            rows.sort_values("x_eye_px")[["x_eye_px", "y_eye_px"]].to_numpy(float), int(str(frame))
        )
        for frame, rows in analysis.front.groupby("frame")
    }
    intervals = [(i.start_frame, i.end_frame) for i in analysis.summary.intervals]
    return Observer(PROGRAM, [], fronts, frozenset(fronts), _blink_runs(analysis), intervals, None)


def _blink_runs(analysis: Analysis) -> list[tuple[int, int]]:
    table = analysis.frames.sort_values("frame")
    frames, shut = table["frame"].to_numpy(), table["is_blink"].to_numpy(dtype=bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], shut, [False]]).astype(int)))
    return [(int(frames[a]), int(frames[b - 1])) for a, b in edges.reshape(-1, 2)]


def people(analysis: Analysis, documents: Sequence[Annotations]) -> list[Observer]:
    """Return what each person saw; two without different names are told apart."""
    names: list[str] = []
    for document in documents:
        name = document.annotator or "unnamed"
        while name in (*names, PROGRAM):
            name += "'"
        names.append(name)
    return [_person(name, d, analysis) for name, d in zip(names, documents, strict=True)]


def _person(name: str, document: Annotations, analysis: Analysis) -> Observer:
    time_s = frame_times(analysis)
    film = FilmMotion(analysis.tracks)
    fronts, keyed = drawn_fronts(document, time_s.tolist(), film)
    blinks = [(m.start_frame, m.end_frame) for m in document.of(BlinkMark)]
    intervals = [(m.start_frame, m.end_frame) for m in document.of(IntervalMark)]
    return Observer(
        name,
        [path for p in document.of(PointTrack) for path in _paths(p, analysis, time_s, film)],
        fronts,
        keyed,
        blinks or None,
        intervals or None,
        document.blind(),
    )


def _paths(
    point: PointTrack, analysis: Analysis, time_s: FloatArray, film: FilmMotion
) -> list[Path]:
    """Return a point's ways, one for each interval that it is seen in."""
    frames, places = point_path(point, time_s.tolist(), film)
    keyed = {key.frame for key in point.keyframes if not key.outside}
    found = []
    for one in analysis.summary.intervals:
        inside = (frames >= one.start_frame) & (frames <= one.end_frame)
        if inside.any():
            place = dict(zip(frames[inside].tolist(), places[inside], strict=True))
            found.append(Path(point.id, place, frozenset(keyed & place.keys())))
    return found
