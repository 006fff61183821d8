"""What is marked in an interval: a reading protocol, and the places it suggests."""

from __future__ import annotations

from typing import Final

import numpy as np
from pydantic import Field

from easytear.annotate.model import Name, Record, Text
from easytear.base.geometry import FloatArray

EDGE_SHARE: Final = 0.1
"""Share of the front's width that is left free at each end: film is seen worst there."""


class Protocol(Record):
    """A reading protocol.

    Attributes
    ----------
    name, title : str
        What it is called, and what it asks for in one sentence.
    points : int
        Film points that are followed in each interval.
    every_frames : int
        A point is set in every so manyeth frame.
    depth_mm : (float, float)
        So far below the front points begin.
    intervals_per_video : int or None
        How many intervals of a video are read, the first ones; None for all.
    """

    name: Name
    title: Text
    points: int = Field(ge=1, le=99)
    every_frames: int = Field(ge=1, le=1000)
    depth_mm: tuple[float, float]
    intervals_per_video: int | None = Field(default=None, ge=1)


ORIGINAL: Final = Protocol(
    name="original",
    title="Five film points just below the front, in every tenth frame of one interval.",
    points=5,
    every_frames=10,
    depth_mm=(0.05, 0.3),
    intervals_per_video=1,
)
"""That of the original paper. The depth is the film that EasyTear's headline numbers speak of."""

DENSE: Final = Protocol(
    name="dense",
    title="Ten film points just below the front, in every fifth frame of every interval.",
    points=10,
    every_frames=5,
    depth_mm=(0.05, 0.3),
)
"""What errors of the tracker are measured with: twice the points and frames."""

PROTOCOLS: Final = {one.name: one for one in (ORIGINAL, DENSE)}


def places(front: FloatArray, protocol: Protocol, mm_per_px: float) -> FloatArray:
    """Return where a protocol's points begin: spread evenly over the width, below the front.

    Depths alternate between a third and two thirds of the protocol's, so that the points are not
    all at one height.

    Parameters
    ----------
    front : ndarray, shape (k, 2)
        The front as an open line, image coordinates, px.
    protocol : Protocol
        How many points, and how deep.
    mm_per_px : float
        Scale.

    Returns
    -------
    ndarray, shape (points, 2)
        Image coordinates from left to right, px.
    """
    order = np.argsort(front[:, 0], kind="stable")
    x, y = front[order].T
    margin = EDGE_SHARE * (x[-1] - x[0])
    along = np.linspace(x[0] + margin, x[-1] - margin, protocol.points)
    low, high = protocol.depth_mm
    share = np.where(np.arange(protocol.points) % 2, 2 / 3, 1 / 3)
    depth = (low + share * (high - low)) / mm_per_px
    return np.column_stack([along, np.interp(along, x, y) + depth])
