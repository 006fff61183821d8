import numpy as np

from easytear.measure.samples import looked_at, track_samples
from easytear.track.records import FilmTracks

TIME = np.arange(40) / 30.0


def tracks() -> FilmTracks:
    """Two points, looked at in every frame at first, then in every fifth."""
    frame = np.tile(np.arange(3, 36), 2)
    track = np.repeat([4, 9], 33)
    x, y = 100.0 * track + frame, 400.0 - 2.0 * frame
    observed = (frame < 10) | (frame % 5 == 0)
    zero = np.zeros(len(frame))
    return FilmTracks(track, frame, x, y, zero, zero, 0.5 + 0.01 * frame, observed)


def test_frames_nobody_looked_at_are_left_out() -> None:
    expected = [0, *range(3, 10), *range(10, 36, 5), 39]
    assert looked_at(tracks(), len(TIME)).tolist() == expected


def test_what_is_left_is_the_same() -> None:
    looked = looked_at(tracks(), len(TIME))
    for few, all_frames in zip(
        track_samples(TIME, tracks(), 0.02, looked),
        track_samples(TIME, tracks(), 0.02),
        strict=True,
    ):
        np.testing.assert_array_equal(few.time_s, TIME[looked])
        np.testing.assert_array_equal(few.value, all_frames.value[:, looked])
        np.testing.assert_array_equal(few.weight, all_frames.weight[:, looked])
        np.testing.assert_allclose(few.place_mm, all_frames.place_mm)
        others = np.setdiff1d(np.arange(len(TIME)), looked)
        assert (all_frames.weight[:, others] == 0).all()


def test_heights_are_up_in_millimetres() -> None:
    up, side = track_samples(TIME, tracks(), 0.02)
    assert up.value[0, 5] == -0.02 * (400.0 - 10.0)
    assert side.value[1, 5] == 0.02 * 905.0
    assert up.value[0, 11] == up.weight[0, 11] == 0.0
