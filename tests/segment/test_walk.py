"""The random walk's smoother against filterpy."""

import numpy as np
from filterpy.kalman import KalmanFilter

from easytear.segment.walk import smoothed_walk


def test_equals_filterpy_with_steps_that_nothing_was_seen_at() -> None:
    rng = np.random.default_rng(3)
    count, k = 14, 5
    noise = list(rng.uniform(0.1, 2.0, (count, k)))
    seen = {
        step: (rng.normal(size=k), rng.uniform(0.2, 3.0, k)) for step in (0, 3, 4, 9, count - 1)
    }
    kf = KalmanFilter(dim_x=k, dim_z=k)
    kf.x, kf.P = np.zeros(k), np.eye(k) * 9.0
    kf.F = kf.H = np.eye(k)
    means, covariances = [], []
    for step in range(count):
        if step:
            kf.predict(Q=np.diag(noise[step]))
        if step in seen:
            kf.update(seen[step][0], R=np.diag(seen[step][1]))
        means.append(kf.x.copy())
        covariances.append(kf.P.copy())
    expected = kf.rts_smoother(
        np.array(means),
        np.array(covariances),
        Qs=[np.diag(one) for one in noise],
        Fs=[np.eye(k)] * count,
    )
    mean, covariance = smoothed_walk(np.full(k, 9.0), noise, seen)
    np.testing.assert_allclose(mean, expected[0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(covariance, expected[1], rtol=1e-12, atol=1e-14)
