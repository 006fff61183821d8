import numpy as np

from easytear.base.geometry import Ellipse
from easytear.engine.observe_film import _as_sure_as_the_eye
from easytear.preprocess.records import EyeInInterval, EyeMotion
from easytear.track.records import FilmTracks


def test_doubt_about_rotation_grows_with_the_distance_from_the_pupil() -> None:
    zero = np.zeros(3)
    frame = np.array([0, 1, 2, 2])
    tracks = FilmTracks(
        track=np.zeros(4, int),
        frame=frame,
        x_px=np.array([150.0, 150.0, 150.0, 350.0]),
        y_px=np.full(4, 100.0),
        vx_px_s=np.zeros(4),
        vy_px_s=np.zeros(4),
        sd_px=np.full(4, 0.3),
        observed=np.ones(4, bool),
    )
    known = EyeMotion(zero, zero, zero, zero, np.ones(3, bool), np.array([0.0, 0.1, 0.2]))
    pupil = Ellipse(50.0, 100.0, 30.0, 30.0)
    found = _as_sure_as_the_eye(tracks, EyeInInterval(pupil, known, zero)).sd_px
    away = np.deg2rad([0.0, 0.1, 0.2, 0.2]) * [100.0, 100.0, 100.0, 300.0]
    np.testing.assert_allclose(found, np.hypot(0.3, away))
    unknown = EyeMotion(zero, zero, zero, zero, np.ones(3, bool))
    assert _as_sure_as_the_eye(tracks, EyeInInterval(pupil, unknown, zero)) is tracks
