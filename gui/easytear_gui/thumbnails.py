"""Thumbnails: one frame of each video, small."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

_WIDTH, _HEIGHT = 160, 120


def thumbnail(path: Path) -> QImage:
    """Return a small picture of a video: its brightest of three frames, so no shut lid.

    Raises
    ------
    VideoError
        If the video cannot be read.
    """
    import numpy as np

    from easytear.video import FrameReader

    with FrameReader(path) as reader:
        count = reader.facts.frame_count
        frames = [reader.read(int(count * share), colour=True) for share in (0.15, 0.5, 0.8)]
    sharpest = max(frames, key=lambda f: float(np.abs(np.diff(f[::4, ::4, 1].astype(int))).mean()))
    pixels = np.ascontiguousarray(sharpest)
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_BGR888)
    return image.scaled(
        _WIDTH,
        _HEIGHT,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
