import numpy as np
import pytest

from easytear.preprocess.motion import PupilTrace, _doubt, _Steady


def test_a_first_picture_whose_fits_disagree_gives_way_to_those_after_it():
    """Its outline is covered in part: all rays err alike, and their scatter does not tell."""
    count = 30
    x = 100.0 + 0.5 * np.arange(count)
    free = PupilTrace(x, x, np.full(count, 30.0), np.ones(count), np.full(count, 30.0))
    steady = _Steady(
        x.copy(), x.copy(), free.radius_px, np.full(count, 0.1), np.ones(96), np.ones(96)
    )
    assert _doubt(steady, free) == 0.0
    steady.y[0] -= 4.0
    assert _doubt(steady, free) == pytest.approx(4.0 / np.sqrt(2.0), abs=0.1)
