"""A limbus is told by many rays that agree, however weak; clutter is not, however strong."""

import numpy as np

from easytear.preprocess.polar import RAYS
from easytear.preprocess.rim_evidence import Rim


def clutter(seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 0.03, (RAYS, 200))


def test_a_weak_edge_on_all_rays_is_a_limbus_and_clutter_is_none():
    contrast = clutter()
    contrast[:, 120] += 0.08
    evidence, strength = Rim.of(contrast).evidence(contrast.T)
    assert int(np.argmax(evidence)) == 120
    assert evidence[120] > 10.0
    assert np.delete(evidence, 120).max() < 0.0
    assert 0.05 < strength[120] < 0.12


def test_a_strong_edge_on_a_few_rays_is_a_lid_and_no_limbus():
    contrast = clutter()
    contrast[:20, 120] = 0.9
    evidence, _ = Rim.of(contrast).evidence(contrast.T)
    assert evidence[120] < 0.0


def test_rays_out_of_view_say_nothing():
    contrast = clutter()
    contrast[:, 120] += 0.15
    whole, _ = Rim.of(contrast).evidence(contrast.T)
    contrast[:72, 100:] = np.nan
    half, _ = Rim.of(contrast).evidence(contrast.T)
    assert 0.3 * whole[120] < half[120] < 0.8 * whole[120]
    nothing, _ = Rim.of(contrast).evidence(np.full((1, RAYS), np.nan))
    assert nothing[0] == 0.0
