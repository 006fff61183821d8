"""Brightness, lamps, exposure, colour, tone."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.changes import Film, Plan, change
from benchmarks.filmed.common import as_bytes
from easytear.base.geometry import ByteArray, FloatArray


def _table(curve: FloatArray) -> Plan:
    table = as_bytes(curve)
    return Plan(draw=lambda p, _: np.asarray(cv2.LUT(p, table), dtype=np.uint8))


def _gain(film: Film, by_time: FloatArray) -> Plan:
    return Plan(draw=lambda p, n: as_bytes(p.astype(np.float64) * by_time[n]))


@change("darker", "light", "Half as bright.")
def _(film: Film) -> Plan:
    return _table(np.arange(256) * 0.5)


@change("brighter", "light", "1.3 times as bright; what is too bright is white.")
def _(film: Film) -> Plan:
    return _table(np.arange(256) * 1.3)


@change("light_steps", "light", "The lamp jumps: down, up, down again.")
def _(film: Film) -> Plan:
    share = (film.time_s - film.time_s[0]) / (film.time_s[-1] - film.time_s[0])
    return _gain(film, np.select([share < 0.15, share < 0.4, share < 0.7], [0.8, 1.1, 0.65], 0.9))


@change("exposure", "light", "Automatic exposure settles in the first half second and once more.")
def _(film: Film) -> Plan:
    since = film.time_s - film.time_s[0]
    gain = 0.9 - 0.35 * np.exp(-since / 0.2)
    later = since - 0.6 * since[-1]
    return _gain(film, gain + np.where(later > 0, 0.3 * np.exp(-np.maximum(later, 0) / 0.25), 0))


@change("flicker", "light", "A lamp that flickers by five per cent.")
def _(film: Film) -> Plan:
    return _gain(film, 0.93 + 0.05 * np.sin(2 * np.pi * 7.3 * film.time_s))


@change("uneven", "light", "Light from one side.")
def _(film: Film) -> Plan:
    across = np.linspace(0.6, 1.05, film.width_px)[None, :, None]
    down = np.linspace(1.0, 0.85, film.height_px)[:, None, None]
    return Plan(draw=lambda p, _: as_bytes(p * across * down))


@change("warm", "light", "A yellow lamp.")
def _(film: Film) -> Plan:
    return Plan(draw=lambda p, _: as_bytes(p * np.array([0.7, 0.95, 1.15])))


@change("white_balance", "light", "The white balance jumps in mid-film.")
def _(film: Film) -> Plan:
    half = 0.5 * (film.time_s[0] + film.time_s[-1])
    cool, warm = np.array([1.1, 1.0, 0.85]), np.array([0.8, 0.97, 1.1])
    return Plan(draw=lambda p, n: as_bytes(p * (cool if film.time_s[n] < half else warm)))


@change("grey", "light", "Without colour.")
def _(film: Film) -> Plan:
    def draw(picture: ByteArray, _: int) -> ByteArray:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), dtype=np.uint8)

    return Plan(draw=draw)


@change("gamma_low", "light", "Gamma 0.7: shadows lifted.")
def _(film: Film) -> Plan:
    return _table(255.0 * (np.arange(256) / 255.0) ** 0.7)


@change("gamma_high", "light", "Gamma 1.4: shadows deepened.")
def _(film: Film) -> Plan:
    return _table(255.0 * (np.arange(256) / 255.0) ** 1.4)


@change("flat", "light", "Contrast lowered to 0.6.")
def _(film: Film) -> Plan:
    return _table(128.0 + 0.6 * (np.arange(256) - 128.0))
