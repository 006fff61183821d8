"""Which rows follow the film, and which are held back by what stands still.

The still iris and lash pattern is as strong as the film's. A point that has locked on to it stands
still or follows the film in part: its amplitude is any share of the film's. Such rows can be the
half of all, so no median survives them; but they scatter while those that follow the film agree.
Amplitudes are therefore read as a mixture, fitted by expectation and maximisation (Dempster,
Laird and Rubin 1977): normal about the film's own amplitude, which changes linearly over the
zone, or anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.geometry import BoolArray, FloatArray

LOWEST, HIGHEST = -0.2, 1.6
"""Where the amplitudes of rows that do not follow the film may lie, in units of the film's."""

NARROWEST, WIDEST = 0.02, 0.15
"""Bounds of the film's own scatter about its linear change, relative to its amplitude."""

ROUNDS = 40
TINY = 1e-12


@dataclass(frozen=True)
class Following:
    """Which rows follow the film.

    Attributes
    ----------
    chance : (t,) array
        Probability that a row follows the film.
    coefficient : (p,) array
        The film's amplitude as a linear function of the design.
    trend_mm : (t,) array
        That function at every row.
    scatter_mm : float
        Standard deviation of the film's own amplitudes about it.
    """

    chance: FloatArray
    coefficient: FloatArray
    trend_mm: FloatArray
    scatter_mm: float


def following(
    amplitude_mm: FloatArray, sd_mm: FloatArray, design: FloatArray, known: BoolArray
) -> Following:
    """Return which rows follow the film.

    Parameters
    ----------
    amplitude_mm, sd_mm : (t,) arrays
        Amplitudes of the rows and their standard deviations.
    design : (t, p) array
        Where each row lies in the zone: a column of ones, then coordinates about the zone's
        middle.
    known : (t,) bool array
        Rows whose amplitude can tell; the others get the common share. At least one.
    """
    a, sd, x = amplitude_mm[known], sd_mm[known], design[known]
    coefficient: FloatArray = np.zeros(design.shape[1])
    coefficient[0] = _start(a)
    scatter, share = 0.08 * abs(coefficient[0]), 0.6
    chance = np.full(len(a), share)
    for _ in range(ROUNDS):
        trend = x @ coefficient
        level = max(abs(float(coefficient[0])), 1e-6)
        spread = np.sqrt(scatter**2 + sd**2)
        inside = share * np.exp(-0.5 * ((a - trend) / spread) ** 2) / (2.5066 * spread)
        anywhere = (1.0 - share) / ((HIGHEST - LOWEST) * level + sd)
        chance = inside / (inside + anywhere)
        if chance.sum() < 1e-3:
            break
        coefficient = _regression(a, x, chance / spread**2)
        away = (a - x @ coefficient) ** 2 - sd**2
        variance = float((chance * away).sum() / chance.sum()) / level**2
        scatter = level * float(np.sqrt(np.clip(variance, NARROWEST**2, WIDEST**2)))
        share = float(np.clip(chance.mean(), 0.05, 0.98))
    out = np.full(len(amplitude_mm), share)
    out[known] = chance
    return Following(out, coefficient, design @ coefficient, scatter)


def _start(amplitude_mm: FloatArray) -> float:
    """Return a first guess: an upper quantile of those that move a third as far as the most."""
    most = float(np.quantile(amplitude_mm, 0.9))
    moving = amplitude_mm[amplitude_mm > most / 3.0]
    return float(np.quantile(moving, 0.6)) if len(moving) else most


def _regression(a: FloatArray, x: FloatArray, weight: FloatArray) -> FloatArray:
    """Return weighted least squares; a weak prior keeps slopes that nothing tells at zero."""
    normal = (x * weight[:, None]).T @ x
    prior = np.full(x.shape[1], 1e-3 * float(weight.sum()))
    prior[0] = 0.0
    solved: FloatArray = np.linalg.solve(
        normal + np.diag(prior) + TINY * np.eye(x.shape[1]), (x * weight[:, None]).T @ a
    )
    return solved


def linear_weights(design: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the weights (t,) by which amplitudes make the trend's value in the zone's middle."""
    prior = np.full(design.shape[1], 1e-3 * float(weight.sum()))
    prior[0] = 0.0
    normal = (design * weight[:, None]).T @ design + np.diag(prior)
    normal += TINY * float(weight.sum()) * np.eye(design.shape[1])
    first = np.linalg.solve(normal, np.eye(design.shape[1])[0])
    out: FloatArray = (design @ first) * weight
    return out / float(out.sum())
