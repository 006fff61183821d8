"""Draws behind the headline's intervals: place, time, other choices, the onset."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from easytear.base.geometry import FloatArray
from easytear.measure.amplitudes import REACH_MM, field_fit, own_amplitudes
from easytear.measure.bootstrap import FEWEST_BLOCKS
from easytear.measure.field import ALIKE_FRAMES
from easytear.measure.fitting import block_labels
from easytear.measure.joint import settle, shape_equations, solve_shape
from easytear.measure.joint_records import Frame, Motion, Rows, closeness, shape_correction
from easytear.measure.law import TINY
from easytear.measure.nearest import Nearest, nearest_law, tangents
from easytear.measure.noise_process import draw_paths, processes
from easytear.request.settings.measure import SpreadSettings

MOST_FRAMES = 90
AGAIN = 3
"""Rounds in which another choice settles."""
CELL_MM = (0.9, 0.3)
"""Rows in a cell of this size are neighbours: columns alike, film of about one speed."""
FEWEST_TOLD = 12
LEAST_TOLD = 0.15
"""A row that knows its own log lambda worse says nothing about how rows scatter."""
LEAST_FREE = 0.05
"""A residual that the fit could not leave at all says nothing, rather than everything."""


def place_paths(
    rows: Rows,
    frame: Frame,
    motion: Motion,
    settings: SpreadSettings,
    rng: np.random.Generator,
    draws: int,
) -> tuple[FloatArray, FloatArray]:
    """Return what drawing column blocks changes: paths (draws, k) in mm, and log scale (draws,)."""
    near = closeness(motion, frame, REACH_MM) > 0.05
    place = rows.samples.place_mm
    block_mm = max(min(settings.block_mm, float(np.ptp(place[near])) / FEWEST_BLOCKS), 1e-3)
    label = block_labels(place, block_mm)
    count = int(label.max()) + 1
    equations = shape_equations(rows, frame, motion, REACH_MM)
    parts = [equations.summed(label == b) for b in range(count)]
    matrix, right = np.array([m for m, _ in parts]), np.array([r for _, r in parts])
    whole = solve_shape(matrix.sum(axis=0), right.sum(axis=0), motion.known)
    times = rng.multinomial(count, np.full(count, 1.0 / count), draws).astype(float)
    paths = np.empty((draws, int(motion.known.sum())))
    for k, repeat in enumerate(times):
        mixed = np.tensordot(repeat, matrix, axes=1)
        paths[k] = solve_shape(mixed, repeat @ right, motion.known) - whole
    wide = stdtrit(count - 1, 0.975) / ndtri(0.975) if count > 1 else 1.0
    again = np.sqrt(count / max(count - 1.0, 1.0))
    scale = rng.standard_normal((draws, count)) @ block_scores(rows, frame, motion, label)
    # Draws scatter about their own mean: repeated blocks weigh less against what is fixed.
    return (paths - paths.mean(axis=0)) * wide * again, scale * wide


def block_scores(rows: Rows, frame: Frame, motion: Motion, label: NDArray[np.int_]) -> FloatArray:
    """Return by how much (b,) the residuals of each block of columns move the zone's log scale.

    The film differs from place to place, and the field says how: what makes the zone's mean
    uncertain is not that difference but what the field leaves, alike within a block. Residuals
    are freed of the fit's own pull by the square root of one minus their leverage (CR2 of Bell
    and McCaffrey 2002, Survey Methodology 28:169).
    """
    curves = motion.rise_mm[None, :] + shape_correction(rows, frame, motion)
    own, lever, _ = own_amplitudes(rows, curves, rows.samples.weight)
    found = field_fit(rows, frame, motion, own, lever)
    root = np.sqrt(found.weight)
    design = found.basis * root[:, None]
    inverse = np.linalg.inv(design.T @ design + found.fixed)
    left = root * own - design @ found.coefficient
    level = max(float(found.target @ found.coefficient), TINY)
    scores = np.zeros(int(label.max()) + 1)
    for block in range(len(scores)):
        part = design[label == block]
        part, rest = part[(part != 0).any(axis=1)], left[label == block][(part != 0).any(axis=1)]
        values, vectors = np.linalg.eigh(np.eye(len(part)) - part @ inverse @ part.T)
        freed = vectors @ ((vectors.T @ rest) / np.sqrt(np.maximum(values, LEAST_FREE)))
        scores[block] = float(found.target @ inverse @ part.T @ freed) / level
    return scores


def gram(basis: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the weighted normal matrix of a basis."""
    gram: FloatArray = (basis * weight[:, None]).T @ basis
    return gram


def time_paths(
    time_s: FloatArray,
    motion: Motion,
    law: Nearest,
    base: float,
    draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return (draws, k) motions that all rows have in common beside the law.

    Errors of the eye's motion, and what the true rise has that no exponential has: both are read
    from what the law leaves, as one process that lasts, and drawn from it. A law that does not
    hold thereby widens its own intervals.
    """
    left = motion.rise_mm[motion.known] - base - law.rise(time_s)
    kept = np.arange(len(time_s))
    if len(kept) > MOST_FRAMES:
        kept = np.unique(np.linspace(0, len(kept) - 1, MOST_FRAMES).astype(int))
    found = processes(time_s[kept], left[kept], tangents(time_s[kept], law))
    likelihood = np.array([p.log_likelihood for p in found])
    chance = np.exp(likelihood - likelihood.max())
    counts = rng.multinomial(draws, chance / chance.sum())
    parts = [
        draw_paths(time_s, p, int(k), rng) for p, k in zip(found, counts, strict=True) if k > 0
    ]
    return rng.permutation(np.vstack(parts), axis=0)


def held_back_sd(rows: Rows, frame: Frame, motion: Motion) -> float:
    """Return by how much (of log lambda) all rows together may lag more, the slower the film is.

    The still pattern of iris and lashes holds points back, slow film more than fast, and texture
    that changes lets it win. No row tells what all have in common; but a pull is one-sided, so that
    its mean is about as large as its scatter (as large, if it is exponentially distributed). The
    scatter is that of the rows' own time constants between neighbours, 0.9 mm along and 0.3 mm over
    the lid, so that no change of the film from place to place is in it; less what noise makes.
    """
    time_s, weight = rows.samples.time_s, rows.samples.weight
    curves = motion.rise_mm[None, :] + shape_correction(rows, frame, motion)
    own, lever, left = own_amplitudes(rows, curves, weight)
    total = np.maximum(weight.sum(axis=1), TINY)[:, None]
    by_log = tangents(time_s, motion.nearest)[:, 1]
    asked = np.maximum(own, 0.0)[:, None] * by_log[None, :]
    asked = asked - (weight * asked).sum(axis=1, keepdims=True) / total
    centred = curves - (weight * curves).sum(axis=1, keepdims=True) / total
    taken = (weight * centred * asked).sum(axis=1) / np.maximum(lever, TINY)
    asked = asked - taken[:, None] * centred
    hold = (weight * asked**2).sum(axis=1)
    variance = ALIKE_FRAMES * motion.noise / np.maximum(hold, TINY)
    followed = ~rows.is_front & (motion.chance > 0.3) & (variance < LEAST_TOLD**2)
    told = np.flatnonzero(followed & (closeness(motion, frame, REACH_MM) > 0.3))
    if len(told) < FEWEST_TOLD:
        return 0.0
    place = rows.samples.place_mm[told]
    over = motion.height_mm[told] - frame.arch.height_mm(place)
    cell = np.column_stack([place // CELL_MM[0], over // CELL_MM[1]])
    log_lambda = (weight * asked * left).sum(axis=1)[told] / hold[told]
    _, label, count = np.unique(cell, axis=0, return_inverse=True, return_counts=True)
    label = label.ravel()
    away = np.array(
        [x - np.median(log_lambda[label == k]) for x, k in zip(log_lambda, label, strict=True)]
    )
    several = count[label] >= 4
    if not several.any():
        return 0.0
    away = away[several] / np.sqrt(1.0 - 1.0 / count[label][several])
    scatter = 1.4826 * float(np.median(np.abs(away)))
    return float(np.sqrt(max(scatter**2 - float(np.median(variance[told])), 0.0)))


def front_sd(rows: Rows, frame: Frame, motion: Motion) -> float:
    """Return how well the front's height at onset is known, mm: by how much it still moves.

    A front that were found exactly, and moved exactly as the film says, would not move at all once
    it is taken back.
    """
    front = rows.is_front
    curves = motion.rise_mm[None, :] + shape_correction(rows, frame, motion)
    risen = (motion.share[:, None] * curves)[front]
    seen = rows.samples.weight[front] > 0
    left = np.where(seen, rows.samples.value[front] - risen - motion.height_mm[front, None], np.nan)
    frames = np.flatnonzero(seen.sum(axis=0) >= 3)
    if len(frames) == 0:
        return 0.0
    moved = np.array([np.nanmedian(left[:, f]) for f in frames])
    back = np.array([np.median(risen[seen[:, f], f]) for f in frames])
    share = float(np.sqrt((moved**2).sum() / max(float((back**2).sum()), TINY)))
    weight = np.where(seen, 1.0 / (0.01 + risen**2), 0.0)
    taken_back = (weight * risen).sum(axis=1) / np.maximum(weight.sum(axis=1), TINY)
    own = 1.0 / np.sqrt(np.maximum(rows.samples.weight[front].max(axis=1), TINY))
    return float(np.hypot(np.median(own), share * np.median(np.abs(taken_back))))


def choices(
    rows: Rows, frame: Frame, motion: Motion, front_sd_mm: float
) -> tuple[list[tuple[Motion, float]], list[float]]:
    """Return motions under other choices with their shares, and the zone's other log scales."""
    born = (rows.samples.weight > 0).argmax(axis=1)
    early = born <= np.median(born)
    out = [(settle(rows, frame, motion, rounds=AGAIN, reach_mm=2.0 * REACH_MM), 1.0)]
    chosen = early | rows.is_front
    if (early & ~rows.is_front).sum() >= 6:
        part = rows.chosen(chosen)
        out.append((settle(part, frame, motion.chosen(chosen), rounds=AGAIN), 0.5))
    curves = motion.rise_mm[None, :] + shape_correction(rows, frame, motion)
    own, lever, _ = own_amplitudes(rows, curves, rows.samples.weight)

    def level(*, lid: bool = True, shift_mm: float = 0.0) -> float:
        found = field_fit(rows, frame, motion, own, lever, lid=lid, shift_mm=shift_mm)
        return float(found.target @ found.coefficient)

    usual = level()
    moved = [level(shift_mm=front_sd_mm), level(shift_mm=-front_sd_mm), level(lid=False)]
    return out, [float(np.log(max(m / usual, 0.05))) for m in moved]


def by_onset(frame: Frame, motion: Motion) -> FloatArray:
    """Return how log lambda and rho change per second by which the onset is moved."""
    law = motion.nearest
    assert law.onset is not None
    step = max(law.onset.sd_s, 0.005)
    known = motion.known
    found = []
    for sign in (-1.0, 1.0):
        moved = replace(law.onset, onset_s=law.onset_s + sign * step)
        other, _ = nearest_law(
            frame.time_s[known],
            motion.rise_mm[known],
            frame.start_s,
            frame.latest_s,
            frame.log_lambda,
            drift=law.drift_mm_s,
            onset=moved,
        )
        found.append(np.array([other.log_lambda, other.rho_mm]))
    slope: FloatArray = (found[1] - found[0]) / (2.0 * step)
    return slope
