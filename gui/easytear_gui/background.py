"""Short work off the window's thread: reading results, thumbnails, copying files."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from typing_extensions import override

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class _Signals(QObject):
    done = Signal(object)
    failed = Signal(object)


class _Job(QRunnable):
    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self.work, self.signals = work, _Signals()

    @override
    def run(self) -> None:
        try:
            result = self.work()
        except Exception as error:  # noqa: BLE001 - told to whoever asked for the work
            if not isinstance(error, OSError):
                _log.info("background work failed", exc_info=True)
            self._tell(self.signals.failed, error)
        else:
            self._tell(self.signals.done, result)

    @staticmethod
    def _tell(signal: object, value: object) -> None:
        try:
            signal.emit(value)  # type: ignore[attr-defined]
        except RuntimeError:  # the window has gone meanwhile
            _log.debug("nobody waits for a background job any more")


class Background(QObject):
    """A queue of short jobs, one after another; the answers come on the window's thread."""

    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._jobs: set[_Job] = set()

    @property
    def busy(self) -> bool:
        """Whether jobs wait or run."""
        return bool(self._jobs)

    def run(
        self,
        work: Callable[[], _T],
        done: Callable[[_T], object],
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Do `work` in a thread, then call `done` or `failed` here."""
        job = _Job(work)
        job.setAutoDelete(False)
        self._jobs.add(job)

        def finish(call: Callable[..., object] | None, value: object) -> None:
            self._jobs.discard(job)
            if call is not None:
                call(value)
            if not self._jobs:
                self.idle.emit()

        receiver = _Receiver(self, lambda v: finish(done, v), lambda e: finish(failed, e))
        job.signals.done.connect(receiver.done)
        job.signals.failed.connect(receiver.failed)
        self._pool.start(job)

    def wait(self) -> None:
        """Wait for the job that runs and forget the others."""
        self._pool.clear()
        self._pool.waitForDone()


class _Receiver(QObject):
    """Lives in the window's thread, so that the answers are given there."""

    def __init__(
        self, parent: QObject, done: Callable[[object], None], failed: Callable[[object], None]
    ) -> None:
        super().__init__(parent)
        self._done, self._failed = done, failed

    def done(self, value: object) -> None:
        self._done(value)
        self.deleteLater()

    def failed(self, error: object) -> None:
        self._failed(error)
        self.deleteLater()
