"""The eye's motion in one interval: the pupil's steady shape, fitted to all frames together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.preprocess.pieces import in_pieces
from easytear.preprocess.pupil import (
    RAYS,
    REACH,
    SAMPLES,
    inside_picture,
    middle_of_edge,
    ray_edges,
    relative_brightness,
    shape_to_ellipse,
)
from easytear.preprocess.records import EyeInInterval, EyeMotion
from easytear.request.settings.preprocess import EyeSettings

_THETA = np.arange(RAYS) * (2.0 * np.pi / RAYS)
_DESIGN = np.column_stack([np.cos(_THETA), np.sin(_THETA), np.ones(RAYS)])

_FLANK = np.linspace(-0.1, 0.1, 11)
"""Samples across the edge, in multiples of the radius."""

SHIFT_PER_RADIUS = 0.13
"""Shift of the pupil's centre per change of its radius: 0.13 mm on average as the pupil goes
from dim to bright light, about 1 mm of radius (Yang et al. 2002)."""


@dataclass(frozen=True)
class PupilTrace:
    """The pupil fitted to each frame by itself: (n,) arrays, NaN where none was found."""

    x_px: FloatArray
    y_px: FloatArray
    radius_px: FloatArray
    support: FloatArray
    contrast: FloatArray

    def part(self, frames: Any) -> PupilTrace:
        """Return the trace of some frames (a slice or an index array)."""
        return PupilTrace(
            self.x_px[frames],
            self.y_px[frames],
            self.radius_px[frames],
            self.support[frames],
            self.contrast[frames],
        )

    def usual(self) -> PupilTrace:
        """Return the frames that show what this video's pupil usually looks like.

        What passes for a pupil on shut lids can be round, but it is never as dark as a pupil:
        contrast decides first.
        """
        with np.errstate(invalid="ignore"):
            round_ones = self.support > 0.7
            if not round_ones.any():
                return self.part(round_ones)
            high = float(np.quantile(self.contrast[round_ones], 0.9))
            return self.part(round_ones & (self.contrast > 0.5 * high))

    def seen(self, usual: PupilTrace) -> BoolArray:
        """Return where it is a pupil, judged by what is usual in this video."""
        good = np.isfinite(self.x_px) & (self.support > 0.4)
        if len(usual.x_px):
            radius, contrast = np.median(usual.radius_px), np.median(usual.contrast)
            with np.errstate(invalid="ignore"):
                good &= np.abs(self.radius_px / radius - 1.0) < 0.4
                good &= self.contrast > 0.35 * contrast
        return good


def follow_eye(
    profiles: NDArray[np.uint8],
    trace: PupilTrace,
    usual: PupilTrace,
    shape: tuple[int, int],
    settings: EyeSettings,
) -> EyeInInterval:
    """Return pupil and motion of one interval.

    The pupil's outline differs from an ellipse where lashes, reflections and the iris's frill
    lie, and does so steadily. Each ray's median departure over the interval is therefore taken
    as the outline, rays count by their steadiness (a lash that does not move with the eye is
    unsteady), and each frame's shift and size follow from a Cauchy-weighted fit of the outline.

    Parameters
    ----------
    profiles : (n, RAYS, SAMPLES) uint8 array
        Brightness along the rays about each frame's own fit.
    trace : PupilTrace
        These fits, n frames.
    usual : PupilTrace
        Frames of the whole video in which the pupil is well seen.
    shape : (int, int)
        Height and width of the frames.
    settings : EyeSettings
        How the eye is followed.
    """
    seen = trace.seen(usual)
    if not seen.any():
        return _nothing(len(seen))
    frames = np.flatnonzero(seen)
    fit = _steady_fit(profiles[frames], trace.part(frames), shape)
    fit.sd[0] = np.hypot(fit.sd[0], _doubt(fit, trace.part(frames)))
    good = fit.sd < 0.05 * np.median(fit.radius)
    good |= fit.sd <= np.median(fit.sd)
    frames = frames[good]
    moved = (fit.x[good], fit.y[good], fit.sd[good])
    x, y, sd, observed = _bridge(frames, moved, len(seen))
    radius = np.full(len(seen), np.nan)
    radius[frames] = fit.radius[good]
    x0, y0, sd0 = _origin(x, y, sd, observed)
    x[0], y[0] = x0, y0
    total = np.hypot(sd, sd0)
    total[0] = 0.0
    motion = EyeMotion(x - x0, y - y0, np.zeros(len(x)), total, observed)
    first = next(iter(radius[np.isfinite(radius)]))
    outline = fit.outline * first / np.median(fit.outline)
    pupil = replace(shape_to_ellipse(outline, fit.weights, x0, y0), x_px=x0, y_px=y0)
    flags = _flags(motion, radius, settings)
    middle = middle_of_edge(profiles[frames])
    return EyeInInterval(pupil.scaled(middle), motion, radius * middle, flags)


def _nothing(count: int) -> EyeInInterval:
    zero = np.zeros(count)
    motion = EyeMotion(
        zero, zero.copy(), zero.copy(), np.full(count, np.nan), np.zeros(count, bool)
    )
    return EyeInInterval(None, motion, np.full(count, np.nan), ("pupil_not_found",))


@dataclass
class _Steady:
    x: FloatArray
    y: FloatArray
    radius: FloatArray
    sd: FloatArray
    outline: FloatArray
    weights: FloatArray


def _steady_fit(
    profiles: NDArray[np.uint8], trace: PupilTrace, shape: tuple[int, int], rounds: int = 5
) -> _Steady:
    """Return the joint fit: first to the steepest steps, then to the rays' whole edges."""
    inside = inside_picture(shape, trace.x_px, trace.y_px, trace.radius_px)
    base = trace.radius_px[:, None]
    (values,) = in_pieces(lambda p: (relative_brightness(p),), profiles)
    expected = np.ones_like(base * _THETA)
    outline: FloatArray = np.ones(RAYS)
    weights: FloatArray = np.zeros((len(base), RAYS))
    steadiness: FloatArray = np.zeros(RAYS)
    p: FloatArray = np.zeros((len(base), 3))
    p[:, 2] = np.median(base)
    for turn in range(rounds):
        if turn < 1:
            edge, slope = in_pieces(ray_edges, values)
        elif turn < 2:
            edge, slope = in_pieces(partial(ray_edges, width=0.25), values, expected)
        else:
            edge, slope = _matched_edges(values, expected)
        points = edge * base
        weights = inside * _saturated(slope, inside)
        outline, steadiness = _outline(points, p, weights)
        weights = weights * steadiness
        p = _fit_frames(points, outline, p, weights)
        outline, p = _gauge(outline, p, steadiness)
        expected = (outline * p[:, 2:] + p[:, :2] @ _DESIGN[:, :2].T) / base
    sd = _sd(points, outline, p, weights)
    x, y = trace.x_px + p[:, 0], trace.y_px + p[:, 1]
    return _Steady(x, y, p[:, 2] * outline.mean(), sd, outline, steadiness)


def _matched_edges(
    values: NDArray[np.float32], expected: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return edges by matching each ray to its own median course, and how steep that is.

    The whole flank counts, not its steepest point alone, which lowers the noise several times.
    """
    some = np.s_[:: max(1, len(values) // 200)]
    course = np.median(_resample(values[some], expected[some]), axis=0)
    slope = np.gradient(course, axis=1) / (_FLANK[1] - _FLANK[0])
    lean = slope - slope.mean(axis=1, keepdims=True)
    power = (lean * lean).sum(axis=1)

    def shifts(values: NDArray[np.float32], expected: FloatArray) -> tuple[FloatArray]:
        off = _resample(values, expected) - course
        # Film that brightens a ray as a whole is no shift of its edge.
        off -= off.mean(axis=2, keepdims=True)
        return (-np.einsum("frs,rs->fr", off, lean) / np.maximum(power, 1e-6),)

    (shift,) = in_pieces(shifts, values, expected)
    limit = 0.5 * float(_FLANK[-1])
    steep = np.broadcast_to(np.sqrt(power), shift.shape)
    return expected + np.clip(shift, -limit, limit), steep


def _resample(values: NDArray[np.float32], expected: FloatArray) -> NDArray[np.float32]:
    """Return (n, RAYS, flank) brightness at `_FLANK` about the expected edges."""
    place = (expected[..., None] + _FLANK - REACH[0]) / (REACH[1] - REACH[0]) * (SAMPLES - 1)
    place = np.clip(place, 0.0, SAMPLES - 1.001).astype(np.float32)
    low = place.astype(np.intp)
    part = place - low
    before = np.take_along_axis(values, low, axis=2)
    after = np.take_along_axis(values, low + 1, axis=2)
    aligned: NDArray[np.float32] = before + part * (after - before)
    return aligned


def _saturated(slope: FloatArray, inside: BoolArray) -> FloatArray:
    typical = max(float(np.median(slope[inside])), 1e-3)
    weight: FloatArray = np.clip(slope / typical, 0.0, 1.0)
    return weight


def _outline(
    points: FloatArray, p: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the outline for unit size, and how steady each ray is about it (weights to 1)."""
    size = p[:, 2:]
    own = np.where(weights > 0.05, (points - p[:, :2] @ _DESIGN[:, :2].T) / size, np.nan)
    enough = np.isfinite(own).sum(axis=0) >= max(1, 0.1 * len(own))
    filled = np.where(enough, own, 1.0)
    outline = np.nanmedian(filled, axis=0)
    spread = 1.48 * np.nanmedian(np.abs(filled - outline), axis=0) * np.median(size)
    # 0.15 px: no ray is steadier than its interpolation.
    steadiness = enough / (spread**2 + 0.15**2)
    return outline, steadiness / max(float(steadiness.max()), 1e-12)


def _fit_frames(
    points: FloatArray, outline: FloatArray, p: FloatArray, weights: FloatArray, rounds: int = 8
) -> FloatArray:
    """Return (n, 3): shift and size of every frame by Cauchy-weighted least squares."""
    design = _DESIGN.copy()
    design[:, 2] = outline
    w = weights
    for _ in range(rounds):
        a = np.einsum("fr,ri,rj->fij", w, design, design) + 1e-9 * np.eye(3)
        b = np.einsum("fr,ri,fr->fi", w, design, points)
        p = np.linalg.solve(a, b[..., None])[..., 0]
        residual = np.abs(points - p @ design.T)
        scale = 1.48 * np.nanmedian(np.where(weights > 0, residual, np.nan), axis=1)
        scale = np.maximum(scale, 0.2)[:, None]
        w = weights / (1.0 + (residual / (1.5 * scale)) ** 2)
    return p


def _gauge(
    outline: FloatArray, p: FloatArray, steadiness: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return outline and frames such that the outline's ellipse is centred and of unit mean."""
    ellipse = shape_to_ellipse(outline, steadiness, 0.0, 0.0)
    p = p.copy()
    p[:, 0] += ellipse.x_px * p[:, 2]
    p[:, 1] += ellipse.y_px * p[:, 2]
    centred = outline - ellipse.x_px * _DESIGN[:, 0] - ellipse.y_px * _DESIGN[:, 1]
    mean = float(centred.mean())
    p[:, 2] *= mean
    return centred / mean, p


def _sd(points: FloatArray, outline: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    """Return one standard deviation of each frame's shift, per axis.

    Neighbouring rays err together (film, blur), so the number of rays is divided by the
    length over which their residuals are correlated.
    """
    design = _DESIGN.copy()
    design[:, 2] = outline
    residual = points - p @ design.T
    scale = 1.48 * np.nanmedian(np.where(weights > 0, np.abs(residual), np.nan), axis=1)
    scale = np.maximum(scale, 0.05)[:, None]
    w = weights / (1.0 + (residual / (1.5 * scale)) ** 2)
    kept = residual * np.sqrt(w)
    power = np.fft.rfft(kept, axis=1)
    covariance = np.fft.irfft(np.abs(power) ** 2, RAYS, axis=1).mean(axis=0)
    correlation = covariance / max(float(covariance[0]), 1e-12)
    negative = np.flatnonzero(correlation[: RAYS // 2] < 0.05)
    reach = int(negative[0]) if len(negative) else RAYS // 2
    length = 1.0 + 2.0 * float(correlation[1:reach].sum())
    variance = (w * residual**2).sum(axis=1) / np.maximum(w.sum(axis=1), 1e-9)
    # A shift along one axis is seen by half of the rays' cosine squared.
    effective = np.maximum(w.sum(axis=1) ** 2 / np.maximum((w**2).sum(axis=1), 1e-9), 3.0)
    sd: FloatArray = np.sqrt(variance * length * 2.0 / effective)
    return sd


def _bridge(
    frames: NDArray[np.intp], moved: tuple[FloatArray, FloatArray, FloatArray], count: int
) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Return shift in every frame; gaps are bridged straight, marked, and less certain."""
    x, y, sd = moved
    every = np.arange(count)
    observed = np.zeros(count, bool)
    observed[frames] = True
    full_x, full_y = np.interp(every, frames, x), np.interp(every, frames, y)
    full_sd = np.interp(every, frames, sd)
    if len(frames) > 1:
        # A step of unknown course: the eye's usual motion over the distance to a seen frame.
        step = float(np.median(np.hypot(np.diff(x), np.diff(y)) / np.diff(frames)))
        place = np.clip(np.searchsorted(frames, every), 1, len(frames) - 1)
        away = np.minimum(np.abs(every - frames[place - 1]), np.abs(every - frames[place]))
        full_sd = np.where(observed, full_sd, np.hypot(full_sd, 2.0 * (step + 0.5) * away))
    return full_x, full_y, full_sd, observed


def _doubt(fit: _Steady, trace: PupilTrace) -> float:
    """Return by how much more than usual two fits of the first picture disagree, px per axis.

    One has a free shape, the other the interval's steady one. They differ by little and by
    always the same; where lashes or a lid's edge cover part of the pupil's outline they part, and
    the scatter of the rays, which share that cover, does not tell.
    """
    apart = np.column_stack([fit.x - trace.x_px, fit.y - trace.y_px])
    if len(apart) < 10:
        return 0.0
    size = np.hypot(*(apart - np.median(apart[1:], axis=0)).T)
    more = float(size[0]) ** 2 - (3.0 * float(np.median(size[1:]))) ** 2
    return float(np.sqrt(max(more, 0.0) / 2.0))


def _origin(
    x: FloatArray, y: FloatArray, sd: FloatArray, observed: BoolArray
) -> tuple[float, float, float]:
    """Return the first frame's place and its standard deviation from a join of several frames.

    Everything in the interval is measured from the first frame, whose picture is the worst one.
    Its own fit is joined with a line or parabola through the frames after it, carried back one
    frame: the one that predicts best on the frames that follow, where its error is measured.
    """
    place, own = np.array([x[0], y[0]]), float(sd[0])
    v = np.column_stack([x, y])
    best: tuple[float, FloatArray] | None = None
    for count, degree in _CARRIED:
        if len(x) < count + 6 or observed[1 : count + 1].mean() < 0.7:
            continue
        weights = _carry_back(count, degree)
        tests = range(1, min(len(x) - count, 13))
        misses = [np.hypot(*(v[k] - weights @ v[k + 1 : k + 1 + count])) for k in tests]
        # The median length of a round two-dimensional error is 1.18 standard deviations.
        noise = float(np.sqrt((weights**2).sum()) * np.median(sd[1 : count + 1]))
        course = max(float(np.median(misses)) / 1.18, noise)
        if best is None or course < best[0]:
            best = (course, weights @ v[1 : 1 + count] - place)
    if best is None:
        return float(x[0]), float(y[0]), own
    course, gap = best
    share = own**2 / (own**2 + course**2)
    # A saccade between the first frames makes the prediction void: a gap beyond what both
    # errors allow takes its weight away, unless it is the first frame's fit that stands out as
    # a bad one (a lid still over the pupil).
    if own < 3.0 * float(np.median(sd[1:10])):
        share /= max(float(gap @ gap) / (2.0 * (own**2 + course**2)), 1.0) ** 2
    joined = place + share * gap
    return float(joined[0]), float(joined[1]), float(np.sqrt(1.0 - share)) * own


_CARRIED = ((3, 1), (5, 1), (9, 1), (5, 2), (9, 2))
"""Number of frames after the first, and degree of the curve through them."""


def _carry_back(count: int, degree: int) -> FloatArray:
    """Return weights that carry a curve through frames 1 to `count` back to frame 0."""
    t = np.arange(1, count + 1, dtype=float)
    w = 1.0 / t
    design = np.vander(t, degree + 1, increasing=True)
    weights: FloatArray = np.linalg.solve(design.T @ (design * w[:, None]), design.T * w)[0]
    return weights


def _flags(motion: EyeMotion, radius: FloatArray, settings: EyeSettings) -> tuple[str, ...]:
    flags = []
    seen = radius[np.isfinite(radius)]
    change = float(np.quantile(seen, 0.95) - np.quantile(seen, 0.05)) if len(seen) > 4 else 0.0
    if change * SHIFT_PER_RADIUS > settings.pupil_shift_limit_px:
        flags.append("pupil_size_changes")
    if (
        motion.observed.mean() < 0.8
        or float(np.median(motion.sd_px[1:] if len(radius) > 1 else motion.sd_px)) > 1.0
    ):
        flags.append("eye_motion_uncertain")
    return tuple(flags)
