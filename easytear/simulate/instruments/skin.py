"""Lids, skin, brow and lashes, in head coordinates."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.base.geometry import FloatArray
from easytear.simulate.instruments.globe import PAD, tint
from easytear.simulate.instruments.patterns import octaves, perlin
from easytear.simulate.instruments.posture import limbus, lower_lid, upper_margin
from easytear.simulate.instruments.shot import Shot
from easytear.simulate.noise import Float32Array


def paint_skin(shot: Shot) -> Float32Array:
    """Return (height, width, 3) linear light of the face, the eye shut; `PAD` wider around."""
    rng = np.random.default_rng([shot.seed, 22])
    fissure, mm, edge = shot.fissure, shot.recorder.mm_per_px, limbus(shot)
    shape = (shot.recorder.height_px + 2 * PAD, shot.recorder.width_px + 2 * PAD)
    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    x_mm = (xx - np.float32(edge.x_px + PAD)) * np.float32(mm)
    y_mm = (yy - np.float32(edge.y_px + PAD)) * np.float32(mm)
    light = np.full(shape, fissure.skin_light, np.float32)
    light *= 1 + 0.10 * octaves(rng, shape, max(5.0 / mm, 5.0), 5)
    pores = perlin(rng, shape, max(0.35 / mm, 2.0))
    light *= 1 + 0.05 * np.abs(pores)
    # The ball of the eye under the lids, the hollow beside the nose, wrinkles below.
    ball = np.exp(-((x_mm / 15) ** 2) - ((y_mm / 12) ** 2))
    hollow = np.exp(-(((x_mm - 17 * rng.choice([-1, 1])) / 7) ** 2) - (((y_mm + 3) / 9) ** 2))
    light *= 1 + 0.25 * ball - 0.45 * hollow
    folds = np.sin(2 * np.pi * (y_mm + 0.12 * x_mm) / 2.4 + 2 * octaves(rng, shape, 4.0 / mm, 2))
    light *= 1 - 0.07 * np.clip(folds, 0, 1) * np.clip((y_mm - 7) / 4, 0, 1)
    crease = y_mm + fissure.upper_mm + 3.2 - 0.012 * x_mm**2
    light *= 1 - 0.4 * np.exp(-((crease / 0.8) ** 2)) * np.exp(-((x_mm / 14) ** 6))
    out = light[..., None] * tint(fissure.skin_warmth, grey=shot.recorder.grey)
    _brow(rng, shot, out)
    return np.asarray(np.maximum(out, 0.004), dtype=np.float32)


def _brow(rng: np.random.Generator, shot: Shot, picture: Float32Array) -> None:
    """Draw the brow's hairs, in place."""
    mm, edge = shot.recorder.mm_per_px, limbus(shot)
    if (edge.y_px + PAD) * mm < shot.fissure.brow_mm - 5:
        return
    width = picture.shape[1] * mm
    for _ in range(round(26 * width)):
        x = float(rng.uniform(-0.5 * width, 0.5 * width))
        y = -shot.fissure.brow_mm + 0.01 * x**2 + float(rng.normal(0, 1.6))
        angle = float(rng.normal(-0.5 if x < 0 else 0.5, 0.35))
        long = float(rng.uniform(2.5, 6.0))
        start = (edge.x_px + PAD + x / mm, edge.y_px + PAD + y / mm)
        stop = (start[0] + long * np.sin(angle) / mm, start[1] - 0.4 * long * np.cos(angle) / mm)
        _hair(picture, np.array([start, stop]), 0.012, max(1, round(0.12 / mm)))


def _hair(picture: Float32Array, points: FloatArray, light: float, thick: int) -> None:
    at = np.round(points * 8).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(picture, [at], False, (light,) * 3, thick, cv2.LINE_AA, 3)


class Lashes:
    """Hairs rooted along both margins; they turn down with the upper lid."""

    def __init__(self, shot: Shot) -> None:
        rng = np.random.default_rng([shot.seed, 23])
        self._shot = shot
        count, half = shot.fissure.lashes, shot.fissure.half_width_mm
        self._root = rng.uniform(-0.85, 0.85, count) * half
        self._long = shot.fissure.lash_mm * rng.uniform(0.5, 1.2, count)
        self._lean = self._root / half * 0.9 + rng.normal(0, 0.2, count)
        self._curl = rng.uniform(0.2, 0.9, count)
        lower = count // 2
        self._low_root = rng.uniform(-0.8, 0.8, lower) * half
        self._low_long = 0.35 * shot.fissure.lash_mm * rng.uniform(0.4, 1.2, lower)

    def draw(self, picture: Float32Array, closed: float, hand: FloatArray) -> None:
        """Draw the lashes into linear light, in place; `hand` (2, 3) maps head to image."""
        shot, mm = self._shot, self._shot.recorder.mm_per_px
        x0 = lower_lid(shot).x0_px
        dark = 0.02 if not shot.recorder.grey else 0.05
        thick = max(1, round(0.11 / mm))
        t = np.linspace(0, 1, 7)[:, None]
        root = x0 + self._root / mm
        margin = upper_margin(shot, root, closed)
        # Open: out and up past the margin, seen from the front; shut: down.
        rise = -1.0 + 1.75 * closed
        tip_x = root + self._long * self._lean / mm
        tip_y = margin + self._long * rise * (0.4 + 0.4 * self._curl) / mm
        bend_y = margin + (0.1 + 0.35 * closed) * self._long / mm
        self._strokes(picture, t, root, margin, tip_x, tip_y, bend_y, dark, thick, hand)
        root = x0 + self._low_root / mm
        margin = lower_lid(shot).y_px(root)
        tip_x = root + 0.6 * self._low_root / shot.fissure.half_width_mm * self._low_long / mm
        tip_y = margin + self._low_long / mm
        self._strokes(picture, t, root, margin, tip_x, tip_y, margin, dark, max(1, thick - 1), hand)

    def _strokes(
        self,
        picture: Float32Array,
        t: FloatArray,
        root_x: FloatArray,
        root_y: FloatArray,
        tip_x: FloatArray,
        tip_y: FloatArray,
        bend_y: FloatArray,
        dark: float,
        thick: int,
        hand: FloatArray,
    ) -> None:
        x = (1 - t) ** 2 * root_x + 2 * t * (1 - t) * (0.6 * root_x + 0.4 * tip_x) + t**2 * tip_x
        y = (1 - t) ** 2 * root_y + 2 * t * (1 - t) * bend_y + t**2 * tip_y
        for k in range(len(root_x)):
            points = np.column_stack([x[:, k], y[:, k]]) @ hand[:, :2].T + hand[:, 2]
            _hair(picture, points, dark, thick)
