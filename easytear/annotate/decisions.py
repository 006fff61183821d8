"""What a person decided, in the terms of an analysis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import numpy as np

from easytear.annotate.eye import EyeFrames
from easytear.annotate.model import (
    Annotations,
    EllipseKeyframe,
    EllipseMark,
    FrontLine,
    IntervalMark,
    Keyframe,
    PointTrack,
    RegionMark,
    ScaleMark,
    Verdict,
)
from easytear.request.corrections import (
    Corrections,
    EllipseEdit,
    Excluded,
    IntervalEdit,
    RegionEdit,
)
from easytear.request.scale import Calibration
from easytear.results import Analysis, CorrectionNote

_K = TypeVar("_K", Keyframe, EllipseKeyframe)


def needs_video(changes: Corrections) -> bool:
    """Return whether the corrections cannot be taken in from the tables alone."""
    return bool(changes.intervals or changes.regions or changes.pupils)


def rejected(document: Annotations) -> set[int]:
    """Return the program's tracks that the person rejected or replaced by their own."""
    replaced = {p.program_track for p in document.of(PointTrack) if p.program_track is not None}
    return replaced | {v.program_track for v in document.of(Verdict) if not v.accepted}


def corrections_of(document: Annotations, analysis: Analysis) -> Corrections:
    """Return the decisions about intervals, region, limbus, pupil and exclusion."""
    by = document.annotator or None
    intervals, excluded = [], []
    for mark in document.of(IntervalMark):
        if mark.program_interval is None:
            continue
        index, when = mark.program_interval, mark.edited
        now = _bounds(analysis, index)
        if (mark.start_frame, mark.end_frame) != now:
            intervals.append(
                IntervalEdit(
                    interval=index,
                    start_frame=mark.start_frame,
                    end_frame=mark.end_frame,
                    by=by,
                    when=when,
                )
            )
        if mark.excluded:
            excluded.append(Excluded(interval=index, reason=mark.excluded, by=by, when=when))
    return Corrections(
        intervals=tuple(intervals),
        regions=tuple(_regions(document, analysis)),
        irises=tuple(_ellipses(document, analysis, "limbus")),
        pupils=tuple(_ellipses(document, analysis, "pupil")),
        excluded=tuple(excluded),
    )


def scale_of(document: Annotations) -> Calibration | None:
    """Return the scale that the person set, None if they set none."""
    marks = list(document.of(ScaleMark))
    if not marks:
        return None
    last = marks[-1]
    return Calibration(mm_per_px=last.mm_per_px, mm_per_px_sd=last.mm_per_px_sd, source="user")


def notes_of(document: Annotations, analysis: Analysis) -> list[CorrectionNote]:
    """Return who changed what, for the summary; tracks and front, the rest notes itself."""
    by, eye = document.annotator or None, EyeFrames(analysis)
    notes = []
    for verdict in document.of(Verdict):
        if not verdict.accepted:
            where = _interval_of_track(analysis, verdict.program_track)
            detail = f"track {verdict.program_track} rejected"
            notes.append(_note("tracks", where, detail, by, verdict.edited))
    for point in document.of(PointTrack):
        where = eye.index_at(point.keyframes[0].frame)
        what = "added" if point.program_track is None else f"replaces track {point.program_track}"
        detail = f"point {point.id} {what}, {len(point.keyframes)} keyframes"
        notes.append(_note("tracks", where, detail, by, point.edited))
    for line in document.of(FrontLine):
        where = eye.index_at(line.keyframes[0].frame)
        detail = f"front {line.id} drawn, {len(line.keyframes)} keyframes"
        notes.append(_note("front", where, detail, by, line.edited))
    return notes


def _note(
    what: str, interval: int | None, detail: str, by: str | None, when: str | None
) -> CorrectionNote:
    return CorrectionNote(what=what, interval=interval, detail=detail, by=by, when=when)


def _bounds(analysis: Analysis, index: int) -> tuple[int, int] | None:
    for one in analysis.summary.intervals:
        if one.index == index:
            return one.start_frame, one.end_frame
    return None


def _interval_of_track(analysis: Analysis, track_id: int) -> int | None:
    rows = analysis.tracks.loc[analysis.tracks["track_id"] == track_id, "interval"]
    return int(rows.iloc[0]) if len(rows) else None


def _regions(document: Annotations, analysis: Analysis) -> Iterable[RegionEdit]:
    eye = EyeFrames(analysis)
    for mark in document.of(RegionMark):
        for index, key in _by_interval(mark.keyframes, eye):
            points = eye.to_eye(np.array(key.points), key.frame)
            yield RegionEdit(
                interval=index,
                polygon=tuple((float(x), float(y)) for x, y in points),
                by=document.annotator or None,
                when=mark.edited,
            )


def _ellipses(document: Annotations, analysis: Analysis, kind: str) -> Iterable[EllipseEdit]:
    eye = EyeFrames(analysis)
    for mark in document.of(EllipseMark):
        if mark.kind != kind:
            continue
        for index, key in _by_interval(mark.keyframes, eye):
            x, y = eye.to_eye(np.array([[key.x_px, key.y_px]]), key.frame)[0]
            yield EllipseEdit(
                interval=index,
                x_px=float(x),
                y_px=float(y),
                rx_px=key.rx_px,
                ry_px=key.ry_px,
                angle_deg=key.angle_deg,
                by=document.annotator or None,
                when=mark.edited,
            )


def _by_interval(keyframes: Iterable[_K], eye: EyeFrames) -> Iterable[tuple[int, _K]]:
    """Yield each interval that has a keyframe, with its first one."""
    seen: set[int] = set()
    for key in keyframes:
        one = eye.interval_at(key.frame)
        if one is not None and one.index not in seen and not key.outside:
            seen.add(one.index)
            yield one.index, key
