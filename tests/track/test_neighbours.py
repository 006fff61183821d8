"""Neighbours: gradients and contradictions."""

import numpy as np

from easytear.track.neighbours import contradicts, gradients, neighbours


def test_gradient_of_a_linear_field():
    points = np.random.default_rng(0).uniform(0, 100, (80, 2))
    true = np.array([[0.1, 0.0], [0.05, -0.3]])
    near = neighbours(points, points, 12)
    found = gradients(points @ true.T, points, near)
    np.testing.assert_allclose(np.median(found, axis=0), true, atol=0.05)


def test_contradiction_is_judged_by_the_neighbours_scatter():
    steps = np.array([[0.0, -5.0], [0.0, 0.0]])
    middle = np.tile([0.0, -5.0], (2, 1))
    assert contradicts(steps, middle, np.full(2, 0.1), 0.7).tolist() == [False, True]
