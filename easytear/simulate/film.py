"""The lipid layer's thickness: a thick patterned sheet with a ragged front, a thin film ahead."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.base.geometry import FloatArray
from easytear.simulate.motion import FilmMotion
from easytear.simulate.noise import (
    Float32Array,
    look_up,
    smooth_curve,
    smooth_noise,
    soft_step,
    warped,
)
from easytear.simulate.scene import Film, Scene

PAD_PX = 48
"""Margin of all textures round the picture."""
STRETCH = 0.35
"""Share of the final displacement at which the pattern is drawn: before that it is squeezed."""
GRID_X_PX = 16
GRID_H_MM = 0.02
TOP_MM = 1.0


class FilmPattern:
    """One interval's film, painted on its material and looked up by the exact inverse motion.

    The pattern is drawn over (column, stretched height), where the stretched height of
    material at h is h + STRETCH * amplitude(h): fine detail is then neither lost when the film
    is squeezed together at onset nor blurred when it has spread. Without `paint` only the
    front is drawn.
    """

    def __init__(self, scene: Scene, motion: FilmMotion, *, paint: bool = True) -> None:
        self._film: Film = scene.film
        self._mm = motion.mm_per_px
        self._motion = motion
        self._rng = np.random.default_rng([scene.seed, 606, motion.law.seed])
        cam = scene.camera
        self._x = np.arange(-PAD_PX, cam.width_px + PAD_PX + GRID_X_PX, GRID_X_PX, dtype=float)
        columns = np.arange(-PAD_PX, cam.width_px + PAD_PX, dtype=np.float64)
        top = float(np.max(motion.lid.y_px(columns)) + PAD_PX) * self._mm + TOP_MM
        self._heights = np.arange(-0.6, top, GRID_H_MM)
        tall = int((top + STRETCH * motion.law.rho_mm * 1.6 + 0.7) / self._mm)
        self._zero_row = int(0.6 / self._mm)
        self.front_px = self._draw_front(columns)
        if paint:
            self._texture = self._paint((tall, len(columns)), columns)

    def _draw_front(self, columns: FloatArray) -> FloatArray:
        """Return the front's material points (n, 2) in eye coordinates, one per column."""
        rng, mm, law = self._rng, self._mm, self._motion.law
        count = len(columns)
        fingers = 0.6 * smooth_curve(rng, count, 0.55 / mm) + 0.5 * smooth_curve(
            rng, count, 0.16 / mm
        )
        spikes = np.maximum(smooth_curve(rng, count, 0.09 / mm) - 1.2, 0.0)
        ragged = self._film.ragged_mm * (fingers + 1.1 * spikes)
        side = (columns - self._motion.lid.x0_px) * mm
        arch = law.front_mm * (1.0 - 0.012 * side**2)
        height = np.maximum(arch + ragged, 0.25)
        y = self._motion.lid.y_px(columns) - height / mm
        return np.column_stack([columns, y])

    def _stretched_px(self, x_px: FloatArray, height_mm: FloatArray) -> FloatArray:
        """Return the texture row of material at (`x_px`, `height_mm`)."""
        grown = height_mm + STRETCH * self._motion.amplitude(x_px, height_mm)
        row: FloatArray = grown / self._mm + self._zero_row
        return row

    def _paint(self, shape: tuple[int, int], columns: FloatArray) -> Float32Array:
        """Return (rows, columns, 3): resting thickness and two fine patterns, in nm."""
        film, mm = self._film, self._mm
        rows = np.arange(shape[0], dtype=np.float32)[:, None]
        height = self._motion.height_mm(self.front_px[:, 0], self.front_px[:, 1])
        front = self._stretched_px(columns, height).astype(np.float32)
        below = (front[None, :] - rows) * np.float32(mm)
        sheet = soft_step(below, 0.010)
        thick = film.sheet_nm + 6.0 * smooth_noise(self._rng, shape, 0.5 / mm, 0.35 / mm)
        thick = thick + 8.0 * np.exp(-np.maximum(below, 0.0) / 0.3)
        thick = thick - 22.0 * (1.0 - np.exp(-np.maximum(below - 0.5, 0.0) / 0.9))
        thin = film.ahead_nm + self._ahead(shape, front, rows)
        base = thin * (1.0 - sheet) + thick * sheet
        layers = [base]
        for _ in range(2):
            fine = film.sheet_texture_nm * self._marbling(shape)
            streaks = film.ahead_texture_nm * self._streaks(shape)
            layers.append(streaks * (1.0 - sheet) + fine * sheet)
        texture: Float32Array = np.dstack(layers).astype(np.float32)
        return texture

    def _marbling(self, shape: tuple[int, int]) -> Float32Array:
        """Return the sheet's pattern, standard deviation 1: dark veins in flame-like tongues."""
        rng, mm = self._rng, self._mm
        size = max(0.03 / mm, 0.9)
        fine = smooth_noise(rng, shape, size, 1.8 * size)
        tongues = smooth_noise(rng, shape, 0.075 / mm, 0.26 / mm)
        veins = np.exp(-((tongues / 0.30) ** 2))
        thin = np.exp(-((smooth_noise(rng, shape, 0.045 / mm, 0.13 / mm) / 0.25) ** 2))
        patchy = np.clip(0.9 + 0.4 * smooth_noise(rng, shape, 0.6 / mm, 0.5 / mm), 0.35, 1.7)
        mixed = patchy * (0.34 * fine + 0.8 * veins + 0.75 * thin)
        bend_x = 0.17 / mm * smooth_noise(rng, shape, 0.26 / mm, 0.26 / mm)
        bend_y = 0.10 / mm * smooth_noise(rng, shape, 0.26 / mm, 0.26 / mm)
        bend_x += 0.05 / mm * smooth_noise(rng, shape, 0.09 / mm, 0.09 / mm)
        mixed = warped(mixed.astype(np.float32), bend_x, bend_y)
        return np.asarray((mixed - mixed.mean()) / mixed.std(), dtype=np.float32)

    def _streaks(self, shape: tuple[int, int]) -> Float32Array:
        """Return the thin film's pattern, standard deviation 1: upright wisps with sharp rims."""
        rng, mm = self._rng, self._mm
        long = smooth_noise(rng, shape, 0.06 / mm, 0.2 / mm)
        short = smooth_noise(rng, shape, 0.045 / mm, 0.075 / mm)
        wisps = np.tanh(2.5 * smooth_noise(rng, shape, 0.12 / mm, 0.18 / mm) - 1.0)
        bend_x = 0.3 / mm * smooth_noise(rng, shape, 0.6 / mm, 0.5 / mm)
        bend_y = 0.08 / mm * smooth_noise(rng, shape, 0.12 / mm, 0.2 / mm)
        mixed = warped(0.5 * long + 0.6 * short + 0.9 * wisps, bend_x, bend_y)
        return np.asarray((mixed - mixed.mean()) / mixed.std(), dtype=np.float32)

    def _ahead(self, shape: tuple[int, int], front: Float32Array, rows: Float32Array) -> FloatArray:
        """Return slow changes of the thin film: clouds, and a paler patch with a lower edge."""
        rng, mm = self._rng, self._mm
        clouds = 7.0 * smooth_noise(rng, shape, 0.9 / mm, 0.7 / mm)
        edge = front.max() + 0.35 / mm + 0.12 / mm * smooth_curve(rng, shape[1], 0.12 / mm)
        edge = edge + 0.25 / mm * smooth_curve(rng, shape[1], 0.6 / mm)
        middle = (0.5 + 0.28 * rng.choice([-1.0, 1.0])) * shape[1]
        column = np.arange(shape[1], dtype=np.float32)
        wide = np.exp(-0.5 * ((column - middle) / (0.13 * shape[1])) ** 4)
        above = (rows - edge[None, :]) * mm
        patch = np.exp(-np.maximum(above, 0.0) / 0.8) * soft_step(above, 0.04)
        pale: FloatArray = clouds + 14.0 * patch * wide[None, :]
        return pale

    def thickness(self, eye_x: Float32Array, eye_y: Float32Array, time_s: float) -> Float32Array:
        """Return the film's thickness (nm) at each pixel whose eye coordinates are given."""
        motion, film = self._motion, self._film
        x = eye_x - self._shear(eye_y, time_s)
        lid = motion.lid
        dx = x - np.float32(lid.x0_px)
        height = (lid.y0_px + dx * (lid.tilt - lid.curve_per_px * dx) - eye_y) * self._mm
        row = look_up(
            self._rows(time_s),
            (x - self._x[0]) / GRID_X_PX,
            (height - self._heights[0]) / GRID_H_MM,
        )
        texture = look_up(self._texture, x + PAD_PX, row, mirror=True)
        since = max(time_s - motion.onset_s, 0.0)
        phase = 0.5 * np.pi * (1.0 - np.exp(-since / film.texture_life_s))
        mix = np.array([[1.0, np.cos(phase), np.sin(phase)]], np.float32)
        mixed = np.asarray(cv2.transform(texture, mix), dtype=np.float32)
        return mixed - np.float32(film.thinning_nm_s * since)

    def _rows(self, time_s: float) -> Float32Array:
        """Return the texture row (height, column) of a grid of present heights."""
        material = self._motion.material_grid(self._x, self._heights, time_s)
        return self._stretched_px(self._x[None, :], material).astype(np.float32)

    def _shear(self, eye_y: Float32Array, time_s: float) -> Float32Array:
        first = float(np.floor(eye_y.min())) - 1.0
        levels = np.arange(first, float(eye_y.max()) + 3.0)
        table = self._motion.shear_px(levels, time_s).astype(np.float32)[:, None]
        zero = np.zeros_like(eye_y)
        return look_up(table, zero, eye_y - np.float32(first))
