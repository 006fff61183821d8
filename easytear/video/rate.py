"""The rate of a video's frames where its time stamps do not tell the true one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from easytear.base.geometry import FloatArray

ASSUMED_FPS = 25.0
"""Where a file states no rate at all: what FFmpeg, and so most players, show it at."""

_CAPTURE = re.compile(r"capture[._ -]?(?:fps|frame[._ -]?rate)$", re.IGNORECASE)
"""Keys under which recorders note the rate of capture, such as com.android.capture.fps."""

_NO_TIMESTAMPS = 0x0080
"""AVFMT_NOTIMESTAMPS: raw streams."""

_HIGH_SPEED_FPS = 100.0
"""Nobody's ordinary mode records so fast: a file that plays slower is in slow motion. Below it a
camera in low light may have taken fewer frames than its mode's name says."""

_RATE_DIFFERS = 1.1


@dataclass(frozen=True)
class StatedRate:
    """What a file says of its rate.

    Attributes
    ----------
    fps : float
        Usual frames per second.
    timed : bool
        False where the file holds no times of its frames, as a raw stream.
    known : bool
        False where it holds no rate either, and `fps` is assumed.
    capture_fps : float or None
        The rate at which the camera took the frames, where that is noted.
    """

    fps: float
    timed: bool
    known: bool
    capture_fps: float | None


def stated_rate(container: InputContainer, stream: VideoStream) -> StatedRate:
    """Return what an opened video says of its rate."""
    capture = capture_fps(container.metadata) or capture_fps(stream.metadata)
    if container.format.flags & _NO_TIMESTAMPS:
        # FFmpeg gives such streams 25 frames/s; the stream's own header may know better.
        own = _positive(stream.codec_context.framerate)
        return StatedRate(own or ASSUMED_FPS, False, own is not None, capture)
    rate = _positive(stream.average_rate) or _positive(stream.guessed_rate)
    return StatedRate(rate or ASSUMED_FPS, True, True, capture)


def capture_fps(metadata: Mapping[str, str]) -> float | None:
    """Return the rate of capture that a container's notes tell, None where they do not."""
    for key, text in metadata.items():
        if _CAPTURE.search(key):
            number = re.match(r"\s*(\d+(?:\.\d+)?)", text)
            if number:
                return _positive(float(number[1]))
    return None


def _positive(rate: object) -> float | None:
    value = float(rate) if rate else 0.0  # type: ignore[arg-type]
    return value if 0.01 <= value <= 1e5 else None


def true_fps(capture: float | None, fps: float, *, steady: bool) -> tuple[float | None, str | None]:
    """Return the rate to which times are brought, and the problem to tell.

    Parameters
    ----------
    capture : float or None
        The noted rate of capture.
    fps : float
        Usual rate by the file's times.
    steady : bool
        The file's times are those of one rate. Where they are not they may be the true ones.
    """
    if capture is None or max(capture / fps, fps / capture) < _RATE_DIFFERS:
        return None, None
    if steady and (capture >= _HIGH_SPEED_FPS or capture < fps):
        return capture, "capture_rate_used"
    return None, "capture_rate_differs"


def at_rate(time_s: FloatArray, step_s: float, fps: float, *, steady: bool) -> FloatArray:
    """Return times at `fps` frames a second, holes in a steady recording kept.

    Where the recording is not steady its times are not those of the camera, and frames are
    taken as evenly spaced.
    """
    if not steady:
        return np.arange(len(time_s)) / fps
    steps = np.maximum(np.round(np.diff(time_s) / step_s), 1.0)
    return np.concatenate([[0.0], np.cumsum(steps)]) / fps
