"""Frames brought to a working scale: each working pixel is the mean of the file's pixels under it.

A phone's picture of 4K holds the film at 300 pixels in a millimetre; optics and codecs leave
nothing of it above some sixty. All that looks at the film works on smaller pictures, which are made
once, from the planes as decoded, before any conversion of colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from easytear.base.geometry import ByteArray, FloatArray
from easytear.video.fields import deinterlace
from easytear.video.picture import FULL_RANGE, LIMITED_RANGE, Geometry, Orientation

_STEP: Final = 4
"""Ratios go by quarters, so that a picture's size divides without a rest worth mentioning."""

_DEPTHS: Final = {"": 0, "9le": 1, "10le": 2, "12le": 4, "16le": 8}
_PLANAR: Final = {
    f"yuv{full}4{kind}p{depth}": shift
    for full in ("", "j")
    for kind in ("20", "22", "44", "40")
    for depth, shift in _DEPTHS.items()
}
"""Pixel formats whose planes are taken as they stand; their bits beyond the eighth."""

_SUBSAMPLED: Final = ("yuv420p", "yuvj420p")


@dataclass(frozen=True)
class Look:
    """How the numbers of a working frame's planes are to be understood: FFmpeg's enumerations."""

    full_range: bool
    colorspace: int


@dataclass(frozen=True, eq=False)
class Planes:
    """A working frame as it is kept: brightness and half-size colour differences, one array.

    Attributes
    ----------
    samples : (height * 3 / 2, width) uint8 array
        Planar 4:2:0 (I420).
    look : Look
        What its numbers mean.
    """

    samples: ByteArray
    look: Look

    def frame(self) -> VideoFrame:
        """Return it as a decoded frame, which `easytear.video.picture` knows to convert."""
        frame = VideoFrame.from_ndarray(self.samples, format="yuv420p")
        frame.color_range = FULL_RANGE if self.look.full_range else LIMITED_RANGE
        frame.colorspace = self.look.colorspace
        return frame


@dataclass(frozen=True)
class Reduction:
    """From a file's pictures to working ones.

    Points: pixel centres are whole in both, and both are shown upright with square pixels, with
    the same upper left corner. Up to two working pixels may be missing at the right and below.

    Attributes
    ----------
    file : Geometry
        The file's pictures.
    ratio : float
        File pixels in a working pixel, at least 1.
    """

    file: Geometry
    ratio: float = 1.0

    @classmethod
    def to_scale(cls, file: Geometry, px_per_mm: float, wanted_px_per_mm: float) -> Reduction:
        """Return the one that leaves at least `wanted_px_per_mm` where the file has `px_per_mm`."""
        ratio = np.floor(_STEP * px_per_mm / wanted_px_per_mm) / _STEP
        return cls(file, max(float(ratio), 1.0))

    @property
    def needed(self) -> bool:
        """False where working pictures are the file's own."""
        return self.ratio > 1.0

    @cached_property
    def stored(self) -> tuple[int, int]:
        """Width and height of a working picture before it is turned upright; both even."""
        file = self.file
        if not self.needed:
            return file.width, file.height
        width = int(file.square_width / self.ratio / 2.0) * 2
        return max(width, 2), max(int(file.height / self.ratio / 2.0) * 2, 2)

    @cached_property
    def working(self) -> Geometry:
        """How working pictures become upright."""
        if not self.needed:
            return self.file
        width, height = self.stored
        return Geometry(width, height, width, self.file.orientation)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the upright working picture."""
        width, height = self.working.size
        return height, width

    @property
    def file_shape(self) -> tuple[int, int]:
        """Height and width of the file's upright picture."""
        width, height = self.file.size
        return height, width

    def to_file(self, working_px: FloatArray) -> FloatArray:
        """Return file coordinates of working coordinates."""
        moved: FloatArray = (np.asarray(working_px, float) + 0.5) * self.ratio - 0.5
        return moved

    def to_working(self, file_px: FloatArray) -> FloatArray:
        """Return working coordinates of file coordinates."""
        moved: FloatArray = (np.asarray(file_px, float) + 0.5) / self.ratio - 0.5
        return moved

    def planes(self, frame: VideoFrame, *, combed: bool = False) -> Planes:
        """Return a decoded frame as a working one; a combed one is rebuilt from one field."""
        width, height = self.stored
        look = look_of(frame)
        found = stored_planes(frame)
        if combed:
            found = [deinterlace(plane) for plane in found]
        half = (width // 2, height // 2)
        parts = [self._part(found[0], (width, height)), *(self._part(p, half) for p in found[1:])]
        return Planes(np.concatenate([p.ravel() for p in parts]).reshape(-1, width), look)

    def _part(self, plane: NDArray[Any], size: tuple[int, int]) -> ByteArray:
        """Return a plane averaged down to (width, height)."""
        across = self.stored[0] * self.ratio * self.file.width / self.file.square_width
        rows, columns = plane.shape
        width = min(round(across * columns / self.file.width), columns)
        height = min(round(self.stored[1] * self.ratio * rows / self.file.height), rows)
        right, lower = _anchor(self.file.orientation)
        x, y = (columns - width) * right, (rows - height) * lower
        cut = plane[y : y + height, x : x + width]
        return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.uint8)


def _anchor(orientation: Orientation) -> tuple[bool, bool]:
    """Return whether the corner that is shown upper left is stored right, and below."""
    corners = np.arange(4, dtype=np.uint8).reshape(2, 2)
    shown = int(orientation.apply(corners)[0, 0])
    return bool(shown % 2), bool(shown // 2)


def keeps_all(frame: VideoFrame) -> bool:
    """Return whether unreduced `Planes` hold a decoded frame to the last digit."""
    even = frame.width % 2 == 0 and frame.height % 2 == 0
    return even and frame.format.name in _SUBSAMPLED


def look_of(frame: VideoFrame) -> Look:
    """Return how a frame's planes are to be understood, as `easytear.video.picture` does."""
    name = frame.format.name
    if name not in _PLANAR:
        return Look(full_range=True, colorspace=int(frame.colorspace))
    said = int(frame.color_range)
    full = said == FULL_RANGE or (said != LIMITED_RANGE and name.startswith("yuvj"))
    return Look(full, int(frame.colorspace))


def stored_planes(frame: VideoFrame) -> list[ByteArray]:
    """Return a frame's brightness and two colour differences in eight bits, as they are stored."""
    if frame.format.name not in _PLANAR:
        frame = frame.reformat(format="yuvj420p", threads=1)
    shift = _PLANAR[frame.format.name]
    found = []
    for plane in frame.planes[:3]:
        kind = np.uint16 if shift else np.uint8
        held: Any = plane
        rows = np.frombuffer(held, kind).reshape(-1, plane.line_size // kind().itemsize)
        part = rows[: plane.height, : plane.width]
        if shift:
            part = cv2.convertScaleAbs(part.astype(np.uint16), alpha=1.0 / (1 << shift))
        found.append(np.asarray(part, np.uint8))
    return found
