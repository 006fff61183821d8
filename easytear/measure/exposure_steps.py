"""The stretches of a film of a grey target in which the exposure stood still."""

from __future__ import annotations

from typing import Final

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.measure.colours import MOST_MISFIT, ColourError

LEAST_S: Final = 0.3
"""A person who turns a dial rests longer at each step; a hand in the way or a flicker passes."""

CLEAR_OF_NOISE: Final = 6.0
"""Standard deviations of the frames' own noise: one in a billion of quiet steps is larger."""


def exposure_steps(time_s: FloatArray, level_dn: FloatArray, count: int) -> list[tuple[int, int]]:
    """Return first and last frame of each step, in order.

    A step is a stretch in which brightness changes from frame to frame by no more than its noise
    and the deviation that a calibration allows; neighbours of one brightness are one step.

    Parameters
    ----------
    time_s, level_dn : (n,) arrays
        Time of each frame and the target's mean grey level in it.
    count : int
        How many steps there are to be.

    Raises
    ------
    ColourError
        If the film shows another number of steps.
    """
    level = np.log(np.maximum(level_dn, 1.0))
    change = np.abs(np.diff(level))
    noise = float(np.median(change)) / 0.6745 if len(change) else 0.0
    jump = np.flatnonzero(change > max(CLEAR_OF_NOISE * noise, MOST_MISFIT))
    edges = np.concatenate([[-1], jump, [len(level) - 1]])
    steps: list[tuple[int, int]] = []
    for first, last in zip(edges[:-1] + 1, edges[1:], strict=True):
        if time_s[last] - time_s[first] < LEAST_S:
            continue
        middle = float(np.median(level[first : last + 1]))
        if steps and abs(middle - np.median(level[steps[-1][0] : steps[-1][1] + 1])) < MOST_MISFIT:
            steps[-1] = (steps[-1][0], int(last))
        else:
            steps.append((int(first), int(last)))
    if len(steps) != count:
        raise ColourError(
            f"{len(steps)} steps of brightness are seen, and {count} exposures were given: hold "
            f"each for {LEAST_S:g} s at least, and change it at once"
        )
    return steps
