"""Annotations, their history, and agreement between people and program. Knows no window."""

from easytear.annotate.convert import read_any, with_video, write_any
from easytear.annotate.files import annotation_path, read_annotations, write_annotations
from easytear.annotate.film import FilmMotion
from easytear.annotate.interpolate import ellipse_at, point_path, shape_at, visible_spans
from easytear.annotate.model import Annotations, VideoRef
from easytear.annotate.session import AnnotationSession

__all__ = [
    "AnnotationSession",
    "Annotations",
    "FilmMotion",
    "VideoRef",
    "annotation_path",
    "ellipse_at",
    "point_path",
    "read_annotations",
    "read_any",
    "shape_at",
    "visible_spans",
    "with_video",
    "write_annotations",
    "write_any",
]
