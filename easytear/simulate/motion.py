"""How the film moves: an exact displacement field and its exact inverse.

A film point is named by its material position: where it was, in eye coordinates, when the
spread of its interval began. It moves up by D(h, t), h its height above the lower lid's margin
then, and sideways by a small shear that depends on the height it has reached. Both maps can be
inverted one after the other, so that the film at any pixel is known without approximation.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.simulate.scene import Spread


@dataclass(frozen=True)
class LidLine:
    """The lower lid's margin in eye coordinates: y_px = y0 + tilt dx - curve dx**2."""

    x0_px: float
    y0_px: float
    tilt: float
    curve_per_px: float

    def y_px(self, x_px: FloatArray | float) -> FloatArray:
        """Return the margin's y at columns `x_px`."""
        dx = np.asarray(x_px, dtype=np.float64) - self.x0_px
        y: FloatArray = self.y0_px + self.tilt * dx - self.curve_per_px * dx**2
        return y


@dataclass(frozen=True)
class FilmMotion:
    """The displacement of one interval's film in eye coordinates.

    Attributes
    ----------
    law : Spread
        Parameters of the spread.
    onset_s : float
        Video time of the spread's start; may lie before the video.
    mm_per_px : float
        Scale.
    lid : LidLine
        Where heights are zero.
    """

    law: Spread
    onset_s: float
    mm_per_px: float
    lid: LidLine

    def profile(self, height_mm: FloatArray) -> FloatArray:
        """Return the speed's share at a height: 0 at the lid, 1 at the plateau, slowly less."""
        h = np.maximum(height_mm, 0.0)
        u = np.minimum(h / self.law.plateau_mm, 1.0)
        rise = np.sin(0.5 * np.pi * u) ** 1.5
        over = np.maximum(h - self.law.plateau_mm, 0.0)
        share: FloatArray = rise / (1.0 + self.law.decline_per_mm * over**2 / (over + 0.5))
        return share

    def lambda_at(self, height_mm: FloatArray) -> FloatArray:
        """Return the time constant (s) of material at a height."""
        above = np.clip(height_mm - self.law.front_mm, -3.0, 3.0)
        factor: FloatArray = np.exp(self.law.lambda_per_mm * above)
        return self.law.lambda_s * factor

    def amplitude(self, x_px: FloatArray, height_mm: FloatArray) -> FloatArray:
        """Return the final displacement (mm) without drift of material at (`x_px`, height)."""
        side = (np.asarray(x_px) - self.lid.x0_px) * self.mm_per_px
        tilt = 1.0 + self.law.tilt_per_mm * 4.0 * np.tanh(side / 4.0)
        rho: FloatArray = self.law.rho_mm * tilt * self.profile(height_mm)
        return rho

    def rise_mm(self, x_px: FloatArray, height_mm: FloatArray, time_s: float) -> FloatArray:
        """Return how far material has risen at `time_s` (mm, up)."""
        since = max(time_s - self.onset_s, 0.0)
        grown = -np.expm1(-since / self.lambda_at(height_mm))
        drift = self.law.drift_mm_s * since * self.profile(height_mm)
        rise: FloatArray = self.amplitude(x_px, height_mm) * grown + drift
        return rise

    def height_mm(self, x_px: FloatArray, y_px: FloatArray) -> FloatArray:
        """Return the height above the lid's margin of points in eye coordinates."""
        height: FloatArray = (self.lid.y_px(x_px) - np.asarray(y_px)) * self.mm_per_px
        return height

    def shear_px(self, y_px: FloatArray, time_s: float) -> FloatArray:
        """Return the sideways displacement (px) of film that has reached `y_px` at `time_s`."""
        since = max(time_s - self.onset_s, 0.0)
        grown = -np.expm1(-since / self.law.lambda_s)
        up = (self.lid.y0_px - y_px) * self.mm_per_px
        wave = np.sin(0.55 * up + 0.7 * self.law.seed) * np.tanh(np.maximum(up, 0.0)) ** 2
        shear: FloatArray = self.law.shear_mm * grown * wave / self.mm_per_px
        return shear

    def forward(self, material_px: FloatArray, time_s: float) -> FloatArray:
        """Return where material points (n, 2) are at `time_s`, in eye coordinates."""
        x, y = material_px[:, 0], material_px[:, 1]
        risen = y - self.rise_mm(x, self.height_mm(x, y), time_s) / self.mm_per_px
        return np.column_stack([x + self.shear_px(risen, time_s), risen])

    def inverse(self, eye_px: FloatArray, time_s: float) -> FloatArray:
        """Return the material points (n, 2) that are at `eye_px` (n, 2) at `time_s`."""
        x = eye_px[:, 0] - self.shear_px(eye_px[:, 1], time_s)
        now = self.height_mm(x, eye_px[:, 1])
        height = self._invert_height(x, now, time_s)
        return np.column_stack([x, self.lid.y_px(x) - height / self.mm_per_px])

    def _invert_height(self, x_px: FloatArray, now_mm: FloatArray, time_s: float) -> FloatArray:
        """Solve h + D(h) = now for h by bisection, then Newton's step by secants."""
        reach = abs(self.law.rho_mm) * 3.0 + 1.0
        reach += abs(self.law.drift_mm_s) * max(time_s - self.onset_s, 0.0)
        low, high = now_mm - reach, now_mm + 1.0
        for _ in range(44):
            middle = 0.5 * (low + high)
            too_high = middle + self.rise_mm(x_px, middle, time_s) > now_mm
            high = np.where(too_high, middle, high)
            low = np.where(too_high, low, middle)
        height: FloatArray = 0.5 * (low + high)
        return height

    def material_grid(self, x_px: FloatArray, height_mm: FloatArray, time_s: float) -> FloatArray:
        """Return the material heights (h, x) of a grid of columns and present heights.

        Fast form of the inverse for rendering: each column's forward curve is tabulated and
        read backwards; accurate to the curve's bend within 0.01 mm.
        """
        fine = np.linspace(-1.0, float(height_mm[-1]) + 0.2, 900)
        table = fine + self.rise_mm(x_px[:, None], fine[None, :], time_s)
        grid = np.empty((len(height_mm), len(x_px)))
        for column in range(len(x_px)):
            grid[:, column] = np.interp(height_mm, table[column], fine)
        return grid

    def to_dict(self) -> dict[str, Any]:
        """Return the motion as plain values, to store."""
        return {
            "law": self.law.model_dump(),
            "onset_s": self.onset_s,
            "mm_per_px": self.mm_per_px,
            "lid": asdict(self.lid),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> FilmMotion:
        """Return the motion that `to_dict` described."""
        return cls(
            Spread.model_validate(data["law"]),
            float(data["onset_s"]),
            float(data["mm_per_px"]),
            LidLine(**data["lid"]),
        )
