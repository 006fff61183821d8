"""Noise, focus, sharpening, compression, codecs."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.changes import Film, Plan, change
from benchmarks.filmed.common import SEED, as_bytes
from easytear.base.geometry import ByteArray, FloatArray


@change("noise", "signal", "Noise of 5 grey levels.")
def _(film: Film) -> Plan:
    rng = np.random.default_rng(SEED)

    def draw(picture: ByteArray, _: int) -> ByteArray:
        noise = rng.standard_normal(picture.shape[:2], dtype=np.float32)
        return as_bytes(picture + 5.0 * noise[..., None].astype(np.float64))

    return Plan(draw=draw)


@change("blur", "signal", "Out of focus by a five-hundredth of the width.")
def _(film: Film) -> Plan:
    sigma = film.width_px / 500.0
    return Plan(draw=lambda p, _: np.asarray(cv2.GaussianBlur(p, (0, 0), sigma), np.uint8))


@change("sharpened", "signal", "Sharpened by the camera.")
def _(film: Film) -> Plan:
    def draw(picture: ByteArray, _: int) -> ByteArray:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.5)
        return np.asarray(cv2.addWeighted(picture, 1.8, soft, -0.8, 0.0), dtype=np.uint8)

    return Plan(draw=draw)


@change("compressed", "signal", "H.264 at a third of the usual bit rate.")
def _(film: Film) -> Plan:
    return Plan(writer={"crf": 32.0})


@change("mjpeg", "signal", "Motion JPEG in AVI.")
def _(film: Film) -> Plan:
    options = {"codec": "mjpeg", "pixel_format": "yuvj420p", "options": {"qscale": "4"}}
    return Plan(suffix=".avi", time_s=_steady(film), writer=options)


@change("mpeg4", "signal", "MPEG-4 in AVI.")
def _(film: Film) -> Plan:
    return Plan(suffix=".avi", time_s=_steady(film), writer={"codec": "mpeg4", "options": _RATE})


_RATE = {"b": "4000000"}


def _steady(film: Film) -> FloatArray:
    return np.asarray(np.arange(len(film.time_s)) / film.fps)


@change("hevc", "signal", "H.265.")
def _(film: Film) -> Plan:
    return Plan(writer={"codec": "libx265"})


@change("vp9", "signal", "VP9 in WebM.")
def _(film: Film) -> Plan:
    return Plan(suffix=".webm", writer={"codec": "libvpx-vp9"})
