import numpy as np
import pytest

from easytear.preprocess.enhance import (
    average_frame,
    band_pass,
    enhance,
    high_pass,
    sharpen,
)
from easytear.request.settings.preprocess import EnhanceSettings

SETTINGS = EnhanceSettings()
MM_PER_PX = 1.0 / 57.0


def waves(period_px: float) -> np.ndarray:
    x = np.arange(480)
    return np.broadcast_to(120.0 + 20.0 * np.sin(2 * np.pi * x / period_px), (200, 480)).astype(
        np.uint8
    )


def strength(signal: np.ndarray) -> float:
    return float(np.std(signal[:, 80:-80])) / (20.0 / np.sqrt(2.0))


def test_high_pass_keeps_fine_and_removes_coarse_structure():
    assert strength(high_pass(waves(12.0), MM_PER_PX, SETTINGS)) > 0.9
    assert strength(high_pass(waves(240.0), MM_PER_PX, SETTINGS)) < 0.1


def test_high_pass_follows_the_scale():
    # A picture of twice the scale has its structure at twice the period.
    one = strength(high_pass(waves(60.0), MM_PER_PX, SETTINGS))
    two = strength(high_pass(waves(120.0), MM_PER_PX / 2, SETTINGS))
    assert two == pytest.approx(one, abs=0.05)


def test_high_pass_is_a_gaussian_taken_away():
    # Of a wave, a Gaussian of standard deviation s leaves exp(-(2 pi s / period)^2 / 2).
    sigma, period = SETTINGS.high_pass_mm / MM_PER_PX, 60.0
    expected = 1.0 - np.exp(-0.5 * (2 * np.pi * sigma / period) ** 2)
    assert strength(high_pass(waves(period), MM_PER_PX, SETTINGS)) == pytest.approx(
        expected, abs=0.04
    )


def test_band_pass_also_removes_the_finest_structure():
    assert strength(band_pass(waves(3.0), MM_PER_PX, SETTINGS)) < 0.15
    assert strength(band_pass(waves(15.0), MM_PER_PX, SETTINGS)) > 0.7


def test_average_frame_holds_the_still_pattern_and_subtracting_it_shows_the_rest():
    still = waves(30.0)
    rng = np.random.default_rng(0)
    frames = np.stack([still] * 9)
    for k in range(9):
        frames[k, 20 * k : 20 * k + 20] += 15
    average = average_frame(frames)
    np.testing.assert_allclose(average, still)
    settings = EnhanceSettings(subtract_average=True, equalise=False)
    shown = enhance(frames[3], settings, average).astype(float)
    assert shown[60:80].mean() > shown[100:].mean() + 40.0
    assert np.ptp(shown[100:]) <= 1.0
    assert np.array_equal(enhance(frames[3], EnhanceSettings(equalise=False)), frames[3])
    noise = rng.integers(100, 140, (64, 64)).astype(np.uint8)
    assert enhance(noise, EnhanceSettings()).std() > noise.std()


def test_sharpening_raises_fine_contrast_only():
    assert sharpen(waves(8.0), 1.0).std() > 1.5 * waves(8.0).std()
    assert sharpen(waves(240.0), 1.0).std() == pytest.approx(waves(240.0).std(), rel=0.03)
