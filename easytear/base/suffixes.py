"""The endings of the files that are taken for videos."""

from __future__ import annotations

from typing import Final

VIDEO_SUFFIXES: Final = (
    *(".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".wmv", ".asf", ".flv", ".ogv", ".3gp"),
    *(".mpg", ".mpeg", ".mpe", ".m2v", ".mts", ".m2ts", ".ts", ".vob", ".mxf", ".dv"),
    *(".dcm", ".dicom"),
)
"""In small letters, with the dot."""
