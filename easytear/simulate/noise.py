"""Smooth random pictures and curves that textures are made from."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]


def smooth_noise(
    rng: np.random.Generator, shape: tuple[int, int], sigma_x_px: float, sigma_y_px: float
) -> Float32Array:
    """Return a (height, width) picture of smooth noise with mean 0 and standard deviation 1."""
    shrink = max(1, int(min(sigma_x_px, sigma_y_px) / 2.5))
    pad = int(3 * max(sigma_x_px, sigma_y_px) / shrink) + 2
    small = (shape[0] // shrink + 2 * pad + 2, shape[1] // shrink + 2 * pad + 2)
    white = rng.standard_normal(small, dtype=np.float32)
    soft: NDArray[Any] = cv2.GaussianBlur(
        white, (0, 0), sigmaX=sigma_x_px / shrink, sigmaY=max(sigma_y_px / shrink, 0.01)
    )[pad : small[0] - pad, pad : small[1] - pad]
    if shrink > 1:
        size = (soft.shape[1] * shrink, soft.shape[0] * shrink)
        soft = cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC)
    soft = soft[: shape[0], : shape[1]]
    scaled: Float32Array = ((soft - soft.mean()) / (soft.std() + 1e-9)).astype(np.float32)
    return scaled


def smooth_curve(rng: np.random.Generator, count: int, sigma_px: float) -> Float32Array:
    """Return (count,) smooth noise with mean 0 and standard deviation 1."""
    pad = int(3 * sigma_px) + 2
    white = rng.standard_normal((1, count + 2 * pad), dtype=np.float32)
    long: NDArray[Any] = cv2.GaussianBlur(white, (0, 0), sigmaX=sigma_px, sigmaY=0.01)
    soft = long[0, pad : pad + count]
    curve: Float32Array = ((soft - soft.mean()) / (soft.std() + 1e-9)).astype(np.float32)
    return curve


def blurred(picture: Float32Array, sigma_px: float) -> Float32Array:
    """Return the picture blurred by a Gaussian."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_px), dtype=np.float32)


def look_up(
    picture: Float32Array, x: NDArray[np.floating], y: NDArray[np.floating], *, mirror: bool = False
) -> Float32Array:
    """Return the picture at (`x`, `y`), linearly; outside it its edge, or its mirror image."""
    border = cv2.BORDER_REFLECT if mirror else cv2.BORDER_REPLICATE
    map_x, map_y = np.asarray(x, dtype=np.float32), np.asarray(y, dtype=np.float32)
    out = cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(out, dtype=np.float32)


def warped(picture: Float32Array, dx: Float32Array, dy: Float32Array) -> Float32Array:
    """Return the picture looked up at each pixel's place plus (`dx`, `dy`)."""
    yy, xx = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    return look_up(picture, xx + dx, yy + dy, mirror=True)


def soft_step(away: NDArray[np.floating], width: float) -> NDArray[np.floating]:
    """Return a smooth step from 0 to 1 where `away` passes 0, `width` wide."""
    step: NDArray[np.floating] = 1.0 / (1.0 + np.exp(np.clip(-away / width, -30.0, 30.0)))
    return step
