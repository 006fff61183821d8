"""The same film filmed otherwise: changes of a video that say what they must do to its numbers.

A change takes the frames of a video and gives those of another one, with its times and the way
in which it is written. What a change does to the numbers is known exactly: where a point of the
picture comes to lie, by what the clock is stretched. Everything else has to stay as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import ByteArray, FloatArray
from easytear.video import FrameReader, VideoWriter

NEARLY_LOSSLESS_CRF = 14.0
"""Quality of H.264 where compression is not the change."""

IntArray = NDArray[np.integer[Any]]
Draw = Callable[[ByteArray, int], ByteArray]
"""Takes a blue-green-red frame and its number in the new video, gives the new frame."""
Place = Callable[[int], FloatArray]
"""Gives, for a frame of the new video, the (2, 3) affine map from old to new pixels."""


@dataclass(frozen=True, eq=False)
class Film:
    """The video that is changed: size, times of its frames, mean brightness (blue-green-red)."""

    width_px: int
    height_px: int
    time_s: FloatArray
    mean: FloatArray

    @property
    def fps(self) -> float:
        """Frames per second."""
        return float((len(self.time_s) - 1) / (self.time_s[-1] - self.time_s[0]))

    @property
    def middle(self) -> tuple[float, float]:
        """Centre of the picture, x and y."""
        return (self.width_px - 1) / 2.0, (self.height_px - 1) / 2.0


def _same(picture: ByteArray, _: int) -> ByteArray:
    return picture


@dataclass(frozen=True, eq=False)
class Plan:
    """How the new video is made, and what its numbers are to be.

    Attributes
    ----------
    size : (int, int), optional
        Width and height of the new frames as shown; those of the old ones without it.
    draw : callable
        Makes a new frame from an old one.
    place : (2, 3) float array, or a callable
        Where pixels of the old picture lie in the new one; a callable gives it by frame.
    frames : (n,) int array, optional
        Number of the old frame that each new one shows; all in order without it.
    time_s : (n,) float array, optional
        Times of the new frames; those of the old frames without it.
    clock : float
        New seconds to an old one.
    suffix : str
        Of the file.
    writer : mapping
        Options of `easytear.video.VideoWriter`.
    """

    size: tuple[int, int] | None = None
    draw: Draw = _same
    place: FloatArray | Place = field(default_factory=lambda: np.eye(2, 3))
    frames: IntArray | None = None
    time_s: FloatArray | None = None
    clock: float = 1.0
    suffix: str = ".mp4"
    writer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """A change by name.

    Attributes
    ----------
    name, kind, meaning : str
        Its name, the kind of change, and a sentence.
    plan : callable
        Gives the plan for a video, None where the change does not apply to it.
    may_flag : bool
        The film may be out of view or upside down: no law but a new flag is right, too.
    """

    name: str
    kind: str
    meaning: str
    plan: Callable[[Film], Plan | None]
    may_flag: bool = False


@dataclass(frozen=True, eq=False)
class Changed:
    """A changed video: its file, and how to compare it with the untouched one.

    Attributes
    ----------
    frames : (n,) int array
        The old frame that each new one shows.
    clock : float
        New seconds to an old one.
    """

    video: Path
    change: Change
    frames: IntArray
    clock: float
    _place: FloatArray | Place

    def place(self, frame: int) -> FloatArray:
        """Return the (2, 3) map from old to new pixels at a frame of the new video."""
        return self._place(frame) if callable(self._place) else self._place

    @property
    def zoom(self) -> float:
        """New pixels to an old one."""
        return float(np.sqrt(abs(np.linalg.det(self.place(0)[:, :2]))))

    @property
    def mirrored(self) -> bool:
        """Whether left and right are exchanged."""
        return bool(np.linalg.det(self.place(0)[:, :2]) < 0)


CHANGES: dict[str, Change] = {}


def change(name: str, kind: str, meaning: str, *, may_flag: bool = False) -> Callable[..., Any]:
    """Register a plan under a name."""

    def add(plan: Callable[[Film], Plan | None]) -> Callable[[Film], Plan | None]:
        CHANGES[name] = Change(name, kind, meaning, plan, may_flag)
        return plan

    return add


def film_of(reader: FrameReader, stop: int | None = None) -> Film:
    """Return what changes need to know of a video's first `stop` frames."""
    times = reader.facts.time_s[:stop]
    some = [reader.read(int(f), colour=True) for f in np.linspace(0, len(times) - 1, 5)]
    mean = np.mean([picture.mean(axis=(0, 1)) for picture in some], axis=0)
    return Film(reader.facts.width_px, reader.facts.height_px, times, mean)


def make(name: str, video: Path, folder: Path, end_s: float | None = None) -> Changed | None:
    """Write a changed video into a folder.

    Parameters
    ----------
    name : str
        One of `CHANGES`; importing `benchmarks.filmed` registers them.
    video : Path
        Any video.
    folder : Path
        Takes `<video>-<name>.mp4` or the like.
    end_s : float, optional
        Only the frames before it are taken.

    Returns
    -------
    Changed or None
        None where the change does not apply, as ten frames a second of a video that has ten.
    """
    with FrameReader(video) as reader:
        times = reader.facts.time_s
        stop = len(times) if end_s is None else max(2, int(np.searchsorted(times, end_s)))
        film = film_of(reader, stop)
        plan = CHANGES[name].plan(film)
        if plan is None:
            return None
        path = folder / f"{video.stem}-{name}{plan.suffix}"
        frames = np.arange(stop) if plan.frames is None else plan.frames
        _write(reader, film, plan, frames, path)
    return Changed(path, CHANGES[name], frames, plan.clock, plan.place)


def _write(reader: FrameReader, film: Film, plan: Plan, frames: IntArray, path: Path) -> None:
    shown = plan.size or (film.width_px, film.height_px)
    # The file's own frames lie on their side where a rotation flag turns them up again, and are
    # narrower where their pixels are wide.
    turns = int(plan.writer.get("rotation_deg", 0)) // 90
    aspect = Fraction(plan.writer.get("pixel_aspect", 1))
    stored = (round(shown[0] / aspect), shown[1])
    size = stored[::-1] if turns % 2 else stored
    times = film.time_s[frames] if plan.time_s is None else plan.time_s
    options: dict[str, Any] = {"fps": (len(times) - 1) / float(times[-1] - times[0])}
    options |= {} if "codec" in plan.writer else {"crf": NEARLY_LOSSLESS_CRF}
    path.parent.mkdir(parents=True, exist_ok=True)
    with VideoWriter(path, *size, **{**options, **plan.writer}) as writer:
        # Frames may come twice, never backwards.
        source, number, picture = reader.frames(colour=True), -1, np.empty(0, np.uint8)
        for new, old in enumerate(frames):
            while number < old:
                number, picture = next(source)
            drawn = plan.draw(picture.copy(), new)
            if aspect != 1:
                drawn = np.asarray(cv2.resize(drawn, stored, interpolation=cv2.INTER_AREA))
            writer.write(np.ascontiguousarray(np.rot90(drawn, -turns)), float(times[new]))
