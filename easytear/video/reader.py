"""Frames of a video with their true times: in order, or any one exactly."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from av.video.frame import VideoFrame

from easytear.base.errors import VideoError
from easytear.base.geometry import ByteArray
from easytear.video import picture
from easytear.video.cache import Known, known
from easytear.video.decoder import Decoder
from easytear.video.index import SeesFrames
from easytear.video.picture import Geometry

_AHEAD = 32
"""Over so many pictures to the next key frame, decoding on is no slower than seeking there."""


_RECENT_FRAMES = 48
_RECENT_BYTES = 48_000_000
"""Frames kept by `read`, at most so many and so large."""


@dataclass(frozen=True)
class Picture:
    """One decoded frame; converted only when asked for.

    Attributes
    ----------
    frame : int
        Its number, from 0.
    time_s : float
        Its presentation time.
    """

    frame: int
    time_s: float
    _decoded: VideoFrame
    _geometry: Geometry

    @property
    def decoded(self) -> VideoFrame:
        """The frame as the decoder gave it."""
        return self._decoded

    def grey(self) -> ByteArray:
        """Return the (height, width) brightness, 0 to 255."""
        return self._geometry.apply(picture.grey(self._decoded))

    def colour(self) -> ByteArray:
        """Return the (height, width, 3) blue-green-red picture."""
        return self._geometry.apply(picture.colour(self._decoded))


class FrameReader:
    """A video file opened for reading.

    Opening decodes the file once (2 to 5 % of its playing time at 640 x 480) to learn which
    pictures it truly holds and when each is shown; a file opened again in the same process, and
    unchanged, is known already. Memory does not grow with the length of the video but for
    some 100 bytes a frame.

    A reader belongs to one thread. Several `frames` may run at once, also beside `read`.

    Parameters
    ----------
    path : Path or str
        The video file.
    fps : float, optional
        The rate at which the camera took the frames, where a person knows it better than the
        file: times follow from it, holes in a steady recording are kept.
    seen : SeesFrames, optional
        Shown every frame if the file is gone through now.

    Attributes
    ----------
    facts : VideoFacts
        What the file holds.

    Raises
    ------
    VideoError
        If the file cannot be opened, holds no video, or has fewer than two pictures.
    """

    def __init__(
        self, path: Path | str, fps: float | None = None, seen: SeesFrames | None = None
    ) -> None:
        self._path = Path(path)
        self._known = known(self._path, fps, seen)
        self.facts = self._known.facts
        self._decoder = Decoder(self._path, self._known.index)
        self._running: Iterator[tuple[int, VideoFrame]] = iter(())
        self._next: int | None = None
        size = self._known.geometry.width * self._known.geometry.height * 3
        self._room = min(max(_RECENT_BYTES // size, 4), _RECENT_FRAMES)
        self._recent: OrderedDict[int, VideoFrame] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of frames."""
        return self.facts.frame_count

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def known(self) -> Known:
        """What was learnt of the file; `easytear.video.cache.remember` spares others the same."""
        return self._known

    def close(self) -> None:
        """Close the file. Reading again opens it again."""
        self._running, self._next = iter(()), None
        self._recent.clear()
        self._decoder.close()

    def frames(
        self, start: int = 0, stop: int | None = None, *, colour: bool = False, step: int = 1
    ) -> Iterator[tuple[int, ByteArray]]:
        """Yield frames in order.

        Parameters
        ----------
        start, stop : int
            First frame, and the one before which to end (the video's end without it).
        colour : bool
            Blue-green-red instead of grey.
        step : int
            1 for every frame, 2 for every second one, and so on.

        Yields
        ------
        frame : int
            The frame's number.
        picture : (height, width) or (height, width, 3) uint8 array
            The picture; it is the caller's to change.
        """
        for one in self.pictures(start, stop, step=step):
            yield one.frame, one.colour() if colour else one.grey()

    def pictures(
        self, start: int = 0, stop: int | None = None, *, step: int = 1
    ) -> Iterator[Picture]:
        """Yield frames in order, not yet converted; parameters as in `frames`."""
        if step < 1:
            raise ValueError("step must be at least 1")
        wanted = range(*slice(start, stop, step).indices(len(self)))
        if not wanted:
            return
        decoder = Decoder(self._path, self._known.index)
        due = wanted.start
        try:
            for number, decoded in decoder.since(due):
                if number == due:
                    yield self._picture(number, decoded)
                    due += step
                if due >= wanted.stop:
                    return
                if number >= due:
                    break
        finally:
            decoder.close()
        raise self._unreadable(due)

    def picture(self, frame: int) -> Picture:
        """Return one frame exactly, not yet converted; a negative number counts from the end."""
        wanted = range(len(self))[frame]
        decoded = self._recent.get(wanted)
        return self._picture(wanted, self._seek(wanted) if decoded is None else decoded)

    def read(self, frame: int, *, colour: bool = False) -> ByteArray:
        """Return one frame exactly: grey (height, width), or blue-green-red.

        Raises
        ------
        IndexError
            If the video has no such frame.
        """
        one = self.picture(frame)
        return one.colour() if colour else one.grey()

    def _picture(self, number: int, decoded: VideoFrame) -> Picture:
        time_s = float(self.facts.time_s[number])
        return Picture(number, time_s, decoded, self._known.geometry)

    def _seek(self, wanted: int) -> VideoFrame:
        """Decode up to a frame, keeping those before it: a person steps backwards, too."""
        key = self._key_before(wanted)
        if self._next is None or wanted < self._next or self._next + _AHEAD < key:
            self._running = self._decoder.since(max(wanted - self._room + 1, key))
        for number, decoded in self._running:
            self._next = number + 1
            self._recent[number] = decoded
            if len(self._recent) > self._room:
                self._recent.popitem(last=False)
            if number == wanted:
                return decoded
            if number > wanted:
                break
        raise self._unreadable(wanted)

    def _key_before(self, wanted: int) -> int:
        """Return the frame from which decoding towards `wanted` can begin at the latest."""
        keys = self._known.index.key
        place = bisect_right(keys, wanted) - 1
        return keys[place] if place >= 0 and self._known.index.seekable else 0

    def _unreadable(self, frame: int) -> VideoError:
        return VideoError(
            f"{self._path}: frame {frame} can no longer be read; was the file changed meanwhile?"
        )
