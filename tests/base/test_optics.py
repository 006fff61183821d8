"""Thin-film colours against values worked out by hand and published figures."""

import numpy as np
import pytest

from easytear.base.optics import airy_reflectance, band_weights, colour_table, film_colour

BAND_TABLE = {
    20: (1.17, 1.22, 1.30),
    40: (1.62, 1.77, 1.98),
    60: (2.16, 2.37, 2.61),
    80: (2.61, 2.75, 2.79),
    100: (2.80, 2.74, 2.44),
    120: (2.68, 2.36, 1.76),
    160: (1.77, 1.27, 1.09),
    200: (1.06, 1.29, 2.18),
}
"""Red, green, blue relative to bare aqueous, of a generic camera with Gaussian bands."""


def test_bare_aqueous_reflects_as_fresnel_says() -> None:
    """Without film the surface is that of water: ((1 - n) / (1 + n))**2."""
    assert airy_reflectance(0.0, 550.0) == pytest.approx(((1 - 1.337) / (1 + 1.337)) ** 2)
    assert airy_reflectance(0.0, 550.0) == pytest.approx(0.0208, abs=5e-5)


def test_quarter_wave_is_brightest() -> None:
    """At a quarter wavelength the film reflects ((n0 n2 - n1^2) / (n0 n2 + n1^2))**2."""
    quarter = 550.0 / (4 * 1.48)
    expected = ((1.337 - 1.48**2) / (1.337 + 1.48**2)) ** 2
    assert quarter == pytest.approx(92.9, abs=0.05)
    assert airy_reflectance(quarter, 550.0) == pytest.approx(expected, rel=1e-9)
    assert airy_reflectance(quarter, 550.0) == pytest.approx(0.0585, abs=1e-4)
    bare = airy_reflectance(0.0, 550.0)
    assert airy_reflectance(quarter, 550.0) / bare == pytest.approx(2.8, abs=0.03)


@pytest.mark.parametrize(("index", "brightest"), [(1.43, 0.044), (1.53, 0.075)])
def test_index_sets_the_maximum(index: float, brightest: float) -> None:
    thickness = np.linspace(0, 200, 2001)
    assert airy_reflectance(thickness, 550.0, index).max() == pytest.approx(brightest, abs=6e-4)


def test_half_wave_film_is_invisible() -> None:
    half = 550.0 / (2 * 1.48)
    assert airy_reflectance(half, 550.0) == pytest.approx(float(airy_reflectance(0.0, 550.0)))


@pytest.mark.parametrize("thickness_nm", BAND_TABLE)
def test_band_colours(thickness_nm: int) -> None:
    assert film_colour(float(thickness_nm)) == pytest.approx(BAND_TABLE[thickness_nm], abs=0.01)


def test_brightness_rises_up_to_the_bands_quarter_waves() -> None:
    thickness, colour = colour_table()
    for channel, until in enumerate((100.0, 88.0, 75.0)):
        rising = np.diff(colour[thickness <= until, channel])
        assert (rising[1:] > 0).all()
    peaks = [thickness[:600][colour[:600, channel].argmax()] for channel in range(3)]
    assert peaks == pytest.approx([102.0, 90.0, 77.0], abs=2.0)


def test_weights_sum_to_one() -> None:
    assert band_weights(np.arange(380.0, 720.0)).sum(axis=0) == pytest.approx([1, 1, 1])
