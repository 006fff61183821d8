"""From scattered points to a grid and to other points."""

import numpy as np

from easytear.scattered import local_linear, local_linear_at

REACH = np.array([20.0, 10.0])


def _points():
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 100, (300, 2))
    return xy, np.column_stack([0.1 * xy[:, 0], 3 - 0.2 * xy[:, 1]])


def test_a_linear_field_comes_back_on_the_grid_and_at_points():
    xy, values = _points()
    grid = local_linear(np.array([30.0, 60.0]), np.array([50.0]), xy, values, np.ones(300), REACH)
    np.testing.assert_allclose(grid[0, :, 0], [3.0, 6.0], atol=0.1)
    at, sd = local_linear_at(np.array([[30.0, 50.0], [60.0, 50.0]]), xy, values, REACH)
    np.testing.assert_allclose(at, grid[0], atol=0.1)
    assert (sd < 0.1).all()


def test_far_from_all_points_nothing_is_known():
    xy, values = _points()
    at, sd = local_linear_at(np.array([[400.0, 400.0]]), xy, values, REACH)
    assert np.isnan(at).all()
    assert np.isnan(sd).all()
