"""Frames of a video as an array that napari can slice: lazy, exact, read ahead in a thread."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from easytear.base.errors import VideoError
from easytear.base.geometry import ByteArray
from easytear.video import FrameReader

CACHE_BYTES: Final = 96 * 2**20
"""Frames kept in memory at most, whatever the video's length."""

AHEAD: Final = 24
BACK_BLOCK: Final = 16

View = Callable[[int, ByteArray], ByteArray]


def as_recorded(_frame: int, picture: ByteArray) -> ByteArray:
    """Return the picture as it is."""
    return picture


class FrameStore:
    """Serves frames as red-green-blue pictures from one reading thread.

    A frame that is asked for is always the right one: `get` waits until it is decoded. While
    nothing is asked for, the thread reads on in the direction of the last step.
    """

    def __init__(self, path: Path, cache_bytes: int = CACHE_BYTES) -> None:
        """Open a video; errors are those of `FrameReader`."""
        reader = FrameReader(path)
        self.facts = reader.facts
        size = self.facts.width_px * self.facts.height_px * 3
        self._room = max(cache_bytes // size, 4)
        self._reader = reader
        self._cache: OrderedDict[int, ByteArray] = OrderedDict()
        self._view: View = as_recorded
        self._changed = threading.Condition()
        self._wanted: int | None = None
        self._position, self._direction = 0, 1
        self._error: VideoError | None = None
        self._closed = False
        self._asleep = False
        self._idle = False
        self._epoch = 0
        self._thread = threading.Thread(target=self._work, name="frames", daemon=True)
        self._thread.start()

    def get(self, frame: int) -> ByteArray:
        """Return the (height, width, 3) picture of a frame.

        Raises
        ------
        VideoError
            If the video can no longer be read.
        IndexError
            If it has no such frame.
        """
        frame = range(self.facts.frame_count)[frame]
        with self._changed:
            if frame != self._position:
                self._direction = 1 if frame > self._position else -1
            self._position, self._asleep = frame, False
            if frame not in self._cache:
                self._wanted = frame
            self._changed.notify_all()
            self._changed.wait_for(lambda: frame in self._cache or self._stopped())
            if frame in self._cache:
                self._cache.move_to_end(frame)
                return self._cache[frame]
            raise self._error or VideoError(f"{self.facts.path}: is closed.")

    def set_view(self, view: View) -> None:
        """Choose what is done to each picture before it is shown; runs in the reading thread."""
        with self._changed:
            self._view = view
            self._cache.clear()
            self._epoch += 1
            self._changed.notify_all()

    def forget(self) -> None:
        """Keep no frame in memory, and read none ahead, until one is asked for again."""
        with self._changed:
            self._cache.clear()
            self._asleep = True
            self._epoch += 1

    def wait_until_idle(self) -> None:
        """Return when everything that should be read ahead has been."""
        with self._changed:
            self._changed.wait_for(lambda: self._idle or self._stopped())

    def close(self) -> None:
        """Stop reading; safe to call twice."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def cached(self) -> int:
        """How many frames are in memory."""
        return len(self._cache)

    def _stopped(self) -> bool:
        return self._closed or self._error is not None

    def _work(self) -> None:
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(self._has_work)
                    if self._closed:
                        return
                    frame, epoch, view = self._next(), self._epoch, self._view
                    self._idle = frame is None
                    if frame is None:
                        self._changed.notify_all()
                        continue
                self._load(frame, epoch, view)
        except VideoError as error:
            with self._changed:
                self._error = error
                self._changed.notify_all()
        finally:
            self._reader.close()

    def _has_work(self) -> bool:
        if self._closed or self._next() is not None:
            return True
        if not self._idle:
            self._idle = True
            self._changed.notify_all()
        return False

    def _next(self) -> int | None:
        if self._wanted is not None and self._wanted not in self._cache:
            return self._wanted
        if self._asleep:
            return None
        reach = min(AHEAD, self._room // 2)
        for step in range(1, reach + 1):
            frame = self._position + step * self._direction
            if 0 <= frame < self.facts.frame_count and frame not in self._cache:
                return frame
        return None

    def _load(self, frame: int, epoch: int, view: View) -> None:
        backwards = self._direction < 0 and frame != self._wanted
        start = max(frame - min(BACK_BLOCK, self._room // 2) + 1, 0) if backwards else frame
        if not backwards:
            self._keep(frame, view(frame, self._rgb(self._reader.read(frame, colour=True))), epoch)
            return
        for n, picture in self._reader.frames(start, frame + 1, colour=True):
            self._keep(n, view(n, self._rgb(picture)), epoch)

    @staticmethod
    def _rgb(picture: ByteArray) -> ByteArray:
        return np.ascontiguousarray(picture[..., ::-1])

    def _keep(self, frame: int, picture: ByteArray, epoch: int) -> None:
        with self._changed:
            self._idle = False
            if epoch == self._epoch:
                self._cache[frame] = picture
                self._cache.move_to_end(frame)
                while len(self._cache) > self._room:
                    # The frame that is asked for stays: somebody waits for it.
                    oldest = (n for n in self._cache if n not in (self._position, frame))
                    del self._cache[next(oldest)]
            if frame == self._wanted and epoch == self._epoch:
                self._wanted = None
            self._changed.notify_all()


class VideoArray:
    """A video as an array (frame, y, x, colour) of bytes, decoded when it is sliced."""

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, store: FrameStore) -> None:
        """Take the frames' store; it is closed when the array is no longer used."""
        self.store = store
        weakref.finalize(self, store.close)
        facts = store.facts
        self.shape = (facts.frame_count, facts.height_px, facts.width_px, 3)
        self.size = int(np.prod(self.shape))

    def __len__(self) -> int:
        """Return the number of frames."""
        return self.shape[0]

    def __getitem__(self, key: Any) -> ByteArray:
        """Return what numpy's indexing would; only the frames asked for are decoded."""
        first, rest = (key[0], key[1:]) if isinstance(key, tuple) else (key, ())
        if isinstance(first, int | np.integer):
            return self.store.get(int(first))[rest]
        frames = np.arange(len(self))[first]
        if len(frames) == 0:
            return np.empty((0, *self.shape[1:]), dtype=np.uint8)
        return np.stack([self.store.get(int(f))[rest] for f in frames])

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """Return the whole video."""
        return np.asarray(self[:], dtype=dtype)
