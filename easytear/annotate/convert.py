"""Annotation files of any format that EasyTear knows, by the end of their name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from easytear.annotate.cvat import read_cvat, to_cvat
from easytear.annotate.files import annotations_json, parse_annotations
from easytear.annotate.keypoints import from_coco, from_deeplabcut, is_coco, is_deeplabcut
from easytear.annotate.model import Annotations, VideoRef
from easytear.annotate.sources import read_text
from easytear.annotate.table import from_table, to_table
from easytear.annotate.told import Imported
from easytear.base.errors import AnnotationError
from easytear.results import atomic_write

_WRITERS = {".json": annotations_json, ".xml": to_cvat, ".csv": to_table}
_SAME_SHAPE: Final = 0.01
"""Pictures whose sides differ by more than this share in their ratio are not one enlarged."""


def read_any(path: Path) -> Annotations:
    """Read annotations of any format; see `read_told`.

    Raises
    ------
    AnnotationError
        If the file cannot be read, or is of another kind.
    """
    return read_told(path).document


def read_told(path: Path, task: str | None = None) -> Imported:
    """Read annotations, and what a person must know of them.

    EasyTear JSON, COCO keypoints (JSON), CVAT XML (or its .zip), EasyTear's table or DeepLabCut's
    (CSV).

    Raises
    ------
    AnnotationError
        If the file cannot be read, or is of another kind.
    """
    suffix = path.suffix.lower()
    if suffix in (".xml", ".zip"):
        return read_cvat(path, task)
    if suffix not in (".json", ".csv"):
        raise AnnotationError(f"{path}: is of no known kind; give .json, .xml, .zip or .csv.")
    text = read_text(path)
    try:
        if suffix == ".json":
            if is_coco(text):
                return from_coco(text, path.stem)
            return Imported(parse_annotations(text))
        if is_deeplabcut(text):
            return from_deeplabcut(text, path.stem)
        return Imported(from_table(text))
    except ValueError as error:
        raise AnnotationError(f"{path}: {error}.") from error


def write_any(document: Annotations, path: Path) -> None:
    """Write annotations in the format that the name's end asks for, whole or not at all."""
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise AnnotationError(f"{path}: can be written as .json, .xml or .csv only.")
    with atomic_write(path) as aside:
        aside.write_text(writer(document), encoding="utf-8", newline="")


def with_video(document: Annotations, video: VideoRef) -> Annotations:
    """Return the annotations tied to a video; see `fitted`."""
    return fitted(document, video).document


def fitted(document: Annotations, video: VideoRef) -> Imported:
    """Return the annotations tied to a video that an imported file did not tell enough of.

    Places marked in a smaller or larger copy of the video are scaled to its size.

    Raises
    ------
    AnnotationError
        If the file tells that it is of another video, or of pictures of another shape, or marks
        frames that the video does not have.
    """
    own = document.video
    if own.sha256 is not None and own.sha256 != video.sha256:
        raise AnnotationError(f"{video.name}: is not the video that was annotated ({own.name}).")
    last = last_frame(document)
    if video.frame_count is not None and last >= video.frame_count:
        raise AnnotationError(
            f"{video.name}: has {video.frame_count} frames, the annotations reach frame {last}."
        )
    told = []
    if own.sha256 is None and _other_name(own.name, video.name):
        told.append(f"The annotations name another video, {own.name}: taken for {video.name}.")
    scaled, words = _scaled(document, video)
    return Imported(scaled.model_copy(update={"video": video}), (*told, *words))


def last_frame(document: Annotations) -> int:
    """Return the last frame that anything is marked in, -1 without marks."""
    last = -1
    for item in document.items:
        frames = [key.frame for key in getattr(item, "keyframes", ()) if not key.outside]
        frames += [frame for frame in (getattr(item, "end_frame", None),) if frame is not None]
        last = max([last, *frames])
    return last


def _other_name(own: str, name: str) -> bool:
    return bool(own) and own.rsplit(".", 1)[0].casefold() != name.rsplit(".", 1)[0].casefold()


def _scaled(document: Annotations, video: VideoRef) -> tuple[Annotations, tuple[str, ...]]:
    own = document.video
    sizes = (own.width_px, own.height_px, video.width_px, video.height_px)
    if own.sha256 is not None or not all(sizes) or sizes[:2] == sizes[2:]:
        return document, ()
    wide, high = sizes[2] / sizes[0], sizes[3] / sizes[1]  # type: ignore[operator]
    said = f"{sizes[0]} x {sizes[1]}, {video.name} is {sizes[2]} x {sizes[3]}"
    if abs(wide / high - 1) > _SAME_SHAPE:
        raise AnnotationError(f"The annotations are of pictures of {said}: of another shape.")

    def moved(x: float, y: float) -> tuple[float, float]:
        # The corner of the first pixel stays where it is, not its middle.
        return (x + 0.5) * wide - 0.5, (y + 0.5) * high - 0.5

    items = [_enlarged(item.model_dump(), moved, (wide + high) / 2) for item in document.items]
    data = document.model_dump(by_alias=True) | {"items": items}
    return Annotations.model_validate(data), (f"Marked in pictures of {said}: scaled.",)


def _enlarged(
    item: dict[str, Any], moved: Callable[[float, float], tuple[float, float]], by: float
) -> dict[str, Any]:
    keys = []
    for key in item.get("keyframes", ()):
        if "points" in key:
            keys.append({**key, "points": [moved(*point) for point in key["points"]]})
        else:
            x, y = moved(key["x_px"], key["y_px"])
            size = {"rx_px": key["rx_px"] * by, "ry_px": key["ry_px"] * by}
            keys.append({**key, "x_px": x, "y_px": y, **size})
    return {**item, "keyframes": keys} if keys else item
