"""The best line from left to right through a picture of scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray

IntArray = NDArray[np.int_]

# Steepest slope of a path.
_STEEPEST = 4


@dataclass(frozen=True)
class Path:
    """A line through a picture.

    Attributes
    ----------
    row : (w,) int array
        Row in each column; where the path does not run, that of its nearer end.
    inside : (w,) bool array
        Where it runs.
    score : float
        Sum of the scores on it, less what its climbs cost.
    """

    row: IntArray
    inside: BoolArray
    score: float


def best_path(score: FloatArray, climb_cost: float, *, free_ends: bool = False) -> Path:
    """Return the best path from left to right.

    Dynamic programming: the sum of scores less `climb_cost` for each row up or down, at most
    four rows from column to column.

    Parameters
    ----------
    score : (h, w) float array
        What a path gains in each cell.
    climb_cost : float
        What it pays for each row up or down.
    free_ends : bool
        Whether it may begin and end in any column, as an edge does that does not reach across
        the picture; scores must then be below 0 where there rather is none.
    """
    height, width = score.shape
    reach = 2 * _STEEPEST + 1
    total = np.full(height + reach - 1, -np.inf)
    inner = total[_STEEPEST : _STEEPEST + height]
    inner[:] = score[:, 0]
    near = np.lib.stride_tricks.sliding_window_view(total, reach)
    cost = climb_cost * np.abs(np.arange(reach) - _STEEPEST)
    rows = np.arange(height)
    afresh = 0.0 if free_ends else -np.inf
    came = np.full((height, width), -1)
    ends = np.full((width, 2), -np.inf)
    for column in range(width):
        if column:
            options = near - cost
            choice = options.argmax(axis=1)
            best = options[rows, choice]
            came[:, column] = np.where(best > afresh, rows + choice - _STEEPEST, -1)
            inner[:] = np.maximum(best, afresh) + score[:, column]
        if free_ends or column == width - 1:
            ends[column] = inner.max(), inner.argmax()
    last = int(ends[:, 0].argmax())
    return _walked_back(came, int(ends[last, 1]), last, float(ends[last, 0]))


def _walked_back(came: IntArray, row: int, column: int, score: float) -> Path:
    """Return the path that ends in a cell; `came` (h, w) holds the row before, -1 at a start."""
    path = np.full(came.shape[1], row)
    inside = np.zeros(came.shape[1], bool)
    while True:
        path[: column + 1] = row
        inside[column] = True
        if came[row, column] < 0:
            return Path(path, inside, score)
        row, column = int(came[row, column]), column - 1
