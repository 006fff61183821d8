"""What an annotator does, as actions. Nothing is changed here: a session carries them out.

Each function takes the document and returns the action. `blind` says whether the program's
result was hidden while it was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from easytear.annotate.actions import Action, Change
from easytear.annotate.interpolate import CarriesFilm, shape_at
from easytear.annotate.model import (
    Annotations,
    AnyItem,
    EllipseKeyframe,
    EllipseMark,
    FrontLine,
    Interpolation,
    Keyframe,
    Point,
    PointTrack,
    ShapeItem,
    Source,
)
from easytear.base.errors import AnnotationError

Points = Sequence[Sequence[float]]


def add(document: Annotations, item: AnyItem) -> Action:
    """Add a mark; it gets the next free id."""
    new = item.model_copy(update={"id": document.next_id()})
    return Action(f"add {new.kind} {new.id}", (Change(new.id, None, new),))


def add_point(
    document: Annotations,
    frame: int,
    place: Sequence[float],
    *,
    blind: bool = True,
    label: str = "",
    interpolation: Interpolation = "linear",
) -> Action:
    """Begin to follow a film point at `place` (x_px, y_px)."""
    key = Keyframe(frame=frame, points=_points([place]))
    track = PointTrack(
        id=1, label=label, blind=blind, keyframes=(key,), interpolation=interpolation
    )
    return add(document, track)


def delete(document: Annotations, item_id: int) -> Action:
    """Take a mark away."""
    item = _item(document, item_id)
    return Action(f"delete {item.kind} {item_id}", (Change(item_id, item, None),))


def change(document: Annotations, item_id: int, label: str, **fields: object) -> Action:
    """Change fields of a mark (label, note, flags, bounds, program's interval ...).

    Raises
    ------
    AnnotationError
        If the mark cannot be so.
    """
    item = _item(document, item_id)
    try:
        new = type(item).model_validate({**item.model_dump(), **fields})
    except ValueError as error:
        raise AnnotationError(f"{item.kind} {item_id} cannot be changed so: {label}.") from error
    return Action(label, (Change(item_id, item, new),))


def put_keyframe(
    document: Annotations,
    item_id: int,
    frame: int,
    points: Points,
    *,
    blind: bool = True,
    source: Source = "hand",
) -> Action:
    """Say where a point, front or region stands in a frame: a new keyframe, or a moved one."""
    item = _shape(document, item_id)
    key = Keyframe(frame=frame, points=_points(points), source=source)
    return _rekeyed(item, [key], f"place {item.kind} {item_id} at frame {frame}", blind)


def put_path(
    document: Annotations,
    item_id: int,
    frames: Iterable[int],
    places: Points,
    *,
    source: Source,
    blind: bool = True,
    instead_of: tuple[int, int] | None = None,
) -> Action:
    """Set several keyframes of a point at once, as found by the tracker.

    `instead_of` names the first and last frame between which nothing else stays.
    """
    item = _shape(document, item_id)
    keys = [
        Keyframe(frame=int(f), points=_points([p]), source=source)
        for f, p in zip(frames, places, strict=True)
    ]
    label = f"follow {item.kind} {item_id} to frame {keys[-1].frame}"
    return _rekeyed(item, keys, label, blind, instead_of)


def delete_keyframe(document: Annotations, item_id: int, frame: int) -> Action:
    """Take a keyframe away; with its last seen one the whole shape goes."""
    item = _shape(document, item_id)
    kept = tuple(key for key in item.keyframes if key.frame != frame)
    if len(kept) == len(item.keyframes):
        raise AnnotationError(f"{item.kind} {item_id} has no keyframe at frame {frame}.")
    while kept and kept[0].outside:
        kept = kept[1:]
    if not kept:
        return delete(document, item_id)
    new = item.model_copy(update={"keyframes": kept})
    label = f"delete keyframe {frame} of {item.kind} {item_id}"
    return Action(label, (Change(item_id, item, new),))


def mark_lost(
    document: Annotations,
    item_id: int,
    frame: int,
    time_s: Sequence[float] = (),
    film: CarriesFilm | None = None,
    *,
    blind: bool = True,
) -> Action:
    """Say that from this frame on the shape is not seen; later keyframes bring it back."""
    item = _shape(document, item_id)
    if frame <= item.keyframes[0].frame:
        raise AnnotationError(f"{item.kind} {item_id} begins here; delete it instead.")
    place = shape_at(item, frame, time_s, film)
    before = [key for key in item.keyframes if key.frame <= frame][-1]
    points = before.points if place is None else _points(place.tolist())
    key = Keyframe(frame=frame, points=points, outside=True)
    return _rekeyed(item, [key], f"{item.kind} {item_id} lost at frame {frame}", blind)


def mark_occluded(document: Annotations, item_id: int, frame: int, *, blind: bool = True) -> Action:
    """Say that something hides a shape where it is set in a frame; said again: nothing does."""
    item = _shape(document, item_id)
    key = next((k for k in item.keyframes if k.frame == frame and not k.outside), None)
    if key is None:
        raise AnnotationError(f"{item.kind} {item_id} is not set in this frame; set it first.")
    new = key.model_copy(update={"occluded": not key.occluded})
    word = "occluded" if new.occluded else "no longer occluded"
    return _rekeyed(item, [new], f"{item.kind} {item_id} {word} at frame {frame}", blind)


def break_track(
    document: Annotations,
    item_id: int,
    frame: int,
    time_s: Sequence[float] = (),
    film: CarriesFilm | None = None,
) -> Action:
    """Make two points of one: the second begins at `frame`, the first ends just before it."""
    item = _point(document, item_id)
    place, last = shape_at(item, frame, time_s, film), shape_at(item, frame - 1, time_s, film)
    if place is None or last is None:
        raise AnnotationError(f"point {item_id} is not seen on both sides of frame {frame}.")
    head = {key.frame: key for key in item.keyframes if key.frame < frame}
    tail = {key.frame: key for key in item.keyframes if key.frame >= frame}
    head.setdefault(frame - 1, Keyframe(frame=frame - 1, points=_points(last.tolist())))
    tail.setdefault(frame, Keyframe(frame=frame, points=_points(place.tolist())))
    first = item.model_copy(update={"keyframes": _ordered(head.values())})
    new = document.next_id()
    second = item.model_copy(
        update={"id": new, "program_track": None, "keyframes": _ordered(tail.values())}
    )
    label = f"break point {item_id} at frame {frame}"
    return Action(label, (Change(item_id, item, first), Change(new, None, second)))


def connect(document: Annotations, first_id: int, second_id: int) -> Action:
    """Make one point of two that do not overlap in time; the earlier one's id stays."""
    first, second = _point(document, first_id), _point(document, second_id)
    if second.keyframes[0].frame < first.keyframes[0].frame:
        first, second = second, first
    if second.keyframes[0].frame <= first.keyframes[-1].frame:
        raise AnnotationError(f"points {first_id} and {second_id} overlap in time; break one.")
    joined = first.model_copy(
        update={
            "keyframes": first.keyframes + second.keyframes,
            "blind": first.blind and second.blind,
        }
    )
    label = f"connect points {first.id} and {second.id}"
    return Action(label, (Change(first.id, first, joined), Change(second.id, second, None)))


def set_interpolation(document: Annotations, item_id: int, how: Interpolation) -> Action:
    """Choose how a point or front runs between its keyframes."""
    item = _shape(document, item_id)
    return change(document, item_id, f"{item.kind} {item_id} {how}", interpolation=how)


def straighten(
    document: Annotations, item_id: int, frame: int, first: int, last: int, *, blind: bool = True
) -> Action:
    """Put the vertices between two of a front's keyframe onto the straight line between them."""
    item = _shape(document, item_id)
    key = next((k for k in item.keyframes if k.frame == frame and not k.outside), None)
    if key is None or not isinstance(item, FrontLine):
        raise AnnotationError(f"there is no front drawn at frame {frame}.")
    first, last = sorted((first, last))
    points = np.array(key.points)
    if first < 0 or last >= len(points) or last - first < 2:
        raise AnnotationError("choose two vertices of the front with others between them.")
    chord = points[last] - points[first]
    along = (points[first : last + 1] - points[first]) @ chord / max(float(chord @ chord), 1e-12)
    points[first : last + 1] = points[first] + np.clip(along, 0, 1)[:, None] * chord
    new = Keyframe(frame=frame, points=_points(points.tolist()))
    return _rekeyed(item, [new], f"straighten front {item_id} at frame {frame}", blind)


def put_ellipse(
    document: Annotations, item_id: int, keyframe: EllipseKeyframe, *, blind: bool = True
) -> Action:
    """Say where limbus or pupil stands in a frame."""
    item = _item(document, item_id)
    if not isinstance(item, EllipseMark):
        raise AnnotationError(f"mark {item_id} is no ellipse.")
    keys = {key.frame: key for key in item.keyframes} | {keyframe.frame: keyframe}
    ordered = tuple(keys[frame] for frame in sorted(keys))
    new = item.model_copy(update={"keyframes": ordered, "blind": item.blind and blind})
    return Action(f"place {item.kind} at frame {keyframe.frame}", (Change(item_id, item, new),))


def several(label: str, actions: Iterable[Action]) -> Action:
    """Bundle actions on different marks, so that they are undone together."""
    return Action(label, tuple(c for action in actions for c in action.changes))


def _rekeyed(
    item: ShapeItem,
    keys: Iterable[Keyframe],
    label: str,
    blind: bool,
    instead_of: tuple[int, int] | None = None,
) -> Action:
    first, last = instead_of or (1, 0)
    stay = (key for key in item.keyframes if not first <= key.frame <= last)
    merged = {key.frame: key for key in stay} | {key.frame: key for key in keys}
    fields = {**item.model_dump(), "keyframes": _ordered(merged.values())}
    try:
        new = type(item).model_validate({**fields, "blind": item.blind and blind})
    except ValueError as error:
        raise AnnotationError(f"{item.kind} {item.id} cannot be placed so.") from error
    return Action(label, (Change(item.id, item, new),))


def _ordered(keys: Iterable[Keyframe]) -> tuple[Keyframe, ...]:
    return tuple(sorted(keys, key=lambda key: key.frame))


def _points(places: Points) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in places)


def _item(document: Annotations, item_id: int) -> AnyItem:
    item = document.get(item_id)
    if item is None:
        raise AnnotationError(f"there is no mark {item_id}.")
    return item


def _shape(document: Annotations, item_id: int) -> ShapeItem:
    item = _item(document, item_id)
    if not isinstance(item, ShapeItem):
        raise AnnotationError(f"mark {item_id} has no keyframes.")
    return item


def _point(document: Annotations, item_id: int) -> PointTrack:
    item = _item(document, item_id)
    if not isinstance(item, PointTrack):
        raise AnnotationError(f"mark {item_id} is no point.")
    return item
