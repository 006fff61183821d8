"""Work over many frames, a piece at a time: what lies between needs memory for one piece only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

PIECE = 256
"""Frames in a piece."""


def in_pieces(work: Callable[..., tuple[Any, ...]], *arrays: Any) -> tuple[Any, ...]:
    """Return what `work(*arrays)` returns, done for some hundred frames after the other.

    Parameters
    ----------
    work : callable
        Treats every frame by itself; returns arrays whose first axis are the frames.
    *arrays : (n, ...) arrays
        Frames along the first axis.
    """
    count = len(arrays[0])
    starts = range(0, max(count, 1), PIECE)
    done = [work(*(a[start : start + PIECE] for a in arrays)) for start in starts]
    return tuple(np.concatenate(parts) for parts in zip(*done, strict=True))
