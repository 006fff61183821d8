"""Annotation files of any format that EasyTear knows, by the end of their name."""

from __future__ import annotations

from pathlib import Path

from easytear.annotate.cvat import read_cvat, to_cvat
from easytear.annotate.files import annotations_json, read_annotations
from easytear.annotate.model import Annotations, VideoRef
from easytear.annotate.table import from_table, to_table
from easytear.base.errors import AnnotationError
from easytear.results import atomic_write

_WRITERS = {".json": annotations_json, ".xml": to_cvat, ".csv": to_table}


def read_any(path: Path) -> Annotations:
    """Read annotations: EasyTear JSON, CVAT XML (or its .zip), or CSV.

    Raises
    ------
    AnnotationError
        If the file cannot be read, or is of another kind.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        return read_annotations(path)
    if suffix in (".xml", ".zip"):
        return read_cvat(path)
    if suffix != ".csv":
        raise AnnotationError(f"{path}: is of no known kind; give .json, .xml, .zip or .csv.")
    try:
        return from_table(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read ({error.strerror}).") from error
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
    """Return the annotations tied to a video that an imported file did not tell enough of.

    Raises
    ------
    AnnotationError
        If the file tells that it is of another video.
    """
    own = document.video
    if own.sha256 is not None and own.sha256 != video.sha256:
        raise AnnotationError(f"{video.name}: is not the video that was annotated ({own.name}).")
    if own.frame_count not in (None, video.frame_count):
        raise AnnotationError(
            f"{video.name}: has {video.frame_count} frames, the annotations {own.frame_count}."
        )
    return document.model_copy(update={"video": video})
