"""One video as the pipeline reads it: a stretch of frames, deinterlaced where they are combed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from easytear.base.errors import VideoError
from easytear.base.geometry import ByteArray, FloatArray
from easytear.engine.prefetch import prefetch
from easytear.results import Event, Pictures, VideoInfo
from easytear.video import FrameReader, content_hash
from easytear.video.fields import comb_index, combs, deinterlace
from easytear.video.reader import Picture
from easytear.video.reduce import Reduction
from easytear.video.working import COMB_EVERY, CopyWriter, WorkingCopy, working_picture

LEAST_FRAMES = 10
"""Fewer frames hold no spread."""

_COPY = "working.pictures"

_Asked = tuple[Path, float | None, float | None, float | None]


class Shown(Protocol):
    """A frame that gives its brightness and colour when asked."""

    def grey(self) -> ByteArray:
        """Return the brightness."""
        ...

    def colour(self) -> ByteArray:
        """Return blue, green and red."""
        ...


class Frame:
    """A working frame, read and made when it is asked for, once.

    Parameters
    ----------
    number : int
        Its number in the video.
    shown : callable
        Reads it.
    combed : bool
        Whether it is rebuilt from one field.
    known : bool
        Whether the comb index of the file's frame comes with it, as it has been reduced since.
    """

    def __init__(
        self, number: int, shown: Callable[[], Shown], *, combed: bool, known: bool
    ) -> None:
        self.number = number
        self._read, self._combed, self._known = shown, combed, known

    @cached_property
    def _shown(self) -> Shown:
        return self._read()

    @cached_property
    def _brightness(self) -> ByteArray:
        return self._shown.grey()

    @cached_property
    def _rebuilt(self) -> ByteArray:
        return deinterlace(self._brightness) if self._combed else self._brightness

    @cached_property
    def comb(self) -> float:
        """The comb index of the file's frame; NaN where it is not asked."""
        if self._known:
            return float(getattr(self._shown, "comb", np.nan))
        return comb_index(self._brightness) if self.number % COMB_EVERY == 0 else np.nan

    def grey(self) -> ByteArray:
        """Return the brightness, (height, width)."""
        return self._rebuilt

    def colour(self) -> ByteArray:
        """Return the frame in blue, green, red, (height, width, 3)."""
        picture: ByteArray = self._shown.colour()
        return deinterlace(picture) if self._combed else picture


@dataclass(frozen=True)
class _Pictures:
    """See `easytear.results.Pictures`."""

    copy: WorkingCopy
    combed: bool

    @property
    def ratio(self) -> float:
        return self.copy.reduction.ratio

    def colour(self, frame: int) -> ByteArray:
        picture = self.copy.picture(frame).colour()
        return deinterlace(picture) if self.combed else picture


class Source:
    """The frames of a video from `start_s` to `end_s`, taken at `fps` where a person says so.

    Frame numbers are those of the whole video throughout. Pictures are working pictures: see
    `Reduction`, which also leads from their coordinates to those of the file and back.

    Parameters
    ----------
    path : Path
        The video.
    start_s, end_s : float, optional
        The stretch.
    fps : float, optional
        The rate at which frames were taken, where a person knows it.
    reduction : Reduction, optional
        How pictures are brought to their working scale (`reduction_of`); without it they stay.
    place : Path, optional
        A folder for the working pictures, so that frames are decoded once only; the caller's to
        remove.

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
        *,
        reduction: Reduction | None = None,
        place: Path | None = None,
    ) -> None:
        self._as_found = _identity(path)
        # Going through the file shows the writer all frames; of a stretch it gets its own.
        whole = start_s is None and end_s is None
        writer = None
        if place is not None and reduction is not None:
            writer = CopyWriter(place / _COPY, reduction)
        reader = FrameReader(path, fps, writer if whole else None)
        first, stop = _stretch(path, reader.facts.time_s, start_s, end_s)
        copy = None
        if writer is not None:
            writer.fill(reader, first, stop)
            copy = writer.done(reader.known, first, stop)
        if reduction is None or reduction.file != reader.known.geometry:
            reduction = Reduction(reader.known.geometry)
        self._begin(reader, (path, start_s, end_s, fps), reduction, copy)

    def _begin(
        self, reader: FrameReader, asked: _Asked, reduction: Reduction, copy: WorkingCopy | None
    ) -> None:
        self.path, start_s, end_s, _ = self._asked = asked
        self.reader, self.reduction, self._copy = reader, reduction, copy
        self.time_s: FloatArray = reader.facts.time_s
        self.shape = reduction.shape
        self.first, self.stop = _stretch(self.path, self.time_s, start_s, end_s)
        self.combed = False

    def __reduce__(self) -> tuple[object, ...]:
        """Tell another process how to open the same frames."""
        return _opened, (self._asked, self.reduction, self._copy, self.combed)

    def open_again(
        self, asked: _Asked, reduction: Reduction, copy: WorkingCopy | None, combed: bool
    ) -> None:
        """Open the frames that another process has."""
        self._as_found = _identity(asked[0])
        self._begin(FrameReader(asked[0], asked[3]), asked, reduction, copy)
        self.combed = combed

    def pictures(self) -> Pictures | None:
        """Return the working pictures where any of them is at once at hand."""
        copy = self._usable
        return None if copy is None else _Pictures(copy, self.combed)

    @property
    def at_once(self) -> bool:
        """Whether any frame can be had without those before it."""
        return self._usable is not None

    @property
    def _usable(self) -> WorkingCopy | None:
        """The working pictures; none where fields had to be rebuilt before they were reduced."""
        return None if self.combed and self.reduction.needed else self._copy

    def frames(self, first: int | None = None, stop: int | None = None) -> Iterator[Frame]:
        """Yield frames `first` to `stop` - 1 (by default the whole stretch), decoded ahead."""
        low = self.first if first is None else first
        high = self.stop if stop is None else stop
        if self._usable is not None:
            return self.some(range(low, high))
        return prefetch(self._frames(low, high))

    def some(self, wanted: Sequence[int]) -> Iterator[Frame]:
        """Yield the frames of these numbers, which rise."""
        copy = self._usable
        if copy is not None:
            for number in wanted:
                yield self._frame(int(number), partial(copy.picture, int(number)))
            return
        chosen = {int(number) for number in wanted}
        for frame in self.frames(min(chosen), max(chosen) + 1) if chosen else ():
            if frame.number in chosen:
                yield frame

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
        """Yield frames with their brightness made: this runs ahead of those who want it."""
        for one in self.reader.pictures(first, stop):
            frame = self._frame(one.frame, partial(self._working, one))
            frame.grey()
            yield frame

    def _working(self, one: Picture) -> Shown:
        if not self.reduction.needed:
            return one
        return working_picture(one.frame, one.decoded, self.reduction, combed=self.combed)

    def sought(self, number: int) -> Shown:
        """Return one frame, wherever it stands."""
        return self._working(self.reader.picture(number))

    def _frame(self, number: int, shown: Callable[[], Shown]) -> Frame:
        # A reduced picture was rebuilt from one field before it was reduced.
        needed = self.reduction.needed
        return Frame(number, shown, combed=self.combed and not needed, known=needed)


def _opened(asked: _Asked, reduction: Reduction, copy: WorkingCopy | None, combed: bool) -> Source:
    source = Source.__new__(Source)
    source.open_again(asked, reduction, copy, combed)
    return source


def _stretch(
    path: Path, time_s: FloatArray, start_s: float | None, end_s: float | None
) -> tuple[int, int]:
    """Return the first frame of a stretch, and the one after its last."""
    first = 0 if start_s is None else int(np.searchsorted(time_s, start_s - 1e-9))
    stop = len(time_s)
    if end_s is not None:
        stop = int(np.searchsorted(time_s, end_s + 1e-9, side="right"))
    if stop - first < LEAST_FRAMES:
        raise VideoError(
            f"{path}: has {max(stop - first, 0)} frames to analyse; "
            f"at least {LEAST_FRAMES} are needed."
        )
    return first, stop


def _identity(path: Path) -> tuple[int, ...] | None:
    """Return what changes with a file's content: place on the disk, size, times of change."""
    try:
        found = path.stat()
    except OSError:
        return None  # opening, or reading, it says why
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
