"""From scattered points to a grid and to other points."""

import numpy as np

from easytear.base.scattered import local_bent_at, local_linear, local_linear_at

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


def test_a_bent_field_is_not_flattened():
    xy, _ = _points()
    values = np.column_stack([np.zeros(300), -0.01 * (xy[:, 1] - 50) ** 2])
    points = np.array([[40.0, 50.0], [60.0, 45.0]])
    bent, _ = local_bent_at(points, xy, values, REACH)
    straight, _ = local_linear_at(points, xy, values, REACH)
    true = np.array([0.0, -0.25])
    assert np.abs(bent[:, 1] - true).max() < 0.25
    assert np.abs(straight[:, 1] - true).min() > 0.6


def test_a_straight_field_stays_straight_and_the_deviation_is_honest():
    rng = np.random.default_rng(1)
    points = np.array([[50.0, 50.0]])
    off, claimed = [], []
    for _ in range(200):
        xy = rng.uniform(0, 100, (60, 2))
        values = np.column_stack([0.1 * xy[:, 0], 3 - 0.2 * xy[:, 1]])
        at, sd = local_bent_at(points, xy, values + rng.normal(0, 0.5, values.shape), REACH)
        off.append(at[0] - [5.0, -7.0])
        claimed.append(sd[0])
    assert 0.7 < np.std(off) / np.sqrt(np.mean(np.square(claimed))) < 1.3
