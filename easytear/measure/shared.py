"""The headline law from the motion that film and front share, with its intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.measure.amplitudes import REACH_MM
from easytear.measure.bootstrap import DRIFT_SD_MM_S, Draws
from easytear.measure.fitting import coarse_grid, residuals
from easytear.measure.joint import FRONT_ALIKE_MM, settle
from easytear.measure.joint_records import Frame, Motion, Origins, Rows
from easytear.measure.law import TINY
from easytear.measure.nearest import Nearest, answers, nearest_law, tangents
from easytear.measure.samples import Samples, fit_frames
from easytear.measure.shared_draws import (
    by_onset,
    choices,
    front_sd,
    held_back_sd,
    place_paths,
    time_paths,
)
from easytear.measure.spread import Law
from easytear.request.settings.measure import SpreadSettings

AFTER_S = 0.1
"""The window counts from the onset; a little more lets the rise at its end be read."""


@dataclass(frozen=True)
class Shared:
    """The shared motion of the headline zone and all that its intervals need.

    Attributes
    ----------
    law : Law
        The headline law.
    time_s, rise_mm : (n,) arrays
        Frames in which the rise is known, and the rise since onset in mm.
    rise_draws_mm : (b, n) array
        Draws of the rise.
    onset_draws_s : (b,) array
        Draws of the onset.
    onset_sd_s : float
        Standard deviation of the onset.
    zone : (t,) bool array
        Which tracks lie in the zone.
    front_mm : (c,) array
        The front's height at onset.
    limits : dict of str to float
        Relative standard deviations by what they come from, named by their flags.
    """

    law: Law
    time_s: FloatArray
    rise_mm: FloatArray
    rise_draws_mm: FloatArray
    onset_draws_s: FloatArray
    onset_sd_s: float
    zone: BoolArray
    front_mm: FloatArray
    limits: dict[str, float]


def shared_law(
    up: Samples,
    edge: Samples,
    lid_mm: FloatArray,
    where: Origins,
    start: Law,
    settings: SpreadSettings,
    rng: np.random.Generator,
) -> Shared | None:
    """Return the headline law of film and front together; None where too few rows tell it.

    Parameters
    ----------
    up, edge : Samples
        Tracks and front; the front on all frames, the tracks on those that were looked at.
    lid_mm : (c,) array
        Height (y up) of the exposed cornea's lower border at the front's columns.
    where : Origins
        Where rows and front were at onset, to begin with.
    start : Law
        A law to begin with; its window is kept.
    settings : SpreadSettings
        Depth of the zone, bounds, drift, bootstrap.
    rng : numpy.random.Generator
        Source of chance.
    """
    begin_s = float(up.time_s[0])
    rows, kept = _rows(up, edge, where, start.fit.onset_s + start.window_s + AFTER_S)
    if rows is None or (~rows.is_front).sum() < 3:
        return None
    frame = Frame(
        rows.samples.time_s,
        edge.place_mm,
        lid_mm,
        where.field.arch,
        settings.zone_depth_mm,
        begin_s,
        settings.max_onset_s,
        coarse_grid(begin_s, settings).log_lambda,
        settings.drift,
    )
    motion = settle(rows, frame, _beginning(rows, where, start, kept))
    if motion.known.sum() < 6 or motion.nearest.onset is None or motion.nearest.rho_mm <= 0:
        return None
    motion, chance = _with_drift(rows, frame, motion, settings, rng)
    return _shared(up, rows, frame, motion, chance, kept, where, start, settings, rng)


def _rows(
    up: Samples, edge: Samples, where: Origins, end_s: float
) -> tuple[Rows | None, BoolArray]:
    """Return tracks and front columns as rows on the frames of the fit, and which were kept."""
    frames = fit_frames(up.time_s, end_s)
    tracks = up.frames(frames)
    front = edge.frames(np.searchsorted(edge.time_s, tracks.time_s))
    count = len(edge)
    step = float(np.median(np.diff(edge.place_mm))) if count > 1 else FRONT_ALIKE_MM
    samples = Samples(
        tracks.time_s,
        np.vstack([tracks.value, front.value]),
        np.vstack([tracks.weight, front.weight]),
        np.concatenate([tracks.place_mm, front.place_mm]),
    )
    height = np.concatenate([where.height_mm, where.front_mm])
    depth = np.concatenate([where.depth_mm, np.where(np.isfinite(where.front_mm), 0.0, np.nan)])
    kept = np.isfinite(height) & np.isfinite(depth) & ((samples.weight > 0).sum(axis=1) >= 3)
    every = Rows(
        samples,
        np.arange(len(samples)) >= len(up),
        np.where(np.arange(len(samples)) < len(up), 1.0, min(step / FRONT_ALIKE_MM, 1.0)),
        np.concatenate([where.chance, np.ones(count)]),
        np.concatenate([np.full(len(up), -1), np.arange(count)]),
    )
    return (every.chosen(kept), kept) if kept.any() else (None, kept)


def _beginning(rows: Rows, where: Origins, start: Law, kept: BoolArray) -> Motion:
    height = np.concatenate([where.height_mm, where.front_mm])[kept]
    depth = np.concatenate([where.depth_mm, np.zeros(len(where.front_mm))])[kept]
    law = Nearest(start.fit.onset_s, start.fit.log_lambda, start.rho_mm)
    one = np.ones(len(height))
    time_s = rows.samples.time_s
    return Motion(
        law.rise(time_s),
        np.ones(len(time_s), dtype=bool),
        law,
        0.0,
        height,
        depth,
        one,
        one,
        rows.prior,
        where.front_mm,
        start.fit.noise,
    )


# --- drift ---------------------------------------------------------------------------------------


def _with_drift(
    rows: Rows,
    frame: Frame,
    motion: Motion,
    settings: SpreadSettings,
    rng: np.random.Generator,
) -> tuple[Motion, float]:
    """Return the motion with the drift that it has on average, and the chance that it has one.

    A law with drift and one without are averaged by their chances (Bayes' factor, with drifts of
    the usual size beforehand), so that no number jumps where the data hardly tell the two apart.
    """
    if settings.drift == "off":
        return motion, 0.0
    time_s = rows.samples.time_s[motion.known]
    drift = 0.0
    law, base = motion.nearest, 0.0
    for _ in range(3):
        left = motion.rise_mm[motion.known] - base - law.rise(time_s)
        drift += float(answers(time_s, law, drift=True)[3] @ left)
        law, base = _nearest(frame, motion, drift)
    answer = answers(time_s, law, drift=True)
    place = place_paths(rows, frame, motion, settings, rng, 100)[0] @ answer[3]
    time = time_paths(time_s, motion, law, base, 100, rng) @ answer[3]
    variance = float(place.var() + time.var()) + TINY
    share = DRIFT_SD_MM_S**2 / (DRIFT_SD_MM_S**2 + variance)
    gain = drift**2 / variance
    factor = 0.5 * gain * share + 0.5 * np.log(1.0 - share)
    chance = float(1.0 / (1.0 + np.exp(-np.clip(factor, -50.0, 50.0))))
    if settings.drift == "on":
        chance, share = 1.0, 1.0
    law, base = _nearest(frame, motion, chance * share * drift)
    rise = motion.rise_mm - base
    moved = replace(motion, nearest=law, rise_mm=rise)
    return settle(rows, frame, moved, rounds=2), chance


def _nearest(frame: Frame, motion: Motion, drift: float) -> tuple[Nearest, float]:
    """Return the exponential nearest to the motion beside a drift, and its base; onset kept."""
    known = motion.known
    return nearest_law(
        frame.time_s[known],
        motion.rise_mm[known],
        frame.start_s,
        frame.latest_s,
        frame.log_lambda,
        drift=drift,
        onset=motion.nearest.onset,
    )


def _shared(
    up: Samples,
    rows: Rows,
    frame: Frame,
    motion: Motion,
    drifting: float,
    kept: BoolArray,
    where: Origins,
    start: Law,
    settings: SpreadSettings,
    rng: np.random.Generator,
) -> Shared:
    """Return law, rise and draws of the motion found."""
    law = motion.nearest
    assert law.onset is not None
    drawn = _drawn(rows, frame, motion, drifting, settings, rng)
    stretch = np.exp(drawn.scale)
    draws = Draws(
        law.onset_s + drawn.onset_s,
        law.log_lambda + drawn.numbers[:, 0],
        np.full(settings.bootstrap, law.drift_mm_s),
        (law.rho_mm + drawn.numbers[:, 1]) * stretch,
    )
    zone = np.zeros(len(up), dtype=bool)
    inside = (motion.depth_mm >= 0) & (motion.depth_mm <= frame.depth_mm) & ~rows.is_front
    zone[np.flatnonzero(kept)[inside]] = True
    rise = motion.rise_mm[motion.known]
    return Shared(
        _law(up, rows, motion, drifting, kept, start, draws),
        frame.time_s[motion.known],
        rise,
        (rise + drawn.paths) * stretch[:, None],
        drawn.onset_s,
        law.onset.sd_s,
        zone,
        motion.front_mm,
        drawn.limits,
    )


@dataclass(frozen=True)
class _Drawn:
    """Draws of all that the intervals are made of.

    Attributes
    ----------
    numbers : (b, 2) array
        Changes of log lambda and of rho in mm, but for the zone's scale.
    paths : (b, k) array
        Changes of the rise, mm.
    scale : (b,) array
        Logarithms by which the zone's whole rise is larger.
    onset_s : (b,) array
        Shifts of the onset.
    limits : dict of str to float
        As in `Shared`.
    """

    numbers: FloatArray
    paths: FloatArray
    scale: FloatArray
    onset_s: FloatArray
    limits: dict[str, float]


def _drawn(
    rows: Rows,
    frame: Frame,
    motion: Motion,
    drifting: float,
    settings: SpreadSettings,
    rng: np.random.Generator,
) -> _Drawn:
    law, time_s, count = motion.nearest, frame.time_s[motion.known], settings.bootstrap
    assert law.onset is not None
    place, scale = place_paths(rows, frame, motion, settings, rng, count)
    common = time_paths(time_s, motion, law, 0.0, count, rng)
    paths = place + common
    numbers = paths @ answers(time_s, law)[1:3].T
    free = rng.random(count) < drifting
    if free.any():
        numbers[free] = paths[free] @ answers(time_s, law, drift=True)[1:3].T
    others, zones = choices(rows, frame, motion, front_sd(rows, frame, motion))
    for other, normal in _chosen(others, count, rng):
        moved = other.nearest
        numbers += normal * np.array([moved.log_lambda - law.log_lambda, moved.rho_mm - law.rho_mm])
        paths += normal * (other.rise_mm - motion.rise_mm)[motion.known]
    held = held_back_sd(rows, frame, motion)
    lag = rng.standard_normal(count) * held
    numbers[:, 0] += lag
    paths += lag[:, None] * tangents(time_s, law)[:, 1]
    border = float(np.sqrt(0.5 * (zones[0] ** 2 + zones[1] ** 2)))
    moved_by = by_onset(frame, motion)
    limits = {
        "limited_by_film": float(np.sqrt(scale.var() + zones[2] ** 2 + held**2)),
        "limited_by_front": border,
        "limited_by_law": float((common @ answers(time_s, law)[1]).std()),
        "limited_by_onset": float(abs(moved_by[1])) * law.onset.sd_s / law.rho_mm,
    }
    scale = scale + rng.standard_normal((count, 2)) @ np.array([border, zones[2]])
    onset = law.onset.draw(count, rng)
    return _Drawn(numbers + onset[:, None] * moved_by, paths, scale, onset, limits)


def _chosen(
    others: list[tuple[Motion, float]], count: int, rng: np.random.Generator
) -> Iterator[tuple[Motion, FloatArray]]:
    """Yield each other choice with (count, 1) normal draws of how far it is taken."""
    total = sum(share for _, share in others)
    for other, share in others:
        yield other, rng.standard_normal((count, 1)) * np.sqrt(share / total)


def _law(
    up: Samples,
    rows: Rows,
    motion: Motion,
    drifting: float,
    kept: BoolArray,
    start: Law,
    draws: Draws,
) -> Law:
    """Return the law in the form that all laws have, with the rows that count in it."""
    law = motion.nearest
    near = rows.chosen(~rows.is_front & (np.abs(motion.depth_mm) <= REACH_MM)).samples
    if len(near) == 0:
        near = rows.chosen(~rows.is_front).samples
    line, left = residuals(near, law.onset_s, law.log_lambda, law.drift_mm_s)
    fit = replace(
        start.fit,
        onset_s=law.onset_s,
        log_lambda=law.log_lambda,
        drift_mm_s=law.drift_mm_s,
        has_drift=drifting > 0.5,
        lines=line,
        row_weight=np.ones(len(near)),
        residual=left,
        noise=motion.noise,
        at_bound=law.at_bound,
        onset_free=True,
    )
    return replace(start, fit=fit, rho_mm=law.rho_mm, samples=near, draws=draws, onset_known=True)
