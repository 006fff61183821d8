"""What each key does. Every method is one entry of the key table."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from easytear.annotate import edits
from easytear.annotate.actions import changed_frames
from easytear.annotate.model import (
    Annotations,
    EllipseMark,
    Interpolation,
    PointTrack,
    RegionMark,
    ShapeItem,
)
from easytear.base.errors import AnnotationError
from easytear_napari.marks import Ask
from easytear_napari.places import suggested, why_none
from easytear_napari.reviewing import ReviewVerbs
from easytear_napari.state import Annotator, Shown


class Verbs(ReviewVerbs):
    """Carries out what the person asks for with a key.

    Parameters
    ----------
    annotator : Annotator
        The shared state.
    retrack : callable
        Starts following the current point in the background; told whether what was set ahead
        is replaced.
    draw_front : callable
        Lets the person draw a front with the mouse.
    ask : callable
        Asks the person for text.
    chosen : callable
        Returns the marks that are selected with the mouse.
    """

    def __init__(
        self,
        annotator: Annotator,
        retrack: Callable[[bool], None],
        draw_front: Callable[[], None],
        ask: Ask,
        chosen: Callable[[], list[int]],
    ) -> None:
        super().__init__(annotator, draw_front, ask)
        self._retrack = retrack
        self._chosen = chosen

    def carry_out(self, name: str) -> None:
        """Do what a key asks for; what cannot be done is said to the person."""
        try:
            getattr(self, name)()
        except AnnotationError as error:
            self._a.said.emit(str(error))

    # Moving about

    def forward(self) -> None:
        """Go ten frames on, but not beyond the interval, to the first point that waits there."""
        self._step(self._a.protocol.every_frames)
        self._first_waiting()

    def backward(self) -> None:
        """Go ten frames back, but not beyond the interval."""
        self._step(-self._a.protocol.every_frames)

    def _step(self, step: int) -> None:
        a = self._a
        stretch = a.stretch_at(a.frame)
        last = a.frame_count - 1
        first, last = (stretch.start_frame, stretch.end_frame) if stretch else (0, last)
        if a.frame == (last if step > 0 else first):
            words = "ends" if step > 0 else "starts"
            a.said.emit(f"The interval {words} here; arrow keys go on.")
        a.go(min(max(a.frame + step, first), last))

    def to_start(self) -> None:
        """Go to the interval's first frame."""
        stretch = self._a.stretch_at(self._a.frame)
        self._a.go(stretch.start_frame if stretch else 0)

    def to_end(self) -> None:
        """Go to the interval's last frame."""
        stretch = self._a.stretch_at(self._a.frame)
        self._a.go(stretch.end_frame if stretch else self._a.frame_count - 1)

    def next_point(self) -> None:
        """Make the next point the current one."""
        self._step_point(1)

    def previous_point(self) -> None:
        """Make the point before the current one."""
        self._step_point(-1)

    # Points

    def add(self) -> None:
        """Add a point under the pointer."""
        where = self._pointer()
        action = edits.add_point(
            self._a.document,
            self._a.frame,
            where.tolist(),
            blind=not self._a.program_shown,
            label=self._next_name(),
        )
        if self._a.do(action):
            self._a.choose(action.changes[0].item_id)

    def _next_name(self) -> str:
        """Return the number that a new point has in its interval: 1 to 5 by the protocol."""
        a = self._a
        taken = {point.label for point in a.points() if a.part(point) is not None}
        return next(name for name in map(str, count(1)) if name not in taken)

    def place(self) -> None:
        """Place the current point under the pointer, and go on."""
        where, point = self._pointer(), self._a.current_point()
        if point is None or self._a.part(point) is None:
            # Film is spread anew at a blink: no point of another interval goes on in this one.
            point = next(iter(self._waiting()), None)
        if point is None:
            self.add()
            return
        blind = not self._a.program_shown
        if self._a.do(
            edits.put_keyframe(
                self._a.document, point.id, self._a.frame, [where.tolist()], blind=blind
            )
        ):
            self._go_on(point.id)

    def keep(self) -> None:
        """Set the current point where it is shown: a keyframe, or its extension to here."""
        point = self._current()
        shown = self._shown(point.id)
        if shown is None:
            raise AnnotationError(f"Point {point.id} is not shown in this frame; place it.")
        blind = not self._a.program_shown
        if self._a.do(
            edits.put_keyframe(
                self._a.document, point.id, self._a.frame, [shown.place.tolist()], blind=blind
            )
        ):
            self._go_on(point.id)

    def retrack(self) -> None:
        """Follow the current point on, up to where it was set by hand."""
        self._current()
        self._retrack(False)

    def retrack_over(self) -> None:
        """Follow the current point on to the interval's end, in place of what was set there."""
        self._current()
        self._retrack(True)

    def lost(self) -> None:
        """Say that the current point is not seen from here on."""
        point = self._current()
        a = self._a
        action = edits.mark_lost(
            a.document, point.id, a.frame, a.video.time_s, a.film, blind=not a.program_shown
        )
        if a.do(action):
            self._go_on(point.id)

    def occluded(self) -> None:
        """Say that something hides the current point in this frame, or that nothing does."""
        point, a = self._current(), self._a
        action = edits.mark_occluded(a.document, point.id, a.frame, blind=not a.program_shown)
        a.do(action)
        a.said.emit(action.label)

    def delete_keyframe(self) -> None:
        """Delete what is selected: its keyframe in this frame; else the front's."""
        a = self._a
        chosen = [a.document.get(i) for i in self._chosen()]
        if a.current_point() is not None and not any(isinstance(i, PointTrack) for i in chosen):
            chosen.append(a.current_point())
        front = self._front_here()
        keyed = [i for i in chosen if isinstance(i, ShapeItem) and self._keyed(i)]
        whole = [i for i in chosen if isinstance(i, RegionMark | EllipseMark)]
        if not keyed and not whole and front is not None:
            keyed = [front]
        if not keyed and not whole:
            raise AnnotationError("Nothing was set in this frame.")
        actions = [edits.delete(a.document, item.id) for item in whole]
        actions += [
            edits.delete_keyframe(a.document, item.id, a.frame)
            for item in keyed
            if not isinstance(item, RegionMark)
        ]
        a.do(actions[0] if len(actions) == 1 else edits.several("delete what is selected", actions))

    def _keyed(self, item: ShapeItem) -> bool:
        return any(key.frame == self._a.frame for key in item.keyframes)

    def delete_point(self) -> None:
        """Delete the current point."""
        self._a.do(edits.delete(self._a.document, self._current().id))

    def break_point(self) -> None:
        """Break the current point in two at this frame."""
        point, a = self._current(), self._a
        action = edits.break_track(a.document, point.id, a.frame, a.video.time_s, a.film)
        if a.do(action):
            a.choose(action.changes[-1].item_id)

    def connect(self) -> None:
        """Connect the current point with the one under the pointer."""
        point = self._current()
        other = self._a.under_pointer(but=point.id)
        if other is None:
            raise AnnotationError("There is no other point under the pointer.")
        action = edits.connect(self._a.document, point.id, other)
        if self._a.do(action):
            self._a.choose(action.changes[0].item_id)

    def interpolation(self) -> None:
        """Run straight between keyframes, or along the film."""
        point = self._current()
        if self._a.film is None or not self._a.program_shown:
            raise AnnotationError("The film's motion is the program's; show its result first.")
        how: Interpolation = "linear" if point.interpolation == "film" else "film"
        self._a.do(edits.set_interpolation(self._a.document, point.id, how))

    def places(self) -> None:
        """Show or hide where the protocol's points begin."""
        a = self._a
        a.places_shown = not a.places_shown
        a.view_changed.emit()
        if a.places_shown and not len(suggested(a)):
            a.said.emit(why_none(a))

    def program(self) -> None:
        """Show or hide the program's result."""
        if self._a.analysis is None:
            raise AnnotationError("There are no results of this video; run 'easytear analyze'.")
        self._a.show_program(not self._a.program_shown)

    # View and undo

    def stabilised(self) -> None:
        """Hold the eye still, or show it as recorded."""
        if self._a.eye is None:
            raise AnnotationError("The eye's motion is known from results only; analyse first.")
        if not self._a.program_shown:
            raise AnnotationError("The eye's motion is the program's; show its result first.")
        self._a.stabilised = not self._a.stabilised
        self._a.view_changed.emit()

    def enhanced(self) -> None:
        """Enhance the film, or show it as recorded."""
        self._a.enhanced = not self._a.enhanced
        self._a.view_changed.emit()

    def undo(self) -> None:
        """Take the last change back, and go to where it was."""
        before = self._a.document
        label = self._a.session.undo()
        self._a.said.emit(f"Undone: {label}" if label else "There is nothing to undo.")
        self._go_to_change(before)

    def redo(self) -> None:
        """Do the change again that was taken back, and go to where it is."""
        before = self._a.document
        label = self._a.session.redo()
        self._a.said.emit(f"Done again: {label}" if label else "There is nothing to redo.")
        self._go_to_change(before)

    def _go_to_change(self, before: Annotations) -> None:
        self._a.refresh_doubts()
        frames = changed_frames(before, self._a.document)
        if frames and self._a.frame not in frames:
            self._a.go(min(frames, key=lambda frame: abs(frame - self._a.frame)))
        self._a.view_changed.emit()

    # Parts of the above

    def _current(self) -> PointTrack:
        point = self._a.current_point()
        if point is None:
            near = self._a.under_pointer()
            if near is None:
                raise AnnotationError("Choose a point first: click it, or press Down.")
            self._a.choose(near)
            point = self._a.current_point()
            assert point is not None
        return point

    def _shown(self, item_id: int) -> Shown | None:
        return next((s for s in self._a.shown_points() if s.item_id == item_id), None)

    def _step_point(self, step: int) -> None:
        ids = [point.id for point in self._a.points()]
        if not ids:
            raise AnnotationError("There is no point yet; press A over the film.")
        at = ids.index(self._a.current) if self._a.current in ids else (-1 if step > 0 else 0)
        self._a.choose(ids[(at + step) % len(ids)])

    def _waiting(self) -> list[PointTrack]:
        """Return the points shown in this frame that have no keyframe in it."""
        ids = [s.item_id for s in self._a.shown_points() if s.state != "keyed"]
        return [point for point in self._a.points() if point.id in ids]

    def _go_on(self, done: int) -> None:
        """Go to the next point that waits in this frame; after the last, ten frames on."""
        waiting = [p.id for p in self._waiting()]
        later = [i for i in waiting if i > done] or waiting
        if later:
            self._a.choose(later[0])
            return
        stretch = self._a.stretch_at(self._a.frame)
        end = stretch.end_frame if stretch else self._a.frame_count - 1
        if self._a.frame >= end:
            self._a.said.emit("The interval is done: every point is set to its end.")
            return
        self._a.go(min(self._a.frame + self._a.protocol.every_frames, end))
        self._first_waiting()

    def _first_waiting(self) -> None:
        """Make the first point that has no keyframe here the current one."""
        first = next(iter(self._waiting()), None)
        if first is not None:
            self._a.choose(first.id)
