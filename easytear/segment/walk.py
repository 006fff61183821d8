"""Kalman filter and smoother of a state that wanders: a random walk, seen now and then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from easytear.base.geometry import FloatArray


def smoothed_walk(
    variance: FloatArray,
    noise: Sequence[FloatArray],
    seen: Mapping[int, tuple[FloatArray, FloatArray]],
) -> tuple[FloatArray, FloatArray]:
    """Return the means (n, k) and covariances (n, k, k) of a random walk of k numbers.

    A Kalman filter (Joseph's form) and Rauch-Tung-Striebel smoother whose transition and
    measurement are the identity; the same as filterpy's, whose loading takes half a second.

    Parameters
    ----------
    variance : (k,) float array
        Of the state at the beginning, whose mean is 0.
    noise : sequence of n (k,) float arrays
        Variance by which the state wanders on its way to each step; the first is not used.
    seen : mapping
        What was measured at some steps: values (k,) and their variances (k,).
    """
    count, k = len(noise), len(variance)
    means, covariances = np.empty((count, k)), np.empty((count, k, k))
    mean, covariance, one = np.zeros(k), np.diag(variance), np.eye(k)
    for step in range(count):
        if step:
            covariance = covariance + np.diag(noise[step])
        if step in seen:
            value, scatter = seen[step]
            gain = covariance @ np.linalg.inv(covariance + np.diag(scatter))
            mean = mean + gain @ (value - mean)
            rest = one - gain
            covariance = rest @ covariance @ rest.T + gain @ np.diag(scatter) @ gain.T
        means[step], covariances[step] = mean, covariance
    for step in range(count - 2, -1, -1):
        predicted = covariances[step] + np.diag(noise[step + 1])
        back = covariances[step] @ np.linalg.inv(predicted)
        means[step] += back @ (means[step + 1] - means[step])
        covariances[step] += back @ (covariances[step + 1] - predicted) @ back.T
    return means, covariances
