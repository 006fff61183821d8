"""Holes in the film: of known place, time, growth and kind; and what only looks like one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.simulate.gaze import make_gaze
from easytear.simulate.noise import Float32Array, soft_step
from easytear.simulate.scene import Hole, Scene
from easytear.simulate.timing import Stretch, film_stretches

RIM_MM = 0.02
"""How sharp the rim of a hole is."""


@dataclass(frozen=True)
class TrueHole:
    """A hole in eye coordinates of the simulator.

    Attributes
    ----------
    hole : Hole
        What was asked for.
    begins_s : float
        Video time at which it begins.
    open_s : float
        Video time at which the upper lid came to rest before it.
    x_px, y_px : float
        Its middle.
    """

    hole: Hole
    begins_s: float
    open_s: float
    x_px: float
    y_px: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        own = {name: getattr(self, name) for name in ("begins_s", "open_s", "x_px", "y_px")}
        return {**own, "hole": self.hole.model_dump()}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> TrueHole:
        """Return it from plain values."""
        return cls(**{**plain, "hole": Hole(**plain["hole"])})

    def area_mm2(self, time_s: float) -> float:
        """Return how much of the cornea it lays open at a time."""
        share = _share(self.hole, time_s - self.begins_s)
        return float(np.pi * self.hole.half_x_mm * self.hole.half_y_mm * share**2)

    def reaches_s(self, area_mm2: float) -> float | None:
        """Return the video time at which it is so large; None if it never is."""
        full = float(np.pi * self.hole.half_x_mm * self.hole.half_y_mm)
        if full < area_mm2:
            return None
        return self.begins_s + self.hole.grow_s * float(np.sqrt(area_mm2 / full))


def true_holes(scene: Scene) -> tuple[TrueHole, ...]:
    """Return the holes of a scene, decoys left out, in order of time."""
    found = [_placed(scene, one) for one in scene.film.holes if not one.decoy]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.begins_s))


def _placed(scene: Scene, hole: Hole) -> TrueHole | None:
    if hole.blink >= len(scene.lids.blinks):
        return None
    open_s = scene.lids.blinks[hole.blink].end_s
    x, y = make_gaze(scene).centre_px
    mm = scene.camera.mm_per_px
    return TrueHole(hole, open_s + hole.after_s, open_s, x + hole.x_mm / mm, y + hole.y_mm / mm)


def _share(hole: Hole, since_s: float) -> float:
    """Return a hole's present share of its full length."""
    if since_s <= 0 or (hole.lasts_s is not None and since_s > hole.lasts_s):
        return 0.0
    return min(since_s / hole.grow_s, 1.0)


def opened(
    scene: Scene,
    stretch: Stretch,
    thick_nm: Float32Array,
    eye_x: Float32Array,
    eye_y: Float32Array,
    time_s: float,
) -> Float32Array:
    """Return the film's thickness with its holes at a time."""
    if not scene.film.holes:
        return thick_nm
    first = len(film_stretches(scene)) - len(scene.lids.blinks)
    for hole in scene.film.holes:
        if hole.blink + first != stretch.number:
            continue
        placed = _placed(scene, hole)
        if placed is None:
            continue
        since = time_s - placed.begins_s
        share = _share(hole, since)
        if share > 0:
            inside = _inside(placed, eye_x, eye_y, since, share, scene.camera.mm_per_px)
            thick_nm = thick_nm + inside * (np.float32(hole.left_nm) - thick_nm)
    return thick_nm


def _inside(
    placed: TrueHole,
    eye_x: Float32Array,
    eye_y: Float32Array,
    since_s: float,
    share: float,
    mm_per_px: float,
) -> Float32Array:
    """Return 1 inside a hole, 0 outside, and its rim between."""
    hole = placed.hole
    x = (eye_x - np.float32(placed.x_px)) * np.float32(mm_per_px)
    y = (eye_y - np.float32(placed.y_px)) * np.float32(mm_per_px)
    x, y = x - np.float32(hole.vx_mm_s * since_s), y - np.float32(hole.vy_mm_s * since_s)
    c, s = np.cos(np.deg2rad(hole.angle_deg)), np.sin(np.deg2rad(hole.angle_deg))
    along, across = np.float32(c) * x + np.float32(s) * y, np.float32(c) * y - np.float32(s) * x
    a, b = hole.half_x_mm * share, hole.half_y_mm * share
    angle = np.arctan2(across / np.float32(b), along / np.float32(a))
    rim = 1.0 + hole.ragged * (0.6 * np.sin(3.0 * angle + 1.0) + 0.4 * np.sin(5.0 * angle))
    away = np.hypot(along / np.float32(a), across / np.float32(b)) - rim
    inside: Float32Array = soft_step(
        (-away * np.float32(min(a, b))).astype(np.float32), RIM_MM
    ).astype(np.float32)
    return inside


def hole_mask(
    holes: tuple[TrueHole, ...], eye_px: FloatArray, time_s: float, mm_per_px: float
) -> FloatArray:
    """Return how far each of (n, 2) eye points lies open at a time, 0 to 1."""
    x, y = (eye_px[:, k].astype(np.float32) for k in (0, 1))
    out = np.zeros(len(eye_px))
    for one in holes:
        since = time_s - one.begins_s
        share = _share(one.hole, since)
        if share > 0:
            out = np.maximum(out, _inside(one, x, y, since, share, mm_per_px))
    return out
