"""Videos out: H.264 that browsers play, or what else FFmpeg can encode."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from easytear.base.atomic import atomic_write
from easytear.base.errors import VideoError
from easytear.base.geometry import ByteArray

_CLOCK_HZ = 90_000
"""Ticks of the time stamps: the customary video clock, exact for 24, 25, 30, 50 and 60 a second."""

_FIXED_RATE = {".avi"}
"""Containers without time stamps: frames come at `fps`, whatever their times."""

_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "libx264": {"crf": "20", "preset": "veryfast"},
    "libx265": {"crf": "22", "preset": "veryfast", "x265-params": "log-level=none"},
    "libvpx-vp9": {"crf": "30", "b": "0", "deadline": "realtime", "cpu-used": "6"},
    "libsvtav1": {"crf": "32", "preset": "10"},
}
_BT601, _LIMITED, _FULL = 6, 1, 2  # AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG, AVCOL_RANGE_JPEG


class VideoWriter:
    """Writes frames with their times; the file appears when the `with` block ends well.

    Parameters
    ----------
    path : Path
        The file; its suffix names the container (.mp4, .mov, .mkv, .webm, .avi, ...).
    width_px, height_px : int
        Size of the frames. Where the pixel format needs even sizes, the last column or row is
        doubled.
    fps : float
        Frame rate where `write` is given no times, and of containers without time stamps.
    codec : str
        FFmpeg's encoder: "libx264" plays in every browser; "ffv1" loses nothing; "mjpeg" and
        "mpeg4" are what old cameras wrote.
    pixel_format : str
        FFmpeg's name.
    crf : float, optional
        Quality of libx264, libx265, VP9 and AV1: lower is better, 17 or 18 hardly visible loss.
    interlaced : bool
        Encode (with libx264) as fields, the top field first; heights are then padded to a
        multiple of 4.
    rotation_deg : int
        Rotation flag of the container (MP4, MOV): by how much players turn the frames
        anticlockwise when they show them, as phones write it.
    pixel_aspect : Fraction
        Width over height at which a stored pixel is shown.
    options : mapping, optional
        Further encoder options, over the defaults.

    Raises
    ------
    VideoError
        If the file cannot be written so.
    """

    def __init__(
        self,
        path: Path,
        width_px: int,
        height_px: int,
        *,
        fps: float = 30.0,
        codec: str = "libx264",
        pixel_format: str = "yuv420p",
        crf: float | None = None,
        interlaced: bool = False,
        rotation_deg: int = 0,
        pixel_aspect: Fraction = Fraction(1),
        options: Mapping[str, str] | None = None,
    ) -> None:
        self._path = path
        self._shape = (height_px, width_px)
        rows = 4 if interlaced else 2
        self._pad = (-height_px % rows, -width_px % 2) if "42" in pixel_format else (0, 0)
        self._codec = codec
        self._rotation_deg = rotation_deg
        self._aspect = pixel_aspect
        self._pixel_format = pixel_format
        self._rate = Fraction(fps).limit_denominator(1001)
        self._fixed = path.suffix.lower() in _FIXED_RATE
        self._clock = 1 / self._rate if self._fixed else Fraction(1, _CLOCK_HZ)
        self._options = dict(_DEFAULTS.get(codec, {}))
        if crf is not None:
            self._options["crf"] = f"{crf:g}"
        if interlaced:
            self._options["x264-params"] = "tff=1"
        self._options.update(options or {})
        self._stack = ExitStack()
        self._out: tuple[OutputContainer, VideoStream] | None = None
        self._count = 0
        self._stamp = -1

    def __enter__(self) -> Self:
        aside = self._stack.enter_context(atomic_write(self._path))
        try:
            self._out = self._open(aside)
        except (av.error.FFmpegError, ValueError, AttributeError) as error:
            self._stack.__exit__(type(error), error, error.__traceback__)
            raise self._unwritable(error) from error
        return self

    def _open(self, aside: Path) -> tuple[OutputContainer, VideoStream]:
        container_options = {}
        if self._path.suffix.lower() in {".mp4", ".mov", ".m4v"}:
            container_options["movflags"] = "+faststart"
        container = av.open(f"file:{aside}", "w", options=container_options)
        self._stack.callback(container.close)
        stream = container.add_stream(self._codec, rate=self._rate, options=self._options)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = (a + b for a, b in zip(self._shape, self._pad, strict=True))
        stream.pix_fmt = self._pixel_format
        stream.codec_context.time_base = self._clock
        if self._aspect != 1:
            stream.codec_context.sample_aspect_ratio = self._aspect
        if self._rotation_deg % 360:
            # An AttributeError where PyAV is too old to write the flag.
            stream.set_display_rotation(self._rotation_deg)
        if self._pixel_format.startswith("yuv4"):
            stream.codec_context.colorspace = _BT601
            stream.codec_context.color_range = _LIMITED
        elif self._pixel_format.startswith(("gray", "yuvj")):
            stream.codec_context.color_range = _FULL
        return container, stream

    def write(self, picture: ByteArray, time_s: float | None = None) -> None:
        """Write one frame.

        Parameters
        ----------
        picture : (height, width) or (height, width, 3) uint8 array
            Grey, or blue-green-red.
        time_s : float, optional
            When it is shown; must rise. Without it, frame number over `fps`.
        """
        assert self._out is not None, "VideoWriter writes inside its with block"
        if picture.shape[:2] != self._shape:
            raise ValueError(f"frame of shape {picture.shape}, expected {self._shape}")
        container, stream = self._out
        if any(self._pad):
            bottom, right = self._pad
            padded = cv2.copyMakeBorder(picture, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
            picture = np.asarray(padded, dtype=np.uint8)
        kind = "gray" if picture.ndim == 2 else "bgr24"
        frame = av.VideoFrame.from_ndarray(picture, format=kind)
        if time_s is None or self._fixed:
            time_s = float(self._count / self._rate)
        self._stamp = max(round(time_s / self._clock), self._stamp + 1)
        frame.pts, frame.time_base = self._stamp, self._clock
        self._count += 1
        try:
            container.mux(stream.encode(frame))
        except (av.error.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self._out is not None:
            container, stream = self._out
            try:
                if self._count:
                    container.mux(stream.encode(None))
                container.close()
            except (av.error.FFmpegError, OSError) as failure:
                self._stack.__exit__(type(failure), failure, failure.__traceback__)
                raise self._unwritable(failure) from failure
        self._out = None
        self._stack.__exit__(kind, error, trace)

    def _unwritable(self, error: Exception) -> VideoError:
        return VideoError(
            f"{self._path}: cannot be written as {self._codec} {self._pixel_format} ({error})."
        )
