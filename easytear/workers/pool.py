"""Work shared out between this process and helpers: further processes of the same program.

Threads gain nothing here, since the interpreter lets one at a time work. A helper is started
before there is work for it, so that it loads its modules while this process does its first part.
What a helper does is what this process would have done, to the last digit; where a helper fails
or is lost this process does the task itself, so that errors are raised as without helpers.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum
from types import TracebackType
from typing import Any, BinaryIO, Final, Generic, Self, TypeVar, cast

from easytear.base.progress import SILENT, Progress
from easytear.workers.child import child_command, child_environment
from easytear.workers.process import read_message, write_message

log = logging.getLogger(__name__)
T = TypeVar("T")
Task = Callable[[Progress], T]
"""What is handed in: made of a module's function and arguments that can be pickled."""

_LOOK_EVERY_S: Final = 0.1
"""While this process waits for a helper it looks so often whether it should stop."""


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _State(Enum):
    WAITING = 0
    AWAY = 1
    DONE = 2
    OURS = 3


class Pending(Generic[T]):
    """A task that was handed in."""

    def __init__(self, pool: WorkerPool, task: Task[T]) -> None:
        self.task = task
        self.share = 0.0
        self.message = ""
        self._state = _State.WAITING
        self._pool = pool
        self._value: Any = None

    @property
    def waiting(self) -> bool:
        """True while nobody has begun it."""
        return self._state is _State.WAITING

    def take(self, new: _State) -> bool:
        """Claim the task, for a helper or for this process; False where it is claimed already."""
        with self._pool.changed:
            free = self._state is _State.WAITING
            if free:
                self._state = new
                self._pool.forget(self)
            return free

    def end(self, state: _State, value: Any = None) -> None:
        """Note what became of it."""
        with self._pool.changed:
            self._value, self._state = value, state
            self.share = float(state is _State.DONE)
            self._pool.changed.notify_all()

    def here(self, progress: Progress = SILENT) -> None:
        """Do it in this process if nobody has begun it."""
        if self.take(_State.OURS):
            self.end(_State.DONE, self.task(progress))

    def result(self, progress: Progress = SILENT) -> T:
        """Return what comes of it: from the helper that has it, else done here."""
        self.here(progress)
        while True:
            with self._pool.changed:
                if self._state is _State.AWAY:
                    self._pool.changed.wait(_LOOK_EVERY_S)
                state, value = self._state, self._value
            if state is _State.DONE:
                return value  # type: ignore[no-any-return]
            if state is _State.OURS:  # its helper failed
                self.end(_State.DONE, self.task(progress))
            else:
                progress.update(self.share, 1.0, self.message)


class WorkerPool:
    """A process and its helpers; leave it (`with`) to end them.

    Parameters
    ----------
    helpers : int
        How many; 0 does everything in this process, in order.
    """

    def __init__(self, helpers: int = 0) -> None:
        self.changed = threading.Condition()
        self._waiting: list[Pending[Any]] = []
        self._helpers: list[_Helper] = []
        try:
            for _ in range(helpers):
                self._helpers.append(_Helper(self))
        except OSError as error:
            log.info("a helper could not be started: %s", error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the helpers at once, whatever they are at."""
        for helper in self._helpers:
            helper.end()
        self._helpers = []

    def prepare(self, function: str, *arguments: object) -> None:
        """Let each helper call `module:function` while it waits; what goes wrong is left.

        The function is named, so that this process need not load it first.
        """
        for helper in self._helpers:
            helper.prepare(function, *arguments)

    def submit(self, task: Task[T]) -> Pending[T]:
        """Hand in a task: the next free helper takes it, or `result` does it here."""
        pending = Pending(self, task)
        if self._helpers:
            with self.changed:
                self._waiting.append(pending)
                self.changed.notify_all()
        return pending

    def forget(self, pending: Pending[Any]) -> None:
        """Let no helper begin a task any more."""
        with self.changed:
            if pending in self._waiting:
                self._waiting.remove(pending)

    def run(
        self,
        tasks: Sequence[Task[T]],
        lengths: Sequence[float],
        progress: Progress = SILENT,
        spare: Task[None] | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> list[T]:
        """Do tasks side by side, longest first, and return what comes of each, in their order.

        Parameters
        ----------
        tasks : sequence of callable
            Each is called with a progress object.
        lengths : sequence of float
            How long each takes, in any common unit.
        progress : Progress
            Told how far all of them are.
        spare : callable, optional
            What a helper does for whom no task is left; never done here.
        meanwhile : callable, optional
            What there is to prepare in this process: where there are helpers enough for all
            tasks they have them, and this process does that instead.
        """
        order = sorted(range(len(tasks)), key=lambda k: -lengths[k])
        pending = {k: self.submit(tasks[k]) for k in order}
        if spare is not None:
            self.submit(spare)
        shares = _Shares([(pending[k], lengths[k]) for k in order], progress)
        try:
            if meanwhile is not None and self._left_to_helpers(list(pending.values())):
                meanwhile()
            for k in order:
                pending[k].here(_Own(pending[k], shares))
            return [pending[k].result(_Own(pending[k], shares)) for k in range(len(tasks))]
        except BaseException:
            for one in pending.values():
                self.forget(one)
            raise

    def _left_to_helpers(self, tasks: list[Pending[Any]]) -> bool:
        """Give helpers a moment to take all tasks if there are enough of them; say if they did."""
        if not 0 < len(tasks) <= len(self._helpers):
            return False
        with self.changed:
            return self.changed.wait_for(
                lambda: not any(task.waiting for task in tasks), _LOOK_EVERY_S
            )

    def next_task(self, stopped: Callable[[], bool]) -> Pending[Any] | None:
        """Wait for a task and claim it for a helper; None when that helper has been ended."""
        while True:
            with self.changed:
                while not self._waiting and not stopped():
                    self.changed.wait()
                if stopped():
                    return None
                pending = self._waiting[0]
                pending.take(_State.AWAY)
                self.changed.notify_all()
                return pending


class _Shares:
    """How far several tasks are together."""

    def __init__(self, tasks: Sequence[tuple[Pending[Any], float]], progress: Progress) -> None:
        self._tasks = tasks
        self._total = max(sum(length for _, length in tasks), 1e-9)
        self._progress = progress

    def tell(self, message: str) -> None:
        """Report."""
        done = sum(pending.share * length for pending, length in self._tasks)
        self._progress.update(done, self._total, message)


class _Own:
    """Progress of one task of several."""

    def __init__(self, pending: Pending[Any], shares: _Shares) -> None:
        self._pending = pending
        self._shares = shares

    def update(self, done: float, total: float, message: str = "") -> None:
        """Report to the whole; see `easytear.base.progress.Progress.update`."""
        self._pending.share = min(max(done / total, 0.0), 1.0) if total > 0 else 1.0
        self._shares.tell(message)


class _Helper:
    """One helper, and the thread that talks with it."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._ended = False
        self._sending = threading.Lock()
        self._process = subprocess.Popen(
            child_command("easytear.workers.process"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._to = cast(BinaryIO, self._process.stdin)
        self._from = cast(BinaryIO, self._process.stdout)
        self._thread = threading.Thread(target=self._serve, name="helper", daemon=True)
        self._thread.start()

    def prepare(self, function: str, *arguments: object) -> None:
        """See `WorkerPool.prepare`."""
        try:
            self._send(("prepare", function, arguments))
        except OSError as error:
            log.info("a helper could not be prepared: %s", error)

    def end(self) -> None:
        """End the process, and the thread with it."""
        self._ended = True
        self._process.kill()
        with self._pool.changed:
            self._pool.changed.notify_all()
        self._thread.join()
        self._process.wait()
        for pipe in (self._to, self._from):
            with suppress(OSError):
                pipe.close()

    def _serve(self) -> None:
        while (pending := self._pool.next_task(lambda: self._ended)) is not None:
            try:
                self._send(("task", pending.task, ()))
                kind, value = self._heard(pending)
            except Exception as error:  # noqa: BLE001 - whatever it was, the task is not done
                log.info("a helper is lost: %s", error)
                pending.end(_State.OURS)
                return
            if kind == "failed":
                log.info("a helper could not do a task: %s", value)
            pending.end(_State.DONE if kind == "done" else _State.OURS, value)

    def _send(self, message: object) -> None:
        with self._sending:
            write_message(self._to, message)

    def _heard(self, pending: Pending[Any]) -> tuple[str, Any]:
        """Read what the helper says until the task is done."""
        while True:
            kind, value = pickle.loads(read_message(self._from))
            if kind != "progress":
                return kind, value
            pending.share, pending.message = value
