"""The batched filter against filterpy."""

import numpy as np
from filterpy.kalman import KalmanFilter

from easytear.track import kalman
from easytear.track.kalman import Rows, smooth


def _by_filterpy(z, seen, dt, r, q, v0_var, v0):
    kf = KalmanFilter(dim_x=2, dim_z=1)
    kf.x = np.array([z[0], v0])
    kf.P = np.diag([r[0], v0_var])
    kf.H = np.array([[1.0, 0.0]])
    xs, ps, fs, qs = [kf.x.copy()], [kf.P.copy()], [np.eye(2)], [np.zeros((2, 2))]
    for k in range(1, len(z)):
        f = np.array([[1.0, dt[k]], [0.0, 1.0]])
        noise = q[k] * np.array([[dt[k] ** 3 / 3, dt[k] ** 2 / 2], [dt[k] ** 2 / 2, dt[k]]])
        kf.predict(F=f, Q=noise)
        kf.update(np.array([z[k]]) if seen[k] else None, R=np.array([[r[k]]]))
        xs.append(kf.x.copy())
        ps.append(kf.P.copy())
        fs.append(f)
        qs.append(noise)
    x, p, _, _ = kf.rts_smoother(np.array(xs), np.array(ps), Fs=fs, Qs=qs)
    return x, p


def test_equals_filterpy_on_ragged_tracks_with_gaps():
    rng = np.random.default_rng(3)
    lengths = [40, 7, 1, 23]
    start = np.concatenate([[0], np.cumsum(lengths)])
    m = start[-1]
    dt = rng.uniform(0.02, 0.06, m)
    z = np.cumsum(rng.normal(0, 1, (m, 2)), axis=0)
    seen = rng.random(m) > 0.3
    seen[start[:-1]] = True
    r, q = rng.uniform(0.05, 0.5, m), rng.uniform(10, 500, m)
    v0, v0_var = rng.normal(0, 20, (4, 2)), rng.uniform(10, 1000, 4)
    ours = smooth(Rows(start, dt), z, seen, r, q, v0_var, v0)
    for t in range(4):
        rows = slice(start[t], start[t + 1])
        for axis in range(2):
            x, p = _by_filterpy(
                z[rows, axis], seen[rows], dt[rows], r[rows], q[rows], v0_var[t], v0[t, axis]
            )
            np.testing.assert_allclose(ours.position[rows, axis], x[:, 0], atol=1e-9)
            np.testing.assert_allclose(ours.velocity[rows, axis], x[:, 1], atol=1e-9)
            np.testing.assert_allclose(ours.variance[rows], p[:, 0, 0], atol=1e-9)


def test_surprise_is_one_where_the_noise_is_as_told():
    rng = np.random.default_rng(5)
    n, length, dt, r, q = 60, 80, 0.033, 0.25, 300.0
    velocity = np.cumsum(rng.normal(0, np.sqrt(q * dt), (n, length, 2)), axis=1)
    z = np.cumsum(velocity * dt, axis=1) + rng.normal(0, np.sqrt(r), (n, length, 2))
    m = n * length
    rows = Rows(np.arange(0, m + 1, length), np.full(m, dt))
    ours = smooth(
        rows, z.reshape(-1, 2), np.ones(m, bool), np.full(m, r), np.full(m, q),
        np.full(n, 1e4), np.zeros((n, 2)),
    )  # fmt: skip
    late = ours.surprise.reshape(n, length)[:, 10:]
    assert 0.9 < np.nanmean(late) < 1.1


def test_no_track_is_smoothed_to_nothing():
    none = np.zeros(0)
    ours = smooth(
        Rows(np.zeros(1, int), none), np.zeros((0, 2)), none > 0, none, none, none, np.zeros((0, 2))
    )
    assert ours.position.shape == (0, 2)
    assert len(ours.variance) == 0


def test_many_rows_are_smoothed_as_few(monkeypatch):
    rng = np.random.default_rng(8)
    lengths = rng.integers(1, 40, 30)
    start = np.concatenate([[0], np.cumsum(lengths)])
    m = int(start[-1])
    seen = rng.random(m) > 0.3
    seen[start[:-1]] = True
    given = (
        Rows(start, np.full(m, 0.033)), rng.normal(0, 1, (m, 2)), seen, rng.uniform(0.05, 0.5, m),
        rng.uniform(10, 500, m), rng.uniform(10, 1000, 30), rng.normal(0, 20, (30, 2)),
    )  # fmt: skip
    together = smooth(*given)
    monkeypatch.setattr(kalman, "ROWS_AT_ONCE", 64)
    apart = smooth(*given)
    for name in ("position", "velocity", "variance", "surprise"):
        np.testing.assert_array_equal(getattr(apart, name), getattr(together, name))
