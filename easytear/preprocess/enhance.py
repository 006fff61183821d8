"""The film made visible: the signal that is tracked, and enhancements to look at."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import ByteArray
from easytear.request.settings.preprocess import EnhanceSettings

GreyImage = NDArray[Any]


def high_pass(
    grey: GreyImage, mm_per_px: float | None, settings: EnhanceSettings
) -> NDArray[np.float32]:
    """Return the film's fine structure: the picture less its surroundings' mean.

    Light gradients, veil and the soft iris vary over millimetres, film texture over tenths; a
    Gaussian of 0.18 mm parts them. It is taken on a picture of reduced size, which differs from
    the full one by less than the noise and costs a tenth.

    Parameters
    ----------
    grey : (height, width) uint8 or float array
        The picture.
    mm_per_px : float or None
        Scale; without it 1/57 mm, the scale of an iris that fills a 640 pixel picture.
    settings : EnhanceSettings
        Its `high_pass_mm` is the Gaussian's standard deviation.

    Returns
    -------
    (height, width) float32 array
        Grey levels about zero.
    """
    fine: NDArray[np.float32] = grey.astype(np.float32) - _surroundings(
        grey, settings.high_pass_mm, mm_per_px
    )
    return fine


def _surroundings(grey: GreyImage, sigma_mm: float, mm_per_px: float | None) -> GreyImage:
    sigma_px = sigma_mm / (mm_per_px or 1.0 / 57.0)
    factor = int(np.clip(sigma_px / 2.5, 1, 8))
    height, width = grey.shape
    picture = grey if grey.dtype == np.uint8 else grey.astype(np.float32)
    if factor == 1:
        return cv2.GaussianBlur(picture.astype(np.float32), (0, 0), max(sigma_px, 0.3))
    size = (max(width // factor, 2), max(height // factor, 2))
    # Reduced as float: rounding to whole grey levels would print steps into the film signal.
    small = cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px * size[0] / width)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def sharpen(grey: ByteArray, amount: float, sigma_px: float = 2.0) -> ByteArray:
    """Return the picture with its fine structure raised by `amount` (unsharp mask)."""
    blurred = cv2.GaussianBlur(grey, (0, 0), sigma_px)
    return cv2.addWeighted(grey, 1.0 + amount, blurred, -amount, 0.0).astype(np.uint8)


def band_pass(
    grey: GreyImage, mm_per_px: float | None, settings: EnhanceSettings
) -> NDArray[np.float32]:
    """Return the structure between `band_fine_mm` and `high_pass_mm`, about zero."""
    fine_px = settings.band_fine_mm / (mm_per_px or 1.0 / 57.0)
    fine = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), max(fine_px, 0.3))
    coarse = _surroundings(grey, settings.high_pass_mm, mm_per_px)
    band: NDArray[np.float32] = (fine - coarse).astype(np.float32)
    return band


def equalise(grey: ByteArray, settings: EnhanceSettings) -> ByteArray:
    """Return the picture with its contrast evened out locally (CLAHE)."""
    clahe = cv2.createCLAHE(settings.clahe_limit, (8, 8))
    return clahe.apply(grey).astype(np.uint8)


def average_frame(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the median over stabilised frames (k, height, width): what does not move.

    To look at, not to measure on: film that has come to rest is in it too, and its ghost
    stands still in every frame it is taken from.
    """
    average: NDArray[np.float32] = np.median(pictures, axis=0).astype(np.float32)
    return average


def enhance(
    grey: ByteArray,
    settings: EnhanceSettings,
    background: GreyImage | None = None,
    mm_per_px: float | None = None,
) -> ByteArray:
    """Return a picture to look at, with the chosen steps applied in the settings' order.

    Parameters
    ----------
    grey : (height, width) uint8 array
        The picture, the eye held still if a background is given.
    settings : EnhanceSettings
        Which steps: average-frame subtraction, sharpening, band-pass, local equalisation.
    background : (height, width) array, optional
        From `average_frame`; without it that step is left out.
    mm_per_px : float, optional
        Scale, for the band-pass.

    Returns
    -------
    (height, width) uint8 array
        The enhanced picture; differences lie about mid-grey.
    """
    picture = grey
    if settings.subtract_average and background is not None:
        picture = _to_bytes(grey.astype(np.float32) - background, settings.gain)
    if settings.sharpen > 0:
        picture = sharpen(picture, settings.sharpen)
    if settings.band_pass:
        picture = _to_bytes(band_pass(picture, mm_per_px, settings), settings.gain)
    if settings.equalise:
        picture = equalise(picture, settings)
    return picture


def _to_bytes(signal: NDArray[np.float32], gain: float) -> ByteArray:
    picture: ByteArray = np.clip(128.0 + gain * signal, 0, 255).astype(np.uint8)
    return picture
