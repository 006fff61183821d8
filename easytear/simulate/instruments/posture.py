"""Where eye, lids and hand are at any time, and when frames are taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.base.geometry import Ellipse, FloatArray
from easytear.simulate.gaze import Pose
from easytear.simulate.instruments.shot import Shot
from easytear.simulate.motion import FilmMotion, LidLine
from easytear.simulate.scene import BlinkEvent, Spread
from easytear.simulate.timing import RESTING_S, TICKS_PER_S, Stretch

GRID_HZ = 500.0
CLOSED_OVERLAP_MM = 0.1


def moments(shot: Shot) -> tuple[FloatArray, FloatArray]:
    """Return the times of the file's frames, and the moments that they show."""
    recorder = shot.recorder
    count = max(round(recorder.duration_s * recorder.fps), 2)
    rng = np.random.default_rng([shot.seed, 11])
    jitter = recorder.jitter * rng.uniform(-1.0, 1.0, count)
    jitter[0] = 0.0
    shown = np.maximum.accumulate((np.arange(count) + jitter) / recorder.fps)
    shown = np.round(shown * TICKS_PER_S) / TICKS_PER_S
    if not recorder.doubled:
        return shown, shown
    twice = np.repeat(shown, 2)
    times = twice + np.tile([0.0, 0.5 / recorder.fps], count)
    return np.round(times * TICKS_PER_S) / TICKS_PER_S, twice


def limbus(shot: Shot) -> Ellipse:
    """Return the limbus in eye coordinates."""
    radius = 0.5 * shot.globe.hvid_mm / shot.recorder.mm_per_px
    at = shot.recorder.iris_x_px, shot.recorder.iris_y_px
    return Ellipse(*at, radius, radius / shot.globe.aspect, 0.0)


def lower_lid(shot: Shot) -> LidLine:
    """Return the lower margin: a parabola from corner to corner of the eye."""
    edge, mm, fissure = limbus(shot), shot.recorder.mm_per_px, shot.fissure
    depth = edge.ry_px + fissure.lower_gap_mm / mm
    corner = 0.35 * fissure.lower_gap_mm / mm
    half = fissure.half_width_mm / mm
    curve = max(depth - corner, 0.3 * depth) / half**2
    return LidLine(edge.x_px, edge.y_px + depth, fissure.slant, curve)


def upper_margin(shot: Shot, x_px: FloatArray, closed: float) -> FloatArray:
    """Return the upper margin's y at columns: steep at the corners, flat between them."""
    mm, fissure = shot.recorder.mm_per_px, shot.fissure
    edge, low = limbus(shot), lower_lid(shot)
    half = fissure.half_width_mm / mm
    x = np.asarray(x_px, dtype=np.float64)
    # The highest point lies a little beside the middle.
    u = (x - low.x0_px) / half
    u = u - 0.08 * (1.0 - u**2)
    corner = low.y_px(np.array([low.x0_px - half, low.x0_px + half])).mean()
    top = edge.y_px - fissure.upper_mm / mm
    rest = corner - (corner - top) * np.sign(1 - np.abs(u)) * np.abs(1 - np.abs(u) ** 2.6) ** 0.9
    rest = rest + fissure.slant * (x - low.x0_px)
    reach = low.y_px(x) + CLOSED_OVERLAP_MM / mm - rest
    y: FloatArray = rest + closed * reach
    return y


def closure(blinks: tuple[BlinkEvent, ...], time_s: float) -> float:
    """Return how far the upper lid is down: quick to close, slower and slower to open."""
    closed = 0.0
    for blink in blinks:
        since = time_s - blink.start_s
        if since <= 0 or time_s >= blink.end_s:
            continue
        if since < blink.closing_s:
            share = np.sin(0.5 * np.pi * since / blink.closing_s) ** 2
        elif since < blink.closing_s + blink.closed_s:
            share = 1.0
        else:
            left = (blink.end_s - time_s) / blink.opening_s
            share = left**2 * (1.5 - 0.5 * left)
        closed = max(closed, blink.closure * float(share))
    return closed


@dataclass(frozen=True)
class Posture:
    """Motion of eye and hand on a fine grid of time, px and degrees; pupil's size at rest 1."""

    time_s: FloatArray
    eye: FloatArray
    hand: FloatArray
    pupil: FloatArray
    centre_px: tuple[float, float]

    def eye_at(self, time_s: float) -> Pose:
        """Return the eye's pose in the head."""
        return self._pose(self.eye, time_s)

    def hand_at(self, time_s: float) -> Pose:
        """Return the head's pose in the image."""
        return self._pose(self.hand, time_s)

    def pose(self, time_s: float) -> Pose:
        """Return the eye's pose in the image: first its own, then the hand's."""
        eye, hand = self.eye_at(time_s), self.hand_at(time_s)
        there = hand.to_image(eye.to_image(np.array([self.centre_px])))[0]
        return Pose(
            float(there[0] - self.centre_px[0]),
            float(there[1] - self.centre_px[1]),
            eye.rotation_deg + hand.rotation_deg,
            self.centre_px,
        )

    def pupil_at(self, time_s: float) -> float:
        """Return the pupil's radius over that at rest."""
        return float(np.interp(time_s, self.time_s, self.pupil))

    def _pose(self, track: FloatArray, time_s: float) -> Pose:
        x, y, turn = (float(np.interp(time_s, self.time_s, part)) for part in track)
        return Pose(x, y, turn, self.centre_px)


def posture(shot: Shot) -> Posture:
    """Draw the motion of eye and hand."""
    rng = np.random.default_rng([shot.seed, 12])
    globe, mm = shot.globe, shot.recorder.mm_per_px
    time = np.arange(-0.2, shot.recorder.duration_s + 0.5, 1.0 / GRID_HZ)
    eye = np.stack([_drift(rng, time, globe.drift_mm_s), _drift(rng, time, globe.drift_mm_s)])
    eye += _saccades(rng, time, globe.saccades_hz, globe.saccade_mm)
    pupil = 1.0 + 0.006 * _sway(rng, time, 1.0)
    side = rng.uniform(-0.7, 0.7)
    for blink in shot.fissure.blinks:
        lid = np.array([closure((blink,), float(t)) for t in time])
        after = np.maximum(time - (blink.end_s - blink.opening_s), 0.0)
        # The eye goes down and towards the nose with the lid, and settles when it is open.
        swing = np.maximum(lid, np.where(time > blink.start_s, np.exp(-after / 0.16), 0.0) * 0.7)
        swing *= blink.closure * globe.settle_mm
        eye += np.stack([side * swing, swing])
        opened = np.where(after > 0, np.exp(-after / 0.6), 0.0)
        pupil += globe.pupil_change * blink.closure * opened
    turn = globe.rotation_deg * _sway(rng, time, 0.8)
    hand = shot.recorder.shake_mm * np.stack([_sway(rng, time, 5.0), _sway(rng, time, 5.0)])
    tremble = 0.8 * shot.recorder.shake_mm * _sway(rng, time, 3.0)
    edge = limbus(shot)
    return Posture(
        time,
        np.vstack([eye / mm, turn]),
        np.vstack([hand / mm, tremble]),
        pupil,
        (edge.x_px, edge.y_px),
    )


def _sway(rng: np.random.Generator, time: FloatArray, fastest_hz: float) -> FloatArray:
    out = np.zeros_like(time)
    for _ in range(6):
        rate = np.exp(rng.uniform(np.log(0.15), np.log(fastest_hz)))
        out += np.sin(2 * np.pi * (rate * time + rng.uniform())) / (1 + rate)
    scaled: FloatArray = out / (out.std() + 1e-9)
    return scaled


def _drift(rng: np.random.Generator, time: FloatArray, speed_mm_s: float) -> FloatArray:
    """Return a random walk that is pulled back (Ornstein and Uhlenbeck), mm."""
    step, keep = 1.0 / GRID_HZ, 1.5
    push = speed_mm_s * rng.standard_normal(len(time)) * np.sqrt(step)
    out = np.zeros_like(time)
    for k in range(1, len(time)):
        out[k] = out[k - 1] * (1.0 - step / keep) + push[k]
    kernel = np.hanning(61)
    smooth: FloatArray = np.convolve(out, kernel / kernel.sum(), mode="same")
    return smooth


def _saccades(
    rng: np.random.Generator, time: FloatArray, rate_hz: float, size_mm: float
) -> FloatArray:
    out = np.zeros((2, len(time)))
    at, when = np.zeros(2), 0.0
    while rate_hz > 0:
        when += 0.2 + float(rng.exponential(1.0 / rate_hz))
        if when > time[-1]:
            break
        there = size_mm * rng.standard_t(4, 2)
        rise = 1.0 / (1.0 + np.exp(-np.clip((time - when) / 0.006, -50, 50)))
        out += (there - at)[:, None] * rise
        at = there
    return out


def stretches(shot: Shot) -> tuple[Stretch, ...]:
    """Return the film's motion from one closing of the lid to the next."""
    layer, mm, lid = shot.layer, shot.recorder.mm_per_px, lower_lid(shot)
    found: list[Stretch] = []
    blinks = shot.fissure.blinks
    if not blinks or blinks[0].start_s > 0:
        law, onset = layer.before, 0.0
        seen = law is not None
        if law is None:
            law = layer.spreads[0] if layer.spreads else Spread()
            law, onset = law.model_copy(update={"seed": 90_000}), -RESTING_S
        found.append(
            Stretch(0, -9.0, onset - 0.05, FilmMotion(law, onset + law.delay_s, mm, lid), seen)
        )
    for number, blink in enumerate(blinks):
        law = layer.spreads[number % len(layer.spreads)] if layer.spreads else Spread()
        motion = FilmMotion(law, blink.end_s + law.delay_s, mm, lid)
        closed = blink.start_s + blink.closing_s + 0.5 * blink.closed_s
        # A lid that comes down only a little does not lay a new film.
        found.append(Stretch(len(found), closed, blink.end_s - blink.opening_s, motion, True))
    return tuple(found)
