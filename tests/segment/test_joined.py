import numpy as np

from easytear.segment.edge import joined

MM = 0.03


def line() -> tuple[np.ndarray, np.ndarray]:
    row = np.full(300, 150.0)
    sure = np.zeros(300, bool)
    sure[60:200] = True
    return row, sure


def test_a_stretch_at_the_same_height_belongs_to_the_front() -> None:
    row, sure = line()
    sure[230:260] = True
    np.testing.assert_array_equal(joined(row, sure, MM), sure)


def test_a_short_stretch_far_above_is_something_else() -> None:
    row, sure = line()
    main = sure.copy()
    sure[230:260] = True
    row[225:] = 50.0
    np.testing.assert_array_equal(joined(row, sure, MM), main)


def test_a_steep_finger_without_a_gap_stays() -> None:
    row, sure = line()
    row[120:130] = 60.0
    np.testing.assert_array_equal(joined(row, sure, MM), sure)


def test_stretches_to_the_left_are_judged_from_their_near_end() -> None:
    row, sure = line()
    sure[10:40] = True
    row[:40] = np.linspace(60.0, 150.0, 40)
    np.testing.assert_array_equal(joined(row, sure, MM), sure)


def test_nothing_sure_leaves_nothing() -> None:
    row, sure = line()
    sure[:] = False
    assert not joined(row, sure, MM).any()
