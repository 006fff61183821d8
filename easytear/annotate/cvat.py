"""CVAT for video 1.1 (XML): what the annotators of the original method worked with.

CVAT counts coordinates from the corner of the top-left pixel, EasyTear from its centre: half a
pixel is taken off on the way in and added on the way out. What CVAT has no place for (who, when,
verdicts, scale ...) stands in a text attribute and in the meta part, which CVAT leaves alone.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from pydantic import ValidationError

from easytear.annotate.model import (
    SCHEMA,
    Annotations,
    AnyItem,
    EllipseKeyframe,
    EllipseMark,
    FrontLine,
    Keyframe,
    PointTrack,
    RegionMark,
    ScaleMark,
    ShapeItem,
    Verdict,
    VideoRef,
)
from easytear.base.errors import AnnotationError

ATTRIBUTE: Final = "easytear"
MAX_XML_BYTES: Final = 256 << 20
"""Unpacked at most: a mark in every one of 100,000 frames takes 20 MB, and 3 MB of zip can hold
3 GB."""
_HALF: Final = 0.5
_TAGS: Final = {PointTrack: "points", FrontLine: "polyline", RegionMark: "polygon"}
_NOT_DRAWN: Final = (Verdict, ScaleMark)


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
    try:
        root = fromstring(text, forbid_dtd=True)
    except ParseError as error:
        raise ValueError("is not an XML file") from error
    except DefusedXmlException as error:
        raise ValueError("holds a document type or entities, which are not read") from error
    if root.tag != "annotations" or root.find("image") is not None:
        raise ValueError('is not "CVAT for video 1.1"; export it in that format')
    try:
        return _document(root)
    except ValidationError as error:
        raise ValueError(f"holds a mark that cannot be: {error.errors()[0]['msg']}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f'is not whole "CVAT for video 1.1": {error} is missing') from error


def read_cvat(path: Path) -> Annotations:
    """Read a CVAT export, .xml or the .zip that holds it.

    Raises
    ------
    AnnotationError
        If it cannot be read or is not one.
    """
    try:
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                text = _unpacked(archive).decode("utf-8")
        else:
            text = path.read_text(encoding="utf-8")
        return from_cvat(text.removeprefix("\ufeff"))
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read ({error.strerror}).") from error
    except (zipfile.BadZipFile, KeyError) as error:
        raise AnnotationError(f"{path}: holds no annotations.xml.") from error
    except ValueError as error:
        raise AnnotationError(f"{path}: {error}.") from error


def _unpacked(archive: zipfile.ZipFile) -> bytes:
    """Return annotations.xml; read to the limit only, whatever the archive says of its size."""
    with archive.open("annotations.xml") as file:
        content = file.read(MAX_XML_BYTES + 1)
    if len(content) > MAX_XML_BYTES:
        raise ValueError(f"its annotations.xml is larger than {MAX_XML_BYTES >> 20} MB")
    return content


def _meta(document: Annotations) -> Element:
    video = document.video
    meta = Element("meta")
    task = SubElement(meta, "task")
    _texts(task, {"name": video.name, "size": video.frame_count or 0, "mode": "interpolation"})
    _texts(task, {"start_frame": 0, "stop_frame": max((video.frame_count or 1) - 1, 0)})
    labels = SubElement(task, "labels")
    drawn = [item for item in document.items if not isinstance(item, _NOT_DRAWN)]
    for name in dict.fromkeys(item.label or item.kind for item in drawn):
        label = SubElement(labels, "label")
        _texts(label, {"name": name, "type": "any"})
        attribute = SubElement(SubElement(label, "attributes"), "attribute")
        _texts(attribute, {"name": ATTRIBUTE, "mutable": "True", "input_type": "text"})
        _texts(attribute, {"default_value": "", "values": ""})
    _texts(
        SubElement(task, "original_size"),
        {"width": video.width_px or 0, "height": video.height_px or 0},
    )
    _texts(meta, {"source": video.name})
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
    track = Element("track", id=str(item.id), label=item.label or item.kind, source="manual")
    own = item.model_dump(mode="json", exclude={"keyframes"})
    if item.label:
        del own["label"]
    shapes = list(_shapes(item, video))
    for i, (shape, source) in enumerate(shapes):
        said = {"source": source} if source else {}
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


def _shapes(item: AnyItem, video: VideoRef) -> Iterable[tuple[Element, str]]:
    """Yield an element for each keyframe, and the keyframe's source."""
    if isinstance(item, ShapeItem):
        for key in item.keyframes:
            shape = Element(_TAGS[type(item)], _where(key.frame, key.outside, key.occluded))
            shape.set("points", ";".join(f"{_out(x)},{_out(y)}" for x, y in key.points))
            yield shape, key.source
    elif isinstance(item, EllipseMark):
        for e in item.keyframes:
            shape = Element("ellipse", _where(e.frame, e.outside, e.occluded))
            shape.attrib |= {"cx": _out(e.x_px), "cy": _out(e.y_px)}
            shape.attrib |= {"rx": repr(e.rx_px), "ry": repr(e.ry_px)}
            shape.set("rotation", repr(e.angle_deg))
            yield shape, e.source
    elif not isinstance(item, _NOT_DRAWN):
        for frame in dict.fromkeys((item.start_frame, item.end_frame)):
            shape = Element("box", _where(frame, outside=False, occluded=False))
            shape.attrib |= {"xtl": "0", "ytl": "0"}
            shape.attrib |= {"xbr": str(video.width_px or 1), "ybr": str(video.height_px or 1)}
            yield shape, ""


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


def _in(value: str) -> float:
    return float(value) - _HALF


def _document(root: Element) -> Annotations:
    own_text = root.findtext(f"meta/{ATTRIBUTE}")
    own: dict[str, Any] = json.loads(own_text) if own_text else {"video": _video(root)}
    items = {int(item["id"]): item for item in own.pop("items", [])}
    unnamed: list[dict[str, Any]] = []
    for track in root.iter("track"):
        for item in _items(track):
            if item.get("id") is None or item["id"] in items:
                unnamed.append(item)
            else:
                items[item["id"]] = item
    for item in unnamed:
        item["id"] = 1 + max(items, default=0)
        items[item["id"]] = item
    if not own_text:
        own |= {"schema": SCHEMA, "annotator": _annotator(root)}
    return Annotations.model_validate({**own, "items": [items[i] for i in sorted(items)]})


def _video(root: Element) -> dict[str, Any]:
    job = next((e for e in root.iterfind("meta/*") if e.find("size") is not None), Element("task"))
    size = next(root.iter("original_size"), Element("original_size"))
    return {
        "name": root.findtext("meta/source") or job.findtext("name") or "",
        "width_px": int(size.findtext("width") or 0) or None,
        "height_px": int(size.findtext("height") or 0) or None,
        "frame_count": int(job.findtext("size") or 0) or None,
    }


def _annotator(root: Element) -> str:
    for who in ("assignee", "owner"):
        element = next(root.iter(who), None)
        name = None if element is None else element.findtext("username") or element.text
        if name and name.strip():
            return name
    return ""


def _items(track: Element) -> Iterable[dict[str, Any]]:
    """Yield the marks of a track: one, or one per point where CVAT kept several together."""
    shapes = _keyframes(track)
    if not shapes:
        return
    own = _own(shapes[0])
    base = {"label": track.get("label", ""), **own}
    tag = shapes[0].tag
    kind = own.get("kind") or _kind(tag, track.get("label", ""))
    if kind in ("blink", "interval", "note"):
        last = shapes[-1]
        end = int(last.attrib["frame"]) - int(last.get("outside") == "1")
        start = int(shapes[0].attrib["frame"])
        yield {**base, "kind": kind, "start_frame": start, "end_frame": end}
    elif tag == "ellipse":
        yield {**base, "kind": kind, "keyframes": [_ellipse(shape) for shape in shapes]}
    else:
        keys = [_keyframe(shape) for shape in shapes]
        counts = {len(key["points"]) for key in keys}
        if kind == "point" and len(counts) == 1 and counts != {1}:
            for i in range(counts.pop()):
                single = [{**key, "points": [key["points"][i]]} for key in keys]
                yield {**base, "kind": kind, "keyframes": single}
        else:
            yield {**base, "kind": kind, "keyframes": keys}


def _keyframes(track: Element) -> list[Element]:
    """Return the shapes that a person set, and the last one seen, in the order of frames."""
    shapes = sorted(
        (e for e in track if e.get("frame") is not None), key=lambda e: int(e.attrib["frame"])
    )
    kept = [e for e in shapes[:-1] if e.get("keyframe", "1") == "1"] + shapes[-1:]
    while kept and kept[0].get("outside") == "1":
        kept = kept[1:]
    return kept


def _own(shape: Element) -> dict[str, Any]:
    for attribute in shape.iterfind("attribute"):
        if attribute.get("name") == ATTRIBUTE and attribute.text:
            data = json.loads(attribute.text)
            data.pop("source", None)
            return dict(data)
    return {}


def _kind(tag: str, label: str) -> str:
    if tag == "box":
        return next((k for k in ("blink", "interval", "note") if k in label.lower()), "region")
    if tag == "ellipse":
        return "pupil" if "pupil" in label.lower() else "limbus"
    kinds = {"points": "point", "polyline": "front", "polygon": "region"}
    if tag not in kinds:
        raise ValueError(f"holds a shape that EasyTear has no use for ({tag})")
    return kinds[tag]


def _keyframe(shape: Element) -> dict[str, Any]:
    if shape.tag == "box":
        x0, y0, x1, y1 = (_in(shape.attrib[name]) for name in ("xtl", "ytl", "xbr", "ybr"))
        points = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    else:
        pairs = [pair.split(",") for pair in shape.attrib["points"].split(";")]
        points = [(_in(x), _in(y)) for x, y in pairs]
    return {**_said(shape, Keyframe), "points": points}


def _ellipse(shape: Element) -> dict[str, Any]:
    values = shape.attrib
    return {
        **_said(shape, EllipseKeyframe),
        "x_px": _in(values["cx"]),
        "y_px": _in(values["cy"]),
        "rx_px": float(values["rx"]),
        "ry_px": float(values["ry"]),
        "angle_deg": float(values.get("rotation", "0")),
    }


def _said(shape: Element, kind: type[Keyframe | EllipseKeyframe]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "frame": int(shape.attrib["frame"]),
        "outside": shape.get("outside") == "1",
        "occluded": shape.get("occluded") == "1",
    }
    for attribute in shape.iterfind("attribute"):
        if attribute.get("name") == ATTRIBUTE and attribute.text:
            said["source"] = json.loads(attribute.text).get("source", "hand")
    assert said.keys() <= kind.model_fields.keys()
    return said
