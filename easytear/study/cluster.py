"""The same tasks on the workers of a Dask scheduler that is there already."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from easytear import __version__
from easytear.base.errors import EasyTearError, MissingExtraError
from easytear.study.faults import (
    WAITS_S,
    Closed,
    ComputerFault,
    Killed,
    OutOfReach,
    others_are_there,
)
from easytear.study.hashes import sha256_of
from easytear.study.local import Listener, Stop
from easytear.study.lock import holds
from easytear.study.runner import Place, Stopped
from easytear.study.tasks import Outcome, Task

try:
    from distributed import Client, wait
    from distributed.client import FuturesCancelledError
    from distributed.scheduler import KilledWorker
except ModuleNotFoundError as error:
    raise MissingExtraError(
        "running on a Dask cluster needs the package distributed; install it with "
        "pip install 'easytear[cluster]'."
    ) from error

CONNECT_S: Final = 30.0
ASK_EVERY_S: Final = 2.0
"""How often a task on a worker looks whether its run still holds the study."""

_here = threading.local()


def run_on_worker(task: Task, study: str, token: str, version: str) -> Outcome:
    """Run a task in a process of its own beside the Dask worker.

    Raises
    ------
    EasyTearError
        If this worker cannot see the study, or has another version of EasyTear.
    """
    if version != __version__:
        raise EasyTearError(
            f"a worker has EasyTear {__version__}, the study {version}; install one version."
        )
    if not holds(Path(study), token):
        raise EasyTearError(
            f"{socket.gethostname()}: does not see the study at {study}; all workers need the "
            f"same storage at the same path."
        )
    place = getattr(_here, "place", None)
    if place is None:
        place = _here.place = Place(task.threads)
    outcome: Outcome = place.run(task, _nobody, _Abandoned(Path(study), token))
    return outcome


def _nobody(_share: float, _message: str) -> None:
    """Tell nobody how far a task is."""


class _Abandoned:
    """Whether the run that wants a task is over; it looks at the storage now and then."""

    def __init__(self, study: Path, token: str) -> None:
        self._study = study
        self._token = token
        self._next = 0.0

    def __call__(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + ASK_EVERY_S
        return not holds(self._study, self._token)


def run_cluster(
    tasks: Sequence[Task],
    listener: Listener,
    stop: Stop,
    *,
    scheduler: str,
    study: Path,
    token: str,
) -> None:
    """Run tasks on the workers of a Dask scheduler until all ended or `stop` was asked.

    No more tasks are handed over than there are threads, so that a dying worker takes down its
    own task and no waiting one. A task whose worker died is given to another; after
    `allowed-failures` + 1 deaths (Dask's default: 4) the scheduler gives it up. It is then tried
    again alone, so that no video is blamed for its neighbour, and given up for good after as
    many deaths more.

    Raises
    ------
    EasyTearError
        If the scheduler cannot be reached or is lost, or a worker is not fit for the work.
    """
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # it is told in a sentence
    try:
        client = Client(  # type: ignore[no-untyped-call]
            scheduler, timeout=CONNECT_S, set_as_default=False
        )
    except (OSError, TimeoutError, ValueError) as error:
        raise EasyTearError(
            f"{scheduler}: no Dask scheduler answers; check the address and that it runs."
        ) from error
    with client, client.as_current():
        _Crowd(client, listener, stop, str(study.absolute()), token).run(tasks)


class _Crowd:
    """Tasks on a cluster."""

    def __init__(self, client: Any, listener: Listener, stop: Stop, study: str, token: str) -> None:
        self._client = client
        self._listener = listener
        self._stop = stop
        self._study = study
        self._token = token
        self._running: dict[Any, Task] = {}
        self._deaths: dict[str, int] = {}
        self._faults: dict[str, int] = {}
        self._tasks: Sequence[Task] = ()
        self._suspects: deque[Task] = deque()
        self._told_none = False
        self._tries = 0

    def run(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        waiting = deque(tasks)
        while not self._stop.now:
            self._hand_over(waiting, self._slots())
            if not self._running and not waiting:
                self._hand_over(self._suspects, 1)
            if not self._running and (self._stop.soon or not (waiting or self._suspects)):
                return
            self._collect(waiting)
        self._client.cancel(list(self._running), force=True)
        for task in self._running.values():
            self._listener.stopped(task)

    def _slots(self) -> int:
        if self._client.status != "running":
            raise _lost()
        try:
            slots = int(sum(self._client.nthreads().values()))
        except (OSError, TimeoutError, ValueError) as error:
            raise _lost() from error
        if not slots and not self._told_none:
            self._listener.note("the cluster has no workers; waiting for some")
        self._told_none = not slots
        return slots

    def _hand_over(self, waiting: deque[Task], slots: int) -> None:
        while waiting and len(self._running) < slots and not self._stop.soon:
            task = waiting.popleft()
            self._tries += 1
            future = self._client.submit(
                run_on_worker,
                task,
                self._study,
                self._token,
                __version__,
                key=f"easytear-{self._token}-{self._tries}",
                pure=False,
            )
            self._running[future] = task
            self._listener.started(task)

    def _collect(self, waiting: deque[Task]) -> None:
        if not self._running:
            time.sleep(0.5)
            return
        try:
            wait(  # type: ignore[no-untyped-call]
                list(self._running), timeout=0.5, return_when="FIRST_COMPLETED"
            )
        except TimeoutError:
            return
        except FuturesCancelledError as error:
            if self._client.status != "running":
                raise _lost() from error
        for future in [future for future in self._running if future.done()]:
            self._take(self._running.pop(future), future, waiting)

    def _take(self, task: Task, future: Any, waiting: deque[Task]) -> None:
        if future.status == "finished":
            self._listener.ended(task, future.result())
            return
        self._listener.stopped(task)
        problem = future.exception() if future.status == "error" else None
        if problem is None or isinstance(problem, Stopped):  # lost on the way: nobody's fault
            waiting.append(task)
        elif isinstance(problem, Closed):
            self._listener.note(str(problem))
        elif isinstance(problem, OutOfReach | Killed):
            waiting.append(self._once_more(task, problem))
        elif isinstance(problem, KilledWorker):
            self._blame(task, problem.allowed_failures + 1)
        elif isinstance(problem, EasyTearError):
            raise problem
        else:
            raise EasyTearError(f"a Dask worker cannot do its task: {problem!r}") from problem

    def _once_more(self, task: Task, fault: ComputerFault) -> Task:
        """Return a task to try again after a fault of a computer, some times."""
        self._faults[task.name] = tries = self._faults.get(task.name, 0) + 1
        if tries > len(WAITS_S):
            if isinstance(fault, OutOfReach) and not others_are_there(task, self._tasks):
                raise fault
            return task.model_copy(update={"blame": True})
        self._listener.note(f"{fault} It is tried again.")
        time.sleep(WAITS_S[tries - 1])
        return task

    def _blame(self, task: Task, deaths: int) -> None:
        """Try a task alone whose workers died, or give it up."""
        before = self._deaths.get(task.name, 0)
        self._deaths[task.name] = before + deaths
        if not before:
            self._suspects.append(task)
            self._listener.note(f"{task.name}: {deaths} workers died; it is tried again alone")
            return
        outcome = _given_up(task, before + deaths)
        outcome.write_over(Path(task.folder), hide=task.hide)
        self._listener.ended(task, outcome)


def _lost() -> EasyTearError:
    return EasyTearError(
        "the Dask scheduler was lost; run the same command again, it goes on where it stood."
    )


def _given_up(task: Task, deaths: int) -> Outcome:
    video = Path(task.video)
    stat = video.stat()
    words = f"{task.shown_path}: given up after {deaths} workers died while they analysed it."
    return Outcome(
        name=task.name,
        status="failed",
        kind="worker deaths",
        error=words,
        video_sha256=sha256_of(video),
        size=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        fingerprint=task.fingerprint,
        looks=task.looks,
        easytear=__version__,
    )
