"""Small videos whose every frame bears its number, for the tests of reading and writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT, BITS = 160, 64, 9
BACKGROUND, MARK = 60, 220


def numbered(frame: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """A blue-green-red picture with its number as squares, and a bar that moves."""
    picture = np.full((height, width, 3), BACKGROUND, np.uint8)
    for bit in range(BITS):
        if frame >> bit & 1:
            picture[8:24, 4 + bit * 16 : 18 + bit * 16] = MARK
    x = frame * 3 % (width - 10)
    picture[34:56, x : x + 10, 1] = 255
    return picture


def number_in(picture: np.ndarray) -> int:
    """Read the number back from a grey or colour picture."""
    grey = picture if picture.ndim == 2 else picture.mean(axis=2)
    marks = (grey[12:20, 8 + bit * 16 : 14 + bit * 16].mean() > 140 for bit in range(BITS))
    return sum(int(mark) << bit for bit, mark in enumerate(marks))


def encode(
    path: Path,
    stamps: Sequence[int],
    *,
    time_base: Fraction = Fraction(1, 600),
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: Mapping[str, str] | None = None,
    container_options: Mapping[str, str] | None = None,
    container_metadata: Mapping[str, str] | None = None,
    prepare: Callable[[av.VideoStream], None] | None = None,
    picture: Callable[[int], np.ndarray] = numbered,
    sound: bool = False,
) -> Path:
    """Write numbered frames with these time stamps, by PyAV directly."""
    with av.open(str(path), "w", options=dict(container_options or {})) as container:
        stream = container.add_stream(codec, rate=30, options=dict(options or {}))
        container.metadata.update(container_metadata or {})
        first = picture(0)
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = time_base
        if prepare:
            prepare(stream)
        track = container.add_stream("aac", rate=16000) if sound else None
        for number, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(picture(number), format="bgr24")
            frame.pts, frame.time_base = stamp, time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if track is not None:
            _hum(container, track)
    return path


def _hum(container: av.container.OutputContainer, track: av.AudioStream) -> None:
    silence = np.zeros((1, 16000), np.float32)
    audio = av.AudioFrame.from_ndarray(silence, format="fltp", layout="mono")
    audio.sample_rate, audio.pts = 16000, 0
    container.mux(track.encode(audio))
    container.mux(track.encode(None))


def steady(count: int, step: int = 20, start: int = 0) -> list[int]:
    """Stamps of a constant frame rate: 30 a second on a clock of 600."""
    return [start + step * number for number in range(count)]


def sound_only(path: Path) -> Path:
    """A file that holds sound and no video."""
    with av.open(str(path), "w") as container:
        _hum(container, container.add_stream("aac", rate=16000))
    return path
