"""Where the eye looks, and how wide its pupil is, at any time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.base.geometry import Ellipse, FloatArray
from easytear.simulate.scene import Scene

GRID_HZ = 480.0
JUMP_S = 0.025
"""Time in which a saccade's jump is done."""


@dataclass(frozen=True)
class Pose:
    """The eye at one time: image = centre + R(rotation) (eye - centre) + (dx, dy)."""

    dx_px: float
    dy_px: float
    rotation_deg: float
    centre_px: tuple[float, float]

    def to_image(self, eye_px: FloatArray) -> FloatArray:
        """Return where eye points (n, 2) are in the image."""
        c, s = self._turn()
        x, y = eye_px[:, 0] - self.centre_px[0], eye_px[:, 1] - self.centre_px[1]
        return np.column_stack(
            [
                self.centre_px[0] + c * x - s * y + self.dx_px,
                self.centre_px[1] + s * x + c * y + self.dy_px,
            ]
        )

    def to_eye(self, image_px: FloatArray) -> FloatArray:
        """Return the eye points that are at image points (n, 2)."""
        c, s = self._turn()
        x = image_px[:, 0] - self.centre_px[0] - self.dx_px
        y = image_px[:, 1] - self.centre_px[1] - self.dy_px
        return np.column_stack(
            [self.centre_px[0] + c * x + s * y, self.centre_px[1] - s * x + c * y]
        )

    def _turn(self) -> tuple[float, float]:
        angle = np.deg2rad(self.rotation_deg)
        return float(np.cos(angle)), float(np.sin(angle))


@dataclass(frozen=True)
class Gaze:
    """The eye's motion and pupil on a fine time grid.

    Attributes
    ----------
    time_s, dx_px, dy_px, rotation_deg, pupil_factor : (n,) float arrays
        Motion from the eye frame, and the pupil's radius over its radius at rest.
    centre_px : (float, float)
        Centre of rotation, which is the resting pupil's centre, in eye coordinates.
    """

    time_s: FloatArray
    dx_px: FloatArray
    dy_px: FloatArray
    rotation_deg: FloatArray
    pupil_factor: FloatArray
    centre_px: tuple[float, float]
    rest_pupil: Ellipse
    pupil_shift: float

    def pose(self, time_s: float) -> Pose:
        """Return the eye's pose at a time."""
        return Pose(
            float(np.interp(time_s, self.time_s, self.dx_px)),
            float(np.interp(time_s, self.time_s, self.dy_px)),
            float(np.interp(time_s, self.time_s, self.rotation_deg)),
            self.centre_px,
        )

    def pupil(self, time_s: float) -> Ellipse:
        """Return the pupil in eye coordinates at a time."""
        factor = float(np.interp(time_s, self.time_s, self.pupil_factor))
        rest = self.rest_pupil
        shift = self.pupil_shift * (factor - 1.0) * rest.rx_px
        return rest.scaled(factor).moved(0.9 * shift, 0.4 * shift)


def rest_pupil(scene: Scene) -> Ellipse:
    """Return the pupil at rest in eye coordinates."""
    cam, eye = scene.camera, scene.eye
    radius = 0.5 * eye.pupil_diameter_mm / cam.mm_per_px
    stretch = eye.pupil_aspect**0.5
    x, y = eye.centre_x * (cam.width_px - 1), eye.centre_y * (cam.height_px - 1)
    return Ellipse(x, y, radius * stretch, radius / stretch, 0.0)


def limbus(scene: Scene) -> Ellipse:
    """Return the limbus in eye coordinates."""
    pupil, mm = rest_pupil(scene), scene.camera.mm_per_px
    rx = 0.5 * scene.eye.hvid_mm / mm
    x = pupil.x_px - scene.eye.pupil_dx_mm / mm
    y = pupil.y_px - scene.eye.pupil_dy_mm / mm
    return Ellipse(x, y, rx, rx / scene.eye.limbus_aspect, 0.0)


def make_gaze(scene: Scene) -> Gaze:
    """Return the scene's gaze."""
    rng = np.random.default_rng([scene.seed, 101])
    eye, mm = scene.eye, scene.camera.mm_per_px
    time = np.arange(-0.1, scene.camera.duration_s + 0.5, 1.0 / GRID_HZ)
    dx, dy = _drift(rng, time, eye.drift_mm_s), _drift(rng, time, eye.drift_mm_s)
    jx, jy = _small_jumps(rng, time, eye.microsaccades_hz, eye.microsaccade_mm)
    dx, dy = dx + jx, dy + jy
    for jump in eye.saccades:
        step = _ramp((time - jump.time_s) / (2.0 * JUMP_S))
        dx, dy = dx + jump.dx_mm * step, dy + jump.dy_mm * step
    factor = 1.0 + eye.hippus * _wander(rng, time, 0.8)
    for since, weight in _after_openings(scene, time):
        dx = dx - weight * eye.settle_dx_mm * np.exp(-since / eye.settle_s)
        dy = dy - weight * eye.settle_dy_mm * np.exp(-since / eye.settle_s)
        factor = factor + weight * eye.pupil_change * np.exp(-since / eye.pupil_change_s)
    rotation = eye.rotation_deg * _wander(rng, time, 1.2)
    rest = rest_pupil(scene)
    return Gaze(
        time, dx / mm, dy / mm, rotation, factor, (rest.x_px, rest.y_px), rest, eye.pupil_shift
    )


def _after_openings(scene: Scene, time: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    """Return, for each opening of the eye, the time since then and where that counts."""
    blinks = scene.lids.blinks
    starts = [b.start_s + b.closing_s + b.closed_s for b in blinks]
    stops = [b.start_s for b in blinks[1:]] + [np.inf]
    if scene.film.before is not None:
        starts.insert(0, -0.1)
        stops.insert(0, blinks[0].start_s if blinks else np.inf)
    parts = []
    for start, stop in zip(starts, stops, strict=False):
        weight = _ramp((time - start) / 0.09 + 1.0) * (1.0 - _ramp((time - stop) / 0.09))
        parts.append((np.maximum(time - start, 0.0), weight))
    return parts


def _ramp(share: FloatArray) -> FloatArray:
    """Return a smooth step from 0 to 1 while `share` runs from 0 to 1."""
    u = np.clip(share, 0.0, 1.0)
    step: FloatArray = u * u * (3.0 - 2.0 * u)
    return step


def _wander(rng: np.random.Generator, time: FloatArray, fastest_hz: float) -> FloatArray:
    """Return slow wavering with standard deviation about one."""
    out = np.zeros_like(time)
    for _ in range(4):
        rate = rng.uniform(0.1, fastest_hz)
        out += np.sin(2.0 * np.pi * (rate * time + rng.uniform()))
    scaled: FloatArray = out / np.sqrt(2.0)
    return scaled


def _drift(rng: np.random.Generator, time: FloatArray, speed_mm_s: float) -> FloatArray:
    """Return a slow drift of the gaze with about the given RMS speed."""
    velocity = _wander(rng, time, 1.0) * speed_mm_s
    drift: FloatArray = np.cumsum(velocity) / GRID_HZ
    return drift


def _small_jumps(
    rng: np.random.Generator, time: FloatArray, rate_hz: float, size_mm: float
) -> tuple[FloatArray, FloatArray]:
    """Return microsaccades: jumps that lead back to the middle as often as away from it."""
    dx, dy = np.zeros_like(time), np.zeros_like(time)
    x = y = 0.0
    when = float(rng.exponential(1.0 / rate_hz)) if rate_hz > 0 else np.inf
    while when < time[-1]:
        new_x, new_y = rng.normal(0.0, size_mm, 2)
        step = _ramp((time - when) / JUMP_S)
        dx, dy = dx + (new_x - x) * step, dy + (new_y - y) * step
        x, y = float(new_x), float(new_y)
        when += 0.15 + float(rng.exponential(1.0 / rate_hz))
    return dx, dy
