"""Small drawn eyes with known pupil, motion, lids and limbus, for the tests of this room."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from easytear.base.geometry import Ellipse


@cache
def _grain(shape: tuple[int, int], grain: float, seed: tuple[int, int]) -> np.ndarray:
    base = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    base = cv2.GaussianBlur(base, (0, 0), grain)
    return base / base.std()


@dataclass(frozen=True)
class DrawnEye:
    """An iris of 11.7 mm at `px_per_mm` with pupil, white, lids and lashes."""

    width: int = 480
    height: int = 360
    px_per_mm: float = 38.0
    pupil_x: float = 235.0
    pupil_y: float = 125.0
    pupil_mm: float = 1.4
    seed: int = 0
    lashes: bool = True

    @property
    def iris(self) -> Ellipse:
        half = 5.85 * self.px_per_mm
        return Ellipse(self.pupil_x + 4.0, self.pupil_y + 3.0, half, half / 1.1)

    @property
    def pupil(self) -> Ellipse:
        radius = self.pupil_mm * self.px_per_mm
        return Ellipse(self.pupil_x, self.pupil_y, 1.05 * radius, 0.95 * radius)

    @property
    def lower_lid_y(self) -> float:
        return self.iris.y_px + self.iris.ry_px + 6.0

    def draw(
        self,
        dx: float = 0.0,
        dy: float = 0.0,
        size: float = 1.0,
        closure: float = 0.0,
        film: float = 0.0,
        frame: int = 0,
        rotation_deg: float = 0.0,
    ) -> np.ndarray:
        """Return a grey frame: the eye shifted and turned, the film moved up by `film` px."""
        yy, xx = np.mgrid[: self.height, : self.width].astype(np.float32)
        turn = np.deg2rad(rotation_deg)
        ux, uy = xx - dx - self.pupil_x, yy - dy - self.pupil_y
        ex = self.pupil_x + np.cos(turn) * ux + np.sin(turn) * uy
        ey = self.pupil_y - np.sin(turn) * ux + np.cos(turn) * uy
        picture = self._eye(ex, ey, size) + self._film(ex, ey, film)
        if self.lashes:
            picture *= 1.0 - self._lash_shade(xx, yy, 0.0)
        picture = self._lids(picture, xx, yy, closure)
        rng = np.random.default_rng((self.seed, frame))
        picture = cv2.GaussianBlur(picture, (0, 0), 1.2)
        picture = picture + rng.normal(0, 1.0, picture.shape)
        return np.clip(picture, 0, 255).astype(np.uint8)

    def _texture(self, grain: float, key: int, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        base = _grain((self.height + 400, self.width + 200), grain, (self.seed, key))
        return cv2.remap(
            base, (x + 100).astype(np.float32), (y + 200).astype(np.float32), cv2.INTER_LINEAR
        )

    def _eye(self, x: np.ndarray, y: np.ndarray, size: float) -> np.ndarray:
        iris = 95.0 + 5.0 * self._texture(5.0, 1, x, y)
        white = 190.0 + 3.0 * self._texture(8.0, 2, x, y)
        edge = 1.0 / (1.0 + np.exp(-(self.iris.level(x, y) - 1.0) * 60.0))
        picture = iris * (1 - edge) + white * edge
        hole = self.pupil.scaled(size)
        dark = 1.0 / (1.0 + np.exp((hole.level(x, y) - 1.0) * 20.0))
        return picture * (1 - dark) + 28.0 * dark

    def _film(self, x: np.ndarray, y: np.ndarray, up: float) -> np.ndarray:
        front = self.lower_lid_y - 60.0 - up + 8.0 * np.sin(x / 17.0)
        sheet = 1.0 / (1.0 + np.exp((front - y) / 3.0))
        return sheet * (14.0 + 6.0 * self._texture(3.0, 3, x, y + up))

    def _lash_shade(self, x: np.ndarray, y: np.ndarray, low: float) -> np.ndarray:
        stripes = np.maximum(np.sin(x / 6.0 + 0.02 * y) + 0.3 * np.sin(x / 23.0) - 0.2, 0.0)
        return 0.6 * stripes / (1.0 + np.exp((y - low - 1.1 * self.px_per_mm) / 5.0))

    def _lids(
        self, picture: np.ndarray, x: np.ndarray, y: np.ndarray, closure: float
    ) -> np.ndarray:
        skin = 125.0 + 10.0 * self._texture(4.0, 4, x, y * 1.0)
        lower = self.lower_lid_y - 0.0009 * (x - self.pupil_x) ** 2
        upper = -15.0 + closure * (lower + 4.0 + 15.0)
        if self.lashes and closure > 0:
            picture = picture * (1.0 - self._lash_shade(x, y, upper))
        picture = np.where(y > lower, 150.0 + 0.3 * skin - 40.0, picture)
        return np.where(y < upper, skin, picture)


def closure_of(time_s: np.ndarray, blinks: list[tuple[float, float]]) -> np.ndarray:
    """Return the lid's closure over time for (start, depth) blinks of 0.3 s."""
    closed = np.zeros_like(time_s)
    for start, depth in blinks:
        down, up = (time_s - start) / 0.09, (start + 0.3 - time_s) / 0.17
        share = np.clip(np.minimum(down, up), 0.0, 1.0)
        closed = np.maximum(closed, depth * (0.5 - 0.5 * np.cos(np.pi * share)))
    return closed
