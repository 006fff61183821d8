"""How far rows rise: amplitudes of their own, and the smooth field through them.

The field is pinned by the front above, a line of film whose rise is seen directly, and by the lid
below, where the film cannot move. Rows that the still pattern holds back are told from those that
follow the film as in `field.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.measure.field import ALIKE_FRAMES, Field, even_knots, held_back, penalty_matrix
from easytear.measure.fitting import CAUCHY
from easytear.measure.joint_records import Frame, Motion, Rows, closeness, shape_correction
from easytear.measure.law import TINY
from easytear.measure.zones import DEPTHS, across_gaps

REACH_MM = 0.4
"""Rows count for the shape by a bell of this width about the zone's middle: film that far away
still moves as the zone does, its time constant's difference taken out."""
FIELD_REACH_MM = 1.0
"""And for the amplitude field, which has its own slope with height, by a wider one."""
FRONT_SCATTER = 0.05
LID_SD = 0.25
"""How well the film is known to stand still at the exposed cornea's lower border, in units of the
zone's rise: the lid's margin, where it does, lies up to half a millimetre lower."""
LATE_ERROR = 0.5
"""Relative error of the amplitude of a row born one time constant after onset: it rests on the law
for the part that was not seen, and real rises are not one exponential."""
KNOT_MM = 0.25
PLACE_KNOT_MM = 2.0
LEAST_SHARE = 0.05


@dataclass(frozen=True)
class FieldFit:
    """The amplitude field's normal equations: any reweighting of rows can be solved from them.

    Attributes
    ----------
    basis : (t, k) array
        Of the field at the rows.
    weight : (t,) array
        Inverse variance of the rows' amplitudes as readings of the field.
    fixed : (k, k) array
        Lid and smoothness.
    target : (k,) array
        Mean of the basis over the zone.
    coefficient : (k,) array
        The field in the rows' unit.
    """

    basis: FloatArray
    weight: FloatArray
    fixed: FloatArray
    target: FloatArray
    coefficient: FloatArray


def field_fit(
    rows: Rows,
    frame: Frame,
    motion: Motion,
    amplitude: FloatArray,
    lever: FloatArray,
    *,
    lid: bool = True,
    shift_mm: float = 0.0,
) -> FieldFit:
    """Fit the field to amplitudes (t,) whose levers are (t,); see `FieldFit`.

    Parameters
    ----------
    rows, frame, motion : Rows, Frame, Motion
        Rows, and what is known of them.
    amplitude, lever : (t,) arrays
        Own amplitudes and what fixes them.
    lid : bool
        Whether the film is held to stand still at the lid.
    shift_mm : float
        The zone moved down by so much.
    """
    arch, place = frame.arch, rows.samples.place_mm
    over = motion.height_mm - arch.height_mm(place)
    lid_over = frame.lid_mm - arch.height_mm(frame.place_mm)
    near = (closeness(motion, frame, FIELD_REACH_MM) > 0.05) & (lever > TINY)
    low = min(float(np.median(lid_over)), float(np.quantile(over[near], 0.02)))
    high = max(float(np.quantile(over[near], 0.98)), low + KNOT_MM)
    up = np.linspace(low, high, int(np.ceil((high - low) / KNOT_MM)) + 1)
    field = Field(rows.samples, motion.height_mm, up, even_knots(place[near], PLACE_KNOT_MM), arch)
    basis = field.basis(motion.height_mm, place)
    weight = _reading_weight(rows, frame, motion, lever) * near
    fixed = penalty_matrix(len(field.knots_mm), len(field.place_knots_mm)) * float(weight.mean())
    if lid:
        told = np.isfinite(motion.front_mm)
        at_lid = field.basis(frame.lid_mm[told], frame.place_mm[told])
        per_column = float(rows.honest[rows.is_front].mean()) if rows.is_front.any() else 1.0
        fixed = fixed + per_column / LID_SD**2 * at_lid.T @ at_lid
    normal = (basis * weight[:, None]).T @ basis + fixed
    coefficient = np.linalg.solve(normal, (basis * weight[:, None]).T @ amplitude)
    target = _target(frame, field, motion, shift_mm)
    return FieldFit(basis, weight, fixed, target, coefficient)


def _reading_weight(rows: Rows, frame: Frame, motion: Motion, lever: FloatArray) -> FloatArray:
    """Return the inverse variance (t,) of amplitudes as readings of the field."""
    law = motion.nearest
    born = rows.samples.time_s[(rows.samples.weight > 0).argmax(axis=1)]
    late = LATE_ERROR * np.maximum(born - law.onset_s, 0.0) / law.lambda_s
    scatter = np.where(rows.is_front, FRONT_SCATTER, motion.scatter)
    own = ALIKE_FRAMES * motion.noise / np.maximum(lever, TINY)
    variance = motion.share**2 * (scatter**2 + late**2) + own
    weight: FloatArray = (
        rows.honest * motion.chance * closeness(motion, frame, FIELD_REACH_MM) / variance
    )
    return weight


def _target(frame: Frame, field: Field, motion: Motion, shift_mm: float) -> FloatArray:
    """Return the mean of the field's basis over the zone: every column and depth alike."""
    across, front = across_gaps(frame.place_mm, motion.front_mm)
    depth = shift_mm + (np.arange(DEPTHS) + 0.5) / DEPTHS * frame.depth_mm
    height = (front[:, None] - depth[None, :]).ravel()
    mean: FloatArray = field.basis(height, np.repeat(across, DEPTHS)).mean(axis=0)
    return mean


def own_amplitudes(
    rows: Rows, curves: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return amplitudes and levers (t,) of rows on their own curves (t, n), and residuals."""
    w = weight
    w0 = np.maximum(w.sum(axis=1), TINY)[:, None]
    centred = curves - (w * curves).sum(axis=1, keepdims=True) / w0
    lever = (w * centred**2).sum(axis=1)
    value = rows.samples.value
    about = value - (w * value).sum(axis=1, keepdims=True) / w0
    amplitude = (w * centred * about).sum(axis=1) / np.maximum(lever, TINY)
    left = np.where(w > 0, about - amplitude[:, None] * centred, 0.0)
    return np.where(lever > TINY, amplitude, 0.0), lever, left


def amplitudes(rows: Rows, frame: Frame, motion: Motion) -> Motion:
    """Return the motion with the field anew, scaled so that it is 1 in the zone."""
    curves = motion.rise_mm[None, :] + shape_correction(rows, frame, motion)
    own, lever, left = own_amplitudes(rows, curves, rows.samples.weight)
    found = field_fit(rows, frame, motion, own, lever)
    scale = max(float(found.target @ found.coefficient), 0.02)
    share = np.maximum(found.basis @ found.coefficient / scale, LEAST_SHARE)
    own, lever = own / scale, lever * scale**2
    freedom = np.maximum((rows.samples.weight > 0).sum(axis=1) - 2, 1)
    rough = (rows.samples.weight * left**2).sum(axis=1) / freedom
    trusted = (rows.prior > 0.5) & ~rows.is_front
    noise = max(float(np.median(rough[trusted if trusted.any() else slice(None)])), TINY)
    scaled = replace(
        motion,
        rise_mm=motion.rise_mm * scale,
        nearest=motion.nearest.scaled(scale),
        share=share,
        own=own,
        noise=noise,
    )
    return _chances(rows, frame, scaled, lever, rough)


def _chances(
    rows: Rows, frame: Frame, motion: Motion, lever: FloatArray, rough: FloatArray
) -> Motion:
    """Tell rows that follow the film from those held back; see `field.py`."""
    sd = np.sqrt(ALIKE_FRAMES * motion.noise / np.maximum(lever, TINY)) / motion.share
    ratio = motion.own / motion.share
    spread = np.sqrt(motion.scatter**2 + sd**2)
    inside = motion.following * np.exp(-0.5 * ((ratio - 1.0) / spread) ** 2) / (2.5066 * spread)
    anywhere = 0.95 * held_back(ratio, np.ones(len(ratio)), sd, 1.0) + 0.05 / 1.7
    chance = inside / (inside + (1.0 - motion.following) * anywhere)
    count = chance * closeness(motion, frame, REACH_MM) * ~rows.is_front
    near = closeness(motion, frame, REACH_MM) * ~rows.is_front
    following = float(np.clip(count.sum() / max(float(near.sum()), TINY), 0.05, 0.98))
    variance = float((count * ((ratio - 1.0) ** 2 - sd**2)).sum() / max(float(count.sum()), TINY))
    chance = np.where(rows.is_front, 1.0, chance) / (1.0 + rough / motion.noise / CAUCHY**2)
    variance = 0.5 * (variance + motion.scatter**2)
    scatter = float(np.sqrt(np.clip(variance, 0.015**2, 0.12**2)))
    return replace(motion, chance=chance, scatter=scatter, following=following)
