"""Tasks on this computer: one thread waits on each place."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from easytear.study.faults import WAITS_S, Closed, Killed, OutOfReach, others_are_there
from easytear.study.runner import LOOK_EVERY_S, Place, Stopped
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

    def writing(self) -> None:
        """Tell that no video runs any more and the tables are written."""


class Stop:
    """The wish to stop: asked once, running videos end; asked twice, they are stopped at once."""

    def __init__(self) -> None:
        self._asked = 0
        self._end = math.inf

    def ask(self) -> None:
        """Ask, or ask again."""
        self._asked += 1

    def within(self, seconds: float) -> None:
        """Let running videos end for so long and no longer."""
        self._end = min(self._end, time.monotonic() + seconds)

    @property
    def soon(self) -> bool:
        """Whether no new video shall begin."""
        return self._asked > 0

    @property
    def now(self) -> bool:
        """Whether running videos shall not end."""
        return self._asked > 1 or time.monotonic() > self._end


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
    ComputerFault
        If nothing more can be written, or the storage stays out of reach.
    EasyTearError
        If worker processes cannot be started.
    """
    work = _Work(list(tasks), listener, stop)
    serving = [
        threading.Thread(target=work.serve, args=(Place(threads, fork=fork),))
        for _ in range(min(workers, max(len(work.tasks), 1)))
    ]
    for thread in serving:
        thread.start()
    for thread in serving:
        while thread.is_alive():
            thread.join(0.2)  # short, so that Ctrl-C is heard in between
    if work.troubles:
        raise work.troubles[0]


class _Work:
    """Tasks that places share, and what keeps them from going on."""

    def __init__(self, tasks: list[Task], listener: Listener, stop: Stop) -> None:
        self.tasks = tasks
        self.troubles: list[Exception] = []
        self._listener = listener
        self._stop = stop
        self._waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
        for task in tasks:
            self._waiting.put(task)

    def serve(self, place: Place) -> None:
        """Let a place do one task after the other."""
        try:
            while not self._stop.soon and not self.troubles:
                try:
                    task = self._waiting.get_nowait()
                except queue.Empty:
                    return
                self._one(place, task)
        except Exception as trouble:  # noqa: BLE001 - handed to the thread that asked for the work
            self.troubles.append(trouble)
        finally:
            place.close()

    def _one(self, place: Place, task: Task) -> None:
        """Do a task; where the computer fails it is tried again, and at last left undone."""
        self._listener.started(task)
        done = False
        try:
            done = self._tried(place, task)
        except Closed as fault:
            self._listener.note(str(fault))
        finally:
            if not done:
                self._listener.stopped(task)

    def _tried(self, place: Place, task: Task) -> bool:
        for wait_s in WAITS_S:
            try:
                return self._run(place, task)
            except (OutOfReach, Killed) as fault:
                if self._stop.soon:  # what ends the study may end its processes, too
                    return False
                self._listener.note(f"{fault} It is tried again in {wait_s:g} s.")
            if not self._wait(wait_s):
                return False
        try:
            return self._run(place, task)
        except Killed:
            return self._run(place, task.model_copy(update={"blame": True}))
        except OutOfReach:
            if not others_are_there(task, self.tasks):
                raise
            return self._run(place, task.model_copy(update={"blame": True}))

    def _wait(self, wait_s: float) -> bool:
        """Wait; False where somebody wants to stop."""
        end = time.monotonic() + wait_s
        while time.monotonic() < end and not self._stop.soon:
            time.sleep(min(LOOK_EVERY_S, wait_s))
        return not self._stop.soon

    def _run(self, place: Place, task: Task) -> bool:
        """Run a task once; False where it was stopped."""
        try:
            outcome = place.run(
                task,
                lambda share, message: self._listener.told(task, share, message),
                lambda: self._stop.now,
            )
        except Stopped:
            return False
        self._listener.ended(task, outcome)
        return True
