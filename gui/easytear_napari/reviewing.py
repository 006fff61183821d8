"""What keys do in review: go through the program's findings, and say what one thinks of them."""

from __future__ import annotations

from typing import Any

from easytear.annotate import edits
from easytear.annotate.actions import Action
from easytear.annotate.decisions import rejected
from easytear.annotate.interpolate import simplified
from easytear.annotate.model import IntervalMark, Keyframe, PointTrack, Verdict
from easytear.annotate.review import Doubt
from easytear.base.errors import AnnotationError
from easytear_napari.marks import MarkVerbs, as_point

PATH_TOLERANCE_PX = 0.5


class ReviewVerbs(MarkVerbs):
    """The part of the verbs that is review; takes what `MarkVerbs` takes."""

    def next_doubt(self) -> None:
        """Go to what moves lambda most and is not yet looked at."""
        a = self._a
        if not a.program_shown:
            raise AnnotationError("The program's result is hidden (blind); show it to review.")
        if not a.doubts:
            raise AnnotationError("Nothing is left to review.")
        after = a.doubts.index(a.doubt) + 1 if a.doubt in a.doubts else 0
        a.doubt = a.doubts[after % len(a.doubts)]
        a.go(a.doubt.frame)
        a.view_changed.emit()
        a.look_at(a.doubt)

    def accept(self) -> None:
        """Accept the program's track, front or numbers."""
        self._judge(accepted=True)

    def reject(self) -> None:
        """Reject the program's track."""
        doubt = self._under_review()
        if doubt.kind == "front":
            raise AnnotationError("Draw the front right: F in the frames where it is wrong.")
        if doubt.kind == "interval":
            raise AnnotationError("Shift+N leaves the interval out, with your reason.")
        self._judge(accepted=False)

    def alone(self) -> None:
        """Show the track under review alone, or all of them."""
        self._track()
        self._a.alone = not self._a.alone
        self._a.view_changed.emit()

    def done(self) -> None:
        """Say that the interval is finished, or that it is not; tell what was looked at."""
        a, stretch = self._a, self._a.stretch_at(self._a.frame)
        if stretch is None:
            raise AnnotationError("There is no interval at this frame.")
        finished = not (stretch.mark is not None and stretch.mark.done)
        if stretch.mark is not None:
            label = "interval done" if finished else "interval not done"
            done = a.do(edits.change(a.document, stretch.mark.id, label, done=finished))
        else:
            mark = IntervalMark(
                id=1,
                start_frame=stretch.start_frame,
                end_frame=stretch.end_frame,
                program_interval=stretch.index,
                done=True,
                blind=not a.program_shown,
            )
            done = a.do(edits.add(a.document, mark))
        if done:
            a.said.emit(f"{'Done' if finished else 'Not done'}: {a.looked_at(stretch)}.")

    def adopt(self) -> None:
        """Take the program's track over as a point that can be corrected."""
        a, track = self._a, self._track()
        assert a.analysis is not None
        rows = a.analysis.tracks[a.analysis.tracks["track_id"] == track].sort_values("frame")
        frames = rows["frame"].to_numpy(dtype=int)
        places = rows[["x_px", "y_px"]].to_numpy(dtype=float)
        kept = simplified(frames, places, PATH_TOLERANCE_PX)
        keys = tuple(
            Keyframe(frame=int(frames[i]), points=(as_point(places[i]),), source="program")
            for i in kept
        )
        point = PointTrack(
            id=1, keyframes=keys, program_track=track, blind=False, **self._place(track)
        )
        action = edits.add(a.document, point)
        if a.do(action):
            a.choose(action.changes[0].item_id)
            a.refresh_doubts()
            a.said.emit(f"Track {track} is yours: move it where it is wrong; R goes on.")
            a.view_changed.emit()

    def _place(self, track: int) -> dict[str, Any]:
        """Return where a track is in its middle: by that it is known when numbers change."""
        assert self._a.analysis is not None
        rows = self._a.analysis.tracks
        rows = rows[rows["track_id"] == track].sort_values("frame")
        one = rows.iloc[len(rows) // 2]
        return {
            "program_frame": int(one["frame"]),
            "program_x_px": float(one["x_px"]),
            "program_y_px": float(one["y_px"]),
        }

    def _track(self) -> int:
        a = self._a
        if a.doubt is None or a.doubt.program_track is None:
            raise AnnotationError("No track of the program is under review; press R.")
        return a.doubt.program_track

    def _under_review(self) -> Doubt:
        if self._a.doubt is None:
            raise AnnotationError("Nothing is under review; press R.")
        return self._a.doubt

    def _judge(self, accepted: bool) -> None:
        a, doubt = self._a, self._under_review()
        if doubt.program_track is not None:
            about: dict[str, Any] = {"program_track": doubt.program_track}
            about |= self._place(doubt.program_track)
            name = f"track {doubt.program_track}"
        else:
            about = {"about": doubt.kind, "program_interval": doubt.interval}
            about |= {"program_frame": doubt.frame}
            name = f"{doubt.kind} of interval {doubt.interval + 1}"
        same = ("about", "program_track", "program_interval")
        verdict = Verdict(id=1, accepted=accepted, blind=False, **about)
        actions: list[Action] = [
            edits.delete(a.document, old.id)
            for old in a.document.of(Verdict)
            if all(getattr(old, n) == getattr(verdict, n) for n in same)
        ]
        actions.append(edits.add(a.document, verdict))
        word = "accept" if accepted else "reject"
        if a.do(edits.several(f"{word} {name}", actions)):
            self._on_to_next_doubt(doubt)

    def _on_to_next_doubt(self, judged: Doubt) -> None:
        a = self._a
        before = a.doubts
        at = before.index(judged) if judged in before else 0
        a.refresh_doubts()
        left = [doubt for doubt in a.doubts if doubt != judged]
        later = [doubt for doubt in before[at + 1 :] if doubt in left] or left
        if not later:
            a.doubt = None
            a.said.emit(f"Everything is reviewed; {len(rejected(a.document))} tracks rejected.")
            a.view_changed.emit()
            return
        a.doubt = later[0]
        a.go(a.doubt.frame)
        a.view_changed.emit()
        a.look_at(a.doubt)
