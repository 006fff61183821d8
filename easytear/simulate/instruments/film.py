"""The lipid layer as these instruments see it: thickness on its material, and its colours."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.base.geometry import FloatArray
from easytear.simulate.instruments.patterns import fractal_line, octaves, reaction, tiled
from easytear.simulate.instruments.posture import limbus
from easytear.simulate.instruments.shot import Shot
from easytear.simulate.motion import FilmMotion
from easytear.simulate.noise import Float32Array

PAD_PX = 40
GRID_PX = 12
STEP_NM = 0.5
THICKEST_NM = 320.0
N_AQUEOUS = 1.337
LED_NM = ((450.0, 11.0, 0.75), (560.0, 52.0, 1.0))
"""A white LED: blue line and phosphor (centre, sd, weight)."""
CAMERA_NM = ((600.0, 42.0), (540.0, 44.0), (465.0, 32.0))
"""A camera with an infra-red filter and wide, overlapping bands: red, green, blue."""


def colour_table(n_lipid: float, *, grey: bool, wavelength_nm: float = 850.0) -> Float32Array:
    """Return (n, 3) reflection relative to bare aqueous, thickness rising by `STEP_NM`.

    Two beams, the film's first and second surface (Hecht, Optics, 9.4), under an LED's spectrum.
    """
    thick = np.arange(0.0, THICKEST_NM, STEP_NM)
    if grey:
        nm, weight = np.array([wavelength_nm]), np.ones((1, 3))
    else:
        nm = np.arange(400.0, 701.0, 5.0)
        lamp = sum(w * np.exp(-0.5 * ((nm - c) / s) ** 2) for c, s, w in LED_NM)
        weight = np.stack([lamp * np.exp(-0.5 * ((nm - c) / s) ** 2) for c, s in CAMERA_NM], axis=1)
    first = (n_lipid - 1.0) / (n_lipid + 1.0)
    second = (N_AQUEOUS - n_lipid) / (N_AQUEOUS + n_lipid)
    through = 1.0 - first**2
    phase = 4 * np.pi * n_lipid * thick[:, None] / nm[None, :]
    share = first**2 + (through * second) ** 2 + 2 * first * through * second * np.cos(phase)
    bare = ((N_AQUEOUS - 1.0) / (N_AQUEOUS + 1.0)) ** 2
    table: Float32Array = (share @ weight / weight.sum(axis=0) / bare).astype(np.float32)
    return table


class Sheet:
    """One interval's film: front, thickness, and where its material is at any time."""

    def __init__(self, shot: Shot, motion: FilmMotion, *, paint: bool = True) -> None:
        self._shot, self._motion = shot, motion
        self._rng = np.random.default_rng([shot.seed, 24, motion.law.seed])
        recorder = shot.recorder
        self._mm = recorder.mm_per_px
        self._columns = np.arange(-PAD_PX, recorder.width_px + PAD_PX, dtype=np.float64)
        self.front_px = self._front()
        reach = (limbus(shot).ry_px * 2.2) * self._mm
        self._heights = np.arange(-0.5, reach + 1.0, 0.02)
        if paint:
            self._paint(reach)

    def _front(self) -> FloatArray:
        count, law = len(self._columns), self._motion.law
        line = 0.75 * fractal_line(self._rng, count, 0.62) + 0.5 * fractal_line(
            self._rng, count, 0.8
        )
        kernel = np.hanning(max(5, round(0.08 / self._mm)))
        line = np.convolve(np.pad(line, len(kernel), mode="edge"), kernel / kernel.sum(), "same")
        line = line[len(kernel) : len(kernel) + count]
        height = law.front_mm + self._shot.layer.ragged_mm * line
        height = np.maximum(height, 0.25)
        y = self._motion.lid.y_px(self._columns) - height / self._mm
        return np.column_stack([self._columns, y])

    def _drawn(self, x_px: FloatArray, height_mm: FloatArray) -> FloatArray:
        grown: FloatArray = height_mm + self._shot.layer.drawn_at * self._motion.amplitude(
            x_px, height_mm
        )
        return grown

    def _paint(self, reach_mm: float) -> None:
        layer, mm = self._shot.layer, self._mm
        tall = int((reach_mm + 2.0 + layer.drawn_at * self._motion.law.rho_mm * 1.3) / mm)
        shape = (min(tall, 2400), len(self._columns))
        self._zero = 0.5 / mm
        rows = (np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(self._zero)) * mm
        height = self._motion.height_mm(self.front_px[:, 0], self.front_px[:, 1])
        edge = self._drawn(self._columns, height).astype(np.float32)[None, :]
        below = 1.0 / (1.0 + np.exp(np.clip((rows - edge) / 0.015, -30, 30)))
        grain = layer.grain_mm / mm
        base = layer.sheet_nm - 18 * np.clip((edge - rows - 0.4) / 1.5, 0, 1)
        base = base + 10 * np.exp(-((rows - edge) ** 2) / 0.02)
        cloud = octaves(self._rng, shape, max(1.2 / mm, 8), 3)
        thin = layer.ahead_nm + 5 * cloud
        self._layers = [np.asarray(thin * (1 - below) + base * below, np.float32)]
        for number in range(2):
            fine = self._pattern(shape, grain, number)
            wisps = octaves(self._rng, shape, max(2.2 * grain, 4), 3)
            mixed = layer.ahead_pattern_nm * wisps * (1 - below) + layer.pattern_nm * fine * below
            self._layers.append(np.asarray(mixed, np.float32))
        self._texture = np.dstack(self._layers)

    def _pattern(self, shape: tuple[int, int], grain_px: float, number: int) -> Float32Array:
        kind, rng = self._shot.layer.pattern, self._rng
        if kind in ("worms", "spots"):
            # About one stripe in every 12 of the pattern's own pixels.
            zoom = max(grain_px / 12.0, 0.3)
            pattern = tiled(reaction(kind, self._shot.seed % 5 + 10 * number), shape, zoom)
        elif kind == "waves":
            warp = octaves(rng, shape, 5 * grain_px, 3)
            yy = np.arange(shape[0], dtype=np.float32)[:, None]
            pattern = np.sin(2 * np.pi * yy / (2.5 * grain_px) + 2.2 * warp)
        else:
            pattern = octaves(rng, shape, 2.0 * grain_px, 4)
        if kind != "clouds":
            bend_x, bend_y = (grain_px * octaves(rng, shape, 6 * grain_px, 2) for _ in range(2))
            yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
            bent = cv2.remap(
                np.asarray(pattern, np.float32),
                xx + bend_x,
                yy + bend_y,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REFLECT,
            )
            pattern = np.asarray(bent, np.float32)
        patchy = np.clip(1 + 0.35 * octaves(rng, shape, 8 * grain_px, 2), 0.2, 2)
        mixed = pattern * patchy
        return np.asarray((mixed - mixed.mean()) / (mixed.std() + 1e-9), np.float32)

    def thickness(self, eye_x: Float32Array, eye_y: Float32Array, time_s: float) -> Float32Array:
        """Return the thickness (nm) at each pixel whose eye coordinates are given."""
        motion, layer = self._motion, self._shot.layer
        columns = self._columns[::GRID_PX]
        material = motion.material_grid(columns, self._heights, time_s)
        rows = self._drawn(columns[None, :], material) / self._mm + self._zero
        shear = motion.shear_px(eye_y[:, eye_y.shape[1] // 2].astype(float), time_s)
        x = eye_x - shear[:, None].astype(np.float32)
        lid = motion.lid
        dx = x - np.float32(lid.x0_px)
        line = np.float32(lid.y0_px) + dx * (
            np.float32(lid.tilt) - np.float32(lid.curve_per_px) * dx
        )
        now = (line - eye_y) * np.float32(self._mm)
        row = _look(
            rows.astype(np.float32),
            (x - np.float32(columns[0])) / np.float32(GRID_PX),
            (now - np.float32(self._heights[0])) / np.float32(0.02),
        )
        texture = _look(self._texture, x + np.float32(PAD_PX), row)
        since = max(time_s - motion.onset_s, 0.0)
        phase = 0.5 * np.pi * (1 - np.exp(-since / layer.life_s))
        mix = np.array([[1.0, np.cos(phase), np.sin(phase)]], np.float32)
        return np.asarray(cv2.transform(texture, mix), np.float32)


def _look(picture: Float32Array, x: Float32Array, y: Float32Array) -> Float32Array:
    looked = cv2.remap(
        picture,
        np.asarray(x, np.float32),
        np.asarray(y, np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(looked, np.float32)
