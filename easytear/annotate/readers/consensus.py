"""What several readers of one video agree on, with how far they are apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from easytear import __version__
from easytear.annotate.interpolate import front_frames, point_path
from easytear.annotate.model import (
    SCHEMA,
    Annotations,
    AnyItem,
    BlinkMark,
    FrontLine,
    IntervalMark,
    Keyframe,
    PointTrack,
)
from easytear.annotate.readers.joined import (
    JoinedFront,
    JoinedPoint,
    JoinedSpan,
    Way,
    join_fronts,
    join_points,
    join_spans,
)
from easytear.base.errors import AnnotationError

COLUMNS: Final = (
    "video",
    "kind",
    "label",
    "frame",
    "readers",
    "spread_px",
    "way_spread_px",
    "spread_frames",
)
"""Columns of a consensus's table of spread."""


@dataclass(frozen=True)
class Consensus:
    """What readers agree on.

    Attributes
    ----------
    document : Annotations
        As annotations of nobody: points, fronts, blinks and intervals that at least two readers,
        and at least half of those who marked their part of the video, have.
    spread : pandas.DataFrame
        One row for each point and front in each frame, and for each end of a blink or interval,
        with `COLUMNS`. Spreads are standard deviations of one reader (of points: per axis).
    told : tuple of str
        What was left out, for a person.
    """

    document: Annotations
    spread: pd.DataFrame
    told: tuple[str, ...]


def consensus(documents: Sequence[Annotations]) -> Consensus:
    """Join several readers' annotations of one video.

    A point's place is the median of the readers' ways, each moved by how far that reader began
    from the others: readers do not pick the very same bit of film. A front is the median of their
    lines' heights, a blink or interval that of their ends. With two readers a median is the mean.

    Raises
    ------
    AnnotationError
        With fewer than two readers, or annotations of different videos.
    """
    names = _check(documents)
    times = max((d.video.time_s for d in documents), key=len)
    points = join_points([_ways(document, times) for document in documents])
    fronts = join_fronts([_lines(document, times) for document in documents])
    spans = {
        kind: join_spans([[(m.start_frame, m.end_frame) for m in d.of(of)] for d in documents])
        for kind, of in (("blink", BlinkMark), ("interval", IntervalMark))
    }
    video = next((d.video for d in documents if d.video.sha256), documents[0].video)
    items: list[AnyItem] = [*_spans(spans["blink"], spans["interval"], documents)]
    items += [_point(n + 1, one) for n, one in enumerate(points)]
    items += _fronts(fronts)
    numbered = tuple(item.model_copy(update={"id": n + 1}) for n, item in enumerate(items))
    document = Annotations(
        schema=SCHEMA,
        video=video,
        annotator=f"consensus of {', '.join(names)}"[:255],
        software=f"easytear {__version__}",
        program_shown=any(d.program_shown for d in documents),
        items=numbered,
    )
    document = document.model_copy(update={"items": _as_seen(numbered, documents)})
    rows = pd.DataFrame(_rows(points, fronts, spans), columns=list(COLUMNS[1:]))
    rows.insert(0, "video", video.name)
    return Consensus(document, rows, _left_out(documents, items))


def _check(documents: Sequence[Annotations]) -> list[str]:
    if len(documents) < 2:
        raise AnnotationError("A consensus needs the annotations of two readers at least.")
    known = {d.video.sha256 or d.video.name for d in documents}
    if len(known) > 1:
        videos = ", ".join(sorted({d.video.name for d in documents}))
        raise AnnotationError(f"{videos}: are different videos; a consensus is of one.")
    names = [d.annotator or "unnamed" for d in documents]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise AnnotationError(
            f"{documents[0].video.name}: {twice[0]} stands in two files; give each reader once."
        )
    return names


def _ways(document: Annotations, times: Sequence[float]) -> list[Way]:
    """Return a reader's points: where each is seen, and the frames it was set in by hand."""
    ways = []
    for point in document.of(PointTrack):
        keyed = [k.frame for k in point.keyframes if not k.outside and k.source != "program"]
        if keyed:
            frames, places = point_path(point, times)
            place = dict(zip(frames.tolist(), places, strict=True))
            ways.append(Way(place, frozenset(keyed), point.label))
    return ways


def _lines(document: Annotations, times: Sequence[float]) -> dict[int, tuple[np.ndarray, bool]]:
    """Return a reader's front in each frame, and whether it was drawn in that frame."""
    found: dict[int, tuple[np.ndarray, bool]] = {}
    for line in document.of(FrontLine):
        own = tuple(k for k in line.keyframes if k.source != "program" or k.outside)
        while own and own[0].outside:
            own = own[1:]
        if own:
            drawn, keyed = front_frames(line.model_copy(update={"keyframes": own}), times)
            found |= {frame: (points, frame in keyed) for frame, points in drawn.items()}
    return found


def _point(number: int, one: JoinedPoint) -> PointTrack:
    keys = tuple(
        Keyframe(frame=f, points=((float(x), float(y)),))
        for f, (x, y) in zip(one.frames, one.places, strict=True)
    )
    label = one.label or str(number)
    return PointTrack(id=number, label=label, note=_note(one.readers), keyframes=keys)


def _fronts(fronts: Sequence[JoinedFront]) -> Iterable[FrontLine]:
    if fronts:
        keys = tuple(
            Keyframe(frame=one.frame, points=tuple((float(x), float(y)) for x, y in one.line))
            for one in fronts
        )
        note = _note(max(one.readers for one in fronts))
        yield FrontLine(id=1, label="front", note=note, keyframes=keys)


def _spans(
    blinks: Sequence[JoinedSpan], intervals: Sequence[JoinedSpan], documents: Sequence[Annotations]
) -> Iterable[BlinkMark | IntervalMark]:
    for one in blinks:
        note = _note(one.readers)
        seen = [
            mark.complete
            for document in documents
            for mark in document.of(BlinkMark)
            if mark.start_frame <= one.end_frame and mark.end_frame >= one.start_frame
        ]
        complete = 2 * sum(seen) >= len(seen)
        yield BlinkMark(
            id=1,
            start_frame=one.start_frame,
            end_frame=one.end_frame,
            note=note,
            complete=complete,
        )
    for one in intervals:
        yield IntervalMark(
            id=1, start_frame=one.start_frame, end_frame=one.end_frame, note=_note(one.readers)
        )


def _as_seen(items: Sequence[AnyItem], documents: Sequence[Annotations]) -> tuple[AnyItem, ...]:
    """Say of each mark whether all of its readers' marks of that kind were made blind."""
    blind = {
        kind: all(i.blind for d in documents for i in d.items if i.kind == kind)
        for kind in {item.kind for item in items}
    }
    return tuple(item.model_copy(update={"blind": blind[item.kind]}) for item in items)


def _note(readers: int) -> str:
    return f"agreed on by {readers} readers"


def _rows(
    points: Sequence[JoinedPoint],
    fronts: Sequence[JoinedFront],
    spans: dict[str, list[JoinedSpan]],
) -> Iterable[tuple[object, ...]]:
    for n, one in enumerate(points):
        told = zip(one.frames, one.counts, one.spread_px, one.way_spread_px, strict=True)
        for frame, count, spread, way in told:
            yield "point", one.label or str(n + 1), frame, count, spread, way, np.nan
    for line in fronts:
        yield "front", "front", line.frame, line.readers, line.spread_px, np.nan, np.nan
    for kind, found in spans.items():
        for span in found:
            ends = (
                ("start", span.start_frame, span.start_sd_frames),
                ("end", span.end_frame, span.end_sd_frames),
            )
            for end, frame, sd in ends:
                yield kind, end, frame, span.readers, np.nan, np.nan, sd


def _left_out(documents: Sequence[Annotations], items: Sequence[AnyItem]) -> tuple[str, ...]:
    told = []
    kept = Counter(item.kind for item in items)
    for kind in ("point", "front", "blink", "interval"):
        most = max(sum(item.kind == kind for item in d.items) for d in documents)
        if kind != "front" and most > kept[kind]:
            told.append(f"{kept[kind]} of at most {most} {kind}s are agreed on")
    others = Counter(
        item.kind
        for d in documents
        for item in d.items
        if item.kind in ("region", "limbus", "pupil", "scale")
    )
    told += [f"{count} marks of kind {kind} are not joined" for kind, count in others.items()]
    return tuple(told)
