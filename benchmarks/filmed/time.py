"""Frame rates, lost and doubled frames, a shaking hand, clocks."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.changes import Film, Plan, change
from benchmarks.filmed.common import SEED, moved
from easytear.base.geometry import BoolArray, FloatArray


@change("half_rate", "time", "Every second frame.")
def _(film: Film) -> Plan | None:
    return Plan(frames=np.arange(0, len(film.time_s), 2)) if film.fps > 16 else None


@change("ten_per_s", "time", "About ten frames a second.", may_flag=True)
def _(film: Film) -> Plan | None:
    step = round(film.fps / 10.0)
    return Plan(frames=np.arange(0, len(film.time_s), step)) if step >= 2 else None


@change("doubled", "time", "Every frame twice, at twice the rate.")
def _(film: Film) -> Plan:
    twice = np.repeat(np.arange(len(film.time_s)), 2)
    times = film.time_s[twice] + np.tile([0.0, 0.5 / film.fps], len(film.time_s))
    return Plan(frames=twice, time_s=times)


def _lost(film: Film) -> BoolArray:
    """Return which frames are lost: one in twenty, and once four in a row."""
    rng = np.random.default_rng(SEED)
    lost = rng.random(len(film.time_s)) < 0.05
    lost[len(lost) // 3 : len(lost) // 3 + 4] = True
    lost[:2] = lost[-1:] = False
    return lost


@change("lost", "time", "One frame in twenty lost, four in a row once; times are right.")
def _(film: Film) -> Plan:
    return Plan(frames=np.flatnonzero(~_lost(film)))


@change("frozen", "time", "The same frames replaced by the one before them.")
def _(film: Film) -> Plan:
    shown = np.where(_lost(film), -1, np.arange(len(film.time_s)))
    return Plan(frames=np.maximum.accumulate(shown))


@change("shake", "time", "Hand-held: two per cent of the width to and fro, and half a degree.")
def _(film: Film) -> Plan:
    rng = np.random.default_rng(SEED)
    rates, phases = rng.uniform(1.0, 6.0, (3, 4)), rng.uniform(0, 2 * np.pi, (3, 4))
    since = film.time_s[:, None, None]
    sway = np.sin(2 * np.pi * rates * since + phases).mean(axis=2)
    sway -= sway[0]

    def place(number: int) -> FloatArray:
        x, y, turn = sway[number]
        turned = cv2.getRotationMatrix2D(film.middle, 0.5 * float(turn), 1.05)
        out = np.asarray(turned, dtype=np.float64)
        out[:, 2] += 0.01 * film.width_px * np.array([x, y])
        return out

    return Plan(draw=moved(film, place), place=place)


@change("slower", "time", "A clock that runs half as fast: everything takes twice as long.")
def _(film: Film) -> Plan:
    return Plan(time_s=film.time_s * 2.0, clock=2.0)


@change("faster", "time", "A clock that runs one and a half times as fast.")
def _(film: Film) -> Plan:
    return Plan(time_s=film.time_s / 1.5, clock=1.0 / 1.5)
