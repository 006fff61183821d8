"""White balance that jumps or drifts changes the tint everywhere; film and lids do not."""

import numpy as np
import pytest

from easytear.preprocess.tint import tint_cells, tint_changes

TIME_S = np.arange(120) / 30.0
FRAMES = list(range(0, 120, 3))
FREE = np.ones(120, bool)
EYE = np.random.default_rng(3).uniform(60, 180, (240, 320, 3))
BOX = (20, 10, 300, 230)


def changing(light, film=0.0) -> np.ndarray:
    """Return the marked frames of an eye under a light; film spreads over its lower half."""
    cells = []
    for frame in FRAMES:
        picture = EYE * np.asarray(light(TIME_S[frame]))
        spread = film * (1.0 - np.exp(-TIME_S[frame] / 0.5))
        picture[130:] *= 1.0 + spread * np.array([-1.0, 0.0, 1.0])
        cells.append(tint_cells(np.clip(picture, 0, 255).astype(np.uint8), BOX))
    return np.flatnonzero(tint_changes(cells, FRAMES, TIME_S, FREE))


def test_a_step_of_the_white_balance_is_where_it_is():
    found = changing(lambda t: (1.1, 1.0, 0.9) if t < 2.0 else (0.9, 1.0, 1.05))
    assert found.min() >= 57
    assert found.max() <= 63
    assert 60 in found


def test_a_drift_of_the_colour_temperature_lasts():
    found = changing(lambda t: (1.0 - 0.06 * t, 1.0, 1.0 + 0.05 * t))
    assert len(found) > 100


@pytest.mark.parametrize(
    "gain", [lambda t: 1.0, lambda t: 0.6 + 0.15 * t, lambda t: 1 - 0.5 * (t > 2)]
)
def test_brightness_and_film_are_no_change_of_tint(gain):
    assert len(changing(lambda t: (gain(t),) * 3, film=0.25)) == 0


def test_the_dark_of_a_lost_picture_says_nothing():
    assert len(changing(lambda t: (1.0, 1.0, 1.0) if t < 2.0 else (0.0, 0.0, 0.02))) == 0
