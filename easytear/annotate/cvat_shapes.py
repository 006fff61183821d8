"""Shapes of CVAT's tracks, turned into marks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element

import numpy as np

from easytear.base.limits import how_to_widen, whole_limit
from easytear.base.regular import strict_json

ATTRIBUTE: Final = "easytear"
SHAPES: Final = ("points", "polyline", "polygon", "box", "ellipse")
_HALF: Final = 0.5
"""CVAT counts coordinates from the corner of the top-left pixel, EasyTear from its centre."""

_OF_KEYS: Final = ("source", "turns")
_SPANS: Final = ("blink", "interval", "note")
_REGION_WORDS: Final = ("region", "cornea", "roi", "area", "exposed", "aperture", "eye")
_CORNEA_SHARE: Final = 0.1
"""Least share of the picture that exposed cornea takes: in an instrument's picture the iris fills
half of the width or more, and half of it at least is free of lids."""


@dataclass(frozen=True)
class Seen:
    """A shape in a frame as CVAT wrote it; `own` is what EasyTear once wrote beside it."""

    tag: str
    frame: int
    key: bool
    outside: bool
    values: dict[str, str]
    own: dict[str, Any]
    parts: tuple[Seen, ...] = ()

    @classmethod
    def of(cls, element: Element, frame: int | None = None) -> Seen:
        """Return what an element says."""
        values = dict(element.attrib)
        own: dict[str, Any] = {}
        for attribute in element.iterfind("attribute"):
            if attribute.get("name") == ATTRIBUTE and attribute.text:
                own = dict(strict_json(attribute.text.encode()))
        at = int(values["frame"]) if frame is None else frame
        inside = (e for e in element if e.tag not in ("attribute",)) if len(element) else ()
        return cls(
            element.tag,
            at,
            values.get("keyframe", "1") == "1",
            values.get("outside") == "1",
            values,
            own,
            tuple(cls.of(part, at) for part in inside),
        )


def skeleton_points(shapes: Sequence[Seen]) -> tuple[dict[str, list[Seen]], Counter[str]]:
    """Return the points of a skeleton by their label, and how many other parts it has."""
    found: dict[str, list[Seen]] = defaultdict(list)
    others: set[tuple[str, str]] = set()
    for shape in shapes:
        for part in shape.parts:
            label = part.values.get("label", "")
            if part.tag == "points":
                found[label].append(part)
            else:
                others.add((part.tag, label))
    return dict(found), Counter(f"{tag} of a skeleton" for tag, _ in others)


def too_small(box: Seen, label: str, size: tuple[int, int] | None) -> bool:
    """Return whether a box is no region: neither said to be, nor as large as one."""
    words = label.lower()
    if box.own or any(word in words for word in (*_SPANS, *_REGION_WORDS)) or size is None:
        return False
    wide = abs(float(box.values["xbr"]) - float(box.values["xtl"]))
    high = abs(float(box.values["ybr"]) - float(box.values["ytl"]))
    return wide * high < _CORNEA_SHARE * size[0] * size[1]


def items_of(
    shapes: Sequence[Seen], label: str, stop: int | None, step: int
) -> tuple[list[dict[str, Any]], bool]:
    """Return the marks of a track, and whether it was never ended.

    One mark, or one per point where CVAT kept several together. `stop` is the task's last frame,
    `step` its frames' distance: what closes a shape stands one step after it was last seen.
    """
    kept, open_end = _keyframes(shapes, stop, step)
    if not kept:
        return [], False
    first = kept[0]
    own = {name: value for name, value in first.own.items() if name not in _OF_KEYS}
    base = {"label": label, **own}
    kind = own.get("kind") or _kind(first.tag, label)
    if kind in _SPANS:
        last = kept[-1]
        end = last.frame - int(last.outside)
        return [{**base, "kind": kind, "start_frame": first.frame, "end_frame": end}], open_end
    if first.tag == "ellipse":
        return [{**base, "kind": kind, "keyframes": [_ellipse(s) for s in kept]}], open_end
    keys = [_keyframe(shape) for shape in kept]
    counts = {len(key["points"]) for key in keys}
    if kind == "point" and len(counts) == 1 and counts != {1}:
        singles = [
            [{**key, "points": [key["points"][i]]} for key in keys] for i in range(counts.pop())
        ]
        return [{**base, "kind": kind, "keyframes": single} for single in singles], open_end
    return [{**base, "kind": kind, "keyframes": keys}], open_end


def joined_shapes(items: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Return marks with single points of one label joined, where no frame has two of them.

    CVAT writes points drawn as shapes, not as tracks, one by one. Where a frame has several of
    one label nothing says which goes on to which: they stay single, and are counted.
    """
    single: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in items:
        seen = [key for key in item.get("keyframes", ()) if not key["outside"]]
        if item["kind"] == "point" and len(seen) == 1 and "id" not in item:
            single[item["label"]].append(item)
    gone: set[int] = set()
    left: Counter[str] = Counter()
    for group in single.values():
        keys = sorted((item["keyframes"][0] for item in group), key=lambda key: key["frame"])
        frames = [key["frame"] for key in keys]
        if len(group) > 1 and len(set(frames)) == len(frames):
            group[0]["keyframes"] = keys
            gone |= {id(item) for item in group[1:]}
        elif len(group) > len(set(frames)) > 1:
            left["single point that belongs to no other"] += len(group)
    return [item for item in items if id(item) not in gone], left


def _keyframes(shapes: Sequence[Seen], stop: int | None, step: int) -> tuple[list[Seen], bool]:
    """Return the shapes that a person set, one a frame, in order; and whether no end was set."""
    ordered = sorted(shapes, key=lambda s: s.frame)
    by_frame: dict[int, Seen] = {}
    for shape in ordered:
        before = by_frame.get(shape.frame)
        # A shape closed and begun anew in one frame is seen there.
        if before is None or before.outside or not shape.outside:
            by_frame[shape.frame] = shape
    ordered = list(by_frame.values())
    last = ordered[-1]
    kept = [shape for shape in ordered[:-1] if shape.key]
    never_ended = not last.outside and not last.key and stop is not None and last.frame >= stop
    if not never_ended:
        kept.append(last)
    while kept and kept[0].outside:
        kept = kept[1:]
    thinned: list[Seen] = []
    for shape in kept:
        twice = shape.outside and bool(thinned) and thinned[-1].outside and not shape.own
        if not twice:
            thinned.append(_closing(shape, thinned, step))
    return thinned, never_ended


def _closing(shape: Seen, before: list[Seen], step: int) -> Seen:
    """Return a shape that closes right after the last frame that CVAT showed it in."""
    if not shape.outside or step == 1 or not before:
        return shape
    frame = max(shape.frame - step + 1, before[-1].frame + 1)
    return Seen(shape.tag, frame, shape.key, True, shape.values, shape.own)


def _kind(tag: str, label: str) -> str:
    if tag == "box":
        return next((k for k in _SPANS if k in label.lower()), "region")
    if tag == "ellipse":
        return "pupil" if "pupil" in label.lower() else "limbus"
    return {"points": "point", "polyline": "front", "polygon": "region"}[tag]


def _keyframe(shape: Seen) -> dict[str, Any]:
    if shape.tag == "box":
        points = _box(shape.values)
    else:
        if shape.values["points"].count(";") >= whole_limit("keyframe_points"):
            raise ValueError(f"has a shape of too many points ({how_to_widen('keyframe_points')})")
        pairs = [pair.split(",") for pair in shape.values["points"].split(";") if pair.strip()]
        points = [(_in(x), _in(y)) for x, y in pairs]
    return {**_said(shape), "points": points}


def _box(values: dict[str, str]) -> list[tuple[float, float]]:
    """Return the corners of a box, turned about its middle as CVAT shows it (clockwise)."""
    x0, y0, x1, y1 = (_in(values[name]) for name in ("xtl", "ytl", "xbr", "ybr"))
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    angle = np.deg2rad(float(values.get("rotation", "0")))
    if angle:
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        middle = corners.mean(axis=0)
        corners = (corners - middle) @ turn.T + middle
    return [(float(x), float(y)) for x, y in corners]


def _ellipse(shape: Seen) -> dict[str, Any]:
    values = shape.values
    angle = float(values.get("rotation", "0"))
    return {
        **_said(shape),
        "x_px": _in(values["cx"]),
        "y_px": _in(values["cy"]),
        "rx_px": float(values["rx"]),
        "ry_px": float(values["ry"]),
        "angle_deg": angle - float(shape.own.get("turns", 0.0)),
    }


def _said(shape: Seen) -> dict[str, Any]:
    said: dict[str, Any] = {
        "frame": shape.frame,
        "outside": shape.outside,
        "occluded": shape.values.get("occluded") == "1",
    }
    if "source" in shape.own:
        said["source"] = shape.own["source"]
    return said


def _in(value: str) -> float:
    return float(value) - _HALF
