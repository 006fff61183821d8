"""A camera's gamma and white balance from pictures of a grey target at known exposures.

A camera that follows a power law gives grey levels v = 255 (k E)^(1 / gamma), where E is the
exposure: the logarithms lie on lines of one slope, one line a channel, whose distances are the
white balance. What is clipped, or was exposed or balanced by the camera itself, lies on none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from easytear.base.geometry import ByteArray, FloatArray

FEWEST: Final = 4
LEAST_RANGE: Final = 4.0
"""Least ratio of the longest exposure to the shortest: gamma is then known to a few hundredths."""

CLIPPED: Final = 0.005
"""Share of the target's pixels that may be as bright or as dark as the file can tell."""

LOW, HIGH = 8, 247
"""Grey levels near the ends, where cameras bend their curve."""

LEAST_GAMMA, MOST_GAMMA = 1.0, 3.0
MOST_MISFIT: Final = 0.03
"""Relative deviation of grey levels from the law: more is automatic exposure, or another curve."""

MOST_COLOUR_CHANGE: Final = 0.03
"""Relative change of one channel against another between exposures: more is automatic balance."""

TARGET: Final = 0.6
"""Share of width and height, in the middle, that is taken for the target."""


class ColourError(ValueError):
    """Pictures that tell no calibration; the text says why."""


@dataclass(frozen=True)
class CameraColours:
    """A camera's colours.

    Attributes
    ----------
    gamma, gamma_sd : float
        Exponent that turns grey levels into light, and its standard deviation.
    white_balance : (float, float, float)
        Red, green, blue light of a grey target, mean 1.
    uniformity : float
        Darkest over brightest smoothed light over the whole picture, 1: even.
    misfit : float
        Relative deviation of grey levels from the law, root mean square.
    """

    gamma: float
    gamma_sd: float
    white_balance: tuple[float, float, float]
    uniformity: float
    misfit: float


def camera_colours(pictures: Sequence[ByteArray], exposures: Sequence[float]) -> CameraColours:
    """Return a camera's colours.

    Parameters
    ----------
    pictures : sequence of (H, W, 3) uint8 arrays
        Blue-green-red, of an even grey target that fills the middle of the picture.
    exposures : sequence of float
        Relative exposure of each (time, or light), in any unit.

    Raises
    ------
    ColourError
        If they tell no calibration.
    """
    exposure = np.asarray(exposures, float)
    _check(pictures, exposure)
    level = np.array([_level(one, place) for place, one in enumerate(pictures)])
    x, y = np.log(exposure), np.log(level / 255.0)
    across = x - x.mean()
    slope = float((across[:, None] * (y - y.mean(axis=0))).sum() / (3.0 * (across**2).sum()))
    if slope <= 0.2:
        raise ColourError(
            "brightness hardly rises with exposure: switch automatic exposure and gain off"
        )
    gamma = 1.0 / slope
    rest = y - y.mean(axis=0) - slope * across[:, None]
    misfit = float(np.sqrt((rest**2).mean()))
    colour = rest - rest.mean(axis=1, keepdims=True)
    if np.abs(colour).max() * gamma > MOST_COLOUR_CHANGE:
        raise ColourError("colours change with exposure: switch automatic white balance off")
    if misfit > MOST_MISFIT or not LEAST_GAMMA <= gamma <= MOST_GAMMA:
        raise ColourError(
            f"grey levels follow no power of the exposure (gamma {gamma:.2f}, deviation "
            f"{100 * misfit:.0f} %): switch automatic exposure off, check the exposures"
        )
    free = max(3 * len(x) - 4, 1)
    slope_sd = float(np.sqrt((rest**2).sum() / free / (3.0 * (across**2).sum())))
    light = np.exp(gamma * (y.mean(axis=0) - slope * x.mean()))
    red, green, blue = (float(v) for v in (light / light.mean())[::-1])
    return CameraColours(
        gamma=gamma,
        gamma_sd=gamma**2 * slope_sd,
        white_balance=(red, green, blue),
        uniformity=_uniformity(pictures[int(np.argsort(exposure)[len(exposure) // 2])], gamma),
        misfit=misfit,
    )


def _check(pictures: Sequence[ByteArray], exposure: FloatArray) -> None:
    if len(pictures) != len(exposure):
        raise ColourError(f"there are {len(pictures)} pictures and {len(exposure)} exposures")
    if len(pictures) < FEWEST:
        raise ColourError(f"at least {FEWEST} exposures are needed")
    if not (exposure > 0).all() or exposure.max() / exposure.min() < LEAST_RANGE:
        raise ColourError(f"the longest exposure must be {LEAST_RANGE:g} times the shortest")


def target(picture: ByteArray) -> ByteArray:
    """Return the middle of a picture, which is taken for the target."""
    height, width = picture.shape[:2]
    y, x = round(height * (1 - TARGET) / 2), round(width * (1 - TARGET) / 2)
    return picture[y : height - y, x : width - x]


def _level(picture: ByteArray, place: int) -> FloatArray:
    """Return the target's mean grey level in each channel, blue, green, red."""
    pixels = target(picture).reshape(-1, 3)
    share = ((pixels >= 254) | (pixels <= 1)).mean(axis=0).max()
    middle: FloatArray = pixels.astype(float).mean(axis=0)
    if share > CLIPPED or middle.max() > HIGH or middle.min() < LOW:
        raise ColourError(
            f"picture {place + 1} is clipped or nearly so (grey levels {middle.min():.0f} to "
            f"{middle.max():.0f}): expose so that they lie between {LOW} and {HIGH}"
        )
    return middle


def _uniformity(picture: ByteArray, gamma: float) -> float:
    grey = picture.astype(np.float32).mean(axis=2) / 255.0
    small = cv2.resize(grey**gamma, (16, 12), interpolation=cv2.INTER_AREA)
    return float(small.min() / small.max())
