"""Decoded frames to arrays: grey or blue-green-red, turned upright, pixels square."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from easytear.base.geometry import ByteArray

_PLANAR = re.compile(r"(?:yuva?(j?)4\d\dp|nv12|nv21|(gray))(\d*)(?:le)?$")
"""Pixel formats whose first plane is brightness: letter j and grey mean full range."""

FULL_RANGE: Final = 2
"""AVCOL_RANGE_JPEG of FFmpeg."""
LIMITED_RANGE: Final = 1
"""AVCOL_RANGE_MPEG of FFmpeg."""


@dataclass(frozen=True)
class Orientation:
    """How a stored picture is to be shown: first mirrored left to right, then turned.

    `quarter_turns` are anticlockwise.
    """

    mirrored: bool = False
    quarter_turns: int = 0

    @classmethod
    def of(cls, frame: VideoFrame) -> Orientation:
        """Return that of a frame: the nearest of the eight that its display matrix can mean.

        FFmpeg's matrix (libavutil/display.h): a stored point (x, y) is shown at
        (a x + c y, b x + d y); nine 32-bit numbers a, b, u, c, d, v, x, y, w.
        """
        side: Any = frame.side_data.get(Type.DISPLAYMATRIX)  # type: ignore[call-overload]
        if side is None:
            return cls()
        a, b, _, c, d = np.frombuffer(bytes(side), np.int32, 5).astype(float)
        return max(_EIGHT, key=lambda one: float(np.dot(_matrix(one), (a, b, c, d))))

    def apply(self, picture: ByteArray) -> ByteArray:
        """Return the picture as it is to be shown."""
        if self.mirrored:
            picture = picture[:, ::-1]
        return np.ascontiguousarray(np.rot90(picture, self.quarter_turns))


_EIGHT = [Orientation(mirrored, turns) for mirrored in (False, True) for turns in range(4)]


def _matrix(orientation: Orientation) -> tuple[float, float, float, float]:
    """Return a, b, c, d of an orientation's display matrix."""
    cosine, sine = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[orientation.quarter_turns]
    side = -1.0 if orientation.mirrored else 1.0
    return side * cosine, -side * sine, sine, cosine


@dataclass(frozen=True)
class Geometry:
    """How a stored picture becomes an upright one with square pixels.

    `square_width` is the width after resampling, before it is turned.
    """

    width: int
    height: int
    square_width: int
    orientation: Orientation

    @classmethod
    def of(cls, frame: VideoFrame, pixel_aspect: float) -> Geometry:
        """Return that of a decoded frame; `pixel_aspect` is a pixel's width over its height."""
        square_width = max(round(frame.width * pixel_aspect), 1)
        return cls(frame.width, frame.height, square_width, Orientation.of(frame))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture that is given."""
        if self.orientation.quarter_turns % 2:
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
        return picture if self.orientation == Orientation() else self.orientation.apply(picture)


@dataclass(frozen=True)
class PixelKind:
    """How a frame's pixels are stored: FFmpeg's name of the format, and its colour range."""

    name: str
    big_endian: bool
    color_range: int

    @classmethod
    def of(cls, frame: VideoFrame) -> PixelKind:
        """Return that of a frame."""
        return cls(frame.format.name, frame.format.is_big_endian, int(frame.color_range))


def grey(frame: VideoFrame) -> ByteArray:
    """Return the (height, width) brightness of a frame as stored.

    Where the brightness is a plane of its own, it is taken as it stands and stretched from the
    broadcast range (16 to 235) to 0 to 255 by a table; else FFmpeg converts. How pixels are
    stored is asked of every frame: it may change within a video.
    """
    return _grey_reader(PixelKind.of(frame))(frame)


@lru_cache(maxsize=16)
def _grey_reader(kind: PixelKind) -> Callable[[VideoFrame], ByteArray]:
    """Return the quickest way to brightness for frames of this kind."""
    match = _PLANAR.fullmatch(kind.name)
    if match is None or kind.big_endian:
        return _converted_grey
    bits = int(match[3] or 8)
    unspecified_is_full = bool(match[1] or match[2])
    full = kind.color_range == FULL_RANGE or (
        kind.color_range != LIMITED_RANGE and unspecified_is_full
    )
    table = stretch(bits, full=full)
    if bits == 8:
        return lambda f: _byte_plane(f, None if full else table)
    return lambda f: table[_plane(f, np.uint16)]


@lru_cache(maxsize=16)
def stretch(bits: int, *, full: bool) -> ByteArray:
    """Return the table from stored samples to brightness from 0 to 255."""
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


def stretched(plane: ByteArray) -> ByteArray:
    """Return brightness (0 to 255) of a plane in the broadcast range."""
    return np.asarray(cv2.LUT(plane, stretch(8, full=False)), dtype=np.uint8)
