"""Iris, pupil's edge, sclera: painted from gradient noise in polar coordinates."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.simulate.instruments.patterns import octaves, perlin
from easytear.simulate.instruments.posture import limbus
from easytear.simulate.instruments.shot import Shot
from easytear.simulate.noise import Float32Array

PAD = 64
"""Margin of what is painted in eye coordinates, px."""


def tint(warmth: float, *, grey: bool) -> Float32Array:
    """Return red, green, blue factors of mean one: -1 blue, 0 grey, 1 brown."""
    if grey:
        return np.ones(3, np.float32)
    colour = np.array([1 + 0.55 * warmth, 1 + 0.02 * warmth, 1 - 0.57 * warmth])
    return colour.astype(np.float32)


def paint_globe(shot: Shot) -> Float32Array:
    """Return (height, width, 3) linear light of iris and sclera, `PAD` wider on every side."""
    rng = np.random.default_rng([shot.seed, 21])
    globe, mm, edge = shot.globe, shot.recorder.mm_per_px, limbus(shot)
    shape = (shot.recorder.height_px + 2 * PAD, shot.recorder.width_px + 2 * PAD)
    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    dx, dy = xx - np.float32(edge.x_px + PAD), yy - np.float32(edge.y_px + PAD)
    level = np.hypot(dx / np.float32(edge.rx_px), dy / np.float32(edge.ry_px))
    iris = _iris(rng, shot, dx, dy, level)
    sclera = _sclera(rng, shot, shape, level)
    # The limbus is no line: cornea thins into sclera over its width, unevenly round the eye.
    angle = np.arctan2(dy, dx)
    width = globe.limbus_mm * (1 + 0.35 * np.cos(angle - rng.uniform(0, 6.3)))
    away = (level - 1.0) * np.float32(edge.rx_px * mm)
    share = 0.5 + 0.5 * np.tanh(away / (0.5 * width))[..., None]
    out: Float32Array = (iris * (1 - share) + sclera * share).astype(np.float32)
    return out


def _iris(
    rng: np.random.Generator, shot: Shot, dx: Float32Array, dy: Float32Array, level: Float32Array
) -> Float32Array:
    globe = shot.globe
    # Fibres: noise stretched along the radius, bent where it crosses the collarette.
    polar = _polar(rng, 720, 220)
    angle = np.arctan2(dy, dx)
    column = ((angle / (2 * np.pi)) % 1.0 * 720).astype(np.float32)
    row = np.clip(level * 200, 0, 219).astype(np.float32)
    fibres = cv2.remap(polar, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    ruff = 0.38 + 0.05 * np.sin(5 * angle + rng.uniform(0, 6))
    inner = np.exp(-(((level - ruff) / 0.07) ** 2))
    grey = 1 + globe.iris_contrast * (0.5 * fibres + 0.5 * inner)
    grey = grey * (1 - globe.ring * np.exp(-(((level - 0.93) / 0.07) ** 2)))
    brown = np.exp(-((level / 0.45) ** 2)) * max(0.0, 0.4 - globe.iris_warmth)
    warm = np.clip(globe.iris_warmth + brown, -1, 1)
    scale = 2.0 if shot.recorder.grey else 1.0
    colour = np.stack([1 + 0.55 * warm, 1 + 0.02 * warm, 1 - 0.57 * warm], axis=-1)
    if shot.recorder.grey:
        colour = np.ones_like(colour)
    light = globe.iris_light * scale * np.maximum(grey, 0.15)
    return np.asarray(light[..., None] * colour, dtype=np.float32)


def _polar(rng: np.random.Generator, columns: int, rows: int) -> Float32Array:
    small = perlin(rng, (rows, columns // 6), 9.0)
    fine = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC)
    stretched = cv2.resize(octaves(rng, (max(rows // 12, 8), columns), 7.0, 3), (columns, rows))
    ridged = 1.0 - 2.0 * np.abs(np.tanh(stretched))
    bent = 0.7 * ridged + 0.3 * fine
    blend = np.clip((np.arange(columns) - columns + 40) / 40, 0, 1)[None, :]
    # The two ends of the circle meet.
    bent = bent * (1 - blend) + np.roll(bent[:, ::-1], 40, axis=1) * blend
    return np.asarray(bent - bent.mean(), dtype=np.float32)


def _sclera(
    rng: np.random.Generator, shot: Shot, shape: tuple[int, int], level: Float32Array
) -> Float32Array:
    mm = shot.recorder.mm_per_px
    cloud = octaves(rng, shape, max(2.0 / mm, 4.0), 3)
    veins = np.abs(octaves(rng, shape, max(2.6 / mm, 6.0), 4))
    vessel = np.exp(-((veins / 0.045) ** 2)) * np.clip(level - 1.0, 0, 0.6)
    ball = np.clip(1.15 - 0.22 * level, 0.35, 1.0)
    light = shot.globe.sclera_light * ball * (1 + 0.05 * cloud)
    red = np.array([0.15, 0.75, 0.8], np.float32) if not shot.recorder.grey else np.float32(0.25)
    white = np.array([1.0, 0.97, 0.92], np.float32)
    colour = white if not shot.recorder.grey else np.ones(3, np.float32)
    shaded = light[..., None] * colour * (1 - red * vessel[..., None])
    return np.asarray(shaded, dtype=np.float32)
