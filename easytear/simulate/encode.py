"""Frames into a video file with exact times."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from easytear.base.geometry import ByteArray, FloatArray
from easytear.results import atomic_write
from easytear.simulate.scene import Camera
from easytear.simulate.timing import TICKS_PER_S


def encode(frames: Iterable[ByteArray], times_s: FloatArray, camera: Camera, path: Path) -> None:
    """Write frames as H.264 with their times; the file appears whole or not at all."""
    ticks = np.round(times_s * TICKS_PER_S).astype(np.int64)
    with atomic_write(path) as aside, av.open(str(aside), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(camera.fps).limit_denominator(1001))
        stream.width, stream.height = camera.width_px, camera.height_px
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, TICKS_PER_S)
        stream.codec_context.time_base = Fraction(1, TICKS_PER_S)
        # Several threads look ahead at what they happen to have: the same frames, other bytes.
        stream.codec_context.thread_count = 1
        stream.options = {"crf": str(camera.crf), "preset": "veryfast", "tune": "grain"}
        if camera.interlaced:
            stream.options = {**stream.options, "x264-params": "tff=1"}
        for tick, picture in zip(ticks, frames, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = int(tick), Fraction(1, TICKS_PER_S)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
