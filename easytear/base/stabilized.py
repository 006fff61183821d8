"""Frames of one interval as the film stages see them: the eye held still."""

from __future__ import annotations

from typing import Protocol

from easytear.base.geometry import BoolArray, ByteArray, FloatArray


class StabilisedFrames(Protocol):
    """The frames of one interval in eye coordinates (image coordinates of its first frame).

    Frames count from 0 at the interval's start. The first two seconds can be asked for in any
    order as often as wanted; later frames must be asked for in rising order (the same one
    again is allowed), so that memory stays bounded.

    Attributes
    ----------
    time_s : (n,) float array
        Presentation times in seconds of video time.
    shape : (int, int)
        Height and width in pixels.
    early : int
        How many frames from the start can be asked for in any order.
    """

    time_s: FloatArray
    shape: tuple[int, int]
    early: int

    def __len__(self) -> int:
        """Return the number of frames."""
        ...

    def grey(self, frame: int) -> ByteArray:
        """Return the (height, width) brightness of a frame, deinterlaced, the eye held still."""
        ...

    def colour(self, frame: int) -> ByteArray:
        """Return the (height, width, 3) blue-green-red frame, the eye held still."""
        ...

    def seen(self, frame: int) -> BoolArray:
        """Return the (height, width) mask of eye coordinates that this frame's image covers."""
        ...
