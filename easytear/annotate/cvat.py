"""CVAT for video 1.1 (XML): what the annotators of the original method worked with.

CVAT counts coordinates from the corner of the top-left pixel, EasyTear from its centre: half a
pixel is taken off on the way in and added on the way out. What CVAT has no place for (who, when,
verdicts, scale ...) stands in a text attribute and in the meta part, which CVAT leaves alone.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from easytear.annotate.cvat_in import parse_cvat
from easytear.annotate.cvat_shapes import ATTRIBUTE
from easytear.annotate.model import (
    Annotations,
    AnyItem,
    EllipseMark,
    FrontLine,
    PointTrack,
    RegionMark,
    ScaleMark,
    ShapeItem,
    Verdict,
    VideoRef,
)
from easytear.annotate.sources import opened, read_text
from easytear.annotate.told import Imported
from easytear.base.errors import AnnotationError

_HALF: Final = 0.5
_TAGS: Final = {PointTrack: "points", FrontLine: "polyline", RegionMark: "polygon"}
_NOT_DRAWN: Final = (Verdict, ScaleMark)
_SOURCES: Final = ("auto", "semi-auto")
"""What CVAT calls tracks that its own models set."""


def to_cvat(document: Annotations) -> str:
    """Return the annotations as CVAT XML."""
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    root.append(_meta(document))
    for item in document.items:
        if not isinstance(item, _NOT_DRAWN):
            root.append(_track(item, document.video))
    indent(root, "  ")
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def from_cvat(text: str) -> Annotations:
    """Return what CVAT XML holds. External entities and document types are refused.

    Raises
    ------
    ValueError
        With what is wrong, for a person.
    """
    return parse_cvat(io.BytesIO(_declared(text))).document


def read_cvat(path: Path, task: str | None = None) -> Imported:
    """Read a CVAT export, .xml or the .zip that holds it, and what is to be said of it.

    Parameters
    ----------
    path : Path
        The file. Its size does not matter: it is read track by track.
    task : str, optional
        Which video of a project is meant: its task's or file's name.

    Raises
    ------
    AnnotationError
        If it cannot be read or is not one.
    """
    try:
        with opened(path) as stream:
            return parse_cvat(stream, task)  # type: ignore[arg-type]
    except ValueError as error:
        if "is not an XML file" in str(error) and path.suffix.lower() != ".zip":
            return _in_other_words(path, task)
        raise AnnotationError(f"{path}: {error}.") from error


def _in_other_words(path: Path, task: str | None) -> Imported:
    """Read XML that does not say in which encoding it stands (Latin-1 told as UTF-8)."""
    try:
        return parse_cvat(io.BytesIO(_declared(read_text(path))), task)
    except ValueError as error:
        raise AnnotationError(f"{path}: {error}.") from error


def _declared(text: str) -> bytes:
    """Return XML text as UTF-8, whatever encoding it says that it had."""
    bare = re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", "", text, count=1)
    return bare.removeprefix("\ufeff").encode("utf-8", errors="replace")


def _meta(document: Annotations) -> Element:
    video = document.video
    meta = Element("meta")
    task = SubElement(meta, "task")
    last = max((video.frame_count or 1) - 1, 0)
    when = document.created or ""
    _texts(task, {"id": 1, "name": video.name, "size": video.frame_count or 0})
    _texts(task, {"mode": "interpolation", "overlap": 0, "bugtracker": ""})
    _texts(task, {"created": when, "updated": when, "subset": "default"})
    _texts(task, {"start_frame": 0, "stop_frame": last, "frame_filter": ""})
    segment = SubElement(SubElement(task, "segments"), "segment")
    _texts(segment, {"id": 1, "start": 0, "stop": last, "url": ""})
    _texts(SubElement(task, "owner"), {"username": document.annotator, "email": ""})
    _texts(task, {"assignee": ""})
    labels = SubElement(task, "labels")
    drawn = [item for item in document.items if not isinstance(item, _NOT_DRAWN)]
    for name in dict.fromkeys(item.label or item.kind for item in drawn):
        label = SubElement(labels, "label")
        _texts(label, {"name": name, "color": "#33ddff", "type": "any"})
        attribute = SubElement(SubElement(label, "attributes"), "attribute")
        _texts(attribute, {"name": ATTRIBUTE, "mutable": "True", "input_type": "text"})
        _texts(attribute, {"default_value": "", "values": ""})
    _texts(
        SubElement(task, "original_size"),
        {"width": video.width_px or 0, "height": video.height_px or 0},
    )
    _texts(meta, {"dumped": when, "source": video.name})
    own = document.model_dump(mode="json", by_alias=True, exclude={"items"})
    own["items"] = [
        item.model_dump(mode="json") for item in document.items if isinstance(item, _NOT_DRAWN)
    ]
    _texts(meta, {ATTRIBUTE: json.dumps(own, ensure_ascii=False)})
    return meta


def _texts(parent: Element, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        SubElement(parent, name).text = str(value)


def _track(item: AnyItem, video: VideoRef) -> Element:
    source = next((flag for flag in item.flags if flag in _SOURCES), "manual")
    track = Element("track", id=str(item.id), label=item.label or item.kind, source=source)
    own = item.model_dump(mode="json", exclude={"keyframes"})
    if item.label:
        del own["label"]
    shapes = list(_shapes(item, video))
    for i, (shape, said) in enumerate(shapes):
        SubElement(shape, "attribute", name=ATTRIBUTE).text = json.dumps(
            {**own, **said} if i == 0 else said, ensure_ascii=False
        )
        track.append(shape)
    last = shapes[-1][0]
    end = int(last.get("frame", "0")) + 1
    if last.get("outside") == "0" and (video.frame_count is None or end < video.frame_count):
        closing = Element(last.tag, {**last.attrib, "frame": str(end), "outside": "1"})
        track.append(closing)
    return track


def _shapes(item: AnyItem, video: VideoRef) -> Iterable[tuple[Element, dict[str, Any]]]:
    """Yield an element for each keyframe, and what CVAT has no place for."""
    if isinstance(item, ShapeItem):
        for key in item.keyframes:
            shape = Element(_TAGS[type(item)], _where(key.frame, key.outside, key.occluded))
            shape.set("points", ";".join(f"{_out(x)},{_out(y)}" for x, y in key.points))
            yield shape, {"source": key.source}
    elif isinstance(item, EllipseMark):
        for e in item.keyframes:
            shape = Element("ellipse", _where(e.frame, e.outside, e.occluded))
            shape.attrib |= {"cx": _out(e.x_px), "cy": _out(e.y_px)}
            shape.attrib |= {"rx": repr(e.rx_px), "ry": repr(e.ry_px)}
            turned = round(e.angle_deg % 360.0, 3)  # CVAT takes 0 to 360
            shape.set("rotation", repr(turned))
            turns = round((turned - e.angle_deg) / 360.0) * 360.0
            yield shape, {"source": e.source} | ({"turns": turns} if turns else {})
    elif not isinstance(item, _NOT_DRAWN):
        for frame in dict.fromkeys((item.start_frame, item.end_frame)):
            shape = Element("box", _where(frame, outside=False, occluded=False))
            shape.attrib |= {"xtl": "0", "ytl": "0"}
            shape.attrib |= {"xbr": str(video.width_px or 1), "ybr": str(video.height_px or 1)}
            yield shape, {}


def _where(frame: int, outside: bool, occluded: bool) -> dict[str, str]:
    return {
        "frame": str(frame),
        "keyframe": "1",
        "outside": str(int(outside)),
        "occluded": str(int(occluded)),
        "z_order": "0",
    }


def _out(value: float) -> str:
    return f"{value + _HALF:.3f}"
