"""Film and front as one motion: y_i(t) = c_i + a_i g(t), one rise g, amplitudes a smooth field.

The front is a material line: a column of it is one more row that moves as the film beside it does.
All rows within reach of the headline zone, tracks and front, therefore share one rise g(t). Each
row keeps an offset and an amplitude of its own, so that a point which the still pattern holds back
tells g's shape all the same; how far the zone rises is then read from a smooth field through the
amplitudes, pinned by the front above and by the lid below, where the film cannot move.

Time constants change with height. What a row's differs from the zone's by is taken out to first
order, with one slope of log lambda over depth, shrunk towards none.

g is known in every frame without a law. The law is the exponential nearest to it, every second of
the window counting alike: so it does not matter when points were born and lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.measure.field import ALIKE_FRAMES, Arch, Field, even_knots, held_back, penalty_matrix
from easytear.measure.fitting import CAUCHY
from easytear.measure.law import TINY, growth
from easytear.measure.nearest import Nearest, nearest_law
from easytear.measure.samples import Samples
from easytear.measure.zones import DEPTHS, across_gaps, depths

REACH_MM = 0.4
"""Rows count for the shape by a bell of this width about the zone's middle: film that far away
still moves as the zone does, its time constant's difference taken out."""
FIELD_REACH_MM = 1.0
"""And for the amplitude field, which has its own slope with height, by a wider one."""
FRONT_ALIKE_MM = 0.5
"""Columns of the front this close are carried by the same tracks and err alike."""
FRONT_SCATTER = 0.05
LID_SD = 0.25
"""How well the film is known to stand still at the exposed cornea's lower border, in units of the
zone's rise: the lid's margin, where it does, lies up to half a millimetre lower."""
LATE_ERROR = 0.5
"""Relative error of the amplitude of a row born one time constant after onset: it rests on the law
for the part that was not seen, and real rises are not one exponential."""
SLOPE_SD = 0.2
"""Usual change of log lambda per millimetre of depth (real clip: 0.2)."""
OWN_AMPLITUDE = 3.0
"""Prior spread of a row's own amplitude about the field, relative: hardly any."""
ROUNDS = 10
SETTLE = 2
KNOT_MM = 0.25
PLACE_KNOT_MM = 2.0
RIDGE = 1e-3
LEAST_SHARE = 0.05


@dataclass(frozen=True)
class Rows:
    """Tracks and front columns, on the frames of the fit.

    Attributes
    ----------
    samples : Samples
        Tracks first, then the front's columns.
    is_front : (t,) bool array
        Which rows are the front's.
    honest : (t,) array
        What a row counts: 1 for a track, less for columns that err alike.
    prior : (t,) array
        Chance beforehand that a row follows the film.
    column : (t,) int array
        For the front's rows, their column in the front; -1 for tracks.
    """

    samples: Samples
    is_front: BoolArray
    honest: FloatArray
    prior: FloatArray
    column: FloatArray

    def chosen(self, rows: BoolArray) -> Rows:
        """Return some of the rows."""
        return Rows(
            self.samples.rows(rows),
            self.is_front[rows],
            self.honest[rows],
            self.prior[rows],
            self.column[rows],
        )


@dataclass(frozen=True)
class Frame:
    """What stays fixed while the motion is sought.

    Attributes
    ----------
    time_s : (n,) array
        Frames of the fit.
    place_mm, lid_mm : (c,) arrays
        Places of the front's columns; height (y up) of the lower border there.
    arch : Arch
        The line that film of equal speed follows.
    depth_mm : float
        The zone reaches from the front down to here.
    start_s, latest_s : float
        Bounds of the onset: start of the interval, latest delay.
    log_lambda : (h,) array
        Time constants tried.
    drift : str
        "auto", "on", "off".
    """

    time_s: FloatArray
    place_mm: FloatArray
    lid_mm: FloatArray
    arch: Arch
    depth_mm: float
    start_s: float
    latest_s: float
    log_lambda: FloatArray
    drift: str


@dataclass(frozen=True)
class Motion:
    """The shared motion as found.

    Attributes
    ----------
    rise_mm : (n,) array
        g: rise of the zone since onset, mm, on the rows' frames; no law in it where `known`.
    known : (n,) bool array
        Frames in which at least two rows tell g.
    nearest : Nearest
        The exponential nearest to g, with the onset.
    slope : float
        Change of log lambda per mm of depth.
    height_mm, depth_mm, share, own, chance : (t,) arrays
        Height and depth at onset; the field (1 for the zone's mean); own amplitude in the same
        unit; chance that the row follows the film.
    front_mm : (c,) array
        Height of the front at onset.
    noise : float
        Residual variance in units of the samples' variance.
    scatter : float
        Relative scatter of amplitudes about the field.
    following : float
        Share of rows that follow the film.
    """

    rise_mm: FloatArray
    known: BoolArray
    nearest: Nearest
    slope: float
    height_mm: FloatArray
    depth_mm: FloatArray
    share: FloatArray
    own: FloatArray
    chance: FloatArray
    front_mm: FloatArray
    noise: float
    scatter: float = 0.08
    following: float = 0.6

    def chosen(self, rows: BoolArray) -> Motion:
        """Return the motion with some of the rows."""
        parts = ("height_mm", "depth_mm", "share", "own", "chance")
        return replace(self, **{name: getattr(self, name)[rows] for name in parts})


def shape_correction(rows: Rows, frame: Frame, motion: Motion) -> FloatArray:
    """Return (t, n) by how much each row's rise, per share, differs from g as its lambda does."""
    t, law = rows.samples.time_s, motion.nearest
    depth = np.nan_to_num(motion.depth_mm - 0.5 * frame.depth_mm)
    away = np.clip(motion.slope * depth, -0.5, 0.5)
    lam = law.lambda_s * np.exp(away)[:, None]
    own = growth(t[None, :], np.asarray(law.onset_s), lam)
    out: FloatArray = law.rho_mm * (own - law.curve(t)[None, :])
    return out


def closeness(motion: Motion, frame: Frame, reach_mm: float) -> FloatArray:
    """Return the bell (t,) about the zone's middle by which rows count."""
    away = (motion.depth_mm - 0.5 * frame.depth_mm) / reach_mm
    bell: FloatArray = np.where(np.isfinite(away), np.exp(-0.5 * np.nan_to_num(away) ** 2), 0.0)
    return bell


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
        motion = _amplitudes(rows, frame, motion)
        if number >= SETTLE or rounds < ROUNDS:
            motion = _sloped(rows, frame, motion, reach_mm)
        motion = _shape(rows, frame, motion, reach_mm)
        motion = _heights(rows, frame, motion)
    return motion


# --- amplitudes ---------------------------------------------------------------------------------


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


def _amplitudes(rows: Rows, frame: Frame, motion: Motion) -> Motion:
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


def _sloped(rows: Rows, frame: Frame, motion: Motion, reach_mm: float) -> Motion:
    """Return the motion with the slope of log lambda over depth anew."""
    law, t, w = motion.nearest, rows.samples.time_s, rows.samples.weight
    curves = motion.rise_mm[None, :] + shape_correction(rows, frame, motion)
    _, lever, left = own_amplitudes(rows, curves, w)
    since = np.maximum(t - law.onset_s, 0.0)
    answer = -np.exp(-since / law.lambda_s) * since / law.lambda_s * law.rho_mm
    depth = np.nan_to_num(motion.depth_mm - 0.5 * frame.depth_mm)
    asked = (depth * motion.share)[:, None] * answer[None, :]
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
    ridge = RIDGE * float(np.median(np.diag(inner)))
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
