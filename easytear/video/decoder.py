"""One open container: numbered frames out of it, from any frame on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from easytear.video.index import FrameIndex
from easytear.video.source import open_video, packets


class Decoder:
    """Decodes the frames that an index knows, and gives them their numbers.

    Parameters
    ----------
    path : Path
        The video.
    index : FrameIndex
        Its index. Damaged files are decoded on one processor, as they were indexed, so that
        the same pictures come out.
    """

    def __init__(self, path: Path, index: FrameIndex) -> None:
        self._path = path
        self._index = index
        self._threads = "damaged" not in index.problems
        self._by_stamp = {stamp: number for number, stamp in enumerate(index.stamp)}
        self._by_ordinal = {ordinal: number for number, ordinal in enumerate(index.ordinal)}
        self._opened: tuple[InputContainer, VideoStream] | None = None

    def close(self) -> None:
        """Close the container; it opens again when needed."""
        if self._opened is not None:
            self._opened[0].close()
            self._opened = None

    def since(self, start: int) -> Iterator[tuple[int, VideoFrame]]:
        """Yield (number, frame) from frame `start` on; ends early where the file has changed.

        Only the newest of these iterators may be used.
        """
        for key in self._entries(start):
            met = False
            for number, frame in self._from_key(key):
                if not met and number > start:
                    break  # the container went too far; enter earlier
                if number >= start:
                    met = True
                    yield number, frame
            if met:
                return

    def _entries(self, start: int) -> Iterator[int | None]:
        """Yield key frames to enter at, the likeliest first; None is the file's beginning."""
        if self._index.seekable:
            yield from [key for key in self._index.key if 0 < key <= start][:-3:-1]
        yield None

    def _from_key(self, key: int | None) -> Iterator[tuple[int, VideoFrame]]:
        if key is None:
            self.close()
        if self._opened is None:
            self._opened = open_video(self._path, threads=self._threads)
        container, stream = self._opened
        stamp = None if key is None else self._index.stamp[key]
        if stamp is not None:
            try:
                container.seek(stamp, stream=stream, backward=True)
            except av.error.FFmpegError:
                return  # enter earlier
        for ordinal, frame in enumerate(_decoded(container, stream)):
            if self._index.seekable:
                number = self._by_stamp.get(getattr(frame, self._index.stamp_kind))
            else:
                number = self._by_ordinal.get(ordinal)
            if number is not None:
                yield number, frame


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    for packet in packets(container, stream):
        if packet is None:
            continue
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            continue  # the index has counted it among the lost
        yield from frames
