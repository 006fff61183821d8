"""Light that changes everywhere at once, and pictures that show nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray

LEAST_CHANGE = 0.05
"""Light that changes by less than this share is no event: the film's own reflection is as much."""
AGREEMENT = 0.8
"""Share of the places that change in the same direction when light does."""
BLANK = 0.1
"""A picture whose contrast is below this share of the usual shows nothing."""


def blank_frames(cells: NDArray[np.uint8], valid: BoolArray) -> BoolArray:
    """Return (n,): pictures that show nothing, black, white or grey all over.

    Parameters
    ----------
    cells : (n, 2, rows, columns) uint8 array
        From `LidView.cells`.
    valid : (rows, columns) bool array
        Cells that show the scene.
    """
    if not valid.any():
        return np.ones(len(cells), bool)
    deviation = np.array([float(one[0][valid].std()) for one in cells])
    # Half of a video may be lost: the usual picture is among the better ones.
    blank: BoolArray = deviation < max(BLANK * float(np.quantile(deviation, 0.75)), 0.5)
    return blank


def light_changes(
    cells: NDArray[np.uint8], free: BoolArray, valid: BoolArray, lag: int
) -> BoolArray:
    """Return (n - lag,): where light changes between a frame and the one `lag` later."""
    count = len(cells) - lag
    if count < 1:
        return np.zeros(0, bool)
    change, agree = np.zeros(count), np.zeros(count)
    for k in range(count):
        a, b = (cells[i, 0][valid].astype(np.float32) for i in (k, k + lag))
        some = (a > 4) & (a < 250) & (b < 250)
        if some.sum() < 20:
            continue
        ratio = np.log((b[some] + 1.0) / (a[some] + 1.0))
        change[k] = np.median(ratio)
        agree[k] = (ratio * np.sign(change[k]) > 0.3 * abs(change[k])).mean()
    both = free[:count] & free[lag:]
    out: BoolArray = both & (np.abs(change) > LEAST_CHANGE) & (agree > AGREEMENT)
    return out


def light_steps(
    cells: NDArray[np.uint8], valid: BoolArray, blank: BoolArray | None = None
) -> BoolArray:
    """Return (n,): frames beside a sudden change of the light of the whole picture."""
    seen = np.ones(len(cells), bool) if blank is None else ~blank
    step = light_changes(cells, seen, valid, 1)
    beside = np.zeros(len(cells), bool)
    beside[:-1] |= step
    beside[1:] |= step
    return beside
