"""Where exactly the limbus lies: the midpoint of the rise from iris to white, sector by sector.

A limbus is a band, from a tenth of a millimetre wide to more than one. What is called its edge is
the place at which half of the light has changed from the iris's to the sclera's, sharp or soft. It
is found by fitting each sector's profile with a smooth step whose softness the sectors share.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.preprocess.polar import FINE, RAYS, Polar

SECTORS = 36
RAYS_EACH = RAYS // SECTORS

_SPACING = 0.006
_U = np.arange(-40, 41) * _SPACING
"""Profiles are looked at so far on either side, as the logarithm of the distance (1.4 mm)."""

PLACES = np.linspace(-0.12, 0.12, 49)
"""Where the edge is looked for beside the model."""

_SOFT = np.geomspace(0.008, 0.13, 9)
"""Half of the rise's width: as sharp as a pixel, to 1.5 mm from a tenth to nine tenths."""

_WIDE = 0.14
"""Half the window in which softness is told; 0.8 mm."""

_FILM_SOFT = 0.015
"""Half the width over which the tear film's mirror image ends at the limbus: the conjunctiva is
rough."""

_HELD = (1e-9, 1e-9, 0.02, 0.04, 0.04, 0.1)
"""Weights of what holds film, slopes and dark ring near none, in units of the step's squares."""

_APART = 4.0
"""Clutter of so many samples is alike: texture and film are no white noise."""

_ALIKE = 2.0
"""So many neighbouring sectors err together (20 degrees)."""


@dataclass(frozen=True)
class Profiles:
    """What each sector tells about the place of the limbus.

    Attributes
    ----------
    likely : (SECTORS, places) float array
        Likelihood of the edge at each of `PLACES` beside the model, of mean 1 over them; all 1
        where there is no rise or it is not in view.
    soft : float
        Half of the width of the rise from iris to white, as the logarithm of a distance.
    """

    likely: FloatArray
    soft: float

    def evidence(self, off: FloatArray, shown: FloatArray) -> FloatArray:
        """Return the logarithm of the likelihood of an edge at `off` in all sectors together.

        Parameters
        ----------
        off : (..., SECTORS) float array
            Logarithm of the edge's distance over that of the model.
        shown : (SECTORS,) float array
            How likely each sector shows the limbus and not a lid, a lash, a lamp.
        """
        place = (off - PLACES[0]) / (PLACES[1] - PLACES[0])
        low = np.clip(np.floor(place).astype(int), 0, len(PLACES) - 2)
        part = np.clip(place - low, 0.0, 1.0)
        rows = np.arange(SECTORS)
        value = (1.0 - part) * self.likely[rows, low] + part * self.likely[rows, low + 1]
        total: FloatArray = np.log(1.0 - shown + shown * value).sum(axis=-1) / _ALIKE
        return total


@cache
def _design() -> FloatArray:
    """Return (softnesses, places, samples, 6) parts of which a profile is made.

    Level, rise to white, the end of the film's reflection on the cornea, slopes of iris and
    sclera, and the dark ring inside many a limbus.
    """
    soft, place, u = _SOFT[:, None, None], PLACES[None, :, None], _U[None, None, :]
    rise = 0.5 + 0.5 * np.tanh((u - place) / np.hypot(soft, 0.8 * FINE))
    away = np.broadcast_to(u - place, rise.shape)
    film = 0.5 + 0.5 * np.tanh(away / np.hypot(_FILM_SOFT, 0.8 * FINE))
    ring = (1.0 - rise) * np.exp(-(((away + 0.07) / 0.06) ** 2))
    slopes = [np.minimum(away, 0.0), np.maximum(away, 0.0)]
    return np.stack([np.ones_like(rise), rise, film, *slopes, ring], axis=-1)


def _misfit(profiles: FloatArray, known: FloatArray, design: FloatArray) -> FloatArray:
    """Return (sectors, ...) squares left by the best step at each place; infinite if it falls.

    Parameters
    ----------
    profiles, known : (sectors, samples) float arrays
        Brightness, and what each sample counts.
    design : (..., samples, parts) float array
        Of which profiles are made.
    """
    shape, samples = design.shape[:-2], design.shape[-2]
    flat = np.moveaxis(design.reshape(-1, samples, len(_HELD)), 1, 0)
    pairs = (flat[..., :, None] * flat[..., None, :]).reshape(samples, -1)
    normal = (known @ pairs).reshape(len(known), -1, len(_HELD), len(_HELD)) + np.diag(_HELD)
    right = ((known * profiles) @ flat.reshape(samples, -1)).reshape(len(known), -1, len(_HELD))
    parts = np.linalg.solve(normal, right[..., None])[..., 0]
    left = (known * profiles**2).sum(axis=1)[:, None] - (right * parts).sum(axis=-1)
    left = np.where(parts[..., 1] > 0, np.maximum(left, 1e-9), np.inf)
    return left.reshape(len(known), *shape)


def limbus_profiles(polar: Polar, model_px: FloatArray, counts: FloatArray) -> Profiles:
    """Return where each sector's profile lies beside a model of the limbus.

    Parameters
    ----------
    polar : Polar
        The picture along rays.
    model_px : (RAYS,) float array
        Distance of the limbus on each ray, right to about a tenth.
    counts : (SECTORS,) float array
        What each sector counts towards the common softness.
    """
    lines = polar.along(polar.fine, model_px[:, None] * np.exp(_U))
    sectors = lines.reshape(SECTORS, RAYS_EACH, len(_U))
    number = np.isfinite(sectors).sum(axis=1)
    whole = (number >= 0.5 * RAYS_EACH).astype(float)
    mean = np.where(np.isfinite(sectors), sectors, 0.0).sum(axis=1) / np.maximum(number, 1)
    mean = mean - (mean * whole).sum(axis=1, keepdims=True) / np.maximum(
        whole.sum(axis=1, keepdims=True), 1
    )
    design = _design()
    known = whole / (1.0 + (_U / _WIDE) ** 4)
    free = known.sum(axis=1) / _APART
    with np.errstate(all="ignore"):
        best = np.log(_misfit(mean, known, design).min(axis=2))
        total = np.where(np.isfinite(best), best * (free * counts)[:, None], 0.0).sum(axis=0)
    k = int(np.argmin(total))
    soft = float(_SOFT[k])
    known = whole / (1.0 + (_U / (0.05 + 1.5 * soft)) ** 4)
    left = _misfit(mean, known, design[k])
    free = known.sum(axis=1) / _APART
    with np.errstate(all="ignore"):
        lowest = left.min(axis=1, keepdims=True)
        likely = np.exp(-0.5 * free[:, None] * np.log(left / lowest))
    likely = np.nan_to_num(likely)
    mean = likely.mean(axis=1, keepdims=True)
    return Profiles(np.where(mean > 0, likely / np.where(mean > 0, mean, 1.0), 1.0), soft)
