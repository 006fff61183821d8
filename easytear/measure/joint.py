"""Film and front as one motion: y_i(t) = c_i + a_i g(t), one rise g, amplitudes a smooth field.

The front is a material line: a column of it is one more row that moves as the film beside it does.
All rows within reach of the headline zone, tracks and front, therefore share one rise g(t). Each
row keeps an offset and an amplitude of its own, so that a point which the still pattern holds back
tells g's shape all the same; how far the zone rises is then read from a smooth field through the
amplitudes, pinned by the front above and by the lid below, where the film cannot move.

Time constants change with height. What a row's differs from the zone's by is taken out to first
order, with one slope of log lambda over height, shrunk towards none.

g is known in every frame without a law. The law is the exponential nearest to it, every second of
the window counting alike: so it does not matter when points were born and lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.measure.amplitudes import FIELD_REACH_MM, REACH_MM, amplitudes, own_amplitudes
from easytear.measure.field import ALIKE_FRAMES
from easytear.measure.joint_records import (
    Frame,
    Motion,
    Rows,
    below_zone,
    closeness,
    shape_correction,
)
from easytear.measure.law import TINY
from easytear.measure.nearest import nearest_law
from easytear.measure.zones import depths

FRONT_ALIKE_MM = 0.5
"""Columns of the front this close are carried by the same tracks and err alike."""
SLOPE_SD = 0.2
"""Usual change of log lambda per millimetre of depth (real clip: 0.2)."""
OWN_AMPLITUDE = 3.0
"""Prior spread of a row's own amplitude about the field, relative: hardly any."""
ROUNDS = 10
SETTLE = 2
RIDGE = 1e-3


def settle(
    rows: Rows, frame: Frame, motion: Motion, *, rounds: int = ROUNDS, reach_mm: float = REACH_MM
) -> Motion:
    """Return the shared motion, amplitude field, heights and front found from one another.

    Parameters
    ----------
    rows, frame : Rows, Frame
        What was seen.
    motion : Motion
        Where to start.
    rounds : int
        Turns taken.
    reach_mm : float
        Width of the bell for the shape.
    """
    for number in range(rounds):
        motion = amplitudes(rows, frame, motion)
        if number >= SETTLE or rounds < ROUNDS:
            motion = _sloped(rows, frame, motion, reach_mm)
        motion = _shape(rows, frame, motion, reach_mm)
        motion = _heights(rows, frame, motion)
    return motion


def _sloped(rows: Rows, frame: Frame, motion: Motion, reach_mm: float) -> Motion:
    """Return the motion with the slope of log lambda over depth anew."""
    law, t, w = motion.nearest, rows.samples.time_s, rows.samples.weight
    curves = motion.rise_mm[None, :] + shape_correction(rows, frame, motion)
    _, lever, left = own_amplitudes(rows, curves, w)
    since = np.maximum(t - law.onset_s, 0.0)
    answer = -np.exp(-since / law.lambda_s) * since / law.lambda_s * law.rho_mm
    asked = (below_zone(rows, frame, motion) * motion.share)[:, None] * answer[None, :]
    w0 = np.maximum(w.sum(axis=1), TINY)[:, None]
    asked = asked - (w * asked).sum(axis=1, keepdims=True) / w0
    centred = curves - (w * curves).sum(axis=1, keepdims=True) / w0
    taken = (w * centred * asked).sum(axis=1) / np.maximum(lever, TINY)
    asked = asked - taken[:, None] * centred
    wide = max(reach_mm, FIELD_REACH_MM * 0.6)
    omega = rows.honest * motion.chance * closeness(motion, frame, wide)
    omega = omega[:, None] * w / (motion.noise * ALIKE_FRAMES)
    pull = float((omega * asked * left).sum()) - motion.slope / SLOPE_SD**2
    hold = float((omega * asked**2).sum()) + 1.0 / SLOPE_SD**2
    return replace(motion, slope=float(np.clip(motion.slope + pull / hold, -0.5, 0.5)))


# --- shape --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShapeEquations:
    """What each row says of g's departure from the law: row by row, to be summed.

    Attributes
    ----------
    spread : (t, n) array
        Weighted diagonal.
    constant, growth : (t, n) arrays
        Directions that the rows' own offsets and amplitudes take out.
    right : (t, n) array
        Right-hand sides.
    """

    spread: FloatArray
    constant: FloatArray
    growth: FloatArray
    right: FloatArray

    def summed(self, rows: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Return the normal matrix (n, n) and the right-hand side (n,) of some of the rows."""
        constant, own = self.constant[rows], self.growth[rows]
        matrix = np.diag(self.spread[rows].sum(axis=0)) - constant.T @ constant - own.T @ own
        return matrix, self.right[rows].sum(axis=0)


def shape_equations(rows: Rows, frame: Frame, motion: Motion, reach_mm: float) -> ShapeEquations:
    """Return the equations of g's departure from its nearest law."""
    omega = rows.honest * motion.chance * closeness(motion, frame, reach_mm)
    weight = omega[:, None] * rows.samples.weight
    law = motion.nearest.rise(rows.samples.time_s)[None, :]
    curves = law + shape_correction(rows, frame, motion)
    w0 = np.maximum(weight.sum(axis=1), TINY)[:, None]
    centred = curves - (weight * curves).sum(axis=1, keepdims=True) / w0
    lever = np.maximum((weight * centred**2).sum(axis=1), TINY)
    error = ALIKE_FRAMES * motion.noise / np.maximum(lever / np.maximum(omega, TINY), TINY)
    prior = (OWN_AMPLITUDE * motion.share) ** 2
    amplitude = (motion.own * prior + motion.share * error) / (prior + error)
    amplitude = np.maximum(amplitude, 0.15)
    free = prior / (prior + error)
    left = rows.samples.value - amplitude[:, None] * curves
    left = left - (weight * left).sum(axis=1, keepdims=True) / w0
    left = left - (free * (weight * centred * left).sum(axis=1) / lever)[:, None] * centred
    scaled = weight * amplitude[:, None]
    return ShapeEquations(
        scaled * amplitude[:, None],
        scaled / np.sqrt(w0),
        scaled * centred * np.sqrt(free / lever)[:, None],
        scaled * np.where(weight > 0, left, 0.0),
    )


def solve_shape(matrix: FloatArray, right: FloatArray, known: BoolArray) -> FloatArray:
    """Return the departure (k,) from the law at the known frames, weakly held to none."""
    inner = matrix[np.ix_(known, known)]
    diagonal = np.diag(inner)
    ridge = RIDGE * float(np.median(diagonal))
    if ridge <= 0:  # most of these frames have no sample among blocks that were drawn
        seen = diagonal[diagonal > 0]
        ridge = RIDGE * float(np.median(seen)) if len(seen) else 1.0
    solved: FloatArray = np.linalg.solve(inner + ridge * np.eye(len(inner)), right[known])
    return solved


def _shape(rows: Rows, frame: Frame, motion: Motion, reach_mm: float) -> Motion:
    """Return the motion with g and its nearest law anew."""
    time_s = rows.samples.time_s
    near = motion.chance * closeness(motion, frame, reach_mm) > 0.2
    known = (rows.samples.weight[near] > 0).sum(axis=0) >= 2
    if known.sum() < 6:
        return motion
    every = np.ones(len(near), dtype=bool)
    matrix, right = shape_equations(rows, frame, motion, reach_mm).summed(every)
    law = motion.nearest.rise(time_s)
    rise = law + np.interp(time_s, time_s[known], solve_shape(matrix, right, known))
    nearest, base = nearest_law(
        time_s[known],
        rise[known],
        frame.start_s,
        frame.latest_s,
        frame.log_lambda,
        drift=motion.nearest.drift_mm_s,
    )
    return replace(motion, rise_mm=rise - base, known=known, nearest=nearest)


# --- heights ------------------------------------------------------------------------------------


def _heights(rows: Rows, frame: Frame, motion: Motion) -> Motion:
    """Return the motion with heights at onset, front and depths anew.

    Early sightings count most: taking back a late one is as uncertain as the whole rise.
    """
    curves = motion.rise_mm[None, :] + shape_correction(rows, frame, motion)
    risen = motion.share[:, None] * curves
    seen = rows.samples.weight > 0
    variance = 1.0 / np.where(seen, rows.samples.weight, 1.0) + (0.05 * risen) ** 2
    weight = np.where(seen, 1.0 / variance, 0.0)
    total = np.maximum(weight.sum(axis=1), TINY)
    back = (weight * (rows.samples.value - risen)).sum(axis=1) / total
    # Higher film rises further, so steeply that heights taken back would swing about the truth:
    # half the way at a time.
    height = 0.5 * (motion.height_mm + back)
    front = np.full(len(frame.place_mm), np.nan)
    front[rows.column[rows.is_front]] = height[rows.is_front]
    depth = depths(height, rows.samples.place_mm, front, frame.place_mm)
    depth = np.where(rows.is_front, 0.0, depth)
    return replace(motion, height_mm=height, front_mm=front, depth_mm=depth)
