"""Long work beside the window: one job at a time, with progress and cancel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from qtpy.QtCore import QObject, QThread
from qtpy.QtCore import Signal as QtSignal  # type: ignore[attr-defined]

from easytear.base.errors import EasyTearError
from easytear.base.progress import Cancelled, Progress

TELL_EVERY_S: Final = 0.05


class _Job(QThread):
    """Runs a function in a thread; what it returns or raises arrives in the window's thread."""

    told = QtSignal(float, str)
    ended = QtSignal(object)
    failed = QtSignal(str)

    def __init__(self, function: Callable[[Progress], Any], parent: QObject) -> None:
        super().__init__(parent)
        self._function = function
        self._stop = threading.Event()
        self._told_at = 0.0

    def update(self, done: float, total: float, message: str = "") -> None:
        """Tell how far the work is; see `easytear.base.progress.Progress`."""
        if self._stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if now - self._told_at > TELL_EVERY_S or done >= total:
            self._told_at = now
            self.told.emit(done / total if total else 1.0, message)

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._stop.set()

    def run(self) -> None:
        """Do the work (called by Qt in the thread)."""
        try:
            result = self._function(self)
        except Cancelled:
            self.failed.emit("Stopped; nothing was changed.")
        except EasyTearError as error:
            self.failed.emit(str(error))
        except Exception as error:  # noqa: BLE001 - a thread's error must reach the person
            self.failed.emit(f"Something went wrong that should not: {error!r}")
        else:
            self.ended.emit(result)


class Work(QObject):
    """Starts jobs; a second one waits for nobody: it is refused while one runs."""

    progressed = QtSignal(float, str)
    started = QtSignal(str)
    finished = QtSignal()
    said = QtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        """Make it; `parent` as in Qt."""
        super().__init__(parent)
        self._job: _Job | None = None

    @property
    def busy(self) -> bool:
        """Whether a job is running."""
        return self._job is not None

    def start(
        self, label: str, function: Callable[[Progress], Any], done: Callable[[Any], None]
    ) -> None:
        """Run a function in the background and hand its result to `done` in this thread."""
        if self._job is not None:
            self.said.emit("Something is running already; wait for it or stop it.")
            return
        job = _Job(function, self)
        self._job = job
        job.told.connect(self.progressed)
        job.failed.connect(self.said)
        job.ended.connect(done)
        job.finished.connect(self._over)
        self.started.emit(label)
        job.start()

    def cancel(self) -> None:
        """Ask what is running to stop."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Stop what is running and wait for its end."""
        if self._job is not None:
            self._job.cancel()
            self._job.wait()

    def _over(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self.finished.emit()
