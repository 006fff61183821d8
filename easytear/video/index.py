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
    steady : bool
        True where all times lie on one grid of `step_s`, as far as the container's clock can
        tell; pictures may be missing.
    lost : int
        Pictures that were announced or begun and cannot be read whole.
    problems : tuple of str
        "damaged", "frames_missing", "frame_times_repaired".
    first : VideoFrame or None
        The first picture as decoded; None where there is none.
    """

    stamp: tuple[int | None, ...]
    stamp_kind: StampKind
    ordinal: tuple[int, ...]
    time_s: FloatArray
    key: tuple[int, ...]
    step_s: float
    steady: bool
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

    container: str
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
    if packet.is_corrupt:
        scan.broken.append(place)
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
    return _Announced(
        container.format.name, stream.frames, duration, base, 1.0 / float(rate) if rate else 0.04
    )


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
    times, step, repaired = _times(stamps, announced)
    gaps = _gaps(times, step, announced.time_base_s)
    cut = _missing_at_end(scan, place, announced, step)
    if gaps is None:
        decoded = {getattr(frame, kind) for frame in scan.frames}
        never = sum(where in spoilt and stamp not in decoded for stamp, where in place.items())
        lost = len(scan.frames) - len(whole) + never + cut
    else:
        lost = gaps + cut
    damaged = bool(scan.broken or scan.unread or cut or len(whole) < len(scan.frames))
    words = {
        "damaged": damaged,
        "frames_missing": lost > 0,
        "frame_times_repaired": repaired,
    }
    return FrameIndex(
        stamp=stamps,
        stamp_kind=kind,
        ordinal=tuple(ordinal for ordinal, _ in whole),
        time_s=times,
        key=tuple(number for number, (_, frame) in enumerate(whole) if frame.key),
        step_s=step,
        steady=gaps is not None,
        lost=lost,
        problems=tuple(word for word, true in words.items() if true),
        first=scan.first,
    )


def _gaps(time_s: FloatArray, step_s: float, clock_s: float) -> int | None:
    """Return how many pictures are missing between others; None where there is no steady rate.

    A rate is steady where nine of ten steps are the usual one and the others multiples of it,
    each within the rounding of the container's clock.
    """
    steps = np.diff(time_s) / step_s
    allowed = 1.01 * clock_s / step_s + 0.01
    usual = np.abs(steps - 1.0) <= allowed
    whole = np.maximum(np.round(steps), 1.0)
    on_grid = np.abs(steps - whole) <= allowed * np.maximum(whole, 1.0)
    if not len(steps) or usual.mean() < 0.9 or not on_grid.all():
        return None
    return int((whole - 1.0).sum())


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


def _times(stamps: tuple[int | None, ...], announced: _Announced) -> tuple[FloatArray, float, bool]:
    """Return times from 0, the usual step, and whether times had to be invented.

    Stamps that do not rise in the order shown, and do when sorted, are those of an AVI with
    pictures stored out of order (FFmpeg must guess there): sorted they are the times.
    """
    given = np.array([np.nan if s is None else float(s) for s in stamps])
    if not len(given):
        return given, announced.step_s, False
    disordered = bool((np.diff(given) <= 0).any())
    ordered = np.sort(given)
    if disordered and (np.diff(ordered) > 0).all():
        given = ordered
    steps = np.diff(given) * announced.time_base_s
    good = steps[np.isfinite(steps) & (steps > 0)]
    step = float(np.median(good)) if len(good) else announced.step_s
    if len(good) < len(steps):
        steps = np.where(np.isfinite(steps) & (steps > 0), steps, step)
        return np.concatenate([[0.0], np.cumsum(steps)]), step, True
    uneven = bool(np.ptp(steps) > 2 * announced.time_base_s) if len(steps) else False
    return np.concatenate([[0.0], np.cumsum(steps)]), step, disordered and uneven
