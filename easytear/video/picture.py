"""Decoded frames to arrays: grey or blue-green-red, turned upright, pixels square."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from easytear.geometry import ByteArray

_PLANAR = re.compile(r"(?:yuva?(j?)4\d\dp|nv12|nv21|(gray))(\d*)(?:le)?$")
"""Pixel formats whose first plane is brightness: letter j and grey mean full range."""

_FULL_RANGE = 2  # AVCOL_RANGE_JPEG
_LIMITED_RANGE = 1  # AVCOL_RANGE_MPEG


@dataclass(frozen=True)
class Geometry:
    """How a stored picture becomes an upright one with square pixels.

    `square_width` is the width after resampling, before the quarter turns (anticlockwise).
    """

    width: int
    height: int
    square_width: int
    quarter_turns: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture that is given."""
        if self.quarter_turns % 2:
            return self.height, self.square_width
        return self.square_width, self.height

    def apply(self, picture: ByteArray) -> ByteArray:
        """Return the upright picture; each line is resampled for itself."""
        if self.square_width != self.width:
            wider = self.square_width > self.width
            picture = np.asarray(
                cv2.resize(
                    picture,
                    (self.square_width, self.height),
                    interpolation=cv2.INTER_CUBIC if wider else cv2.INTER_AREA,
                ),
                dtype=np.uint8,
            )
        if self.quarter_turns:
            picture = np.ascontiguousarray(np.rot90(picture, self.quarter_turns))
        return picture


@dataclass(frozen=True)
class PixelKind:
    """How a video's pixels are stored: FFmpeg's name of the format, and its colour range."""

    name: str
    big_endian: bool
    color_range: int

    @classmethod
    def of(cls, frame: VideoFrame) -> PixelKind:
        """Return that of a frame."""
        return cls(frame.format.name, frame.format.is_big_endian, int(frame.color_range))


def grey_reader(kind: PixelKind) -> Callable[[VideoFrame], ByteArray]:
    """Return the quickest way to brightness for frames of this kind.

    Where the brightness is a plane of its own, it is taken as it stands and stretched from the
    broadcast range (16 to 235) to 0 to 255 by a table; else FFmpeg converts.
    """
    match = _PLANAR.fullmatch(kind.name)
    if match is None or kind.big_endian:
        return _converted_grey
    bits = int(match[3] or 8)
    unspecified_is_full = bool(match[1] or match[2])
    full = kind.color_range == _FULL_RANGE or (
        kind.color_range != _LIMITED_RANGE and unspecified_is_full
    )
    table = _stretch(bits, full)
    if bits == 8:
        return lambda f: _byte_plane(f, None if full else table)
    return lambda f: table[_plane(f, np.uint16)]


def _stretch(bits: int, full: bool) -> ByteArray:
    value = np.arange(1 << bits, dtype=float)
    scale = float(1 << (bits - 8))
    grey = value * 255 / ((1 << bits) - 1) if full else (value / scale - 16) * 255 / 219
    return np.clip(np.round(grey), 0, 255).astype(np.uint8)


def _plane(frame: VideoFrame, kind: type[np.uint8 | np.uint16]) -> NDArray[np.unsignedinteger]:
    plane: Any = frame.planes[0]
    samples: NDArray[np.unsignedinteger] = np.frombuffer(plane, dtype=kind)
    rows = samples.reshape(-1, plane.line_size // kind().itemsize)
    return rows[: frame.height, : frame.width]


def _byte_plane(frame: VideoFrame, table: ByteArray | None) -> ByteArray:
    plane = _plane(frame, np.uint8)
    if table is None:
        return np.array(plane, dtype=np.uint8)
    return np.asarray(cv2.LUT(plane, table), dtype=np.uint8)


def _converted_grey(frame: VideoFrame) -> ByteArray:
    return np.asarray(frame.to_ndarray(format="gray", threads=1), dtype=np.uint8)


def colour(frame: VideoFrame) -> ByteArray:
    """Return the (height, width, 3) blue-green-red picture as stored.

    On one thread: PyAV would start others anew for every frame, which takes twice the time of
    the conversion.
    """
    return np.asarray(frame.to_ndarray(format="bgr24", threads=1), dtype=np.uint8)
