"""What the cornea mirrors: the lamp itself, and the zone in which the film is lit."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.simulate.instruments.globe import PAD
from easytear.simulate.instruments.posture import limbus
from easytear.simulate.instruments.shot import Shot
from easytear.simulate.noise import Float32Array


def paint_mirror(shot: Shot) -> Float32Array:
    """Return (height, width, 3) light of the lamp's image in the cornea, `PAD` wider around."""
    rng = np.random.default_rng([shot.seed, 26])
    mm, edge, lamp = shot.recorder.mm_per_px, limbus(shot), shot.lamp
    shape = (shot.recorder.height_px + 2 * PAD, shot.recorder.width_px + 2 * PAD)
    out = np.zeros(shape, np.float32)
    at = (
        edge.x_px + PAD + float(rng.normal(0, 0.25)) / mm,
        edge.y_px + PAD + float(rng.normal(-0.2, 0.25)) / mm,
    )

    def px(length_mm: float) -> int:
        return max(1, round(8 * length_mm / mm))

    centre = (round(8 * at[0]), round(8 * at[1]))
    if lamp.mirror == "dots":
        for _ in range(int(rng.integers(1, 5))):
            off = rng.normal(0, 1.6, 2)
            dot = (round(centre[0] + 8 * off[0] / mm), round(centre[1] + 8 * off[1] / mm))
            cv2.circle(out, dot, px(float(rng.uniform(0.08, 0.25))), 1.0, -1, cv2.LINE_AA, 3)
    elif lamp.mirror == "ring":
        thick = max(2, round(0.22 / mm))
        cv2.circle(out, centre, px(float(rng.uniform(1.0, 2.2))), 1.0, thick, cv2.LINE_AA, 3)
    elif lamp.mirror == "panel":
        half = (0.9 / mm, 0.5 / mm)
        low, high = ((at[0] - half[0], at[1] - half[1]), (at[0] + half[0], at[1] + half[1]))
        corner = [(round(a), round(b)) for a, b in (low, high)]
        cv2.rectangle(out, corner[0], corner[1], 0.8, -1)
    elif lamp.mirror == "rings":
        for number in range(1, 12):
            radius = 0.45 * number
            cv2.circle(out, centre, px(radius), 0.55, max(1, round(0.09 / mm)), cv2.LINE_AA, 3)
    sharp = cv2.GaussianBlur(out, (0, 0), max(0.02 / mm, 0.7))
    halo = cv2.GaussianBlur(sharp, (0, 0), 0.3 / mm)
    light = lamp.mirror_light * (sharp + 0.15 * halo)
    inside = np.hypot(
        (np.arange(shape[1])[None, :] - edge.x_px - PAD) / edge.rx_px,
        (np.arange(shape[0])[:, None] - edge.y_px - PAD) / edge.ry_px,
    )
    light = light * np.clip((1.05 - inside) / 0.1, 0, 1)
    return np.repeat(light[..., None], 3, axis=2).astype(np.float32)


def paint_lit(shot: Shot) -> Float32Array:
    """Return (height, width) 0 to 1: where the lamp's mirror image lets the film be seen."""
    mm, edge, lamp = shot.recorder.mm_per_px, limbus(shot), shot.lamp
    shape = (shot.recorder.height_px + 2 * PAD, shot.recorder.width_px + 2 * PAD)
    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    x_mm = (xx - np.float32(edge.x_px + PAD)) * np.float32(mm)
    y_mm = (yy - np.float32(edge.y_px + PAD)) * np.float32(mm)
    if lamp.lit == "disc":
        inside = 0.5 * lamp.lit_mm - np.hypot(x_mm, y_mm)
    elif lamp.lit == "below":
        bottom = edge.ry_px * mm
        inside = np.minimum(y_mm - (bottom - lamp.lit_mm), 5.2 - np.abs(x_mm))
    else:
        return np.ones(shape, np.float32)
    return np.asarray(np.clip(inside / 0.5 + 0.5, 0, 1), np.float32)
