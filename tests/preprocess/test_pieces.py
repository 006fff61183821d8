import numpy as np

from easytear.preprocess.pieces import PIECE, in_pieces


def test_many_frames_are_treated_as_a_few() -> None:
    lengths = []

    def work(a, b):
        lengths.append(len(a))
        return a + b, a.sum(axis=1)

    rng = np.random.default_rng(1)
    a, b = rng.random((2 * PIECE + 3, 5)), rng.random((2 * PIECE + 3, 1))
    total, row = in_pieces(work, a, b)
    assert max(lengths) == PIECE
    np.testing.assert_array_equal(total, a + b)
    np.testing.assert_array_equal(row, a.sum(axis=1))


def test_no_frame_gives_nothing() -> None:
    (empty,) = in_pieces(lambda a: (2.0 * a,), np.zeros((0, 4)))
    assert empty.shape == (0, 4)
