"""What is found of film breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from easytear.base.geometry import FloatArray

Kind = Literal["spot", "line", "area"]


@dataclass(frozen=True)
class FoundBreak:
    """One film break, in eye coordinates.

    Attributes
    ----------
    kind : {"spot", "line", "area"}
        Its shape at the end.
    start_s : float
        Video time at which it is as large as a break must be.
    x_px, y_px : float
        Its middle at the end.
    outline_px : (k, 2) float array
        Its rim at the end.
    area_px2 : (n,) float array
        How much it lays open in each frame of the interval.
    """

    kind: Kind
    start_s: float
    x_px: float
    y_px: float
    outline_px: FloatArray
    area_px2: FloatArray


@dataclass(frozen=True)
class BreakReading:
    """Film breaks of one interval.

    Attributes
    ----------
    watched_from_s, watched_until_s : float
        Video times between which a break would have been told.
    watched_px2 : float
        How much of the cornea was watched.
    ends_in_blink : bool
        Whether a blink ended the interval, and not the recording.
    breaks : tuple of FoundBreak
        In order of time.
    """

    watched_from_s: float
    watched_until_s: float
    watched_px2: float
    ends_in_blink: bool = False
    breaks: tuple[FoundBreak, ...] = ()
