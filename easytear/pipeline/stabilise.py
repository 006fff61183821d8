"""Frames of one interval with the eye held still, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from easytear.geometry import BoolArray, ByteArray, FloatArray
from easytear.preprocess.records import EyeMotion
from easytear.preprocess.registration import eye_matrix

EARLY_S = 2.0
"""How much of an interval's start can be looked at in any order (`StabilisedFrames`)."""


class StabilisedInterval:
    """The frames of one interval in eye coordinates; see `StabilisedFrames`.

    Brightness of the early frames is kept whole, their colour at half size (it is subsampled
    in nearly every video anyway), so that two seconds of 640 x 480 at 30 frames/s take 32 MB.
    """

    def __init__(
        self,
        pictures: Iterator[ByteArray],
        time_s: FloatArray,
        shape: tuple[int, int],
        motion: EyeMotion,
        centre_px: tuple[float, float],
        prepare: Callable[[ByteArray], ByteArray],
    ) -> None:
        """Take the interval's frames.

        Parameters
        ----------
        pictures : iterator of (height, width, 3) uint8
            The interval's blue-green-red frames in order.
        time_s : (n,) float array
            Their times.
        shape : (int, int)
            Height and width.
        motion : EyeMotion
            The eye's motion in the interval.
        centre_px : (float, float)
            x and y of the pupil's centre in the first frame, about which the eye rotates.
        prepare : callable
            Applied to each frame as it arrives (deinterlacing, or nothing).
        """
        self.time_s = time_s
        self.shape = shape
        self.early = int(np.searchsorted(time_s, time_s[0] + EARLY_S, side="right"))
        self._pictures = pictures
        self._prepare = prepare
        self._matrices = [eye_matrix(motion, k, centre_px) for k in range(len(time_s))]
        self._grey: list[ByteArray] = []
        self._half: list[ByteArray] = []
        self._current = -1
        self._raw: ByteArray | None = None
        self._warped: tuple[int, ByteArray] | None = None

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.time_s)

    def grey(self, frame: int) -> ByteArray:
        """Return the stabilised brightness (height, width) of a frame."""
        self._advance(frame)
        if frame < self.early:
            return self._grey[frame]
        if self._warped is None or self._warped[0] != frame:
            self._warped = (frame, self._warp(self._brightness(), frame))
        return self._warped[1]

    def colour(self, frame: int) -> ByteArray:
        """Return the stabilised frame (height, width, 3) in blue, green, red."""
        self._advance(frame)
        if frame < self.early:
            height, width = self.shape
            picture = cv2.resize(self._half[frame], (width, height))
        else:
            picture = self._now()
        return self._warp(picture, frame)

    def seen(self, frame: int) -> BoolArray:
        """Return the mask (height, width) of eye coordinates inside this frame's image."""
        full = np.full(self.shape, 255, np.uint8)
        covered: BoolArray = self._warp(full, frame, cv2.BORDER_CONSTANT) > 127
        return covered

    def _advance(self, frame: int) -> None:
        if frame < self._current and frame >= self.early:
            raise IndexError(f"frame {frame} has passed; frames must be asked for in order")
        while self._current < frame:
            self._raw = self._prepare(next(self._pictures))
            self._current += 1
            if self._current < self.early:
                height, width = self.shape
                self._grey.append(self._warp(self._brightness(), self._current))
                self._half.append(
                    cv2.resize(
                        self._raw,
                        ((width + 1) // 2, (height + 1) // 2),
                        interpolation=cv2.INTER_AREA,
                    ).astype(np.uint8, copy=False)
                )

    def _now(self) -> ByteArray:
        if self._raw is None:
            raise IndexError("no frame has been read")
        return self._raw

    def _brightness(self) -> ByteArray:
        return cv2.cvtColor(self._now(), cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)

    def _warp(
        self, picture: ByteArray, frame: int, border: int = cv2.BORDER_REPLICATE
    ) -> ByteArray:
        height, width = self.shape
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(
            picture, self._matrices[frame], (width, height), flags=flags, borderMode=border
        ).astype(np.uint8, copy=False)
