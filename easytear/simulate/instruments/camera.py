"""From linear light to the picture: focus, exposure, tone, noise, apertures, text."""

from __future__ import annotations

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, ByteArray
from easytear.simulate.instruments.posture import limbus
from easytear.simulate.instruments.shot import LightEvent, Shot
from easytear.simulate.noise import Float32Array

BRIGHTEST, STEP = 1.6, 1.0 / 8192
"""Range and step of the tone curve's table."""
SETTLED = 3.0
"""Settling events are over after so many of their time constants."""


def valid_area(shot: Shot) -> BoolArray:
    """Return where the (height, width) picture shows the subject: inside the aperture."""
    shape = (shot.recorder.height_px, shot.recorder.width_px)
    return _aperture(shot, shape) > 0.5


def _aperture(shot: Shot, shape: tuple[int, int]) -> Float32Array:
    frame = shot.frame
    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    x, y = xx - (shape[1] - 1) / 2, yy - (shape[0] - 1) / 2
    radius = 0.5 * frame.aperture_share * min(shape) * 1.05
    if frame.aperture == "none":
        return np.ones(shape, np.float32)
    if frame.aperture == "bars":
        inside = 0.5 * frame.aperture_share * shape[1] - np.abs(x)
        inside = np.minimum(inside, 0.5 * frame.aperture_share * shape[0] - np.abs(y))
    else:
        inside = radius - np.hypot(x, y)
        if frame.aperture == "cut":
            inside = np.minimum(1.25 * radius - np.hypot(x, y), 0.72 * radius - np.abs(y))
    return np.asarray(np.clip(inside / 2.0 + 0.5, 0, 1), np.float32)


class Camera:
    """Develops linear light of (height, width, 3) into red, green and blue bytes."""

    def __init__(self, shot: Shot) -> None:
        self._shot = shot
        self._rng = np.random.default_rng([shot.seed, 25])
        recorder = shot.recorder
        shape = (recorder.height_px, recorder.width_px)
        yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
        x, y = xx / shape[1] - 0.5, yy / shape[0] - 0.5
        lean = self._rng.uniform(-0.25, 0.25, 2)
        fall = 1 - recorder.vignette * (x**2 + y**2) * 1.6
        self._light = np.asarray((fall * (1 + lean[0] * x + lean[1] * y))[..., None], np.float32)
        edge = limbus(shot)
        away = np.hypot(xx - edge.x_px, yy - edge.y_px) * recorder.mm_per_px
        self._out_of_plane = np.asarray(np.clip(away / 6.0, 0, 1.4) ** 2, np.float32)[..., None]
        self._inside = _aperture(shot, shape)[..., None]
        self._sheets = [self._rng.standard_normal((*shape, 3), dtype=np.float32) for _ in range(3)]
        self._tone = self._curve()
        self._shown = np.asarray(recorder.white, np.float32)

    def develop(self, light: Float32Array, time_s: float, since_open_s: float) -> ByteArray:
        """Return the picture of light at a time; `since_open_s` after the eye opened."""
        light = self._focused(light, time_s, since_open_s)
        gain, balance = self._gains(time_s)
        light = light * (self._light * np.float32(gain)) * (self._shown * balance)
        index = np.clip(light * np.float32(1 / STEP), 0, BRIGHTEST / STEP).astype(np.uint16)
        curve = np.take(self._tone, index)
        grey = self._shot.recorder.grey
        if grey:
            curve = np.repeat(curve.mean(axis=2, keepdims=True), 3, axis=2)
        picture = 255 * curve + self._noise(curve, grey=grey)
        picture = picture * self._inside
        out = np.asarray(np.clip(picture, 0, 255), dtype=np.uint8)
        if self._shot.frame.text:
            self._write(out, time_s)
        return out

    def _focused(self, light: Float32Array, time_s: float, since_open_s: float) -> Float32Array:
        recorder = self._shot.recorder
        sigma = recorder.blur_px
        for event in self._shot.events:
            if event.kind == "focus" and event.start_s <= time_s < event.start_s + event.duration_s:
                share = (time_s - event.start_s) / event.duration_s
                hunt = abs(np.cos(2.5 * np.pi * share)) * (1 - share)
                sigma = float(np.hypot(sigma, event.size * hunt))
        out = cv2.GaussianBlur(light, (0, 0), sigma) if sigma > 0.3 else light
        if recorder.edge_blur_px > 0.3:
            small = cv2.resize(out, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            small = cv2.GaussianBlur(small, (0, 0), max(0.5 * recorder.edge_blur_px, 0.4))
            far = cv2.resize(small, (light.shape[1], light.shape[0]))
            weight = np.minimum(self._out_of_plane, 1.0)
            out = out * (1 - weight) + far * weight
        return np.asarray(out, np.float32)

    def _gains(self, time_s: float) -> tuple[float, Float32Array]:
        gain, balance = self._shot.recorder.exposure, np.ones(3, np.float32)
        for event in self._shot.events:
            since = time_s - event.start_s
            if since < 0:
                continue
            gain *= _gain(event, since)
            if event.kind == "white_balance":
                share = min(since / event.duration_s, 1.0)
                step = np.array([1 + event.size, 1.0, 1 - event.size], np.float32)
                balance = balance * (1 + share * (step - 1)).astype(np.float32)
        return gain, balance

    def _curve(self) -> Float32Array:
        """Return brightness 0 to 1 by light: a gamma, bent to an S, with a soft shoulder."""
        light = np.arange(0.0, BRIGHTEST + STEP, STEP)
        curve = np.clip(light / (1 + 0.25 * light) * 1.25, 0, 1) ** 0.5
        bent = curve * curve * (3 - 2 * curve)
        tone = 0.6 * self._shot.recorder.tone
        return np.asarray(curve * (1 - tone) + bent * tone, np.float32)

    def _noise(self, curve: Float32Array, *, grey: bool) -> Float32Array:
        sheet = self._sheets[int(self._rng.integers(3))]
        down, right = (int(v) for v in self._rng.integers(0, 64, 2))
        sheet = np.roll(sheet, (down, right), axis=(0, 1))
        if grey:
            sheet = sheet[..., :1]
        sd = np.float32(self._shot.recorder.noise_dn) * np.sqrt(
            np.float32(0.35) + np.float32(1.3) * curve
        )
        return np.asarray(sheet * sd, np.float32)

    def _write(self, picture: ByteArray, time_s: float) -> None:
        size = picture.shape[0] / 480
        thick, font = max(1, round(1.5 * size)), cv2.FONT_HERSHEY_DUPLEX
        name = f"ID 0{self._shot.seed % 1000:03d}  {'OD' if self._shot.seed % 2 else 'OS'}"
        lines = ((name, (14, 26)), (f"{time_s:7.2f} s", (14, 466)))
        for text, (x, y) in lines:
            at = (round(x * size), round(y * size))
            cv2.putText(picture, text, at, font, 0.62 * size, (235, 235, 60), thick, cv2.LINE_AA)


def _gain(event: LightEvent, since_s: float) -> float:
    if event.kind == "light":
        return 1 + event.size * min(since_s / event.duration_s, 1.0)
    if event.kind == "exposure":
        return float(1 + event.size * np.exp(-since_s / (event.duration_s / SETTLED)))
    if event.kind == "flicker" and since_s < event.duration_s:
        return float(1 + event.size * np.sin(2 * np.pi * 8.7 * since_s))
    return 1.0
