"""The enhanced film: a frame as the tracker sees it, or with the steps that a person chose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from easytear.base.geometry import ByteArray, FloatArray
from easytear.preprocess.enhance import average_frame, enhance, high_pass
from easytear.request.settings.preprocess import EnhanceSettings

_SAMPLES = 15


@dataclass
class FilmView:
    """Turns a blue-green-red frame into the enhanced grey film.

    Attributes
    ----------
    settings : EnhanceSettings
        What is chosen.
    mm_per_px : float or None
        Scale of the video.
    background : (height, width) float array or None
        What stands still in the interval, in eye coordinates.
    """

    settings: EnhanceSettings
    mm_per_px: float | None = None
    background: FloatArray | None = None

    def __call__(self, image: ByteArray, motion: FloatArray | None = None) -> ByteArray:
        """Return the film; `motion` is the frame's (2, 3) map from eye to image coordinates."""
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        s = self.settings
        if s.subtract_average or s.band_pass or s.equalise or s.sharpen > 0:
            return enhance(grey, s, self._background(motion), self.mm_per_px)
        signal = high_pass(grey, self.mm_per_px, s)
        film: ByteArray = np.clip(128.0 + s.gain * signal, 0, 255).astype(np.uint8)
        return film

    def _background(self, motion: FloatArray | None) -> FloatArray | None:
        if self.background is None or motion is None:
            return self.background
        height, width = self.background.shape
        moved: FloatArray = cv2.warpAffine(
            self.background.astype(np.float32),
            motion,
            (width, height),
            borderMode=cv2.BORDER_REPLICATE,
        ).astype(np.float32)
        return moved


def still_background(video: Path, frames: list[int], motions: FloatArray) -> FloatArray:
    """Return what stands still over an interval: the median of some frames held still.

    Parameters
    ----------
    video : Path
        The video.
    frames : list of int
        First and last frame.
    motions : (n, 2, 3) float array
        Map from eye to image coordinates of every frame of the video.
    """
    from easytear.video import FrameReader

    chosen = np.unique(np.linspace(frames[0], frames[1], _SAMPLES).astype(int)).tolist()
    pictures = []
    with FrameReader(video) as reader:
        for frame in chosen:
            grey = reader.read(frame)
            height, width = grey.shape
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            pictures.append(cv2.warpAffine(grey, motions[frame], (width, height), flags=flags))
    return average_frame(np.array(pictures, dtype=np.uint8))
