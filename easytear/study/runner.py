"""A place for one task at a time: it keeps a worker process and watches over it."""

from __future__ import annotations

import contextlib
import json
import queue
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

import psutil

from easytear import __version__
from easytear.base.errors import EasyTearError, ResultsError
from easytear.study.faults import Closed, ComputerFault, Killed, fault_of, told
from easytear.study.tasks import LOG, Kind, Outcome, Task, clear
from easytear.workers.child import child_command, child_environment

LOOK_EVERY_S: Final = 0.1
START_LIMIT_S: Final = 300.0
"""A worker that has not started by then never will: imports from a busy file server take up to a
minute."""

FROM_OUTSIDE: Final = frozenset(
    getattr(signal, name)
    for name in ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGPWR")
    if hasattr(signal, name)
)
"""Signals that no fault of an analysis raises: somebody, or a system without memory, sent them."""

Told = Callable[[float, str], None]
StopNow = Callable[[], bool]


class Stopped(Exception):  # noqa: N818 - it is not an error
    """The task was stopped because somebody asked for it; it counts as not done."""


class Place:
    """A place where one task runs at a time.

    The worker process is kept from task to task and replaced when it died.
    """

    def __init__(self, threads: int = 1, *, fork: bool = True) -> None:
        """Prepare a place whose tasks may use so many threads; nothing is started yet."""
        self._threads = threads
        self._fork = fork
        self._process: subprocess.Popen[bytes] | None = None
        self._messages: queue.Queue[dict[str, Any]] = queue.Queue()
        self._errors: IO[bytes] | None = None

    def run(self, task: Task, told: Told, stop_now: StopNow) -> Outcome:
        """Run a task to its end, within its limits.

        Parameters
        ----------
        task : Task
            What to do.
        told : callable
            Told the share done (0 to 1) and what is being done.
        stop_now : callable
            Asked ten times a second whether to stop at once.

        Raises
        ------
        Stopped
            If `stop_now` said so.
        ComputerFault
            If the computer failed and not the video; nothing was written then.
        EasyTearError
            If no worker process can be started at all.
        """
        process = self._ready(stop_now)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(task.model_dump_json().encode() + b"\n")
            process.stdin.flush()
        return _Watch(self, task, told, stop_now).outcome()

    def close(self) -> None:
        """End the worker process and whatever it runs."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            assert process.stdout is not None
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            kill_tree(process.pid)
            process.wait()
            process.stdout.close()
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def _ready(self, stop_now: StopNow) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        process = self._start()
        deadline = time.monotonic() + START_LIMIT_S
        while (message := self.next_message())["is"] != "ready":
            if stop_now():
                self.close()
                raise Stopped
            if message["is"] == "gone" or time.monotonic() > deadline:
                said = self._last_error()
                self.close()
                raise EasyTearError(f"the worker process cannot start: {said}")
        return process

    def _start(self) -> subprocess.Popen[bytes]:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        options = () if self._fork else ("--no-fork",)
        self._process = subprocess.Popen(
            child_command("easytear.study.worker", *options),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_environment(self._threads),
            start_new_session=True,  # Ctrl-C is for the study to understand
        )
        self._messages = queue.Queue()
        threading.Thread(target=_listen, args=(self._process, self._messages), daemon=True).start()
        return self._process

    def _last_error(self) -> str:
        assert self._errors is not None
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "no answer"

    def next_message(self) -> dict[str, Any]:
        """Return the worker's next message; `nothing` if there is none for a tenth of a second."""
        try:
            return self._messages.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            return {"is": "nothing"}

    def exit_code(self) -> int:
        """Return how the worker process itself ended."""
        assert self._process is not None
        return self._process.wait()


class _Watch:
    """One task under way."""

    def __init__(self, place: Place, task: Task, told: Told, stop_now: StopNow) -> None:
        self._place = place
        self._task = task
        self._told = told
        self._stop_now = stop_now
        self._begun = time.monotonic()
        self._process: psutil.Process | None = None
        self._content: dict[str, Any] = {}
        self._peak_mb = 0.0
        self._killed: tuple[Kind, str] | None = None
        self._fault: ComputerFault | None = None

    def outcome(self) -> Outcome:
        """Watch until the task's process ended."""
        finished: Outcome | None = None
        while True:
            message = self._place.next_message()
            match message["is"]:
                case "started":
                    self._process = _process(message["pid"])
                case "content":
                    self._content = message
                case "progress":
                    self._told(message["share"], message["message"])
                case "fault":
                    self._fault = told(message["kind"], message["words"], self._task)
                case "outcome":
                    finished = Outcome.model_validate(message["outcome"])
                case "ended" | "gone":
                    code = message.get("exit")
                    if self._fault is not None:
                        raise self._fault
                    if finished is None:
                        finished = self._without_end(
                            self._place.exit_code() if code is None else code
                        )
                    return self._hide_log(finished)
            self._look()

    def _look(self) -> None:
        """Stop the task if somebody wants it or it is beyond its limits."""
        if self._stop_now():
            self._place.close()
            raise Stopped
        if self._process is None or self._killed is not None:
            return
        limits = self._task.limits
        self._peak_mb = max(self._peak_mb, _memory_mb(self._process))
        if self._peak_mb > limits.memory_mb:
            words = f"needed more than the {limits.memory_mb:.0f} MB of --memory-limit"
            self._kill("memory limit", words)
        elif time.monotonic() - self._begun > limits.time_s:
            self._kill("time limit", f"took longer than the {limits.time_s:g} s of --time-limit")

    def _kill(self, kind: Kind, words: str) -> None:
        self._killed = (kind, words)
        if self._process is not None:
            kill_tree(self._process.pid)

    def _without_end(self, code: int) -> Outcome:
        """Write and return the outcome of a task whose process did not come to its end."""
        kind, words = self._killed or ("crashed", f"the analysis {_words(code)}")
        if self._killed is None and -code in FROM_OUTSIDE:
            if not self._task.blame:
                raise Killed(f"{self._task.name}: {words}.")
            kind = "killed"
        outcome = Outcome(
            name=self._task.name,
            status="failed",
            kind=kind,
            error=self._task.hidden(f"{self._task.shown_path}: {words}; see {LOG}."),
            video_sha256=self._content.get("sha256", ""),
            size=self._content.get("size", 0),
            mtime_ns=self._content.get("mtime_ns", 0),
            fingerprint=self._task.fingerprint,
            looks=self._task.looks,
            easytear=__version__,
            seconds=round(time.monotonic() - self._begun, 3),
            peak_mb=round(self._peak_mb, 1),
            limits=self._task.limits if self._killed else None,
        )
        try:
            clear(Path(self._task.folder))
            outcome.write_over(Path(self._task.folder), hide=self._task.hide)
        except ResultsError as error:  # a link in its place
            raise Closed(str(error)) from error
        except OSError as error:
            kind_of, said = fault_of(error, self._task, "") or ("closed", str(error))
            raise told(kind_of, said, self._task) from error
        return outcome

    def _hide_log(self, outcome: Outcome) -> Outcome:
        path = Path(self._task.folder) / LOG
        if self._task.hide and path.exists():
            text = self._task.hidden(path.read_text(encoding="utf-8", errors="replace"))
            path.write_text(text, encoding="utf-8", errors="replace")
        return outcome


def kill_tree(pid: int) -> None:
    """Kill a process and all below it."""
    try:
        top = psutil.Process(pid)
        processes = [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _memory_mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 1024.0**2
    except psutil.Error:
        return 0.0


def _words(code: int) -> str:
    """Say in words how a process ended."""
    if code >= 0:
        return f"ended before its time (exit code {code})"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    if -code == signal.SIGKILL:
        return f"was killed from outside ({name}), as systems do when memory runs out"
    return f"crashed ({name})"


def _environment(threads: int) -> dict[str, str]:
    """Return the worker's environment: this EasyTear, and its share of the cores."""
    env = child_environment(PYTHONHASHSEED="0", PYTHONUNBUFFERED="1")
    env.setdefault("MPLBACKEND", "Agg")
    for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA", "ARROW_IO"):
        env[f"{name}_NUM_THREADS"] = str(threads)
    env["VECLIB_MAXIMUM_THREADS"] = str(threads)
    return env


def _listen(process: subprocess.Popen[bytes], messages: queue.Queue[dict[str, Any]]) -> None:
    assert process.stdout is not None
    with contextlib.suppress(ValueError, OSError):  # closed while it was being read
        for line in process.stdout:
            with contextlib.suppress(ValueError):
                messages.put(dict(json.loads(line)))
    messages.put({"is": "gone"})
