"""Lids and lashes: where they are at any time, and what they look like.

A frame belongs to a blink while the upper lid stands more than a tenth of the way from its
resting place to the lower lid's margin (`BLINK_CLOSURE`); a blink is complete when the lid
comes all but `COMPLETE_GAP` of the way.
"""

from __future__ import annotations

import cv2
import numpy as np

from easytear.base.geometry import FloatArray
from easytear.simulate.gaze import limbus
from easytear.simulate.motion import LidLine
from easytear.simulate.noise import (
    Float32Array,
    blurred,
    look_up,
    smooth_curve,
    smooth_noise,
    soft_step,
)
from easytear.simulate.scene import Scene

BLINK_CLOSURE = 0.1
COMPLETE_GAP = 0.05


def lower_lid(scene: Scene) -> LidLine:
    """Return the lower lid's margin in eye coordinates."""
    iris, mm = limbus(scene), scene.camera.mm_per_px
    lids = scene.lids
    bottom = iris.y_px + iris.ry_px + lids.lower_gap_mm / mm
    return LidLine(iris.x_px, bottom, lids.lower_tilt, lids.lower_curve_per_mm * mm)


def closure(scene: Scene, time_s: FloatArray | float) -> FloatArray:
    """Return the share of its way that the upper lid has come down at each time."""
    time = np.asarray(time_s, dtype=np.float64)
    closed = np.zeros_like(time)
    for blink in scene.lids.blinks:
        down = (time - blink.start_s) / blink.closing_s
        up = (blink.end_s - time) / blink.opening_s
        share = np.clip(np.minimum(down, up), 0.0, 1.0)
        smooth = 0.5 - 0.5 * np.cos(np.pi * share)
        closed = np.maximum(closed, blink.closure * smooth)
    return closed


def upper_lid_y(scene: Scene, x_px: FloatArray, closed: float) -> FloatArray:
    """Return the upper lid margin's y in image coordinates at columns, for a closure."""
    lids, mm = scene.lids, scene.camera.mm_per_px
    low = lower_lid(scene)
    dx = np.asarray(x_px, dtype=np.float64) - low.x0_px
    rest = -lids.upper_rest_mm / mm + lids.upper_curve_per_mm * mm * dx**2
    y: FloatArray = rest + closed * (low.y_px(x_px) + 0.1 / mm - rest)
    return y


def tremor_px(scene: Scene, time_s: float) -> float:
    """Return how far the upper lid has come down with its tremor, in pixels."""
    lids = scene.lids
    down = 0.5 - 0.5 * np.cos(2.0 * np.pi * lids.tremor_hz * time_s)
    return float(down) * lids.tremor_mm / scene.camera.mm_per_px


def paint_lashes(scene: Scene) -> tuple[Float32Array, int]:
    """Return the lashes' shadow (0 clear, 1 black) and the row of it that lies on the margin.

    The picture is drawn in coordinates of the upper lid: it moves up and down with the margin.
    """
    rng = np.random.default_rng([scene.seed, 202])
    cam, lids = scene.camera, scene.lids
    scale, mm = cam.width_px / 640.0, cam.mm_per_px
    length = lids.lash_length_mm / mm
    margin = int(0.4 / mm) + 4
    height = int(margin + 2.2 * length + 20)
    shade = np.zeros((height, cam.width_px), np.float32)
    for _ in range(lids.lashes):
        stroke = np.zeros_like(shade)
        x = float(np.clip(rng.normal(0.5, 0.3), -0.05, 1.05)) * cam.width_px
        fan = (x / cam.width_px - 0.5) * 2.2 + rng.normal(0.0, 0.3)
        reach = length * float(rng.uniform(0.45, 1.35))
        t = np.linspace(0.0, 1.0, 14)
        bend = rng.normal(0.0, 0.25)
        px = x + reach * (fan * t + bend * t * (1.0 - t))
        py = margin - 4.0 + reach * t * (1.0 - 0.18 * t)
        _stroke(stroke, px, py, width=float(rng.uniform(2.5, 7.0)) * scale)
        shade += (1.0 - shade) * stroke * float(rng.uniform(0.45, 1.0))
    shade = blurred(shade, 1.6 * scale) + 0.35 * blurred(shade, 7.0 * scale)
    return (lids.lash_darkness * np.clip(shade, 0.0, 1.0)).astype(np.float32), margin


def _stroke(picture: Float32Array, x: FloatArray, y: FloatArray, width: float) -> None:
    for k in range(len(x) - 1):
        thick = max(1, round(width * (1.0 - 0.75 * k / (len(x) - 1))))
        start = (round(float(x[k]) * 8), round(float(y[k]) * 8))
        stop = (round(float(x[k + 1]) * 8), round(float(y[k + 1]) * 8))
        cv2.line(picture, start, stop, 1.0, thick, cv2.LINE_AA, 3)


def paint_comb(scene: Scene) -> Float32Array:
    """Return the (height, width) factor by which the lower lashes' mirror images darken.

    Vertical dark stripes above the lower limbus; they stand still in the image because they
    are seen in the cornea as in a mirror.
    """
    rng = np.random.default_rng([scene.seed, 303])
    cam = scene.camera
    mm = cam.mm_per_px
    low = lower_lid(scene)
    stripes = smooth_curve(rng, cam.width_px, 0.075 / mm)
    stripes = np.clip(stripes + 0.3 * smooth_curve(rng, cam.width_px, 0.3 / mm) - 0.15, 0.0, 1.6)
    reach = 0.75 + 0.25 * smooth_curve(rng, cam.width_px, 0.12 / mm)
    yy, xx = np.mgrid[: cam.height_px, : cam.width_px].astype(np.float32)
    up = (low.y_px(xx[0])[None, :] - yy) * mm
    lean = smooth_curve(rng, cam.height_px, 40.0)[:, None] * 0.02 / mm
    column = np.clip(xx + lean + 0.04 * (xx - low.x0_px) * (up - 0.8), 0, cam.width_px - 1)
    line = np.broadcast_to(stripes.astype(np.float32), yy.shape)
    line = look_up(np.ascontiguousarray(line), column, yy)
    fade = soft_step(0.55 + 0.75 * np.clip(reach, 0.1, 2.0) - up, 0.16)
    fade *= soft_step(up - 0.15, 0.08)
    sides = np.exp(-0.5 * ((xx - low.x0_px) * mm / 3.4) ** 4)
    shadow = blurred((line * fade * sides).astype(np.float32), 0.05 / mm)
    comb = 1.0 - scene.lids.comb * shadow
    out: Float32Array = np.clip(comb, 0.1, 1.0).astype(np.float32)
    return out


def paint_skin(scene: Scene, number: int) -> Float32Array:
    """Return a (height, width, 3) linear picture of a lid's skin, `number` 0 upper, 1 lower."""
    rng = np.random.default_rng([scene.seed, 404, number])
    shape = (scene.camera.height_px + 40, scene.camera.width_px)
    fine = smooth_noise(rng, shape, 1.6, 1.6)
    folds = smooth_noise(rng, shape, 60.0, 5.0)
    level = 0.20 * (1.0 + 0.06 * fine + 0.12 * folds)
    tint = np.array([1.25, 0.92, 0.75], np.float32)
    out: Float32Array = (np.clip(level, 0.03, 1.0)[..., None] * tint).astype(np.float32)
    return out
