"""Changes of annotations: each one can be turned round."""

from __future__ import annotations

from dataclasses import dataclass

from easytear.annotate.model import (
    Annotations,
    AnyItem,
    EllipseMark,
    ShapeItem,
    SpanItem,
    Verdict,
)
from easytear.base.errors import AnnotationError


@dataclass(frozen=True)
class Change:
    """One item made (`before` is None), changed, or taken away (`after` is None)."""

    item_id: int
    before: AnyItem | None
    after: AnyItem | None


@dataclass(frozen=True)
class Action:
    """Changes that belong together and are undone together.

    `label` says for a person what was done, for example "move point 3".
    """

    label: str
    changes: tuple[Change, ...]

    def inverse(self) -> Action:
        """Return the action that takes this one back."""
        turned = tuple(Change(c.item_id, c.after, c.before) for c in reversed(self.changes))
        return Action(self.label, turned)


def apply(document: Annotations, action: Action) -> Annotations:
    """Return the document after an action.

    Raises
    ------
    AnnotationError
        If an item is not as the action found it.
    """
    items = {item.id: item for item in document.items}
    for change in action.changes:
        if items.get(change.item_id) != change.before:
            raise AnnotationError(
                f"'{action.label}' does not fit: mark {change.item_id} has changed; open it again."
            )
        if change.after is None:
            items.pop(change.item_id, None)
        else:
            items[change.item_id] = change.after
    return with_items(document, items.values())


def with_items(document: Annotations, items: object) -> Annotations:
    """Return the document with these items, put in the order of their ids."""
    ordered = tuple(sorted(items, key=lambda item: item.id))  # type: ignore[call-overload]
    return document.model_copy(update={"items": ordered})


def difference(before: Annotations, after: Annotations, label: str) -> Action | None:
    """Return the action that leads from one document's items to the other's; None if equal."""
    old = {item.id: item for item in before.items}
    new = {item.id: item for item in after.items}
    changes = tuple(
        Change(i, old.get(i), new.get(i))
        for i in sorted(old.keys() | new.keys())
        if old.get(i) != new.get(i)
    )
    return Action(label, changes) if changes else None


def changed_frames(before: Annotations, after: Annotations) -> list[int]:
    """Return the frames in which two documents differ: of keyframes, or where a span begins."""
    frames: set[int] = set()
    old, new = ({item.id: item for item in d.items} for d in (before, after))
    for item_id in old.keys() | new.keys():
        if old.get(item_id) != new.get(item_id):
            changed = _parts(old.get(item_id)) ^ _parts(new.get(item_id))
            frames |= {frame for frame, _ in changed}
    return sorted(frames)


def _parts(item: AnyItem | None) -> set[tuple[int, object]]:
    """Return what stands in which frame."""
    if item is None:
        return set()
    if isinstance(item, ShapeItem | EllipseMark):
        return {(key.frame, key) for key in item.keyframes}
    if isinstance(item, SpanItem):
        return {(item.start_frame, item), (item.end_frame, item)}
    frame = item.program_frame if isinstance(item, Verdict) else None
    return set() if frame is None else {(frame, item)}
