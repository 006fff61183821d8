"""What a person decided, in the terms of an analysis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np

from easytear.annotate.bounds import blinked_away, bounds_of, by_hand, cut
from easytear.annotate.eye import EyeFrames
from easytear.annotate.film import FilmMotion
from easytear.annotate.interpolate import front_frames, point_path
from easytear.annotate.model import (
    Annotations,
    BlinkMark,
    EllipseKeyframe,
    EllipseMark,
    FrontLine,
    IntervalMark,
    Keyframe,
    PointTrack,
    RegionMark,
    ScaleMark,
    Verdict,
    is_matched,
)
from easytear.base.geometry import FloatArray
from easytear.base.limits import whole_limit
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
    said: list[PointTrack | Verdict] = [*document.of(PointTrack)]
    said += (v for v in document.of(Verdict) if not v.accepted)
    return {i.program_track for i in said if i.program_track is not None and is_matched(i)}


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
    return (
        before.but(**unknown)
        if scale.content() == before.scale.content()
        else before.but(**unknown, scale=scale)
    )


def corrections_of(document: Annotations, analysis: Analysis) -> Corrections:
    """Return the decisions about intervals, region, limbus, pupil and exclusion."""
    by = document.annotator or None
    marks = {mark.program_interval: mark for mark in document.of(IntervalMark)}
    bounds = bounds_of(document, analysis)
    intervals, excluded = [], []
    for one in analysis.summary.intervals:
        mark, (start, end) = marks.get(one.index), bounds[one.index]
        if (start, end) != (one.start_frame, one.end_frame):
            when = mark.edited if mark is not None else _blink_edited(document, start, end)
            intervals.append(
                IntervalEdit(interval=one.index, start_frame=start, end_frame=end, by=by, when=when)
            )
        if mark is not None and mark.excluded:
            excluded.append(
                Excluded(interval=one.index, reason=mark.excluded, by=by, when=mark.edited)
            )
    for index, blink in blinked_away(document, analysis).items():
        reason = "a blink is marked over all of it"
        excluded.append(Excluded(interval=index, reason=reason, by=by, when=blink.edited))
    starts = {edit.interval: edit.start_frame for edit in intervals}
    return Corrections(
        intervals=tuple(intervals),
        regions=tuple(_regions(document, analysis, starts)),
        irises=tuple(_ellipses(document, analysis, "limbus", starts)),
        pupils=tuple(_ellipses(document, analysis, "pupil", starts)),
        excluded=tuple({one.interval: one for one in excluded}.values()),
    )


def _blink_edited(document: Annotations, start: int, end: int) -> str | None:
    """Return when the blink was marked that an interval now begins after or ends before."""
    beside = [
        mark.edited
        for mark in document.of(BlinkMark)
        if mark.end_frame + 1 == start or mark.start_frame - 1 == end
    ]
    return beside[0] if beside else None


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
    mark = marks[-1]
    value, sd = mark.mm_per_px, mark.mm_per_px_sd
    by, when = document.annotator or None, mark.edited
    return ScaleRequest(kind="mm_per_px", value=value, sd=sd, by=by, when=when)


def _replaced(old: Iterable[_D], new: Iterable[_D]) -> tuple[_D, ...]:
    """Return decisions by interval, the new ones in place of old ones about the same."""
    by_interval = {edit.interval: edit for edit in (*old, *new)}
    return tuple(by_interval[k] for k in sorted(by_interval))


def _rejections(document: Annotations, analysis: Analysis) -> Iterable[TrackRejection]:
    """Yield a rejection for each track that is rejected, or replaced by the person's point."""
    said: dict[int, tuple[str, str | None]] = {}
    for point in document.of(PointTrack):
        if point.program_track is not None and is_matched(point) and not _as_taken_over(point):
            said[point.program_track] = (f"track {point.program_track} replaced", point.edited)
    for verdict in document.of(Verdict):
        track = verdict.program_track
        if track is not None and is_matched(verdict) and not verdict.accepted:
            said[track] = (f"track {track} rejected", verdict.edited)
    bounds = bounds_of(document, analysis)
    table = analysis.tracks[analysis.tracks["track_id"].isin(said)].sort_values("frame")
    for number, rows in table.groupby("track_id"):
        what, when = said[int(str(number))]
        index = int(rows["interval"].iloc[0])
        start, end = bounds.get(index, (0, whole_limit("video_frames")))
        inside = rows[(rows["frame"] >= start) & (rows["frame"] <= end)]
        # Its middle: where an interval's bounds were moved, a track's ends are not found again.
        where = (inside if len(inside) else rows).iloc[len(inside) // 2]
        yield TrackRejection(
            interval=index,
            frame=int(where["frame"]),
            x_px=round(float(where["x_px"]), 3),
            y_px=round(float(where["y_px"]), 3),
            what=what,
            by=document.annotator or None,
            when=when,
        )


def _as_taken_over(item: PointTrack | FrontLine | RegionMark | EllipseMark) -> bool:
    """Return whether a shape was taken over from the program and nothing was done to it."""
    return all(key.source == "program" for key in item.keyframes)


def _tracks(
    document: Annotations, analysis: Analysis, times: list[float], film: FilmMotion
) -> Iterable[TrackEdit]:
    """Yield each point for each interval that it is seen in."""
    bounds = bounds_of(document, analysis)
    for point in document.of(PointTrack):
        replaces = point.program_track is not None
        if replaces and is_matched(point) and _as_taken_over(point):
            continue
        what = f"replaces track {point.program_track}" if replaces else "added"
        for index, span in bounds.items():
            for part in cut(point, [span]):
                frames, places = point_path(part, times, film)
                keyed = np.array([key.frame for key in part.keyframes if not key.outside])
                known = np.isfinite(places).all(axis=1)
                yield TrackEdit(
                    interval=index,
                    frame=tuple(frames[known].tolist()),
                    x_px=tuple(np.round(places[known, 0], 3).tolist()),
                    y_px=tuple(np.round(places[known, 1], 3).tolist()),
                    observed=tuple(np.isin(frames[known], keyed).tolist()),
                    what=f"point {point.id} {what}, {len(point.keyframes)} keyframes",
                    by=document.annotator or None,
                    when=point.edited,
                )


def _fronts(
    document: Annotations, eye: EyeFrames, times: list[float], film: FilmMotion, by: str | None
) -> Iterable[FrontEdit]:
    """Yield the drawn line in each frame that has one; not one taken over and left as it was."""
    found: dict[int, FrontEdit] = {}
    for index, span in bounds_of(document, eye).items():
        for line in document.of(FrontLine):
            for part in cut(line, [span]):
                drawn, keyed = front_frames(part, times, film)
                for frame in (f for f in drawn if by_hand(part, f)):
                    places = np.round(drawn[frame], 3)
                    found[frame] = FrontEdit(
                        interval=index,
                        frame=frame,
                        points=tuple((float(x), float(y)) for x, y in places),
                        observed=frame in keyed,
                        what=f"front {line.id} drawn, {len(line.keyframes)} keyframes",
                        by=by,
                        when=line.edited,
                    )
    yield from (found[frame] for frame in sorted(found))


def _regions(
    document: Annotations, analysis: Analysis, starts: dict[int, int]
) -> Iterable[RegionEdit]:
    eye = EyeFrames(analysis)
    for mark in document.of(RegionMark):
        if _as_taken_over(mark):
            continue
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
        if mark.kind != kind or _as_taken_over(mark):
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
