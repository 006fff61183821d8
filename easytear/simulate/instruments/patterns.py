"""Textures: gradient noise, and patterns of reaction and diffusion; both can be tiled."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from easytear.base.geometry import FloatArray
from easytear.simulate.noise import Float32Array

TILE = 192
_RATES = {"worms": (0.046, 0.063), "spots": (0.030, 0.062)}
"""Feed and kill rates (Pearson, Complex patterns in a simple system, Science 261, 1993)."""


def perlin(rng: np.random.Generator, shape: tuple[int, int], cell_px: float) -> Float32Array:
    """Return gradient noise of standard deviation 1 (Perlin, Improving noise, 2002).

    Parameters
    ----------
    rng : Generator
        Draws the gradients.
    shape : (int, int)
        Height and width.
    cell_px : float
        Distance between gradients.
    """
    rows, columns = (int(np.ceil(n / cell_px)) + 2 for n in shape)
    angle = rng.uniform(0, 2 * np.pi, (rows, columns))
    y = np.arange(shape[0], dtype=np.float32) / np.float32(cell_px)
    x = np.arange(shape[1], dtype=np.float32) / np.float32(cell_px)
    iy, ix = y.astype(int), x.astype(int)
    fy, fx = (y - iy)[:, None], (x - ix)[None, :]
    gx, gy = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)

    def corner(down: int, right: int) -> Float32Array:
        at = np.ix_(iy + down, ix + right)
        out: Float32Array = gx[at] * (fx - right) + gy[at] * (fy - down)
        return out

    ease_x, ease_y = _ease(fx), _ease(fy)
    top = corner(0, 0) * (1 - ease_x) + corner(0, 1) * ease_x
    low = corner(1, 0) * (1 - ease_x) + corner(1, 1) * ease_x
    out = top * (1 - ease_y) + low * ease_y
    scaled: Float32Array = ((out - out.mean()) / (out.std() + 1e-9)).astype(np.float32)
    return scaled


def _ease(t: Float32Array) -> Float32Array:
    return t * t * t * (t * (t * 6 - 15) + 10)


def octaves(
    rng: np.random.Generator, shape: tuple[int, int], cell_px: float, count: int = 4
) -> Float32Array:
    """Return gradient noise summed over octaves, standard deviation 1."""
    total = np.zeros(shape, np.float32)
    for octave in range(count):
        size = max(cell_px / 2**octave, 1.5)
        total += np.float32(0.55**octave) * perlin(rng, shape, size)
    scaled: Float32Array = (total / (total.std() + 1e-9)).astype(np.float32)
    return scaled


@lru_cache(maxsize=8)
def reaction(kind: str, seed: int, steps: int = 2400) -> Float32Array:
    """Return a (TILE, TILE) pattern of reaction and diffusion, 0 mean and standard deviation 1.

    Gray and Scott's model on a torus: opposite edges fit together.
    """
    rng = np.random.default_rng([seed, 31])
    feed, kill = (np.float32(v) for v in _RATES[kind])
    u = np.ones((TILE, TILE), np.float32)
    v = np.zeros_like(u)
    for y, x in rng.integers(0, TILE - 8, (40, 2)):
        u[y : y + 8, x : x + 8], v[y : y + 8, x : x + 8] = 0.5, 0.25
    v += 0.02 * rng.random(v.shape, dtype=np.float32)
    stencil = np.array([[0.05, 0.2, 0.05], [0.2, -1.0, 0.2], [0.05, 0.2, 0.05]], np.float32)
    for _ in range(steps):
        react = u * v * v
        u += np.float32(0.16 * 6.25) * _spread(u, stencil) - react + feed * (1 - u)
        v += np.float32(0.08 * 6.25) * _spread(v, stencil) + react - (feed + kill) * v
    soft = cv2.GaussianBlur(np.tile(v, (3, 3)), (0, 0), 0.8)[TILE : 2 * TILE, TILE : 2 * TILE]
    pattern: Float32Array = ((soft - soft.mean()) / (soft.std() + 1e-9)).astype(np.float32)
    pattern.setflags(write=False)
    return pattern


def _spread(field: Float32Array, stencil: FloatArray) -> Float32Array:
    padded = cv2.copyMakeBorder(field, 1, 1, 1, 1, cv2.BORDER_WRAP)
    return np.asarray(cv2.filter2D(padded, -1, stencil)[1:-1, 1:-1], dtype=np.float32)


def tiled(pattern: Float32Array, shape: tuple[int, int], zoom: float) -> Float32Array:
    """Return a pattern repeated over a picture, each of its pixels `zoom` wide."""
    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return np.asarray(
        cv2.remap(
            cv2.copyMakeBorder(pattern, 0, 1, 0, 1, cv2.BORDER_WRAP),
            (xx / np.float32(zoom)) % np.float32(TILE),
            (yy / np.float32(zoom)) % np.float32(TILE),
            cv2.INTER_LINEAR,
        ),
        dtype=np.float32,
    )


def fractal_line(rng: np.random.Generator, count: int, rough: float = 0.6) -> FloatArray:
    """Return (count,) a line broken at random by halving, standard deviation 1."""
    line = rng.standard_normal(2)
    size = 1.0
    while len(line) < count:
        size *= rough
        middle = 0.5 * (line[1:] + line[:-1]) + size * rng.standard_normal(len(line) - 1)
        longer = np.empty(2 * len(line) - 1)
        longer[::2], longer[1::2] = line, middle
        line = longer
    cut = line[:count] - np.linspace(line[0], line[count - 1], count)
    scaled: FloatArray = (cut - cut.mean()) / (cut.std() + 1e-9)
    return scaled
