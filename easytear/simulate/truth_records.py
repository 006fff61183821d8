"""Records of the truth: blinks, intervals, spread laws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.simulate.motion import FilmMotion


@dataclass(frozen=True)
class TrueBlink:
    """A blink; frames from 0, both inside it. `closure`: the lid's greatest share of its way."""

    start_frame: int
    end_frame: int
    complete: bool
    closure: float | None = None


@dataclass(frozen=True)
class TrueEvent:
    """What is no blink: `kind` as in the results ("light", "exposure", "focus"), and its cause."""

    kind: str
    start_frame: int
    end_frame: int
    cause: str = ""


@dataclass(frozen=True)
class Law:
    """A true spread law: rho (1 - exp(-(t - onset) / lambda)) + drift (t - onset), upwards."""

    rho_mm: float
    lambda_s: float
    onset_s: float
    drift_mm_s: float
    initial_velocity_mm_s: float


@dataclass(frozen=True)
class TrueInterval:
    """Open eye between two blinks; frames from 0, both inside it.

    Attributes
    ----------
    motion : FilmMotion
        The film's displacement, in the simulator's eye frame.
    front_px : (n, 2) float array
        Material points of the front in the same frame, one per column.
    film_visible : bool
        False where the scene has no film.
    law_visible : bool
        False where the spread began before the video, so that no law can be found.
    """

    index: int
    start_frame: int
    end_frame: int
    blink_before: TrueBlink | None
    motion: FilmMotion
    front_px: FloatArray
    film_visible: bool
    law_visible: bool


def laws_at(motion: FilmMotion, material_px: FloatArray) -> FloatArray:
    """Return (n, 3) rho_mm, lambda_s, drift_mm_s of material points in the eye frame."""
    x, y = material_px[:, 0], material_px[:, 1]
    height = motion.height_mm(x, y)
    drift = motion.law.drift_mm_s * motion.profile(height)
    return np.column_stack([motion.amplitude(x, height), motion.lambda_at(height), drift])


def mean_law(motion: FilmMotion, material_px: FloatArray) -> Law:
    """Return the mean law: lambda weighted by rho, velocity the mean of rho / lambda."""
    laws = laws_at(motion, material_px)
    rho, lam = laws[:, 0], laws[:, 1]
    weight = np.maximum(rho, 1e-9)
    return Law(
        float(rho.mean()),
        float(np.average(lam, weights=weight)),
        motion.onset_s,
        float(laws[:, 2].mean()),
        float((rho / lam).mean()),
    )
