"""Thin-film colours: what a lipid layer of known thickness reflects, seen by a camera.

Pure physics, shared by the simulator (nanometres to colour) and the measurement (colour to
nanometres). Light falls at normal incidence on air | lipid | aqueous tear; the reflection is
Airy's sum over all internal reflections (Born and Wolf, Principles of Optics, section 7.6).
Dispersion and absorption are left out: both are far below the uncertainty of the lipid's index.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from easytear.base.geometry import FloatArray

N_AIR = 1.0
N_LIPID = 1.48
"""Refractive index of meibum; published values lie between 1.43 and 1.53."""
N_AQUEOUS = 1.337

BAND_CENTRE_NM = (610.0, 536.0, 456.0)
"""Centres of the generic camera's red, green and blue bands."""
BAND_SD_NM = (33.0, 36.0, 24.0)
"""Standard deviations of the same bands (Gaussian)."""

MAX_TABLE_NM = 400.0
TABLE_STEP_NM = 0.25


def airy_reflectance(
    thickness_nm: FloatArray | float,
    wavelength_nm: FloatArray | float,
    n_film: float = N_LIPID,
) -> FloatArray:
    """Return the share of light that a film on aqueous reflects.

    Parameters
    ----------
    thickness_nm, wavelength_nm : array
        Broadcast against each other.
    n_film : float
        Refractive index of the film.
    """
    r1 = (N_AIR - n_film) / (N_AIR + n_film)
    r2 = (n_film - N_AQUEOUS) / (n_film + N_AQUEOUS)
    thickness = np.asarray(thickness_nm, dtype=np.float64)
    phase = 4.0 * np.pi * n_film * thickness / np.asarray(wavelength_nm, dtype=np.float64)
    both = 2.0 * r1 * r2 * np.cos(phase)
    share: FloatArray = (r1**2 + r2**2 + both) / (1.0 + (r1 * r2) ** 2 + both)
    return share


def band_weights(wavelength_nm: FloatArray) -> FloatArray:
    """Return the (wavelengths, 3) weights of the red, green, blue bands, each summing to one."""
    centre, sd = np.asarray(BAND_CENTRE_NM), np.asarray(BAND_SD_NM)
    weights = np.exp(-0.5 * ((wavelength_nm[:, None] - centre) / sd) ** 2)
    scaled: FloatArray = weights / weights.sum(axis=0)
    return scaled


def film_colour(thickness_nm: FloatArray | float, n_film: float = N_LIPID) -> FloatArray:
    """Return the linear red, green, blue brightness of a film relative to bare aqueous.

    Parameters
    ----------
    thickness_nm : (...) array
        Film thickness.
    n_film : float
        Refractive index of the film.

    Returns
    -------
    (..., 3) array
        1 for thickness zero. Under white light of a flat spectrum and the generic bands; a real
        camera needs a calibration of its own before nanometres can be read from it.
    """
    wavelength = np.arange(380.0, 721.0, 4.0)
    weights = band_weights(wavelength)
    thickness = np.asarray(thickness_nm, dtype=np.float64)
    share = airy_reflectance(thickness[..., None], wavelength, n_film)
    bare = airy_reflectance(0.0, wavelength, n_film)
    relative: FloatArray = (share @ weights) / (bare @ weights)
    return relative


@lru_cache(maxsize=4)
def _cached_table(n_film: float) -> tuple[FloatArray, FloatArray]:
    thickness = np.arange(0.0, MAX_TABLE_NM + TABLE_STEP_NM, TABLE_STEP_NM)
    colour = film_colour(thickness, n_film)
    thickness.setflags(write=False)
    colour.setflags(write=False)
    return thickness, colour


def colour_table(n_film: float = N_LIPID) -> tuple[FloatArray, FloatArray]:
    """Return thicknesses (n,) in nm, evenly spaced from 0, and their colours (n, 3), read-only."""
    return _cached_table(n_film)
