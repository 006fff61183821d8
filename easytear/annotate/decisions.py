"""What a person decided, in the terms of an analysis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np

from easytear.annotate.eye import EyeFrames
from easytear.annotate.film import FilmMotion
from easytear.annotate.interpolate import drawn_fronts, point_path
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
from easytear.base.geometry import FloatArray
from easytear.request.corrections import (
    Corrections,
    Decision,
    EllipseEdit,
    Excluded,
    FrontEdit,
    IntervalEdit,
    RegionEdit,
    TrackEdit,
    TrackRejection,
)
from easytear.request.request import Request
from easytear.request.scale import ScaleRequest
from easytear.results import Analysis

_K = TypeVar("_K", Keyframe, EllipseKeyframe)
_D = TypeVar("_D", bound=Decision)


def rejected(document: Annotations) -> set[int]:
    """Return the program's tracks that the person rejected or replaced by their own."""
    replaced = {p.program_track for p in document.of(PointTrack) if p.program_track is not None}
    return replaced | {v.program_track for v in document.of(Verdict) if not v.accepted}


def request_of(document: Annotations, analysis: Analysis) -> Request:
    """Return what is asked for once a person's annotations of an analysis are taken in.

    A decision of the annotations stands in place of an earlier one about the same; other earlier
    decisions stay.
    """
    before = analysis.summary.request
    made = corrections_of(document, analysis)
    edits = track_edits(document, analysis, FilmMotion(analysis.tracks))
    joined: dict[str, Any] = {
        name: _replaced(getattr(before.corrections, name), getattr(made, name))
        for name in ("intervals", "regions", "irises", "pupils", "excluded")
    }
    joined |= {name: getattr(edits, name) for name in ("rejected", "tracks", "fronts")}
    scale = scale_of(document) or before.scale
    unknown = {"corrections": Corrections(**joined)}
    return before.but(**unknown) if scale == before.scale else before.but(**unknown, scale=scale)


def corrections_of(document: Annotations, analysis: Analysis) -> Corrections:
    """Return the decisions about intervals, region, limbus, pupil and exclusion."""
    by = document.annotator or None
    intervals, excluded = [], []
    for mark in document.of(IntervalMark):
        if mark.program_interval is None:
            continue
        index, when = mark.program_interval, mark.edited
        now = _bounds(analysis, index)
        if now is not None and (mark.start_frame, mark.end_frame) != now:
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
    starts = {edit.interval: edit.start_frame for edit in intervals}
    return Corrections(
        intervals=tuple(intervals),
        regions=tuple(_regions(document, analysis, starts)),
        irises=tuple(_ellipses(document, analysis, "limbus", starts)),
        pupils=tuple(_ellipses(document, analysis, "pupil", starts)),
        excluded=tuple(excluded),
    )


def track_edits(document: Annotations, analysis: Analysis, film: FilmMotion) -> Corrections:
    """Return the decisions about tracks and front.

    Parameters
    ----------
    document : Annotations
        A person's annotations.
    analysis : Analysis
        The program's own result, that the annotations were made on.
    film : FilmMotion
        The film as its tracks tell it: carries points and lines between keyframes.
    """
    eye, by = EyeFrames(analysis), document.annotator or None
    times = np.asarray(analysis.frames.sort_values("frame")["time_s"], float).tolist()
    return Corrections(
        rejected=tuple(_rejections(document, analysis)),
        tracks=tuple(_tracks(document, analysis, times, film)),
        fronts=tuple(_fronts(document, eye, times, film, by)),
    )


def scale_of(document: Annotations) -> ScaleRequest | None:
    """Return the scale that the person set, None if they set none."""
    marks = list(document.of(ScaleMark))
    if not marks:
        return None
    return ScaleRequest(kind="mm_per_px", value=marks[-1].mm_per_px, sd=marks[-1].mm_per_px_sd)


def _replaced(old: Iterable[_D], new: Iterable[_D]) -> tuple[_D, ...]:
    """Return decisions by interval, the new ones in place of old ones about the same."""
    by_interval = {edit.interval: edit for edit in (*old, *new)}
    return tuple(by_interval[k] for k in sorted(by_interval))


def _rejections(document: Annotations, analysis: Analysis) -> Iterable[TrackRejection]:
    """Yield a rejection for each track that is rejected, or replaced by the person's point."""
    said: dict[int, tuple[str, str | None]] = {}
    for point in document.of(PointTrack):
        if point.program_track is not None:
            said[point.program_track] = (f"track {point.program_track} replaced", point.edited)
    for verdict in document.of(Verdict):
        if not verdict.accepted:
            said[verdict.program_track] = (
                f"track {verdict.program_track} rejected",
                verdict.edited,
            )
    rows = analysis.tracks.drop_duplicates("track_id")
    rows = rows[rows["track_id"].isin(said)].sort_values("track_id")
    columns = (rows[name].tolist() for name in ("track_id", "interval", "frame", "x_px", "y_px"))
    for track, interval, frame, x, y in zip(*columns, strict=True):
        what, when = said[track]
        yield TrackRejection(
            interval=interval,
            frame=frame,
            x_px=round(x, 3),
            y_px=round(y, 3),
            what=what,
            by=document.annotator or None,
            when=when,
        )


def _tracks(
    document: Annotations, analysis: Analysis, times: list[float], film: FilmMotion
) -> Iterable[TrackEdit]:
    """Yield each point for each interval that it is seen in."""
    for point in document.of(PointTrack):
        frames, places = point_path(point, times, film)
        keyed = np.array([key.frame for key in point.keyframes if not key.outside])
        what = "added" if point.program_track is None else f"replaces track {point.program_track}"
        for index, (start, end) in bounds_of(document, analysis).items():
            inside = (frames >= start) & (frames <= end) & np.isfinite(places).all(axis=1)
            if inside.any():
                yield TrackEdit(
                    interval=index,
                    frame=tuple(frames[inside].tolist()),
                    x_px=tuple(np.round(places[inside, 0], 3).tolist()),
                    y_px=tuple(np.round(places[inside, 1], 3).tolist()),
                    observed=tuple(np.isin(frames[inside], keyed).tolist()),
                    what=f"point {point.id} {what}, {len(point.keyframes)} keyframes",
                    by=document.annotator or None,
                    when=point.edited,
                )


def _fronts(
    document: Annotations, eye: EyeFrames, times: list[float], film: FilmMotion, by: str | None
) -> Iterable[FrontEdit]:
    """Yield the drawn line in each frame that has one."""
    drawn, keyed = drawn_fronts(document, times, film)
    lines = list(document.of(FrontLine))
    bounds = bounds_of(document, eye)
    for frame, points in sorted(drawn.items()):
        inside = [k for k, (start, end) in bounds.items() if start <= frame <= end]
        line = [one for one in lines if one.keyframes[0].frame <= frame]
        if inside:
            about = line[-1] if line else lines[0]
            yield FrontEdit(
                interval=inside[0],
                frame=int(frame),
                points=tuple((round(float(x), 3), round(float(y), 3)) for x, y in points),
                observed=frame in keyed,
                what=f"front {about.id} drawn, {len(about.keyframes)} keyframes",
                by=by,
                when=about.edited,
            )


def bounds_of(document: Annotations, analysis: Analysis | EyeFrames) -> dict[int, tuple[int, int]]:
    """Return the bounds of each interval of the program, as the person moved them."""
    known = analysis.summary.intervals if isinstance(analysis, Analysis) else analysis.intervals
    bounds = {one.index: (one.start_frame, one.end_frame) for one in known}
    for mark in document.of(IntervalMark):
        if mark.program_interval in bounds:
            bounds[mark.program_interval] = (mark.start_frame, mark.end_frame)
    return bounds


def _bounds(analysis: Analysis, index: int) -> tuple[int, int] | None:
    for one in analysis.summary.intervals:
        if one.index == index:
            return one.start_frame, one.end_frame
    return None


def _regions(
    document: Annotations, analysis: Analysis, starts: dict[int, int]
) -> Iterable[RegionEdit]:
    eye = EyeFrames(analysis)
    for mark in document.of(RegionMark):
        for index, key in _by_interval(mark.keyframes, eye):
            points = _in_first_frame(np.array(key.points), key.frame, index, eye, starts)
            yield RegionEdit(
                interval=index,
                polygon=tuple((float(x), float(y)) for x, y in points),
                by=document.annotator or None,
                when=mark.edited,
            )


def _ellipses(
    document: Annotations, analysis: Analysis, kind: str, starts: dict[int, int]
) -> Iterable[EllipseEdit]:
    eye = EyeFrames(analysis)
    for mark in document.of(EllipseMark):
        if mark.kind != kind:
            continue
        for index, key in _by_interval(mark.keyframes, eye):
            centre = np.array([[key.x_px, key.y_px]])
            x, y = _in_first_frame(centre, key.frame, index, eye, starts)[0]
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


def _in_first_frame(
    points: FloatArray, frame: int, index: int, eye: EyeFrames, starts: dict[int, int]
) -> FloatArray:
    """Return image points of a frame in the first frame of their interval, moved or not.

    Where the interval begins earlier than it did, nothing tells how the eye moved there: it is
    taken to have been still.
    """
    there = eye.to_eye(points, frame)
    start = starts.get(index)
    if start is None or eye.index_at(start) != index:
        return there
    return eye.to_image(there, start)


def _by_interval(keyframes: Iterable[_K], eye: EyeFrames) -> Iterable[tuple[int, _K]]:
    """Yield each interval that has a keyframe, with its first one."""
    seen: set[int] = set()
    for key in keyframes:
        one = eye.interval_at(key.frame)
        if one is not None and one.index not in seen and not key.outside:
            seen.add(one.index)
            yield one.index, key
