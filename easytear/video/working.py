"""Working pictures of a whole video in a file of their own, made while it is decoded once.

Decoding a frame costs up to ten times as much as reading it here, and it is read three times: when
the eye is looked for, when it is looked at, and when the film is followed. Frames stand in the
file one after the other as planes, without any compression: any of them is read at once.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from easytear.base.geometry import ByteArray, FloatArray
from easytear.video import picture
from easytear.video.cache import Known
from easytear.video.fields import comb_index
from easytear.video.picture import Geometry
from easytear.video.reader import FrameReader
from easytear.video.reduce import Look, Planes, Reduction, keeps_all, stored_planes

MOST_BYTES: Final = 2_000_000_000
"""Size of the file at most: two and a half minutes of 640 x 480 at 30 frames/s."""

_SHARE_OF_DISK: Final = 0.5
"""And this share of what is free on the disk at most."""

_ABSENT: Final = -1

COMB_EVERY: Final = 2
"""In every second frame it is asked whether lines comb."""


@dataclass(frozen=True)
class WorkingPicture:
    """A working frame, converted only when asked for."""

    frame: int
    planes: Planes
    geometry: Geometry
    comb: float

    def grey(self) -> ByteArray:
        """Return the (height, width) brightness, 0 to 255."""
        plane = self.planes.samples[: self.geometry.height]
        look = self.planes.look
        grey = plane if look.full_range else picture.stretched(plane)
        return self.geometry.apply(grey)

    def colour(self) -> ByteArray:
        """Return the (height, width, 3) blue-green-red picture."""
        return self.geometry.apply(picture.colour(self.planes.frame()))


@dataclass(frozen=True, eq=False)
class WorkingCopy:
    """A file of working frames; the frames' numbers are those of the video.

    Attributes
    ----------
    path : Path
        The file.
    reduction : Reduction
        How its frames come from the video's.
    look : Look
        What the numbers in its planes mean.
    place : (n,) int array
        Where each frame stands; -1 where it is not in the copy.
    comb : (n,) float array
        Each frame's comb index, as decoded; NaN where it was not asked.
    """

    path: Path
    reduction: Reduction
    look: Look
    place: NDArray[np.int64]
    comb: FloatArray

    def picture(self, frame: int) -> WorkingPicture:
        """Return a frame.

        Raises
        ------
        IndexError
            If it is not in the copy.
        """
        if self.place[frame] == _ABSENT:
            raise IndexError(f"frame {frame} is not in the working copy")
        width, height = self.reduction.stored
        size = width * height * 3 // 2
        offset = int(self.place[frame]) * size
        samples = np.fromfile(self.path, np.uint8, size, offset=offset)
        planes = Planes(samples.reshape(-1, width), self.look)
        return WorkingPicture(frame, planes, self.reduction.working, float(self.comb[frame]))


class CopyWriter:
    """Writes a working copy of the frames it is shown; gives up where that is no use.

    Parameters
    ----------
    path : Path
        The file to write; whoever gives it removes it.
    reduction : Reduction
        What its frames are to be.
    """

    def __init__(self, path: Path, reduction: Reduction) -> None:
        self._path = path
        self._reduction = reduction
        self._out: BinaryIO | None = None
        self._look: Look | None = None
        self._ordinals: list[int] = []
        self._combs: list[float] = []
        self._given_up = self._begun = False
        self._room = 0.0

    def fill(self, reader: FrameReader, first: int = 0, stop: int | None = None) -> None:
        """Write frames `first` to `stop` - 1 of a video that was not gone through just now.

        Nothing is done where frames were shown already, or where there is no room for them all.
        """
        if self._begun:
            return
        self.restart()
        width, height = self._reduction.stored
        wanted = range(*slice(first, stop).indices(len(reader)))
        if len(wanted) * width * height * 3 // 2 > self._room:
            self.give_up()
            return
        ordinal = reader.known.index.ordinal
        for one in reader.pictures(wanted.start, wanted.stop):
            self.see(ordinal[one.frame], one.decoded)
            if self._given_up:
                return

    def restart(self) -> None:
        """Begin anew."""
        self._begun = True
        self._close()
        self._look, self._ordinals, self._combs, self._given_up = None, [], [], False
        try:
            self._room = min(MOST_BYTES, _SHARE_OF_DISK * shutil.disk_usage(self._path.parent).free)
            self._out = self._path.open("wb")
        except OSError:
            self.give_up()

    def see(self, ordinal: int, frame: VideoFrame) -> None:
        """Write a frame; one of another size is left out."""
        file = self._reduction.file
        if self._given_up or (frame.width, frame.height) != (file.width, file.height):
            return
        if not self._reduction.needed and not keeps_all(frame):
            self.give_up()
            return
        planes = self._reduction.planes(frame)
        self._look = self._look or planes.look
        self._room -= planes.samples.size
        if self._room < 0 or planes.look != self._look or self._out is None:
            self.give_up()
            return
        try:
            self._out.write(planes.samples.data)
        except OSError:
            self.give_up()
            return
        self._ordinals.append(ordinal)
        asked = self._reduction.needed and ordinal % COMB_EVERY == 0
        self._combs.append(stored_comb(frame, file) if asked else np.nan)

    def give_up(self) -> None:
        """Remove what is there: frames are then decoded where they are needed."""
        self._given_up = True
        self._close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def done(self, known: Known, first: int = 0, stop: int | None = None) -> WorkingCopy | None:
        """Return the copy of the video that turned out to be `known`; None where there is none.

        Frames `first` to `stop` - 1 must be in it; others are not, where none were shown.
        """
        self._close()
        place = {ordinal: k for k, ordinal in enumerate(self._ordinals)}
        whole = all(ordinal in place for ordinal in known.index.ordinal[first:stop])
        if self._given_up or not whole or known.geometry != self._reduction.file:
            self.give_up()
            return None
        assert self._look is not None
        places = np.array([place.get(o, _ABSENT) for o in known.index.ordinal], np.int64)
        combs = np.where(places == _ABSENT, np.nan, np.array(self._combs, float)[places])
        return WorkingCopy(self._path, self._reduction, self._look, places, combs)

    def _close(self) -> None:
        if self._out is not None:
            with suppress(OSError):
                self._out.close()
            self._out = None


def stored_comb(frame: VideoFrame, geometry: Geometry) -> float:
    """Return the comb index of a decoded frame, its lines as they are shown."""
    luma = stored_planes(frame)[0]
    return comb_index(np.rot90(luma, geometry.orientation.quarter_turns))


def working_picture(
    number: int, frame: VideoFrame, reduction: Reduction, *, combed: bool
) -> WorkingPicture:
    """Return the working picture of a frame just decoded."""
    asked = number % COMB_EVERY == 0 and not combed
    comb = stored_comb(frame, reduction.file) if asked else np.nan
    planes = reduction.planes(frame, combed=combed)
    return WorkingPicture(number, planes, reduction.working, comb)
