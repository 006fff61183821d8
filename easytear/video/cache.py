"""What was learnt of a video by going through it, kept while the process lives."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from easytear.base.errors import VideoError
from easytear.base.geometry import FloatArray
from easytear.video.facts import VideoFacts
from easytear.video.index import FrameIndex, SeesFrames, index_video
from easytear.video.picture import Geometry
from easytear.video.rate import at_rate, true_fps
from easytear.video.source import open_video

_KEPT = 16
_STRANGE_ASPECT = 8.0
"""A pixel more oblong than this is a slip in the file's header."""


_Key = tuple[Path, int, int, float | None]


@dataclass(frozen=True, eq=False)
class Known:
    """Index, facts, and how pictures of this file are made.

    `key` is the file as it was: its place, size in bytes, and time of change in nanoseconds; and
    the frame rate that a person gave.
    """

    key: _Key
    index: FrameIndex
    facts: VideoFacts
    geometry: Geometry


_kept: OrderedDict[_Key, Known] = OrderedDict()
_lock = Lock()


def known(path: Path, fps: float | None = None, seen: SeesFrames | None = None) -> Known:
    """Return what is known of a video; goes through it unless that was done before.

    `fps` is the rate at which frames were taken, where a person knows it. `seen` is shown every
    frame if the video is gone through now.

    Raises
    ------
    VideoError
        If the file cannot be opened, holds no video, or has fewer than two pictures.
    """
    try:
        key = _key(path, fps)
    except OSError:
        open_video(path)  # says what is wrong
        raise
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
    if found is None:
        found = _learn(path, key, seen)
        remember(found)
    return found


def remember(what: Known) -> None:
    """Keep what was learnt of a video, here or by another process."""
    with _lock:
        _kept[what.key] = what
        _kept.move_to_end(what.key)
        if len(_kept) > _KEPT:
            _kept.popitem(last=False)


def _key(path: Path, fps: float | None) -> _Key:
    state = path.stat()
    return path.resolve(), state.st_size, state.st_mtime_ns, fps


def _learn(path: Path, key: _Key, seen: SeesFrames | None) -> Known:
    index = index_video(path, seen)
    first = index.first
    if first is None or len(index.stamp) < 2:
        many = "only one picture" if len(index.stamp) == 1 else "no picture that can be read"
        raise VideoError(f"{path}: holds {many}; a video of a blink and what follows is needed.")
    container, stream = open_video(path)
    with container:
        aspect = pixel_aspect(stream.sample_aspect_ratio)
        codec = stream.codec_context.codec.canonical_name
        kind = container.format.name
    geometry = Geometry.of(first, aspect)
    width, height = geometry.size
    oblong = geometry.square_width != geometry.width
    time_s, step_s, rate_problems = _timed(index, key[3])
    time_s.setflags(write=False)
    facts = VideoFacts(
        path=path,
        size_bytes=key[1],
        width_px=width,
        height_px=height,
        frame_count=len(time_s),
        time_s=time_s,
        duration_s=float(time_s[-1] + step_s),
        fps_mean=float((len(time_s) - 1) / time_s[-1]),
        fps_given=key[3],
        capture_fps=index.rate.capture_fps,
        variable_frame_rate=not index.steady,
        codec=codec,
        container=kind,
        pixel_format=first.format.name,
        rotation_deg=geometry.orientation.quarter_turns * 90,
        mirrored=geometry.orientation.mirrored,
        pixel_aspect=aspect,
        bit_depth=max(component.bits for component in first.format.components),
        interlaced=bool(first.interlaced_frame),
        lost_frames=index.lost,
        gaps=index.gaps,
        problems=rate_problems + (("non_square_pixels",) if oblong else ()),
    )
    return Known(key, replace(index, first=None), facts, geometry)


_RATE_WORDS = ("rate_assumed", "rate_unknown")


def _timed(index: FrameIndex, fps: float | None) -> tuple[FloatArray, float, tuple[str, ...]]:
    """Return times, the usual step, and the file's problems, with the true rate worked in."""
    problems = index.problems
    if fps is not None:
        problems = tuple(word for word in problems if word not in _RATE_WORDS)
    else:
        fps, word = true_fps(index.rate.capture_fps, 1.0 / index.step_s, steady=index.steady)
        problems += (word,) if word else ()
    if fps is None:
        return index.time_s, index.step_s, problems
    time_s = at_rate(index.time_s, index.step_s, fps, steady=index.steady)
    return time_s, 1.0 / fps, problems


def pixel_aspect(ratio: object) -> float:
    """Return width over height of a file's pixels, 1 where what it says cannot be."""
    aspect = float(ratio) if ratio else 1.0  # type: ignore[arg-type]
    return aspect if 1 / _STRANGE_ASPECT <= aspect <= _STRANGE_ASPECT else 1.0
