"""What stands still under the film: iris, lashes and their mirror images, taken out.

A frame is a still layer plus the film. The film moves over the still layer while it spreads, so
the mean over that time, each frame weighted by the film's speed in it, holds every place's still
part and an even smear of all film that has passed. (A plain mean or median would hold the film
that has come to rest, and its ghost would hold points back.)
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, ByteArray, FloatArray

# A frame whose film moves slower than this share of the fastest still counts a little, so that
# a scene without film has a still layer too.
_LEAST_WEIGHT = 0.03
# Film and noise are alike over so many pixels.
_ALIKE_PX2 = 25.0


class StillLayer:
    """The still layer of one interval, fitted to each frame before it is taken away.

    Parameters
    ----------
    textures : list of (h, w) float32 arrays
        Fine textures of early frames, in rising order.
    time_s : (k,) float array
        Their times.
    near : (h, w) bool array
        Where the layer is fitted.
    eye_sd_px : float
        Standard deviation of the eye's motion, working pixels: how far the layer may be out of
        place.
    """

    def __init__(
        self, textures: list[FloatArray], time_s: FloatArray, near: BoolArray, eye_sd_px: float
    ) -> None:
        self._eye_sd = max(eye_sd_px, 0.1)
        # Fitted at half size: the layer is smoother than that, and pixels are plenty.
        self._half = (max(near.shape[1] // 2, 1), max(near.shape[0] // 2, 1))
        self._near = self._small(near.astype(np.float32))
        self._set(_weighted(textures, np.full(len(textures), 1.0 / max(len(textures), 1))))
        speed = self._speeds(textures, time_s)
        weight = np.maximum(speed, _LEAST_WEIGHT * max(float(speed.max(initial=0.0)), 1e-6))
        weight /= weight.sum()
        mean = _weighted(textures, weight)
        shift = weight @ np.array([self.fit(t) for t in textures])
        # Each frame moved to where the layer is: its shift is so small that slopes tell it.
        for axis in (1, 2):
            change = self._basis[axis].reshape(mean.shape)
            mean = np.asarray(cv2.scaleAdd(change, -float(shift[axis]), mean))
        self._set(mean)

    def _set(self, layer: FloatArray) -> None:
        """Take a layer, and what becomes of it when the eye or the focus is a little off."""
        self.layer = layer
        x = cv2.Sobel(layer, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
        y = cv2.Sobel(layer, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
        rows, columns = np.indices(layer.shape, np.float32)
        rows -= 0.5 * layer.shape[0]
        columns -= 0.5 * layer.shape[1]
        blur = cv2.GaussianBlur(layer, (0, 0), 1.5) - layer
        turned, grown = x * -rows + y * columns, x * columns + y * rows
        changes = (layer, x, y, blur, turned, grown)
        self._basis = np.stack([c.reshape(-1) for c in changes])
        eye = self._eye_sd
        # What each may come to: contrast by a tenth, the eye by its deviation, focus by all,
        # rotation by 0.15 degrees, size by half a percent.
        self._prior_sd = np.array([0.1, eye, eye, 1.0, 0.0026, 0.005])
        self._small_layer = self._small(layer).reshape(-1)
        self._small_basis = np.stack([self._small(np.asarray(c)).reshape(-1) for c in changes])
        self._masked = self._small_basis * self._near.reshape(-1)
        self._normal = (self._masked @ self._small_basis.T).astype(float)

    def _small(self, image: FloatArray) -> FloatArray:
        return np.asarray(cv2.resize(image, self._half, interpolation=cv2.INTER_AREA))

    def fit(self, texture: FloatArray) -> FloatArray:
        """Return how much of each change of the layer a frame holds (contrast, -dx, -dy, ...).

        Least squares; the film is its noise. Held near zero by what is known beforehand.
        """
        return self._fit(self._small(texture).reshape(-1))

    def _fit(self, small: FloatArray) -> FloatArray:
        residual = small - self._small_layer
        right = self._masked @ residual
        # Film and noise are alike over some pixels: as many fewer count.
        noise = float(residual @ residual) / len(residual) * _ALIKE_PX2 / 4.0
        prior = np.diag(noise / self._prior_sd**2)
        return np.asarray(np.linalg.solve(self._normal + prior, right))

    def without(self, texture: FloatArray) -> FloatArray:
        """Return a frame's texture without the still layer."""
        share = self.fit(texture)
        # The first change is the layer itself.
        share[0] += 1.0
        still = share.astype(np.float32) @ self._basis
        return np.asarray(cv2.subtract(texture, still.reshape(texture.shape)))

    def _without_small(self, texture: FloatArray) -> FloatArray:
        """Return the same at half size."""
        small = self._small(texture).reshape(-1)
        share = self._fit(small)
        share[0] += 1.0
        left = small - share.astype(np.float32) @ self._small_basis
        return np.asarray(left.reshape(self._half[::-1]))

    def _speeds(self, textures: list[FloatArray], time_s: FloatArray) -> FloatArray:
        """Return the film's speed in each frame, working px/s, from dense flow at half size."""
        small = [self._without_small(t) for t in textures]
        near = self._near > 0.5
        if len(small) < 2 or not near.any():
            return np.ones(len(textures))
        spread = np.median([1.4826 * np.median(np.abs(s[near][::4])) for s in small])
        gain = 20.0 / max(float(spread), 0.3)
        shown = [np.clip(128.0 + gain * s, 0, 255).astype(np.uint8) for s in small]
        energy = cv2.GaussianBlur(np.mean(np.square(small), axis=0), (0, 0), 6.0)
        strong = near & (energy >= np.quantile(energy[near], 0.7))
        steps = [_way(a, b, strong) for a, b in pairwise(shown)]
        between = 2.0 * np.array(steps) / np.maximum(np.diff(time_s), 1e-6)
        speed = np.concatenate([between[:1], 0.5 * (between[1:] + between[:-1]), between[-1:]])
        return np.asarray(speed)


def _way(start: ByteArray, stop: ByteArray, where: BoolArray) -> float:
    """Return how far the film moves from one picture to the next: the length of the median."""
    method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    flow = np.asarray(method.calc(start, stop, np.zeros((*start.shape, 2), np.float32)))
    return float(np.hypot(*np.median(flow[where], axis=0)))


def _weighted(textures: list[FloatArray], weight: FloatArray) -> FloatArray:
    total: FloatArray = np.zeros_like(textures[0])
    for texture, share in zip(textures, weight, strict=True):
        total = np.asarray(cv2.scaleAdd(texture, float(share), total))
    return total
