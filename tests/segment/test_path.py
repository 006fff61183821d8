import numpy as np

from easytear.segment.path import best_path


def _ridge() -> tuple[np.ndarray, np.ndarray]:
    row = (15 + 5 * np.sin(np.arange(40) / 6)).round().astype(int)
    score = np.zeros((30, 40))
    score[row, np.arange(40)] = 5.0
    return score, row


def test_a_path_follows_the_ridge_and_pays_for_climbing() -> None:
    score, ridge = _ridge()
    path = best_path(score, 0.1)
    np.testing.assert_array_equal(path.row, ridge)
    assert path.inside.all()
    assert abs(path.score - (5.0 * 40 - 0.1 * np.abs(np.diff(ridge)).sum())) < 1e-9


def test_with_free_ends_it_runs_only_where_the_ridge_does() -> None:
    score, ridge = _ridge()
    score -= 1.0
    score[:, :8] = score[:, 31:] = -1.0
    # Something else, apart from the ridge: forced to go on, a path would go there.
    score[2, :4] = 0.5
    path = best_path(score, 0.1, free_ends=True)
    np.testing.assert_array_equal(np.flatnonzero(path.inside), np.arange(8, 31))
    np.testing.assert_array_equal(path.row[8:31], ridge[8:31])
    assert (path.row[:8] == ridge[8]).all()
    assert (path.row[31:] == ridge[30]).all()
    assert not np.array_equal(best_path(score, 0.1).row[:8], path.row[:8])


def test_a_gap_is_bridged_where_more_is_gained_beyond_it() -> None:
    score, _ = _ridge()
    score -= 1.0
    score[:, 15:20] = -1.0
    path = best_path(score, 0.1, free_ends=True)
    assert path.inside.all()
    score[:, 15:20] = -30.0
    path = best_path(score, 0.1, free_ends=True)
    np.testing.assert_array_equal(np.flatnonzero(path.inside), np.arange(20, 40))


def test_the_best_single_column_is_a_path_where_nothing_speaks_for_one() -> None:
    score = np.full((6, 9), -2.0)
    score[3, 4] = -1.0
    path = best_path(score, 0.1, free_ends=True)
    assert path.inside.sum() == 1
    assert path.row[4] == 3
    assert path.score == -1.0
