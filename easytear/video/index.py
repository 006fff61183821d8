"""Which pictures a video really holds and when each is shown: found by decoding it once.

A container's own figures are not to be had for this: WMV and Matroska give no frame count,
MP4 counts what an edit list hides, AVI counts what a broken copy lacks, and only the decoder
knows which pictures are damaged. Decoding without conversion costs 2 to 5 % of the time in
which a 640 x 480 video plays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from easytear.base.errors import VideoError
from easytear.base.geometry import FloatArray
from easytear.base.limits import how_to_widen, whole_limit
from easytear.video.rate import StatedRate, stated_rate
from easytear.video.source import open_video, packets
from easytear.video.times import FrameTimes, frame_times

StampKind = Literal["pts", "dts"]


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """The pictures of a video in the order in which they are shown.

    Attributes
    ----------
    stamp : tuple of (int or None)
        The container's time stamp of each picture, by which it is found again.
    stamp_kind : {"pts", "dts"}
        Which one it is: of presentation, or of decoding where there is no other (AVI).
    ordinal : tuple of int
        Place of each picture among all that the decoder gives, the damaged ones counted.
    time_s : (n,) float array
        Presentation time, 0 at the first picture, rising.
    key : tuple of int
        Numbers of the pictures that can be decoded without others.
    step_s : float
        Usual time between two pictures.
    steady : bool
        True where all times lie on one grid of `step_s`, as far as the container's clock can
        tell; pictures may be missing.
    gaps : tuple of int
        Numbers of the pictures before which more time is missing than dropped ones explain.
    rate : StatedRate
        What the file says of its rate.
    lost : int
        Pictures that were announced or begun and cannot be read whole, or are of another size
        than most.
    problems : tuple of str
        "damaged", "frames_missing", "frame_times_repaired", "frame_sizes_differ",
        "rate_assumed", "rate_unknown".
    first : VideoFrame or None
        The first of the pictures as decoded; None where there is none.
    """

    stamp: tuple[int | None, ...]
    stamp_kind: StampKind
    ordinal: tuple[int, ...]
    time_s: FloatArray
    key: tuple[int, ...]
    step_s: float
    steady: bool
    gaps: tuple[int, ...]
    rate: StatedRate
    lost: int
    problems: tuple[str, ...]
    first: VideoFrame | None

    @cached_property
    def seekable(self) -> bool:
        """True where every picture's stamp is its own, so that it can be told from the others."""
        if "frame_times_repaired" in self.problems:
            return False  # where the clock jumps the container cannot find a stamp
        return None not in self.stamp and len(set(self.stamp)) == len(self.stamp)


class _Packet(NamedTuple):
    pts: int | None
    dts: int | None
    key: bool


_Size = tuple[int, int]


class _Frame(NamedTuple):
    pts: int | None
    dts: int | None
    key: bool
    damaged: bool
    size: _Size
    packet: int | None
    """Place of the packet it came in, where the decoder tells."""


_SIZES_KEPT = 8
"""So many sizes of pictures can be the video's; a damaged file may hold one more in each."""


@dataclass
class _Scan:
    """What one pass over a file met: packets in the order stored, frames in the order shown."""

    packets: list[_Packet] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    """Places of packets which could not be decoded."""
    unread: int = 0
    first: dict[_Size, VideoFrame] = field(default_factory=dict)
    """The first whole frame of each size."""

    def size(self) -> _Size | None:
        """Return the size of most whole frames: a recorder's first ones can be of another."""
        sizes = Counter(f.size for f in self.frames if not f.damaged and f.size in self.first)
        return max(sizes, key=lambda size: sizes[size]) if sizes else None


class SeesFrames(Protocol):
    """Whoever wants to see the frames that are decoded for the index."""

    def restart(self) -> None:
        """Forget what was seen: the file is gone through again from its beginning."""
        ...

    def see(self, ordinal: int, frame: VideoFrame) -> None:
        """See the next frame that is whole; `ordinal` counts as `FrameIndex.ordinal` does."""
        ...


def index_video(path: Path, seen: SeesFrames | None = None) -> FrameIndex:
    """Decode the video at `path` once and return its index; errors as `open_video`.

    `seen` is shown the frames on the way, so that nothing needs to decode them again.
    """
    scan, announced = _scan_file(path, seen, threads=True)
    if scan.broken or scan.unread or any(frame.damaged for frame in scan.frames):
        # With several threads an error surfaces some packets after its cause.
        scan, announced = _scan_file(path, seen, threads=False)
    return _build(scan, announced)


@dataclass(frozen=True)
class _Announced:
    """What the container says of itself."""

    container: str
    frames: int
    duration_s: float | None
    time_base_s: float
    rate: StatedRate

    @property
    def step_s(self) -> float:
        """Time between two pictures at the stated rate."""
        return 1.0 / self.rate.fps


def _scan_file(path: Path, seen: SeesFrames | None, *, threads: bool) -> tuple[_Scan, _Announced]:
    container, stream = open_video(path, threads=threads)
    if seen is not None:
        seen.restart()
    with container:
        stream.codec_context.flags |= av.codec.context.Flags.copy_opaque.value
        scan, most = _Scan(), whole_limit("video_frames")
        for packet in packets(container, stream):
            if packet is None:
                scan.unread += 1
                continue
            _take(scan, packet, seen)
            if len(scan.frames) > most:
                raise VideoError(
                    f"{path}: has more than {most} frames; cut it into parts "
                    f"({how_to_widen('video_frames')})."
                )
        return scan, _announced(container, stream)


def _take(scan: _Scan, packet: Packet[VideoStream], seen: SeesFrames | None) -> None:
    place = len(scan.packets)
    if packet.size or packet.pts is not None or packet.dts is not None:
        scan.packets.append(_Packet(packet.pts, packet.dts, packet.is_keyframe))
    if packet.is_corrupt:
        scan.broken.append(place)
    packet.opaque = place
    try:
        frames = packet.decode()
    except av.error.FFmpegError:
        scan.broken.append(place)
        return
    for frame in frames:
        size = frame.width, frame.height
        if not frame.is_corrupt and len(scan.first) < _SIZES_KEPT:
            scan.first.setdefault(size, frame)
        if seen is not None and not frame.is_corrupt:
            seen.see(len(scan.frames), frame)
        scan.frames.append(
            _Frame(
                frame.pts, frame.dts, frame.key_frame, frame.is_corrupt, size, _place(frame.opaque)
            )
        )


def _place(opaque: object) -> int | None:
    return opaque if isinstance(opaque, int) else None


def _announced(container: InputContainer, stream: VideoStream) -> _Announced:
    base = float(stream.time_base) if stream.time_base else 0.0
    duration: float | None = None
    if stream.duration:
        duration = stream.duration * base
    elif text := stream.metadata.get("DURATION"):
        duration = _clock_text(text)
    elif container.duration and len(container.streams) == 1:
        duration = container.duration / av.time_base
    return _Announced(
        container.format.name, stream.frames, duration, base, stated_rate(container, stream)
    )


def _clock_text(text: str) -> float | None:
    try:
        hours, minutes, seconds = text.replace("\x00", "").split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return None


def _build(scan: _Scan, announced: _Announced) -> FrameIndex:
    kind: StampKind = "dts" if any(frame.pts is None for frame in scan.frames) else "pts"
    packet = _packets_of(scan, kind)
    spoilt = _spoilt_places(scan, packet)
    readable = [
        (ordinal, frame)
        for ordinal, frame in enumerate(scan.frames)
        if not frame.damaged and packet[ordinal] not in spoilt
    ]
    size = scan.size()
    whole = [(ordinal, frame) for ordinal, frame in readable if frame.size == size]
    stamps: tuple[int | None, ...] = tuple(getattr(frame, kind) for _, frame in whole)
    times = _times(scan, [ordinal for ordinal, _ in whole], kind, announced)
    missing = _missing(times, announced.time_base_s if announced.rate.timed else 0.0)
    cut = _missing_at_end(scan, kind, announced, times.step_s)
    if missing is None:
        never = len(spoilt - set(packet))
        lost = len(scan.frames) - len(whole) + never + cut
    else:
        inside = range(whole[0][0], whole[-1][0]) if whole else range(0)
        lost = missing + cut + sum(o not in inside for o, f in readable if f.size != size)
    words = {
        "damaged": scan.broken or scan.unread or cut or len(readable) < len(scan.frames),
        "frames_missing": lost > 0,
        "frame_sizes_differ": len(whole) < len(readable),
        "frame_times_repaired": times.repaired,
        "rate_assumed": not announced.rate.timed,
        "rate_unknown": not announced.rate.known,
    }
    return FrameIndex(
        stamp=stamps,
        stamp_kind=kind,
        ordinal=tuple(ordinal for ordinal, _ in whole),
        time_s=times.time_s,
        key=tuple(number for number, (_, frame) in enumerate(whole) if frame.key),
        step_s=times.step_s,
        steady=missing is not None,
        gaps=times.gaps,
        rate=announced.rate,
        lost=lost,
        problems=tuple(word for word, true in words.items() if true),
        first=None if size is None else scan.first[size],
    )


def _packets_of(scan: _Scan, kind: StampKind) -> list[int | None]:
    """Return the place of the packet that each frame came in."""
    place = {getattr(packet, kind): number for number, packet in enumerate(scan.packets)}
    return [
        place.get(getattr(frame, kind)) if frame.packet is None else frame.packet
        for frame in scan.frames
    ]


def _times(scan: _Scan, ordinals: list[int], kind: StampKind, announced: _Announced) -> FrameTimes:
    """Return the times of the frames that have these places among all decoded."""
    if not announced.rate.timed:
        time_s = np.array(ordinals, float) * announced.step_s
        return FrameTimes(time_s - time_s[:1].sum(), announced.step_s, (), repaired=False)
    given = np.array([_number(getattr(scan.frames[n], kind)) for n in ordinals])
    stored = np.array([_number(getattr(packet, kind)) for packet in scan.packets])
    rising = bool((np.diff(stored[np.isfinite(stored)]) > 0).all())
    return frame_times(
        given,
        announced.time_base_s,
        announced.step_s,
        number=np.array(ordinals, np.intp),
        stored_in_order=rising,
    )


def _number(stamp: int | None) -> float:
    return np.nan if stamp is None else float(stamp)


def _missing(times: FrameTimes, clock_s: float) -> int | None:
    """Return how many pictures are missing between others; None where there is no steady rate.

    A rate is steady where nine of ten steps are the usual one and the others multiples of it,
    each within the rounding of the container's clock; but for the gaps.
    """
    steps = np.diff(times.time_s) / times.step_s
    allowed = 1.01 * clock_s / times.step_s + 0.01
    usual = np.abs(steps - 1.0) <= allowed
    whole = np.maximum(np.round(steps), 1.0)
    on_grid = np.abs(steps - whole) <= allowed * np.maximum(whole, 1.0)
    on_grid[np.array(times.gaps, int) - 1] = True
    if not len(steps) or usual.mean() < 0.9 or not on_grid.all():
        return None
    return int((whole - 1.0).sum())


def _spoilt_places(scan: _Scan, packet: list[int | None]) -> set[int]:
    """Return the packets from each damaged one up to the next key packet.

    What is predicted from a damaged picture looks whole to the decoder and is not.
    """
    bad = set(scan.broken)
    bad.update(
        place
        for frame, place in zip(scan.frames, packet, strict=True)
        if frame.damaged and place is not None
    )
    keys = [number for number, one in enumerate(scan.packets) if one.key]
    ends = [*keys, len(scan.packets)]
    spoilt: set[int] = set()
    for number in sorted(bad):
        if number not in spoilt:
            spoilt.update(range(number, ends[bisect_right(keys, number)]))
    return spoilt


def _missing_at_end(scan: _Scan, kind: StampKind, announced: _Announced, step_s: float) -> int:
    """Return how many announced pictures the file ends too early for.

    The time must say so, or packets that could not be read: counts alone also differ where
    the container counts otherwise.
    """
    found = (getattr(packet, kind) for packet in scan.packets)
    stamps: list[int] = [stamp for stamp in found if stamp is not None]
    if announced.duration_s is None or not stamps:
        return 0
    # Matroska's duration counts from time 0, that of others from the first picture.
    found_s = (max(stamps) - min(min(stamps), 0)) * announced.time_base_s + step_s
    short = round((announced.duration_s - found_s) / step_s)
    if announced.container == "avi":  # its duration is made up of what is there
        short = announced.frames - round(found_s / step_s)
    if short < 2 and not scan.unread:
        return 0
    if announced.frames:
        return max(announced.frames - len(scan.packets), 0)
    return max(short, 0)
