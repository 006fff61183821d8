"""Motions that wander: errors of the eye's motion, as all tracks share them.

A wandering motion is read as Ornstein and Uhlenbeck's process (a random walk that slowly forgets)
plus independent noise. Its covariance over given times is (1 - white) K + white I, with
K = exp(-|t - s| / memory); once K's eigenvectors are known, every share of white noise is a
diagonal matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.measure.law import TINY

MEMORY_S = (0.05, 0.15, 0.4, 1.0, 3.0, 10.0, 40.0)
WHITE_SHARE = (0.0, 0.001, 0.02, 0.2, 0.6)

# A little white noise is always there, so that the covariance can be inverted.
_LEAST_WHITE = 1e-7
# The fits of one zone ask for the same times again and again.
_KEPT = 8 * len(MEMORY_S)


@dataclass(frozen=True)
class Process:
    """One candidate for a wandering motion.

    Attributes
    ----------
    memory_s, white : float
        Its form.
    log_likelihood : float
        How well it explains the path.
    variance : float
        Variance in mm^2, estimated from `freedom` degrees of freedom.
    freedom : int
        Number of times less the number of free curves.
    """

    memory_s: float
    white: float
    log_likelihood: float
    variance: float
    freedom: int


def processes(time_s: FloatArray, path: FloatArray, tangent: FloatArray) -> list[Process]:
    """Return all candidates with their restricted likelihoods.

    Restricted likelihood (Patterson and Thompson 1971) allows for what free curves have already
    swallowed of the path.

    Parameters
    ----------
    time_s, path : (n,) arrays
        A motion in mm over time.
    tangent : (n, k) array
        Curves whose coefficients were free.
    """
    basis, _ = np.linalg.qr(tangent / np.maximum(np.linalg.norm(tangent, axis=0), TINY))
    return _candidates(time_s, path, basis, restricted=True)


def best_likelihood(time_s: FloatArray, path: FloatArray, tangent: FloatArray) -> float:
    """Return the greatest log likelihood of a path over all wandering processes.

    Parameters
    ----------
    time_s, path : (n,) arrays
        A motion in mm over time.
    tangent : (n, k) array
        Curves whose coefficients are free.
    """
    found = _candidates(time_s, path, tangent, restricted=False)
    return max(process.log_likelihood for process in found)


def draw_paths(
    time_s: FloatArray, process: Process, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Return (draws, n) motions in mm; each with a variance drawn by its own uncertainty."""
    values, vectors = _spectrum(time_s.tobytes(), process.memory_s)
    deviation = np.sqrt(_mixed(values, process.white))
    scale = np.sqrt(process.variance * process.freedom / rng.chisquare(process.freedom, draws))
    normal = rng.standard_normal((draws, len(time_s)))
    paths: FloatArray = ((normal * deviation) @ vectors.T) * scale[:, None]
    return paths


def _candidates(
    time_s: FloatArray, path: FloatArray, tangent: FloatArray, *, restricted: bool
) -> list[Process]:
    n, rank = tangent.shape
    freedom = n - rank if restricted else n
    white = np.array(WHITE_SHARE)
    out: list[Process] = []
    for memory in MEMORY_S:
        values, vectors = _spectrum(time_s.tobytes(), memory)
        spectrum = _mixed(values, white[:, None])
        turned = vectors.T @ np.column_stack([path, tangent])
        inner = (turned.T[None, :, :] / spectrum[:, None, :]) @ turned
        normal, right = inner[:, 1:, 1:], inner[:, 1:, :1]
        swallowed = (right * np.linalg.solve(normal, right))[:, :, 0].sum(axis=1)
        variance = np.maximum((inner[:, 0, 0] - swallowed) / freedom, TINY**2)
        value = freedom * np.log(variance) + np.log(spectrum).sum(axis=1)
        if restricted:
            value = value + np.linalg.slogdet(normal).logabsdet
        out += [
            Process(memory, float(w), -0.5 * float(v), float(s), freedom)
            for w, v, s in zip(white, value, variance, strict=True)
        ]
    return out


def _mixed(values: FloatArray, white: float | FloatArray) -> FloatArray:
    """Return the eigenvalues of (1 - white) K + white I."""
    return np.asarray(np.maximum((1.0 - white) * values, 0.0) + white + _LEAST_WHITE)


@lru_cache(maxsize=_KEPT)
def _spectrum(time_s: bytes, memory_s: float) -> tuple[FloatArray, FloatArray]:
    """Return eigenvalues (n,) and eigenvectors (n, n) of K."""
    t = np.frombuffer(time_s, float)
    found = np.linalg.eigh(np.exp(-np.abs(t[:, None] - t[None, :]) / memory_s))
    return np.asarray(found.eigenvalues), np.asarray(found.eigenvectors)
