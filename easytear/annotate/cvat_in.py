"""CVAT for video 1.1 read, track by track, as people have it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse
from pydantic import ValidationError

from easytear.annotate.cvat_shapes import (
    ATTRIBUTE,
    SHAPES,
    Seen,
    items_of,
    joined_shapes,
    skeleton_points,
    too_small,
)
from easytear.annotate.model import SCHEMA, Annotations
from easytear.annotate.told import Imported, counted
from easytear.base.limits import how_to_widen, whole_limit
from easytear.base.regular import strict_json
from easytear.base.text import said


@dataclass
class _Task:
    """What the file says of a video: CVAT's task or job."""

    id: str | None
    name: str
    source: str
    size: tuple[int, int] | None
    start: int
    stop: int | None
    step: int
    frames: int | None


@dataclass
class _Read:
    """What was read so far."""

    wanted: str | None = None
    task: _Task | None = None
    own: dict[str, Any] | None = None
    annotator: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    open_ended: int = 0
    by_machine: int = 0
    keyframes: int = 0


def parse_cvat(stream: BinaryIO, task: str | None = None) -> Imported:
    """Return what CVAT XML holds. External entities and document types are refused.

    Parameters
    ----------
    stream : binary file
        The XML.
    task : str, optional
        Which video is meant, where a project holds several: its task's or file's name.

    Raises
    ------
    ValueError
        With what is wrong, for a person.
    """
    read = _Read(wanted=task)
    try:
        _walk(stream, read)
        document = _document(read)
    except ParseError as error:
        raise ValueError("is not an XML file") from error
    except DefusedXmlException as error:
        raise ValueError("holds a document type or entities, which are not read") from error
    except ValidationError as error:
        raise ValueError(
            f"holds a mark that cannot be: {said(error.errors()[0]['msg'])}"
        ) from error
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f'is not whole "CVAT for video 1.1": {error} is missing') from error
    return Imported(document, _told(read))


def _walk(stream: BinaryIO, read: _Read) -> None:
    """Go through the file; what was read of it is let go at once."""
    above: list[tuple[Element, int]] = []
    shapes: list[Seen] = []
    kept, most = 0, whole_limit("keyframes")
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            if len(above) < 2:
                _check_root(element.tag, len(above))
            above.append((element, kept))
            kept += 1
            if kept > most:
                raise ValueError(f"holds too many elements in one ({how_to_widen('keyframes')})")
            continue
        _, before = above.pop()
        inside = [one.tag for one, _ in above] if len(above) < 3 else ()
        if inside == ["annotations", "track"]:
            if element.get("frame") is not None:
                _take_shape(element, shapes, read)
        elif inside != ["annotations"]:
            continue
        elif element.tag == "meta":
            _take_meta(element, read)
        elif element.tag == "track":
            _take_track(dict(element.attrib), shapes, read)
            shapes = []
        element.clear()
        above[-1][0].remove(element)
        kept = before


def _check_root(tag: str, depth: int) -> None:
    if (depth == 0 and tag != "annotations") or (depth == 1 and tag == "image"):
        raise ValueError('is not "CVAT for video 1.1"; export it in that format')


def _take_shape(element: Element, shapes: list[Seen], read: _Read) -> None:
    seen = Seen.of(element)
    if shapes and not seen.key and not shapes[-1].key:
        shapes.pop()  # of the frames between keyframes, only the last says something
    shapes.append(seen)
    read.keyframes += seen.key
    if read.keyframes > whole_limit("keyframes"):
        raise ValueError(f"holds too many keyframes ({how_to_widen('keyframes')})")


def _take_track(values: dict[str, str], shapes: list[Seen], read: _Read) -> None:
    task = read.task
    if task is not None and task.id is not None and values.get("task_id") not in (None, task.id):
        return
    if not shapes:
        read.left_out["track without shapes"] += 1
        return
    tag = shapes[0].tag
    if tag == "skeleton":
        parts, others = skeleton_points(shapes)
        read.left_out.update(others)
        for label, part in parts.items():
            _take_track({**values, "label": label}, part, read)
        return
    label = values.get("label", "")
    if tag not in SHAPES:
        read.left_out[tag] += 1
        return
    size = None if task is None else task.size
    if tag == "box" and too_small(shapes[0], label, size):
        read.left_out["box too small to be the exposed cornea"] += 1
        return
    source = values.get("source", "manual")
    machine = source in ("auto", "semi-auto")
    read.by_machine += machine
    stop, step = (None, 1) if task is None else (task.stop, task.step)
    found, open_end = items_of(shapes, label, stop, step)
    read.open_ended += open_end
    for item in found:
        if machine:
            item["flags"] = [*item.get("flags", ()), source]
        read.items.append(item)


def _take_meta(meta: Element, read: _Read) -> None:
    own_text = meta.findtext(ATTRIBUTE)
    if own_text:
        own = strict_json(own_text.encode())
        if not isinstance(own, dict):
            raise KeyError(ATTRIBUTE)
        read.own = own
    tasks = [_task(element, meta) for element in _task_elements(meta)]
    if not tasks:
        return
    read.task = tasks[0] if len(tasks) == 1 else _chosen(tasks, read.wanted)
    read.annotator = _annotator(meta)


def _task_elements(meta: Element) -> list[Element]:
    return [*meta.iterfind("project/tasks/task")] or [
        element for element in meta if element.find("size") is not None
    ]


def _task(element: Element, meta: Element) -> _Task:
    def number(name: str) -> int | None:
        text = (element.findtext(name) or "").strip()
        return int(text) if text.isdigit() else None

    told = next((e for e in (element, meta) if e.find(".//original_size") is not None), None)
    size = None if told is None else told.find(".//original_size")
    wide, high = (int((size.findtext(n) if size is not None else "") or 0) for n in _SIZE)
    ways = dict(part.split("=", 1) for part in _filter(element) if "=" in part)
    start, stop, count = number("start_frame") or 0, number("stop_frame"), number("size")
    step = max(int(ways.get("step", "1")), 1)
    whole = element.tag == "task" and start == 0 and step == 1
    return _Task(
        id=(element.findtext("id") or "").strip() or None
        if element.tag == "task" and meta.find("project") is not None
        else None,
        name=(element.findtext("name") or "").strip(),
        source=(element.findtext("source") or meta.findtext("source") or "").strip(),
        size=(wide, high) if wide and high else None,
        start=start,
        stop=stop,
        step=step,
        frames=count if whole and count else None,
    )


_SIZE: Final = ("width", "height")


def _filter(element: Element) -> list[str]:
    return (element.findtext("frame_filter") or "").replace(" ", "").split("&")


def _chosen(tasks: list[_Task], wanted: str | None) -> _Task:
    names = [task.source or task.name for task in tasks]
    if wanted is not None:
        for task in tasks:
            known = {task.name, task.source, _stem(task.name), _stem(task.source)}
            if wanted in known or _stem(wanted) in known:
                return task
    raise ValueError(
        f"is a project of several videos ({', '.join(names)}); say which one with --task NAME"
    )


def _stem(name: str) -> str:
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _annotator(meta: Element) -> str:
    for who in ("assignee", "owner"):
        element = next(meta.iter(who), None)
        name = None if element is None else element.findtext("username") or element.text
        if name and name.strip():
            return name
    return ""


def _document(read: _Read) -> Annotations:
    own: dict[str, Any] = {"video": _video(read.task)} if read.own is None else dict(read.own)
    items = {int(item["id"]): item for item in own.pop("items", [])}
    joined, words = joined_shapes(read.items)
    read.left_out.update(words)
    unnamed: list[dict[str, Any]] = []
    for item in joined:
        if item.get("id") is None or item["id"] in items:
            unnamed.append(item)
        else:
            items[item["id"]] = item
    at = max(items, default=0)
    for n, item in enumerate(unnamed):
        item["id"] = at + 1 + n
        items[item["id"]] = item
    if read.own is None:
        own |= {"schema": SCHEMA, "annotator": read.annotator}
    return Annotations.model_validate({**own, "items": [items[i] for i in sorted(items)]})


def _video(task: _Task | None) -> dict[str, Any]:
    if task is None:
        return {"name": ""}
    wide, high = task.size or (None, None)
    name = task.source or task.name
    return {"name": name, "width_px": wide, "height_px": high, "frame_count": task.frames}


def _told(read: _Read) -> tuple[str, ...]:
    told: list[str] = []
    if read.left_out:
        out = [counted(n, what, _MANY.get(what)) for what, n in read.left_out.items()]
        told.append(f"Left out: {', '.join(out)}.")
    if read.open_ended:
        told.append(
            f"{counted(read.open_ended, 'track')} never ended in CVAT: taken as seen up to the "
            "last keyframe."
        )
    if read.by_machine:
        told.append(
            f"{counted(read.by_machine, 'track')} set by CVAT's own models, not by hand: flagged "
            "'auto' or 'semi-auto'."
        )
    return tuple(told)


_MANY: Final = {
    "box too small to be the exposed cornea": "boxes too small to be the exposed cornea",
    "track without shapes": "tracks without shapes",
    "single point that belongs to no other": "single points that belong to no other",
}
