"""What lies behind the tear film: iris, limbus and sclera, painted once per scene."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import Ellipse
from easytear.simulate.gaze import limbus, rest_pupil
from easytear.simulate.noise import Float32Array, blurred, look_up, smooth_noise, soft_step
from easytear.simulate.scene import IrisColour, Scene

PALETTE: dict[IrisColour, tuple[tuple[float, float, float], float]] = {
    "dark": ((0.070, 0.060, 0.062), 0.08),
    "brown": ((0.125, 0.090, 0.066), 0.15),
    "hazel": ((0.190, 0.170, 0.105), 0.18),
    "grey": ((0.180, 0.185, 0.180), 0.18),
    "blue": ((0.150, 0.180, 0.200), 0.20),
}
"""Linear colour of the iris and the relative strength of its pattern."""

SCLERA = (0.55, 0.55, 0.46)


def paint_eye(scene: Scene, pad_px: int) -> Float32Array:
    """Return the linear picture of iris and sclera without pupil, `pad_px` wider on all sides.

    Pixel (row, column) of it lies at eye coordinates (column - pad_px, row - pad_px).
    """
    rng = np.random.default_rng([scene.seed, 505])
    cam = scene.camera
    shape = (cam.height_px + 2 * pad_px, cam.width_px + 2 * pad_px)
    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    xx, yy = xx - pad_px, yy - pad_px
    pupil, edge = rest_pupil(scene), limbus(scene)
    colour, pattern = PALETTE[scene.eye.iris]
    texture = _iris_texture(rng, xx, yy, pupil, edge, cam.mm_per_px)
    level = np.exp(pattern * scene.eye.iris_contrast * texture)
    radius = edge.level(xx, yy).astype(np.float32)
    rim = 1.0 - 0.45 * soft_step(radius - 0.93, 0.025)
    iris = (level * rim)[..., None] * np.asarray(colour, np.float32)
    sclera = _sclera(rng, shape, cam.mm_per_px)
    white = paint_outside(scene, pad_px)[..., None]
    out: Float32Array = (iris * (1.0 - white) + sclera * white).astype(np.float32)
    return out


def paint_outside(scene: Scene, pad_px: int) -> Float32Array:
    """Return how far each place of `paint_eye`'s picture lies outside the limbus (0 or 1, soft)."""
    cam, edge = scene.camera, limbus(scene)
    shape = (cam.height_px + 2 * pad_px, cam.width_px + 2 * pad_px)
    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    away = (edge.level(xx - pad_px, yy - pad_px) - 1.0) * edge.rx_px * cam.mm_per_px
    return soft_step(away, 0.10).astype(np.float32)


def _iris_texture(
    rng: np.random.Generator,
    xx: Float32Array,
    yy: Float32Array,
    pupil: Ellipse,
    edge: Ellipse,
    mm_per_px: float,
) -> Float32Array:
    """Return radial fibres, crypts and the collarette: mean 0, standard deviation about 1."""
    inner = pupil.level(xx, yy) - 1.0
    outer = np.maximum(1.0 - edge.level(xx, yy), 0.0)
    radial = (inner * pupil.rx_px / (inner * pupil.rx_px + outer * edge.rx_px + 1e-3)).astype(
        np.float32
    )
    angle = np.arctan2(yy - pupil.y_px, xx - pupil.x_px).astype(np.float32)
    columns, rows = 1600, 220
    fibres = smooth_noise(rng, (rows, columns + 200), 4.0, 20.0)
    crypts = np.maximum(smooth_noise(rng, (rows, columns + 200), 14.0, 12.0) - 0.8, 0.0)
    broad = smooth_noise(rng, (rows, columns + 200), 70.0, 30.0)
    polar = 0.6 * fibres - 0.6 * crypts + 0.7 * broad
    polar = _closed(polar, columns)
    map_x = (angle / (2.0 * np.pi) + 0.5) * (columns - 1)
    map_y = np.clip(radial, 0.0, 1.0) * (rows - 1)
    texture = look_up(polar, map_x, map_y)
    collarette = 0.5 * np.exp(-0.5 * ((radial - 0.28) / 0.07) ** 2)
    fine = smooth_noise(rng, (xx.shape[0], xx.shape[1]), 0.06 / mm_per_px, 0.06 / mm_per_px)
    # The camera is focused on the tear film: the iris, 3 mm deeper, is never quite sharp.
    return blurred((texture + collarette + 0.3 * fine).astype(np.float32), 0.05 / mm_per_px)


def _closed(polar: Float32Array, columns: int) -> Float32Array:
    """Blend the pattern's end into its start, so that it closes round the pupil."""
    over = polar.shape[1] - columns
    weight = np.linspace(0.0, 1.0, over, dtype=np.float32)
    closed = polar[:, :columns].copy()
    closed[:, :over] = weight * polar[:, :over] + (1.0 - weight) * polar[:, columns:]
    return closed


def _sclera(rng: np.random.Generator, shape: tuple[int, int], mm_per_px: float) -> Float32Array:
    vessels = np.abs(smooth_noise(rng, shape, 0.25 / mm_per_px, 0.12 / mm_per_px))
    red: Float32Array = np.exp(-((vessels / 0.08) ** 2)).astype(np.float32)
    red = blurred(red, 1.2) * (smooth_noise(rng, shape, 40.0, 40.0) > -0.2)
    tint = np.asarray(SCLERA, np.float32)
    loss = np.array([0.08, 0.30, 0.30], np.float32)
    cloudy = 1.0 + 0.07 * smooth_noise(rng, shape, 1.2 / mm_per_px, 0.8 / mm_per_px)
    warm = 0.10 * soft_step(np.linspace(-1.0, 1.0, shape[0]) - 0.65, 0.12)[:, None, None]
    blush = np.array([0.2, 1.0, 1.1], np.float32)
    white = tint * cloudy[..., None] * (1.0 - 0.55 * red[..., None] * loss) * (1.0 - warm * blush)
    return np.asarray(white, dtype=np.float32)


def pupil_cover(pupil: Ellipse, xx: Float32Array, yy: Float32Array, soft_px: float) -> Float32Array:
    """Return how far the pupil covers each place (1 inside, soft edge)."""
    distance = (pupil.level(xx, yy) - 1.0) * (0.5 * (pupil.rx_px + pupil.ry_px))
    return soft_step(-distance, soft_px).astype(np.float32)
