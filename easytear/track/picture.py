"""The film as the tracker sees it: fine texture alone, where it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, ByteArray, FloatArray

# Pictures are matched at about this sharpness: finer detail is below what optics and codecs keep.
FINEST_PX_PER_MM = 75.0
# Grey levels of the matched picture that one standard deviation of film texture takes.
TEXTURE_LEVELS = 22.0


@dataclass(frozen=True)
class Scale:
    """How working pixels relate to the frames' own.

    Attributes
    ----------
    factor : int
        Frame pixels per working pixel.
    mm_per_px : float
        Millimetres per working pixel.
    """

    factor: int
    mm_per_px: float

    @classmethod
    def for_frames(cls, mm_per_px: float) -> Scale:
        """Return the scale for frames of `mm_per_px`: finer ones are binned by whole numbers."""
        factor = max(1, int(1.0 / (mm_per_px * FINEST_PX_PER_MM) + 0.5))
        return cls(factor, mm_per_px * factor)

    def px(self, millimetres: float) -> float:
        """Return a length in working pixels."""
        return millimetres / self.mm_per_px

    def to_frame(self, working_px: FloatArray) -> FloatArray:
        """Return frame coordinates of working coordinates (pixel centres whole in both)."""
        frame: FloatArray = (np.asarray(working_px) + 0.5) * self.factor - 0.5
        return frame

    def to_working(self, frame_px: FloatArray) -> FloatArray:
        """Return working coordinates of frame coordinates."""
        working: FloatArray = (np.asarray(frame_px) + 0.5) / self.factor - 0.5
        return working

    def shrink(self, image: ByteArray) -> ByteArray:
        """Return the image in working pixels."""
        if self.factor == 1:
            return image
        height, width = image.shape[0] // self.factor, image.shape[1] // self.factor
        cut = image[: height * self.factor, : width * self.factor]
        shrunk = cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA)
        return np.asarray(shrunk, np.uint8)


def trust(film_mask: BoolArray, scale: Scale) -> ByteArray:
    """Return where film can be followed, in working pixels, as 0 or 255."""
    return (scale.shrink(film_mask.astype(np.uint8) * 255) > 127).astype(np.uint8) * 255


class FilmPictures:
    """Makes the pictures in which points are followed: high-passed, faded out beside the film.

    Parameters
    ----------
    near_film : (h, w) bool array
        Working pixels that may enter a match; beyond them the picture fades to nothing, so
        that lids and the pupil's edge, which stand still, hold no point.
    scale : Scale
        Working pixels.
    highpass_mm : float
        Standard deviation of the Gaussian that is taken away.
    """

    def __init__(self, near_film: BoolArray, scale: Scale, highpass_mm: float) -> None:
        self._sigma = scale.px(highpass_mm)
        self._shrink = max(1, int(self._sigma / 2.5))
        fade = cv2.GaussianBlur(near_film.astype(np.float32), (0, 0), scale.px(0.04))
        self._fade: FloatArray = np.asarray(fade * near_film, np.float32)
        self.near = near_film
        self._scale = scale
        self._gain = 0.0

    def texture(self, grey: ByteArray) -> FloatArray:
        """Return the fine texture of a frame: (h, w) float32 in grey levels, working pixels."""
        small = self._scale.shrink(grey)
        height, width = small.shape
        size = (max(1, width // self._shrink), max(1, height // self._shrink))
        tiny = cv2.resize(small, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        tiny = np.asarray(cv2.GaussianBlur(tiny, (0, 0), self._sigma / self._shrink))
        coarse = cv2.resize(tiny, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.subtract(small, coarse, dtype=cv2.CV_32F), np.float32)

    def set_gain(self, textures: list[FloatArray]) -> None:
        """Fix the gain so that the film's usual contrast fills the grey levels.

        Parameters
        ----------
        textures : list of (h, w) arrays
            Textures of the interval's early part.
        """
        some = np.s_[::2, ::2]
        spread = [1.4826 * float(np.median(np.abs(t[some][self.near[some]]))) for t in textures]
        usual = float(np.median(spread)) if spread and self.near[some].any() else 1.0
        self._gain = float(np.clip(TEXTURE_LEVELS / max(usual, 0.5), 2.0, 16.0))

    def picture(self, texture: FloatArray) -> ByteArray:
        """Return the (h, w) picture to match in, 128 where there is nothing."""
        shown = cv2.multiply(texture, self._fade)
        return np.asarray(
            cv2.addWeighted(shown, self._gain, shown, 0.0, 128.0, dtype=cv2.CV_8U), np.uint8
        )


def squares(image: FloatArray, xy: FloatArray, reach: int) -> tuple[FloatArray, FloatArray]:
    """Return the square (n, p, p) of an image around each point, and the points' places in it.

    At the image's border the square lies inside the image, and the point beside its middle.
    """
    size = 2 * reach + 1
    height, width = image.shape
    if height < size or width < size:
        more = (max(size - height, 0), max(size - width, 0))
        image = np.asarray(cv2.copyMakeBorder(image, 0, more[0], 0, more[1], cv2.BORDER_CONSTANT))
    most = np.array(image.shape[::-1]) - size
    corner = np.clip(np.rint(xy).astype(int) - reach, 0, most)
    squares = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    return np.asarray(squares[corner[:, 1], corner[:, 0]]), xy - corner
