"""A few pictures from all over a video, before anything is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from easytear.base.geometry import ByteArray
from easytear.video import picture
from easytear.video.cache import pixel_aspect
from easytear.video.picture import Geometry
from easytear.video.source import open_video, packets

_PICTURES: Final = 8
_APART: Final = 8
"""Frames between two pictures that follow the same key frame."""


@dataclass(frozen=True)
class Glance:
    """What a few frames show.

    Attributes
    ----------
    geometry : Geometry
        How the file's pictures are stored and shown.
    pictures : (k, height, width) uint8 array
        Small grey upright pictures.
    ratio : float
        File pixels in a pixel of these.
    """

    geometry: Geometry
    pictures: NDArray[np.uint8]
    ratio: float


def stored_geometry(path: Path) -> Geometry | None:
    """Return how a file's pictures are stored, by its first one; None where none can be read.

    Raises
    ------
    VideoError
        If the file cannot be opened.
    """
    container, stream = open_video(path, threads=False)
    with container:
        aspect = pixel_aspect(stream.sample_aspect_ratio)
        for frame in _decoded(container, stream):
            return Geometry.of(frame, aspect)
    return None


def glance(path: Path, longest_px: int, *, everything: bool = False) -> Glance | None:
    """Return small pictures of a few frames; None where none can be read.

    Parameters
    ----------
    path : Path
        The video.
    longest_px : int
        The longer side of the pictures at most.
    everything : bool
        Go through the whole file, and take pictures evenly; else those that are quickly had,
        at key frames and shortly after them.
    """
    container, stream = open_video(path)
    with container:
        aspect = pixel_aspect(stream.sample_aspect_ratio)
        chosen = _evenly(container, stream) if everything else _quickly(container, stream)
        geometry: Geometry | None = None
        found: list[ByteArray] = []
        ratio = 1.0
        for frame in chosen:
            if geometry is None:
                geometry = Geometry.of(frame, aspect)
                ratio = max(max(geometry.size) / longest_px, 1.0)
            if (frame.width, frame.height) == (geometry.width, geometry.height):
                found.append(_small(frame, geometry, ratio))
    if geometry is None:
        return None
    return Glance(geometry, np.stack(found), ratio)


def _small(frame: VideoFrame, geometry: Geometry, ratio: float) -> ByteArray:
    size = max(round(geometry.square_width / ratio), 1), max(round(geometry.height / ratio), 1)
    small = cv2.resize(picture.grey(frame), size, interpolation=cv2.INTER_AREA)
    return geometry.orientation.apply(np.asarray(small, np.uint8))


def _quickly(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Yield frames at key frames spread over the file, and some that follow where keys are few."""
    keys = _key_stamps(container, stream)
    if len(keys) > _PICTURES:
        keys = [keys[k] for k in np.linspace(0, len(keys) - 1, _PICTURES).astype(int)]
    each = -(-_PICTURES // max(len(keys), 1))
    stamps: list[int | None] = [*keys] or [None]
    for stamp in stamps:
        try:
            if stamp is not None:
                container.seek(stamp, stream=stream, backward=True)
        except av.error.FFmpegError:
            continue
        for number, frame in enumerate(_decoded(container, stream)):
            if number % _APART == 0:
                yield frame
            if number >= _APART * (each - 1):
                break


def _key_stamps(container: InputContainer, stream: VideoStream) -> list[int]:
    """Return the time stamps of all key packets; reading packets is quick, decoding is not."""
    found = [
        packet.pts
        for packet in packets(container, stream)
        if packet is not None and packet.is_keyframe and packet.pts is not None
    ]
    try:
        container.seek(0, stream=stream, backward=True)
    except av.error.FFmpegError:
        return []
    return sorted(set(found))


def _evenly(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Yield frames spread over a file whose length is not known: ever fewer are kept."""
    kept: list[VideoFrame] = []
    step = 1
    for number, frame in enumerate(_decoded(container, stream)):
        if number % step:
            continue
        kept.append(frame)
        if len(kept) >= 2 * _PICTURES:
            kept, step = kept[::2], 2 * step
    yield from kept


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    for packet in packets(container, stream):
        if packet is None:
            continue
        try:
            yield from packet.decode()
        except av.error.FFmpegError:
            continue
