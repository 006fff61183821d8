"""What the annotator's place knows: video, results, annotations, and where the person is.

Knows neither Qt nor napari's layers; both are told through signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import pandas as pd
from psygnal import Signal

from easytear.annotate import AnnotationSession, FilmMotion, VideoRef, point_path
from easytear.annotate.actions import Action, with_items
from easytear.annotate.bounds import cut
from easytear.annotate.eye import EyeFrames
from easytear.annotate.model import (
    Annotations,
    BlinkMark,
    EllipseMark,
    FrontLine,
    IntervalMark,
    PointTrack,
    RegionMark,
    Verdict,
)
from easytear.annotate.readers.assignment import Assigned
from easytear.annotate.readers.protocol import ORIGINAL, Protocol
from easytear.annotate.review import Doubt, worth_a_look
from easytear.base.errors import EasyTearError
from easytear.base.geometry import FloatArray
from easytear.results import TRACKS, Analysis, BlinkInfo, IntervalResult, empty_table

Shape = TypeVar("Shape", bound=PointTrack | FrontLine | RegionMark | EllipseMark)
Spans = tuple[tuple[int, int], ...]

NEAR_PX: Final = 18.0

SHOWN: Final = (
    "tracks",
    "front",
    "region",
    "limbus",
    "film_breaks",
    "intervals",
    "blinks",
    "review",
    "lambda",
)
"""What stands on screen and panel while the program's result is shown."""


@dataclass(frozen=True)
class Shown:
    """A point as it is shown in a frame.

    `state` is "keyed" (set here), "between" (interpolated) or "ghost" (where it was last seen:
    place it, keep it, or mark it lost).
    """

    item_id: int
    place: FloatArray
    state: str


@dataclass(frozen=True)
class Stretch:
    """An interval as it stands now: the person's bounds where they moved them."""

    index: int | None
    start_frame: int
    end_frame: int
    mark: IntervalMark | None


class Annotator:
    """The state that panel, layers and keys share.

    Parameters
    ----------
    video : VideoRef
        The video.
    session : AnnotationSession
        The open annotation file.
    results : Path, optional
        Folder of the results.
    analysis : Analysis, optional
        The program's results.
    doubts : list of Doubt
        What to review, from `review_queue`.
    drawn_tracks : pandas.DataFrame, optional
        The program's tracks with as few rows as their drawing needs.
    blind : bool
        Whether the program's result is hidden at first.
    protocol : Protocol
        What is marked in an interval.
    assigned : sequence of Assigned
        The intervals of this video that the person is to read.
    """

    document_changed = Signal()
    current_changed = Signal()
    frame_wanted = Signal(int)
    view_changed = Signal()
    said = Signal(str)
    place_wanted = Signal(float, float)

    def __init__(
        self,
        video: VideoRef,
        session: AnnotationSession,
        results: Path | None = None,
        analysis: Analysis | None = None,
        doubts: list[Doubt] | None = None,
        drawn_tracks: pd.DataFrame | None = None,
        blind: bool = False,
        protocol: Protocol = ORIGINAL,
        assigned: Sequence[Assigned] = (),
    ) -> None:
        self.video = video
        self.protocol = protocol
        self.assigned = tuple(assigned)
        self.places_shown = bool(assigned)
        self.session = session
        self.results = results
        self.analysis = analysis
        self.film = None if analysis is None else FilmMotion(analysis.tracks)
        self.eye = None if analysis is None else EyeFrames(analysis)
        self.drawn_tracks = empty_table(TRACKS) if drawn_tracks is None else drawn_tracks
        self.every_doubt = doubts if doubts is not None else []
        self.doubts = worth_a_look(self.every_doubt, session.document)
        self.alone = False
        self.doubt: Doubt | None = None
        self.frame = 0
        self.pointer: FloatArray | None = None
        self.current: int | None = None
        self.stabilised = False
        self.enhanced = False
        self._program_shown = False
        self._paths: dict[tuple[PointTrack, Spans], dict[int, FloatArray]] = {}
        self._spans: tuple[tuple[int, bool] | None, Spans] = (None, ())
        self._fronts = {} if analysis is None else _fronts(analysis)
        session.listeners.append(self._changed)
        self.show_program(analysis is not None and not blind)

    def disconnect(self) -> None:
        """Tell nobody any more."""
        self.session.listeners.clear()
        for signal in (
            self.document_changed,
            self.current_changed,
            self.frame_wanted,
            self.view_changed,
            self.said,
            self.place_wanted,
        ):
            signal.disconnect()

    @property
    def document(self) -> Annotations:
        """The annotations as they are now."""
        return self.session.document

    @property
    def program_shown(self) -> bool:
        """Whether the program's result is on the screen."""
        return self._program_shown

    @property
    def frame_count(self) -> int:
        """Frames of the video."""
        return self.video.frame_count or 0

    def show_program(self, shown: bool) -> None:
        """Show or hide the program's result; once shown, the file says so."""
        self._program_shown = shown and self.analysis is not None
        if not self._program_shown:
            self.stabilised = False  # the eye's motion is the program's, too
        self.session.tell_shown(SHOWN if self._program_shown else ())
        self.view_changed.emit()

    def do(self, action: Action) -> bool:
        """Carry out an action; what goes wrong is said. Return whether it was done."""
        try:
            self.session.do(action)
        except EasyTearError as error:
            self.said.emit(str(error))
            return False
        return True

    def go(self, frame: int) -> None:
        """Ask for a frame to be shown."""
        self.frame_wanted.emit(int(np.clip(frame, 0, self.frame_count - 1)))

    def choose(self, item_id: int | None) -> None:
        """Make a point the current one."""
        if item_id != self.current:
            self.current = item_id
            self.current_changed.emit()

    def current_point(self) -> PointTrack | None:
        """Return the current point, None when there is none."""
        item = None if self.current is None else self.document.get(self.current)
        return item if isinstance(item, PointTrack) else None

    def name_of(self, item_id: int) -> str:
        """Return what a point is called: its label, else its number in the file."""
        item = self.document.get(item_id)
        return item.label if item is not None and item.label else str(item_id)

    def points(self) -> list[PointTrack]:
        """Return all points."""
        return list(self.document.of(PointTrack))

    def path(self, point: PointTrack) -> dict[int, FloatArray]:
        """Return where a point is in each frame in which it is seen; not through blinks."""
        spans = self.spans()
        if (point, spans) not in self._paths:
            if len(self._paths) > 500:
                self._paths.clear()
            places: dict[int, FloatArray] = {}
            for part in cut(point, spans):
                frames, way = point_path(part, self.video.time_s, self.film)
                places |= dict(zip(frames.tolist(), way, strict=True))
            self._paths[point, spans] = places
        return self._paths[point, spans]

    def spans(self) -> tuple[tuple[int, int], ...]:
        """Return the whole video cut at the ends of intervals and of the person's blinks."""
        known = (self.document.revision, self._program_shown)
        if self._spans[0] != known:
            last = max(self.frame_count - 1, 0)
            cuts = {0, last + 1}
            known_spans: list[Stretch | BlinkMark] = [*self.stretches()]
            known_spans += self.document.of(BlinkMark)
            for one in known_spans:
                cuts |= {one.start_frame, one.end_frame + 1}
            ordered = sorted(frame for frame in cuts if 0 <= frame <= last + 1)
            self._spans = (known, tuple((a, b - 1) for a, b in pairwise(ordered)))
        return self._spans[1]

    def span(self, frame: int | None = None) -> tuple[int, int]:
        """Return the first and last frame of the interval or blink that a frame is in."""
        frame = self.frame if frame is None else frame
        return next((s for s in self.spans() if s[0] <= frame <= s[1]), (frame, frame))

    def part(self, item: Shape, frame: int | None = None) -> Shape | None:
        """Return the part of a shape that belongs to the interval of a frame, None if none."""
        return next(iter(cut(item, [self.span(frame)])), None)

    def own_front(self, frame: int | None = None) -> FrontLine | None:
        """Return the person's front of a frame's interval, all of it; None if they have none."""
        every = self.document.of(FrontLine)
        lines = (line for line in every if self.part(line, frame) is not None)
        return next(lines, None)

    def shown_points(self, frame: int | None = None) -> list[Shown]:
        """Return the points to show in a frame, ghosts of the same interval among them."""
        frame = self.frame if frame is None else frame
        shown = []
        for point in self.points():
            place = self.path(point).get(frame)
            if place is not None:
                keyed = any(key.frame == frame for key in point.keyframes)
                shown.append(Shown(point.id, place, "keyed" if keyed else "between"))
                continue
            part = self.part(point, frame)
            if part is None:
                continue
            last = part.keyframes[-1]
            if last.frame < frame and not last.outside:
                shown.append(Shown(point.id, self.ghost(part, frame), "ghost"))
        return shown

    def ghost(self, point: PointTrack, frame: int) -> FloatArray:
        """Return where a point that is no longer set may be: along the film, or where it was."""
        last = point.keyframes[-1]
        place = np.array(last.points)
        if self.film is not None and point.interpolation == "film":
            carried: FloatArray = self.film.carry(place, last.frame, frame)[-1, 0]
            if np.isfinite(carried).all():
                return carried
        first: FloatArray = place[0]
        return first

    def under_pointer(self, but: int | None = None) -> int | None:
        """Return the point nearest to the pointer, None if there is none close by."""
        if self.pointer is None:
            return None
        near = [
            (float(np.hypot(*(s.place - self.pointer))), s.item_id)
            for s in self.shown_points()
            if s.item_id != but
        ]
        best = min(near, default=(np.inf, 0))
        return best[1] if best[0] <= NEAR_PX else None

    def stretches(self) -> list[Stretch]:
        """Return the intervals in order: the person's, and the program's not moved (if shown)."""
        marks = list(self.document.of(IntervalMark))
        found = [Stretch(m.program_interval, m.start_frame, m.end_frame, m) for m in marks]
        moved = {m.program_interval for m in marks}
        known = [(o.index, o.start_frame, o.end_frame) for o in self.program_intervals()]
        known = known or [(o.interval, o.start_frame, o.end_frame) for o in self.assigned]
        found += [Stretch(*one, None) for one in known if one[0] not in moved]
        return sorted(found, key=lambda s: s.start_frame)

    def program_intervals(self) -> tuple[IntervalResult, ...]:
        """Return the program's intervals, none while its result is hidden."""
        if self.analysis is None or not self._program_shown:
            return ()
        return self.analysis.summary.intervals

    def program_blinks(self) -> list[BlinkInfo]:
        """Return the program's blinks that come before intervals, none while it is hidden."""
        found = (one.blink_before for one in self.program_intervals())
        return [blink for blink in found if blink is not None]

    def stretch_at(self, frame: int) -> Stretch | None:
        """Return the interval that a frame is in."""
        inside = [s for s in self.stretches() if s.start_frame <= frame <= s.end_frame]
        return inside[0] if inside else None

    def program_front(self, frame: int) -> FloatArray | None:
        """Return the program's front in a frame as (k, 2) image coordinates, None without."""
        line = self._fronts.get(frame)
        return None if line is None or self.eye is None else self.eye.to_image(line, frame)

    def refresh_doubts(self) -> None:
        """Make the queue of what to review again, without what has been judged."""
        self.doubts = worth_a_look(self.every_doubt, self.document)

    def look_at(self, doubt: Doubt) -> None:
        """Ask for a finding's place to be shown in the middle."""
        if np.isfinite([doubt.x_px, doubt.y_px]).all():
            self.place_wanted.emit(doubt.x_px, doubt.y_px)

    def looked_at(self, stretch: Stretch) -> str:
        """Return in words what was looked at in an interval."""
        first, last = stretch.start_frame, stretch.end_frame
        asked = worth_a_look(self.every_doubt, _nothing(self.document))
        own = {d for d in asked if d.interval == stretch.index}
        seen = len(own) - len(own & set(self.doubts))
        points = sum(any(first <= k.frame <= last for k in p.keyframes) for p in self.points())
        fronts = {
            k.frame
            for line in self.document.of(FrontLine)
            for k in line.keyframes
            if first <= k.frame <= last
        }
        parts = [f"{points} points", f"the front in {len(fronts)} frames"]
        if self.analysis is not None and self.program_shown:
            parts.insert(0, f"{seen} of {len(own)} findings looked at")
        return ", ".join(parts)

    def progress(self, stretch: Stretch) -> str:
        """Return how far an interval is: "to do", "in work", "done" or "left out"."""
        mark = stretch.mark
        if mark is not None and mark.excluded:
            return "left out"
        if mark is not None and mark.done:
            return "done"
        touched = any(
            stretch.start_frame <= key.frame <= stretch.end_frame
            for item in self.document.items
            for key in getattr(item, "keyframes", ())
        )
        judged = any(
            v.program_frame is not None
            and stretch.start_frame <= v.program_frame <= stretch.end_frame
            for v in self.document.of(Verdict)
        )
        return "in work" if touched or judged or mark is not None else "to do"

    def _changed(self) -> None:
        if self.current is not None and self.document.get(self.current) is None:
            self.choose(None)
        self.document_changed.emit()


def _fronts(analysis: Analysis) -> dict[int, FloatArray]:
    """Return the program's front in eye coordinates, by frame."""
    table = analysis.front.sort_values(["frame", "x_eye_px"])
    xy = table[["x_eye_px", "y_eye_px"]].to_numpy(dtype=float)
    frames, starts = np.unique(table["frame"].to_numpy(dtype=int), return_index=True)
    parts = np.split(xy, starts[1:])
    return {int(f): part for f, part in zip(frames, parts, strict=True) if len(part) > 1}


def _nothing(document: Annotations) -> Annotations:
    """Return the document without marks: what would be asked of somebody who begins."""
    return with_items(document, ())
