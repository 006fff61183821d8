"""Opening a video file, and its packets whatever state it is in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from easytear.base.errors import VideoError
from easytear.base.limits import how_to_widen, limit
from easytear.video.dicom import as_video, is_dicom

_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,asf,mpeg,mpegts,mpegvideo,m4v,h264,hevc,obu,ivf,"
    "flv,ogg,mxf,nut,dv,gif,mjpeg,yuv4mpegpipe,rm,wtv"
)
"""Containers that are opened. Playlists, which lead to other files or to the network, single
pictures, and text that FFmpeg would draw as a picture are not among them."""

_NO_FILM = (
    av.stream.Disposition.attached_pic
    | av.stream.Disposition.timed_thumbnails
    | av.stream.Disposition.still_image
)
"""Tracks that players do not show as films."""

_PREVIEW = 0.25
"""A track of this share of another's picture, half as wide and high, is a preview of it."""

_DECODING_BYTES = 64_000_000
_THREADS = 8
"""Threads that decode a video: so many that a picture for each is no larger, and at most eight."""

_GIVE_UP_AFTER = 32
"""So many failures to read a packet in a row are the end of a damaged file."""


def open_video(path: Path, *, threads: bool = True) -> tuple[InputContainer, VideoStream]:
    """Open a video and choose its picture stream.

    Parameters
    ----------
    path : Path
        The file.
    threads : bool
        Decode on all processors. Errors in damaged files can be told picture by picture only
        without.

    Raises
    ------
    VideoError
        If there is no such file, it is no video, holds no picture stream, or its pictures are
        larger than the limit `picture_megapixels`.
    """
    _refuse_what_is_no_file(path)
    try:
        container = av.open(
            f"file:{as_video(path) if is_dicom(path) else path}",
            mode="r",
            options={"format_whitelist": _FORMATS, "protocol_whitelist": "file"},
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise VideoError(
            f"{path}: is not a video that can be opened (another kind of file, or a copy that "
            "is not complete); play it elsewhere, or copy it again from its source."
        ) from error
    films = [s for s in container.streams.video if not s.disposition & _NO_FILM]
    if not films:
        container.close()
        raise VideoError(f"{path}: holds no video, only sound or data; choose another file.")
    # A track of a codec that is not known has no codec context.
    films = [s for s in films if getattr(s, "codec_context", None) is not None]
    if not films:
        container.close()
        raise VideoError(
            f"{path}: is of a video format that cannot be decoded; convert it to H.264 (MP4)."
        )
    stream = _film(films)
    most_pixels = int(limit("picture_megapixels") * 1e6)
    if stream.width * stream.height > most_pixels:
        size = f"{stream.width} x {stream.height}"
        container.close()
        raise VideoError(
            f"{path}: has pictures of {size} pixels, too many to be read; make a smaller copy of "
            f"it ({how_to_widen('picture_megapixels')})."
        )
    # A size may also change further on in the file: the decoder then refuses those pictures. It
    # counts lines as it aligns them, to 64 pixels.
    most_pixels += 64 * max(stream.width, stream.height)
    stream.codec_context.options = {"max_pixels": str(most_pixels)}
    stream.thread_type = "AUTO" if threads else "NONE"
    if threads:
        # Each thread holds some pictures; on many processors those of 4K would take a gigabyte.
        most = int(_DECODING_BYTES // max(stream.width * stream.height, 1))
        stream.codec_context.thread_count = min(max(most, 1), _THREADS, os.cpu_count() or 1)
    return container, stream


def _film(streams: Sequence[VideoStream]) -> VideoStream:
    """Return the film among several tracks: the default one, no single picture, no preview."""
    moving = [s for s in streams if s.frames != 1] or streams
    chosen = [s for s in moving if s.disposition & av.stream.Disposition.default] or moving
    largest = max(s.width * s.height for s in chosen)
    return next(s for s in chosen if s.width * s.height > largest * _PREVIEW or len(chosen) == 1)


def _refuse_what_is_no_file(path: Path) -> None:
    if path.is_dir():
        raise VideoError(f"{path}: is a folder; name a video file.")
    try:
        if not path.is_file() and path.exists():  # a pipe would be waited for without end
            raise VideoError(f"{path}: is no regular file but a pipe or device; name a video file.")
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError as error:
        raise VideoError(f"{path}: there is no such file; check the name.") from error
    except OSError as error:
        raise VideoError(f"{path}: cannot be read ({error.strerror}).") from error
    if empty:
        raise VideoError(f"{path}: is empty (0 bytes); copy it again from its source.")


def packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream] | None]:
    """Yield the stream's packets; None for each that cannot be read, and go on behind it.

    The last packet is the empty one that makes the decoder give what it still holds.
    """
    failures = 0
    while True:
        try:
            for packet in container.demux(stream):
                failures = 0
                yield packet
        except (av.error.FFmpegError, IndexError):  # PyAV loses a stream that was renumbered
            failures += 1
            yield None
            if failures < _GIVE_UP_AFTER:
                continue
        return
