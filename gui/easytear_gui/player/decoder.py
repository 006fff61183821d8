"""Frames on demand, decoded in a thread of its own and kept in a bounded cache."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from easytear.base.errors import EasyTearError
from easytear.base.geometry import ByteArray

if TYPE_CHECKING:
    from easytear.video import FrameReader

_log = logging.getLogger(__name__)

CACHE_BYTES = 160 << 20
AHEAD = 24
"""Frames decoded before they are asked for, in the direction of play."""

_BACK_STEP = 16


class Decoder(QObject):
    """One open video.

    Signals
    -------
    opened(facts), failed(text) : after `open`
    ready(frame, image) : the wanted frame as a (height, width, 3) blue-green-red array
    """

    opened = Signal(object)
    failed = Signal(str)
    ready = Signal(int, object)

    def __init__(self, path: Path, fps: float | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path, self._fps = path, fps
        self._is_open = False
        self._wake = threading.Condition()
        self._target, self._step, self._asked = -1, 1, False
        self._count = 0
        self._stop = False
        self._cache: OrderedDict[int, ByteArray] = OrderedDict()
        self._bytes = 0
        self._stream: Iterator[tuple[int, ByteArray]] | None = None
        self._stream_at = -1
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)

    def start(self) -> None:
        """Open the video; `opened` or `failed` follows."""
        self._thread.start()

    def want(self, frame: int, step: int = 1) -> None:
        """Ask for a frame; `step` is 1 or -1, the direction in which more will be wanted."""
        with self._wake:
            self._target, self._step, self._asked = frame, step, True
            self._wake.notify()

    def near(self, frame: int, step: int) -> None:
        """Say where play is, so that frames are decoded ahead of it."""
        with self._wake:
            self._target, self._step = frame, step
            self._wake.notify()

    def cached(self, frame: int) -> ByteArray | None:
        """Return a frame that is decoded already."""
        with self._wake:
            image = self._cache.get(frame)
            if image is not None:
                self._cache.move_to_end(frame)
            return image

    def close(self) -> None:
        """End the thread and wait for it; one that still opens a long video ends by itself."""
        with self._wake:
            self._stop = True
            self._wake.notify()
        if self._is_open and self._thread.is_alive():
            self._thread.join()

    # --- in the thread -------------------------------------------------------------------
    def _run(self) -> None:
        from easytear.video import FrameReader

        try:
            reader = FrameReader(self._path, self._fps)
        except (EasyTearError, OSError) as error:
            self._tell_failed(str(error))
            return
        self._count, self._is_open = reader.facts.frame_count, True
        self._emit(lambda: self.opened.emit(reader.facts))
        try:
            while (job := self._next_job()) is not None:
                self._fulfil(reader, *job)
        except (EasyTearError, OSError) as error:
            self._tell_failed(str(error))
        except Exception:  # noqa: BLE001 - whatever it is, the window must go on
            _log.exception("decoding %s", self._path)
            self._tell_failed(f"{self._path}: cannot be played; the log says more (Help, Log).")
        finally:
            self._stream = None
            reader.close()

    def _next_job(self) -> tuple[int, int, bool] | None:
        """Wait for work; return (frame to decode, direction, whether it is the wanted one)."""
        with self._wake:
            while not self._stop:
                if self._asked:
                    self._asked = False
                    return self._target, self._step, True
                missing = self._missing_ahead()
                if missing is not None:
                    return missing, self._step, False
                self._wake.wait()
            return None

    def _missing_ahead(self) -> int | None:
        if self._target < 0:
            return None
        ahead = (self._target + k * self._step for k in range(1, AHEAD + 1))
        return next((f for f in ahead if 0 <= f < self._count and f not in self._cache), None)

    def _fulfil(self, reader: FrameReader, frame: int, step: int, wanted: bool) -> None:
        image = self.cached(frame)
        if image is None:
            start = frame if step > 0 or wanted else max(0, frame - _BACK_STEP + 1)
            image = self._decode(reader, start, frame)
        if wanted and image is not None:
            self._emit(lambda: self.ready.emit(frame, image))

    def _decode(self, reader: FrameReader, start: int, stop: int) -> ByteArray | None:
        """Decode the frames `start` to `stop`, both included; return the last one."""
        if self._stream is None or self._stream_at != start:
            self._stream = iter(reader.frames(start, self._count, colour=True))
            self._stream_at = start
        image: ByteArray | None = None
        while self._stream_at <= stop:
            got = next(self._stream, None)
            if got is None:
                self._stream = None
                return None
            number, image = got
            self._keep(number, image)
            self._stream_at = number + 1
        return image

    def _keep(self, frame: int, image: ByteArray) -> None:
        with self._wake:
            if frame not in self._cache:
                self._bytes += image.nbytes
            self._cache[frame] = image
            self._cache.move_to_end(frame)
            while self._bytes > CACHE_BYTES and len(self._cache) > 2:
                self._bytes -= self._cache.popitem(last=False)[1].nbytes

    def _tell_failed(self, text: str) -> None:
        self._emit(lambda: self.failed.emit(text))

    def _emit(self, emit: object) -> None:
        """Emit unless the window has gone meanwhile."""
        if not self._stop and callable(emit):
            emit()
