"""What the mouse does in napari's layers, taken back into the state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from napari.layers import Points, Shapes
from qtpy.QtCore import QTimer

from easytear.annotate import edits
from easytear.annotate.actions import Action
from easytear.annotate.interpolate import shape_at
from easytear.annotate.model import EllipseKeyframe, EllipseMark, FrontLine, RegionMark
from easytear.base.geometry import FloatArray
from easytear_napari.program import ProgramShapes, corners_ellipse
from easytear_napari.state import Annotator


class MouseEdits:
    """The part of the layers that takes edits in; the other part shows the state."""

    _a: Annotator
    _ids: list[int]
    _fronts_shown: list[str]
    _eye_shown: tuple[Any, ...]
    _program: ProgramShapes
    _mirroring: bool
    points: Points
    front: Shapes
    eye: Shapes
    new_front: Callable[[FloatArray, int], None]

    def show_frame(self) -> None:
        """Show what belongs to the present frame."""
        raise NotImplementedError

    def from_view(self, points: FloatArray) -> FloatArray:
        """Return shown points as image points of the present frame."""
        raise NotImplementedError

    def _points_chosen(self, *_: object) -> None:
        chosen = self.points.selected_data
        if not self._mirroring and len(chosen) == 1:
            index = next(iter(chosen))
            if index < len(self._ids):
                self._a.choose(self._ids[index])

    def _points_edited(self, event: Any) -> None:
        """Take in a point that was dragged, added or removed with napari's own tools."""
        if self._mirroring or str(event.action) not in ("added", "changed", "removed"):
            return
        indices = [int(i) for i in event.data_indices or ()]
        places = np.asarray(self.points.data)[:, ::-1]
        a, blind = self._a, not self._a.program_shown
        if str(event.action) == "added":
            for place in self.from_view(places[len(self._ids) :]):
                action = edits.add_point(a.document, a.frame, place.tolist(), blind=blind)
                if a.do(action):
                    a.choose(action.changes[0].item_id)
        elif str(event.action) == "changed":
            moved = [i for i in indices if 0 <= i < len(self._ids)]
            self._do_all(
                "move points",
                [
                    edits.put_keyframe(
                        a.document,
                        self._ids[i],
                        a.frame,
                        self.from_view(places[i : i + 1]).tolist(),
                        blind=blind,
                    )
                    for i in moved
                ],
            )
        else:
            gone = [self._ids[i] for i in indices if 0 <= i < len(self._ids)]
            self._do_all("delete points", [edits.delete(a.document, i) for i in gone])
        self.show_frame()

    def _do_all(self, label: str, actions: list[Action]) -> None:
        if len(actions) == 1:
            self._a.do(actions[0])
        elif actions:
            self._a.do(edits.several(label, actions))

    def _front_edited(self, event: Any) -> None:
        """Take in a front that was drawn, or whose vertices were moved."""
        if self._mirroring or str(event.action) not in ("added", "changed", "removed"):
            return
        lines = [np.asarray(d)[:, ::-1] for d in self.front.data]
        if str(event.action) == "added" and len(lines) > len(self._fronts_shown):
            if len(lines[-1]) > 1:
                # napari is still ending its drawing: the layer must not be touched before.
                line, frame = self.from_view(lines[-1]), self._a.frame
                QTimer.singleShot(0, lambda: self._take_front(line, frame))
            return
        if str(event.action) == "changed" and len(lines) == len(self._fronts_shown):
            for owner, line in zip(self._fronts_shown, lines, strict=True):
                self._front_moved(owner, self.from_view(line))
            self.show_frame()
        elif str(event.action) == "removed":
            gone = [self._fronts_shown[i] for i in self._indices(event, self._fronts_shown)]
            # napari is still removing: the layer must not be touched before it has ended.
            QTimer.singleShot(0, lambda: self._front_removed(gone))
        else:
            self.show_frame()

    @staticmethod
    def _indices(event: Any, shown: Sequence[object]) -> list[int]:
        return [int(i) for i in event.data_indices or () if -len(shown) <= int(i) < len(shown)]

    def _front_removed(self, owners: list[str]) -> None:
        a = self._a
        for owner in owners:
            front = a.document.get(int(owner)) if owner.isdigit() else None
            if not isinstance(front, FrontLine):
                a.said.emit("The program's front stays; P hides it.")
            elif any(key.frame == a.frame for key in front.keyframes):
                a.do(edits.delete_keyframe(a.document, front.id, a.frame))
            else:
                a.said.emit("This front is set in other frames; delete it there.")
        self._fronts_shown = []
        self.show_frame()

    def _take_front(self, line: FloatArray, frame: int) -> None:
        self.front.mode = "direct"
        self.new_front(line, frame)
        self.show_frame()

    def _front_moved(self, owner: str, line: FloatArray) -> None:
        a = self._a
        if not owner.isdigit():
            return  # the program's, or a ghost: it springs back
        item = a.document.get(int(owner))
        assert isinstance(item, FrontLine)
        part = a.part(item)
        now = None if part is None else shape_at(part, a.frame, a.video.time_s, a.film)
        if now is None or now.shape != line.shape or np.abs(now - line).max() > 1e-2:
            blind = not a.program_shown
            a.do(edits.put_keyframe(a.document, item.id, a.frame, line.tolist(), blind=blind))

    def _eye_edited(self, event: Any) -> None:
        """Take in region or limbus moved or deleted with the mouse."""
        if self._mirroring or str(event.action) not in ("changed", "added", "removed"):
            return
        if str(event.action) != "changed":
            shapes = self._program.eye_shapes()
            gone = [shapes[i].owner for i in self._indices(event, shapes)]
            removed = gone if str(event.action) == "removed" else []
            QTimer.singleShot(0, lambda: self._eye_removed(removed))
            return
        a, blind = self._a, not self._a.program_shown
        shapes = self._program.eye_shapes()
        for shape, data in zip(shapes, self.eye.data, strict=False):
            yx = np.asarray(data)
            if shape.owner is None or (
                yx.shape == shape.yx.shape and np.abs(yx - shape.yx).max() < 1e-2
            ):
                continue
            mark = a.document.get(shape.owner)
            if not isinstance(mark, RegionMark | EllipseMark):
                continue
            part = a.part(mark)
            if part is None:
                continue
            frame = part.keyframes[0].frame
            if isinstance(mark, RegionMark):
                points = self._program.to_image(yx[:, ::-1], frame)
                a.do(edits.put_keyframe(a.document, mark.id, frame, points.tolist(), blind=blind))
            else:
                key = self._ellipse_key(yx, frame)
                a.do(edits.put_ellipse(a.document, mark.id, key, blind=blind))
        self._eye_shown = ()
        self.show_frame()

    def _eye_removed(self, owners: list[int | None]) -> None:
        a = self._a
        for owner in owners:
            if owner is None:
                a.said.emit("What the program found stays; P hides it.")
            elif a.document.get(owner) is not None:
                a.do(edits.delete(a.document, owner))
        self._eye_shown = ()
        self.show_frame()

    def _ellipse_key(self, yx: FloatArray, frame: int) -> EllipseKeyframe:
        moved = corners_ellipse(yx)
        x, y = self._program.to_image(np.array([[moved.x_px, moved.y_px]]), frame)[0]
        return EllipseKeyframe(
            frame=frame,
            x_px=float(x),
            y_px=float(y),
            rx_px=moved.rx_px,
            ry_px=moved.ry_px,
            angle_deg=moved.angle_deg,
        )
