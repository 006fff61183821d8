"""The program and people as observers of one video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easytear.annotate.agreement.distances import Path
from easytear.annotate.agreement.records import GOLD, PROGRAM
from easytear.annotate.bounds import bounds_of, by_hand, cut
from easytear.annotate.corrected import frame_times
from easytear.annotate.eye import EyeFrames
from easytear.annotate.film import FilmMotion
from easytear.annotate.interpolate import front_frames, point_path
from easytear.annotate.model import Annotations, BlinkMark, FrontLine, IntervalMark, PointTrack
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
        while name in (*names, PROGRAM, GOLD):
            name += "'"
        names.append(name)
    return [_person(name, d, analysis) for name, d in zip(names, documents, strict=True)]


def gold_standard(analysis: Analysis, document: Annotations) -> Observer:
    """Return what a gold standard says, whoever made it."""
    return _person(GOLD, document, analysis)


def _person(name: str, document: Annotations, analysis: Analysis) -> Observer:
    time_s = frame_times(analysis)
    film = FilmMotion(analysis.tracks)
    spans = list(bounds_of(document, analysis).values())
    fronts, keyed = _fronts(document, spans, time_s, film)
    blinks = [(m.start_frame, m.end_frame) for m in document.of(BlinkMark)]
    intervals = [(m.start_frame, m.end_frame) for m in document.of(IntervalMark)]
    return Observer(
        name,
        [path for p in document.of(PointTrack) for path in _paths(p, spans, time_s, film)],
        fronts,
        keyed,
        blinks or None,
        intervals or None,
        document.blind(),
    )


def _fronts(
    document: Annotations, spans: list[tuple[int, int]], time_s: FloatArray, film: FilmMotion
) -> tuple[dict[int, FloatArray], frozenset[int]]:
    """Return the fronts that a person drew, by frame, and their keyframes.

    What was taken over from the program is no reader's: it is left out.
    """
    drawn: dict[int, FloatArray] = {}
    keyed: set[int] = set()
    for part in (part for line in document.of(FrontLine) for part in cut(line, spans)):
        found, keys = front_frames(part, time_s.tolist(), film)
        drawn |= {frame: line for frame, line in found.items() if by_hand(part, frame)}
        keyed |= {frame for frame in keys if by_hand(part, frame)}
    return drawn, frozenset(keyed)


def _paths(
    point: PointTrack, spans: list[tuple[int, int]], time_s: FloatArray, film: FilmMotion
) -> list[Path]:
    """Return a point's ways, one for each interval that it is seen in; not the program's."""
    found = []
    for part in cut(point, spans):
        frames, places = point_path(part, time_s.tolist(), film)
        own = [n for n, frame in enumerate(frames.tolist()) if by_hand(part, frame)]
        keyed = {k.frame for k in part.keyframes if not k.outside and k.source != "program"}
        if own:
            place = dict(zip(frames[own].tolist(), places[own], strict=True))
            found.append(Path(point.id, place, frozenset(keyed & place.keys())))
    return found
