"""Which pictures a video really holds and when each is shown: found by decoding it once.

A container's own figures are not to be had for this: WMV and Matroska give no frame count,
MP4 counts what an edit list hides, AVI counts what a broken copy lacks, and only the decoder
knows which pictures are damaged. Decoding without conversion costs 2 to 5 % of the time in
which a 640 x 480 video plays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from easytear.geometry import FloatArray
from easytear.video.source import open_video, packets

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
    clock_s : float
        Resolution of the container's clock.
    lost : int
        Pictures that were announced or begun and cannot be read whole.
    problems : tuple of str
        "damaged", "frame_times_repaired".
    first : VideoFrame or None
        The first picture as decoded; None where there is none.
    """

    stamp: tuple[int | None, ...]
    stamp_kind: StampKind
    ordinal: tuple[int, ...]
    time_s: FloatArray
    key: tuple[int, ...]
    step_s: float
    clock_s: float
    lost: int
    problems: tuple[str, ...]
    first: VideoFrame | None

    @property
    def seekable(self) -> bool:
        """True where every picture's stamp is its own, so that it can be told from the others."""
        return None not in self.stamp and len(set(self.stamp)) == len(self.stamp)


class _Packet(NamedTuple):
    pts: int | None
    dts: int | None
    key: bool


class _Frame(NamedTuple):
    pts: int | None
    dts: int | None
    key: bool
    damaged: bool


@dataclass
class _Scan:
    """What one pass over a file met: packets in the order stored, frames in the order shown."""

    packets: list[_Packet] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    """Places of packets which could not be decoded."""
    unread: int = 0
    first: VideoFrame | None = None


def index_video(path: Path) -> FrameIndex:
    """Decode the video at `path` once and return its index; errors as `open_video`."""
    scan, announced = _scan_file(path, threads=True)
    if scan.broken or scan.unread or any(frame.damaged for frame in scan.frames):
        # With several threads an error surfaces some packets after its cause.
        scan, announced = _scan_file(path, threads=False)
    return _build(scan, announced)


@dataclass(frozen=True)
class _Announced:
    """What the container says of itself."""

    frames: int
    duration_s: float | None
    time_base_s: float
    step_s: float


def _scan_file(path: Path, *, threads: bool) -> tuple[_Scan, _Announced]:
    container, stream = open_video(path, threads=threads)
    with container:
        scan = _Scan()
        for packet in packets(container, stream):
            if packet is None:
                scan.unread += 1
                continue
            _take(scan, packet)
        return scan, _announced(container, stream)


def _take(scan: _Scan, packet: Packet[VideoStream]) -> None:
    place = len(scan.packets)
    if packet.size or packet.pts is not None or packet.dts is not None:
        scan.packets.append(_Packet(packet.pts, packet.dts, packet.is_keyframe))
    try:
        frames = packet.decode()
    except av.error.FFmpegError:
        scan.broken.append(place)
        return
    for frame in frames:
        if scan.first is None and not frame.is_corrupt:
            scan.first = frame
        damaged = frame.is_corrupt or (scan.first is not None and _kind(frame) != _kind(scan.first))
        scan.frames.append(_Frame(frame.pts, frame.dts, frame.key_frame, damaged))


def _kind(frame: VideoFrame) -> tuple[int, int, str]:
    return frame.width, frame.height, frame.format.name


def _announced(container: InputContainer, stream: VideoStream) -> _Announced:
    base = float(stream.time_base) if stream.time_base else 0.0
    duration: float | None = None
    if stream.duration:
        duration = stream.duration * base
    elif text := stream.metadata.get("DURATION"):
        duration = _clock_text(text)
    elif container.duration and len(container.streams) == 1:
        duration = container.duration / av.time_base
    rate = stream.average_rate or stream.guessed_rate
    return _Announced(stream.frames, duration, base, 1.0 / float(rate) if rate else 0.04)


def _clock_text(text: str) -> float | None:
    try:
        hours, minutes, seconds = text.replace("\x00", "").split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return None


def _build(scan: _Scan, announced: _Announced) -> FrameIndex:
    kind: StampKind = "dts" if any(frame.pts is None for frame in scan.frames) else "pts"
    place = {getattr(packet, kind): number for number, packet in enumerate(scan.packets)}
    spoilt = _spoilt_places(scan, place, kind)
    whole = [
        (ordinal, frame)
        for ordinal, frame in enumerate(scan.frames)
        if not frame.damaged and place.get(getattr(frame, kind)) not in spoilt
    ]
    stamps: tuple[int | None, ...] = tuple(getattr(frame, kind) for _, frame in whole)
    times, step, repaired = _times(stamps, kind, announced)
    decoded = {getattr(frame, kind) for frame in scan.frames}
    never = sum(where in spoilt and stamp not in decoded for stamp, where in place.items())
    missing = _missing_at_end(scan, place, announced, step)
    lost = len(scan.frames) - len(whole) + never + missing
    problems = (("damaged",) if lost else ()) + (("frame_times_repaired",) if repaired else ())
    return FrameIndex(
        stamp=stamps,
        stamp_kind=kind,
        ordinal=tuple(ordinal for ordinal, _ in whole),
        time_s=times,
        key=tuple(number for number, (_, frame) in enumerate(whole) if frame.key),
        step_s=step,
        clock_s=announced.time_base_s,
        lost=lost,
        problems=problems,
        first=scan.first,
    )


def _spoilt_places(scan: _Scan, place: Mapping[int | None, int], kind: StampKind) -> set[int]:
    """Return the packets from each damaged one up to the next key packet.

    What is predicted from a damaged picture looks whole to the decoder and is not.
    """
    bad = set(scan.broken)
    stamps = (getattr(frame, kind) for frame in scan.frames if frame.damaged)
    bad.update(place[stamp] for stamp in stamps if stamp in place)
    keys = [number for number, packet in enumerate(scan.packets) if packet.key]
    spoilt: set[int] = set()
    for number in sorted(bad):
        following = next((key for key in keys if key > number), len(scan.packets))
        spoilt.update(range(number, following))
    return spoilt


def _missing_at_end(
    scan: _Scan, place: Mapping[int | None, int], announced: _Announced, step_s: float
) -> int:
    """Return how many announced pictures the file ends too early for.

    The time must say so, or packets that could not be read: counts alone also differ where
    the container counts otherwise.
    """
    stamps = [stamp for stamp in place if stamp is not None]
    if announced.duration_s is None or not stamps:
        return 0
    found_s = (max(stamps) - min(stamps)) * announced.time_base_s + step_s
    short = round((announced.duration_s - found_s) / step_s)
    if short < 2 and not scan.unread:
        return 0
    if announced.frames:
        return max(announced.frames - len(scan.packets), 0)
    return max(short, 0)


def _times(
    stamps: tuple[int | None, ...], kind: StampKind, announced: _Announced
) -> tuple[FloatArray, float, bool]:
    """Return times from 0, the usual step, and whether times had to be invented.

    Stamps of decoding, sorted, are the times of the pictures in the order shown, but for a
    constant shift.
    """
    given = np.array([np.nan if s is None else float(s) for s in stamps])
    if kind == "dts":
        given = np.sort(given)
    if not len(given):
        return given, announced.step_s, False
    steps = np.diff(given) * announced.time_base_s
    good = steps[np.isfinite(steps) & (steps > 0)]
    step = float(np.median(good)) if len(good) else announced.step_s
    repaired = len(good) < len(steps)
    if repaired:
        steps = np.where(np.isfinite(steps) & (steps > 0), steps, step)
    return np.concatenate([[0.0], np.cumsum(steps)]), step, repaired


def varies(index: FrameIndex) -> bool:
    """Return True where picture times are uneven by more than the clock's own rounding."""
    if len(index.time_s) < 3:
        return False
    steps = np.diff(index.time_s)
    allowed = 1.01 * index.clock_s + 0.01 * index.step_s
    return bool(np.abs(steps - index.step_s).max() > allowed)
