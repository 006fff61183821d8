"""What was seen in one interval, before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass

from easytear.base.geometry import FloatArray
from easytear.preprocess.records import Cornea, EyeInInterval, Interval
from easytear.results import FilmBreak, Thickness
from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks


@dataclass(frozen=True)
class Observation:
    """Everything seen in one interval of n frames; what the measurement stands on.

    Attributes
    ----------
    index : int
        Number of the interval in the video, from 0.
    interval : Interval
        Its first and last frame, and the blink before.
    time_s : (n,) float array
        Frame times.
    eye, cornea, tracks, front
        What the stages found.
    thickness_nm : (n,) float array
        Median film thickness per frame, NaN where unknown.
    thickness : Thickness or None
        The same over the interval.
    sharpness : (n,) float array
        Focus measure per frame.
    streak_angle_deg : float or None
        Dominant direction of the film's texture.
    breaks : FilmBreak or None
        Where the film broke, without a scale: no length or area in millimetres.
    broken_fraction : (n,) float array or None
        Share of what was watched that lies open in each frame.
    flags : tuple of str
        What the stages want a reader to know.
    watched_s : float or None
        For how long film could be seen: open eye, in focus, no picture lost.
    """

    index: int
    interval: Interval
    time_s: FloatArray
    eye: EyeInInterval
    cornea: Cornea
    tracks: FilmTracks
    front: FilmFront
    thickness_nm: FloatArray
    thickness: Thickness | None
    sharpness: FloatArray
    streak_angle_deg: float | None
    breaks: FilmBreak | None = None
    broken_fraction: FloatArray | None = None
    flags: tuple[str, ...] = ()
    watched_s: float | None = None
