"""From linear light to the 8-bit picture: illumination, focus, glare, colour, gamma, noise."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.base.geometry import ByteArray
from easytear.simulate.noise import Float32Array, blurred
from easytear.simulate.scene import Scene

GAMMA_STEPS = 4096
BRIGHTEST = 1.25
"""Linear level at which the table ends; above it the picture is white anyway."""


class CameraModel:
    """The camera of a scene: takes (height, width, 3) linear light, gives 8-bit pictures."""

    def __init__(self, scene: Scene) -> None:
        self._camera = scene.camera
        self._rng = np.random.default_rng([scene.seed, 707])
        self.illumination = self._paint_illumination()
        self._glare = self._paint_glare()
        levels = np.linspace(0.0, BRIGHTEST, GAMMA_STEPS)
        curve = 255.0 * np.minimum(levels, 1.0) ** (1.0 / self._camera.gamma)
        self._curve = curve.astype(np.float32)
        self._balance = np.asarray(self._camera.white_balance, np.float32)
        self._bank = [self._noise_sheet() for _ in range(3)]

    def _noise_sheet(self) -> Float32Array:
        """Return noise of standard deviation 1, mostly in brightness as a sharpening camera's."""
        shape = (self._camera.height_px + 32, self._camera.width_px + 32)
        grey = blurred(self._rng.standard_normal(shape, dtype=np.float32), 0.6) * np.float32(1.85)
        own = self._rng.standard_normal((*shape, 3), dtype=np.float32)
        return np.float32(0.85) * grey[..., None] + np.float32(0.5) * own

    def _paint_illumination(self) -> Float32Array:
        cam = self._camera
        y = np.linspace(-0.5, 0.5, cam.height_px, dtype=np.float32)[:, None]
        x = np.linspace(-0.5, 0.5, cam.width_px, dtype=np.float32)[None, :]
        light = 1.0 + cam.gradient[0] * x + cam.gradient[1] * y
        shade = 1.0 - 0.38 * np.exp(-(((y + 0.5) / 0.16) ** 1.3))
        vignette = 1.0 - 0.5 * (x**2 + 0.6 * y**2)
        out: Float32Array = (cam.illumination * light * shade * vignette).astype(np.float32)
        return out

    def _paint_glare(self) -> Float32Array | None:
        cam, rng = self._camera, self._rng
        if cam.glare_spots == 0 or cam.glare_strength <= 0:
            return None
        glare = np.zeros((cam.height_px, cam.width_px), np.float32)
        for _ in range(cam.glare_spots):
            centre = (
                round(float(rng.uniform(0.15, 0.85)) * cam.width_px * 8),
                round(float(rng.uniform(0.12, 0.8)) * cam.height_px * 8),
            )
            radius = float(rng.uniform(0.02, 0.09)) * cam.glare_strength / cam.mm_per_px
            axes = (round(radius * 8 + 4), round(radius * float(rng.uniform(5.0, 9.0)) + 4))
            turn = float(rng.uniform(0, 180))
            cv2.ellipse(glare, centre, axes, turn, 0, 360, 1.0, -1, cv2.LINE_AA, 3)
        halo = blurred(glare, 0.18 / cam.mm_per_px)
        out: Float32Array = blurred(glare, 0.9) + 0.5 * halo
        return out * np.float32(1.2)

    def focused(self, light: Float32Array, since_opening_s: float) -> Float32Array:
        """Return the light as focused: blurred more just after the eye opened."""
        cam = self._camera
        extra = cam.defocus_px * np.exp(-max(since_opening_s, 0.0) / cam.focus_time_s)
        sigma = float(np.hypot(cam.blur_px, extra))
        if sigma < 0.25:
            return light
        return blurred(light, sigma)

    def flicker(self, time_s: float) -> float:
        """Return the lamp's brightness at a time."""
        cam = self._camera
        return 1.0 + cam.flicker * float(np.sin(2.0 * np.pi * cam.flicker_hz * time_s))

    def develop(self, light: Float32Array, time_s: float) -> ByteArray:
        """Return the (height, width, 3) red-green-blue picture of the light at a time."""
        cam = self._camera
        light = light * (self.illumination * np.float32(self.flicker(time_s)))[..., None]
        if self._glare is not None:
            light = light + self._glare[..., None]
        light = light * self._balance
        index = np.clip(light * np.float32((GAMMA_STEPS - 1) / BRIGHTEST), 0, GAMMA_STEPS - 1)
        picture = np.take(self._curve, index.astype(np.uint16))
        if cam.noise_dn > 0:
            picture = picture + self._noise()
        return np.asarray(cv2.convertScaleAbs(np.maximum(picture, 0.0)), dtype=np.uint8)

    def _noise(self) -> Float32Array:
        rng, cam = self._rng, self._camera
        top, left = (int(v) for v in rng.integers(0, 32, 2))
        sheet = self._bank[int(rng.integers(0, len(self._bank)))]
        part = sheet[top : top + cam.height_px, left : left + cam.width_px]
        flip = part[::-1] if rng.random() < 0.5 else part
        sign = cam.noise_dn if rng.random() < 0.5 else -cam.noise_dn
        noise: Float32Array = flip * np.float32(sign)
        return noise
