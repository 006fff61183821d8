"""The limbus' midpoint, sharp or soft, with film on the cornea and a lid below."""

import numpy as np
import pytest

from easytear.base.geometry import Ellipse
from easytear.preprocess.limbus import find_limbus

HALF, DOWN = 150.0, 136.0


def _eye(soft_mm: float, film: float) -> np.ndarray:
    """Light of an eye whose limbus rises over `soft_mm`, its film's image ending there."""
    yy, xx = np.mgrid[:400, :480].astype(float)
    level = np.hypot((xx - 240) / HALF, (yy - 200) / DOWN)
    rise = 0.5 + 0.5 * np.tanh((level - 1.0) * 5.85 / (0.5 * soft_mm))
    light = 0.05 + 0.35 * rise + film * np.clip((1.03 - level) / 0.06, 0, 1)
    light[level < 0.3] = 0.01
    light[yy < 110] = 0.3  # the upper lid
    light[yy > 345] = 0.15  # the lower lid, a little below the limbus
    noise = np.random.default_rng(5).normal(0, 2.0, light.shape)
    return np.clip(255 * light ** (1 / 1.5) + noise, 0, 255).astype(np.float32)


@pytest.mark.parametrize("soft_mm", [0.15, 0.6, 1.2])
@pytest.mark.parametrize("film", [0.0, 0.12])
def test_the_limbus_is_where_half_of_the_light_has_changed(soft_mm: float, film: float) -> None:
    found = find_limbus(_eye(soft_mm, film), Ellipse(240.0, 200.0, 45.0, 45.0))

    assert found is not None
    assert found.ellipse.rx_px == pytest.approx(HALF, rel=0.02)
    assert found.ellipse.ry_px == pytest.approx(DOWN, rel=0.03)
    # The claimed deviation holds the truth and is of use.
    off = 2.0 * abs(found.ellipse.rx_px - HALF)
    assert off < 2.5 * found.width_sd_px
    assert found.width_sd_px < 0.03 * 2.0 * HALF
