"""Videos in which there is no eye."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.base.geometry import ByteArray
from easytear.simulate.instruments.camera import Camera
from easytear.simulate.instruments.patterns import octaves
from easytear.simulate.instruments.posture import posture
from easytear.simulate.instruments.shot import Shot
from easytear.simulate.instruments.skin import paint_skin
from easytear.simulate.noise import Float32Array


class EmptyRecording:
    """Pictures of skin, of a dark or white picture, of noise, of a room."""

    def __init__(self, shot: Shot) -> None:
        self._shot = shot
        self._rng = np.random.default_rng([shot.seed, 27])
        self._camera, self._motion = Camera(shot), posture(shot)
        self._still = self._paint()

    def _paint(self) -> Float32Array:
        shot, rng = self._shot, self._rng
        shape = (shot.recorder.height_px + 128, shot.recorder.width_px + 128)
        if shot.subject == "skin":
            return paint_skin(shot)
        if shot.subject in ("dark", "white", "noise"):
            level = {"dark": 0.0, "white": 1.6, "noise": 0.25}[shot.subject]
            return np.full((*shape, 3), level, np.float32)
        out = np.full((*shape, 3), 0.2, np.float32)
        out *= (1 + 0.3 * octaves(rng, shape, 0.4 * shape[1], 3))[..., None]
        for _ in range(14):
            # Boxes, discs and lines of a room, some of them round and dark as a pupil is.
            colour = tuple(float(v) for v in rng.uniform(0.02, 0.7, 3))
            x, y = (int(rng.integers(0, n)) for n in shape[::-1])
            size = int(rng.uniform(0.03, 0.2) * shape[1])
            if rng.random() < 0.4:
                cv2.rectangle(out, (x, y), (x + size, y + size // 2), colour, -1)
            elif rng.random() < 0.6:
                cv2.circle(out, (x, y), size // 2, colour, -1, cv2.LINE_AA)
            else:
                cv2.line(out, (x, y), (x + 3 * size, y + size), colour, 5, cv2.LINE_AA)
        return out

    def picture(self, time_s: float) -> ByteArray:
        """Return the (height, width, 3) red-green-blue picture at a time."""
        recorder = self._shot.recorder
        pose = self._motion.pose(time_s)
        if self._shot.subject == "noise":
            shape = (recorder.height_px, recorder.width_px, 3)
            return np.asarray(self._rng.integers(0, 256, shape), np.uint8)
        matrix = np.array([[1.0, 0, pose.dx_px - 64], [0, 1.0, pose.dy_px - 64]])
        size = (recorder.width_px, recorder.height_px)
        moved = cv2.warpAffine(self._still, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        return self._camera.develop(np.asarray(moved, np.float32), time_s, 1.0)
