"""Tasks on this computer: one thread waits on each place."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Sequence
from typing import Protocol

from easytear.study.runner import Place, Stopped
from easytear.study.tasks import Outcome, Task


class Listener(Protocol):
    """What is told about the tasks, from any thread."""

    def planned(self, tasks: int, before: int, skipped: Sequence[tuple[str, str]]) -> None:
        """Tell how many videos are to be analysed, were before, and which files are none."""

    def started(self, task: Task) -> None:
        """Tell that a task began."""

    def told(self, task: Task, share: float, message: str) -> None:
        """Tell how far a task is (0 to 1)."""

    def ended(self, task: Task, outcome: Outcome) -> None:
        """Tell how a task ended."""

    def stopped(self, task: Task) -> None:
        """Tell that a task was stopped by request and is not done."""

    def note(self, message: str) -> None:
        """Tell something about the run as a whole."""


class Stop:
    """The wish to stop: asked once, running videos end; asked twice, they are stopped at once."""

    def __init__(self) -> None:
        self._asked = 0

    def ask(self) -> None:
        """Ask, or ask again."""
        self._asked += 1

    @property
    def soon(self) -> bool:
        """Whether no new video shall begin."""
        return self._asked > 0

    @property
    def now(self) -> bool:
        """Whether running videos shall not end."""
        return self._asked > 1


def run_local(
    tasks: Iterable[Task],
    listener: Listener,
    stop: Stop,
    *,
    workers: int,
    threads: int,
    fork: bool = True,
) -> None:
    """Run tasks in so many worker processes until all ended or `stop` was asked.

    Raises
    ------
    EasyTearError
        If worker processes cannot be started.
    """
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    troubles: list[Exception] = []
    serving = [
        threading.Thread(
            target=_serve, args=(Place(threads, fork=fork), waiting, listener, stop, troubles)
        )
        for _ in range(min(workers, max(waiting.qsize(), 1)))
    ]
    for thread in serving:
        thread.start()
    for thread in serving:
        while thread.is_alive():
            thread.join(0.2)  # short, so that Ctrl-C is heard in between
    if troubles:
        raise troubles[0]


def _serve(
    place: Place,
    waiting: queue.SimpleQueue[Task],
    listener: Listener,
    stop: Stop,
    troubles: list[Exception],
) -> None:
    try:
        while not stop.soon and not troubles:
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            _one(place, task, listener, stop)
    except Exception as trouble:  # noqa: BLE001 - handed to the thread that asked for the work
        troubles.append(trouble)
    finally:
        place.close()


def _one(place: Place, task: Task, listener: Listener, stop: Stop) -> None:
    listener.started(task)

    def told(share: float, message: str) -> None:
        listener.told(task, share, message)

    try:
        outcome = place.run(task, told, lambda: stop.now)
    except Stopped:
        listener.stopped(task)
    else:
        listener.ended(task, outcome)
