"""One video as the pipeline reads it: a stretch of frames, deinterlaced where they are combed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from easytear.base.errors import VideoError
from easytear.base.geometry import ByteArray, FloatArray
from easytear.engine.prefetch import prefetch
from easytear.results import Event, VideoInfo
from easytear.video import FrameReader, Picture, content_hash
from easytear.video.fields import combs, deinterlace

LEAST_FRAMES = 10
"""Fewer frames hold no spread."""


@dataclass(frozen=True)
class Frame:
    """A frame whose brightness stands ready and whose colour is made when asked for."""

    number: int
    brightness: ByteArray
    _raw: Picture
    _combed: bool

    def grey(self) -> ByteArray:
        """Return the brightness, (height, width)."""
        return self.brightness

    def colour(self) -> ByteArray:
        """Return the frame in blue, green, red, (height, width, 3)."""
        picture: ByteArray = self._raw.colour()
        return deinterlace(picture) if self._combed else picture


class Source:
    """The frames of a video from `start_s` to `end_s`, taken at `fps` where a person says so.

    Frame numbers are those of the whole video throughout.

    Raises
    ------
    VideoError
        If the video cannot be read, or the stretch is too short.
    """

    def __init__(
        self,
        path: Path,
        start_s: float | None = None,
        end_s: float | None = None,
        fps: float | None = None,
    ) -> None:
        self.path = path
        self._asked = (start_s, end_s, fps)
        self._as_found = _identity(path)
        self.reader = FrameReader(path, fps)
        facts = self.reader.facts
        self.time_s: FloatArray = facts.time_s
        self.shape = (facts.height_px, facts.width_px)
        self.first = 0 if start_s is None else int(np.searchsorted(self.time_s, start_s - 1e-9))
        self.stop = (
            len(self.time_s)
            if end_s is None
            else int(np.searchsorted(self.time_s, end_s + 1e-9, side="right"))
        )
        if self.stop - self.first < LEAST_FRAMES:
            raise VideoError(
                f"{path}: has {max(self.stop - self.first, 0)} frames to analyse; "
                f"at least {LEAST_FRAMES} are needed."
            )
        self.combed = False

    def __reduce__(self) -> tuple[object, ...]:
        """Tell another process how to open the same frames."""
        return _opened, (self.path, self._asked, self.combed)

    def frames(self, first: int | None = None, stop: int | None = None) -> Iterator[Frame]:
        """Yield frames `first` to `stop` - 1 (by default the whole stretch), decoded ahead."""
        low = self.first if first is None else first
        high = self.stop if stop is None else stop
        return prefetch(self._frames(low, high))

    def judge_fields(
        self, index: FloatArray, fields: Literal["auto", "on", "off"] = "auto"
    ) -> None:
        """Decide whether later frames are rebuilt from one field.

        Parameters
        ----------
        index : (n,) float array
            `comb_index` of the frames seen so far.
        fields : {"auto", "on", "off"}
            The user's wish; auto goes by the file's word and the combs.
        """
        found = self.reader.facts.interlaced or combs(index)
        self.combed = fields == "on" or (fields == "auto" and found)

    def info(self) -> VideoInfo:
        """Return what the results say of the video.

        Raises
        ------
        VideoError
            If the file is no longer the one that was opened.
        """
        facts = self.reader.facts
        sha256 = content_hash(self.path)
        if _identity(self.path) != self._as_found:
            raise VideoError(
                f"{self.path}: was changed or replaced while it was analysed; wait until it is "
                "complete, and analyse it again."
            )
        return VideoInfo(
            path=str(self.path),
            sha256=sha256,
            width_px=facts.width_px,
            height_px=facts.height_px,
            frame_count=facts.frame_count,
            duration_s=facts.duration_s,
            fps_mean=facts.fps_mean,
            fps_given=facts.fps_given,
            capture_fps=facts.capture_fps,
            variable_frame_rate=facts.variable_frame_rate,
            codec=facts.codec,
        )

    def gaps(self) -> list[int]:
        """Return the frames of the stretch before which frames are lost; see `VideoFacts.gaps`."""
        return [frame for frame in self.reader.facts.gaps if self.first < frame < self.stop]

    def events(self) -> tuple[Event, ...]:
        """Return what happened in the stretch that no measurement goes across."""
        return tuple(
            Event(kind="lost_frames", start_frame=frame - 1, end_frame=frame)
            for frame in self.gaps()
        )

    def flags(self) -> tuple[str, ...]:
        """Return what a reader must know of the video itself."""
        facts = self.reader.facts
        lost = ("lost_frames",) if self.gaps() else ()
        return (
            *(f"video_{word}" for word in (*facts.problems, *lost)),
            *(("interlaced",) * self.combed),
        )

    def _frames(self, first: int, stop: int) -> Iterator[Frame]:
        for picture in self.reader.pictures(first, stop):
            grey = picture.grey()
            if self.combed:
                grey = deinterlace(grey)
            yield Frame(picture.frame, grey, picture, self.combed)


def _opened(path: Path, asked: tuple[float | None, ...], combed: bool) -> Source:
    source = Source(path, *asked)
    source.combed = combed
    return source


def _identity(path: Path) -> tuple[int, ...] | None:
    """Return what changes with a file's content: place on the disk, size, times of change."""
    try:
        found = path.stat()
    except OSError:
        return None  # opening, or reading, it says why
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
