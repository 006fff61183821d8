"""Frames of one interval with the eye held still, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, ByteArray, FloatArray
from easytear.preprocess.records import EyeInInterval
from easytear.preprocess.registration import hold_still, interval_matrices, seen_mask

EARLY_S = 2.0
"""How much of an interval's start can be looked at in any order (`StabilisedFrames`)."""


class Picture(Protocol):
    """A frame of which brightness and colour are made when asked for."""

    def grey(self) -> ByteArray:
        """Return the brightness, (height, width)."""
        ...

    def colour(self) -> ByteArray:
        """Return the frame in blue, green, red, (height, width, 3)."""
        ...


class StabilisedInterval:
    """The frames of one interval in eye coordinates; see `StabilisedFrames`.

    Brightness of the early frames is kept whole, their colour at half size (it is subsampled
    in nearly every video anyway), so that two seconds of 640 x 480 at 30 frames/s take 32 MB.

    Parameters
    ----------
    pictures : iterator of Picture
        The interval's frames in order.
    time_s : (n,) float array
        Their times.
    shape : (int, int)
        Height and width.
    eye : EyeInInterval
        The eye's motion, and the pupil about which it turns.
    early_s : float
        How much of the start is kept.
    """

    def __init__(
        self,
        pictures: Iterator[Picture],
        time_s: FloatArray,
        shape: tuple[int, int],
        eye: EyeInInterval,
        early_s: float = EARLY_S,
    ) -> None:
        self.time_s = time_s
        self.shape = shape
        self.early = int(np.searchsorted(time_s, time_s[0] + early_s, side="right"))
        self._pictures = pictures
        self._matrices = interval_matrices(eye)
        self._grey: list[ByteArray] = []
        self._half: list[ByteArray] = []
        self._current = -1
        self._picture: Picture | None = None
        self._held: tuple[int, ByteArray] | None = None

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.time_s)

    def grey(self, frame: int) -> ByteArray:
        """Return the stabilised brightness (height, width) of a frame."""
        self._advance(frame)
        if frame < self.early:
            return self._grey[frame]
        if self._held is None or self._held[0] != frame:
            self._held = (frame, hold_still(self._now().grey(), self._matrices[frame]))
        return self._held[1]

    def colour(self, frame: int) -> ByteArray:
        """Return the stabilised frame (height, width, 3) in blue, green, red."""
        self._advance(frame)
        if frame < self.early:
            height, width = self.shape
            return np.asarray(cv2.resize(self._half[frame], (width, height)), np.uint8)
        return hold_still(self._now().colour(), self._matrices[frame])

    def seen(self, frame: int) -> BoolArray:
        """Return the mask (height, width) of eye coordinates inside this frame's image."""
        return seen_mask(self._matrices[frame], self.shape)

    def _advance(self, frame: int) -> None:
        if frame < self._current and frame >= self.early:
            raise IndexError(f"frame {frame} has passed; frames must be asked for in order")
        while self._current < frame:
            self._picture = next(self._pictures)
            self._current += 1
            if self._current < self.early:
                matrix = self._matrices[self._current]
                self._grey.append(hold_still(self._picture.grey(), matrix))
                self._half.append(_half_size(hold_still(self._picture.colour(), matrix)))

    def _now(self) -> Picture:
        if self._picture is None:
            raise IndexError("no frame has been read")
        return self._picture


def _half_size(picture: ByteArray) -> ByteArray:
    height, width = picture.shape[:2]
    size = ((width + 1) // 2, (height + 1) // 2)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
