"""Run a program as its users do: the whole command in a process of its own, timed and weighed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread

import psutil

EVERY_S = 0.1
"""How often memory is looked at."""
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Run:
    """One command: wall and processor time, and the greatest memory that it held at once."""

    seconds: float
    cpu_seconds: float
    memory_mb: float
    exit_code: int
    told: str


def run_command(arguments: list[str]) -> Run:
    """Run `easytear` with these arguments and measure it."""
    return measured([sys.executable, "-m", "easytear", *arguments])


def run_other(name: str, video: Path, mm_per_px: float) -> Run:
    """Run another method on one video, as a command of its own, too."""
    command = [sys.executable, "-m", "benchmarks.methods", name, str(video), str(mm_per_px)]
    return timed_then_weighed(command)


def analyze(
    video: Path,
    out: Path,
    *,
    hvid_mm: float | None = None,
    workers: int | None = None,
    apart: bool = False,
) -> Run:
    """Run `easytear analyze` on one video, with this eye's measured iris width if given.

    Without `workers` the command decides itself how many processes it uses. `apart`: it is timed
    and weighed in two runs.
    """
    more = [] if hvid_mm is None else ["--hvid", f"{hvid_mm:.3f}"]
    more += [] if workers is None else ["--workers", str(workers)]
    arguments = ["analyze", str(video), "-o", str(out), "-q", "--overwrite", *more]
    if apart:
        return timed_then_weighed([sys.executable, "-m", "easytear", *arguments])
    return run_command(arguments)


def timed_then_weighed(command: list[str]) -> Run:
    """Run a command twice: its times are those of a run at whose memory nobody looked.

    To ask for a process' memory holds it up for some milliseconds.
    """
    timed = measured(command, weigh=False)
    return timed if timed.exit_code else replace(timed, memory_mb=measured(command).memory_mb)


def measured(command: list[str], *, weigh: bool = True) -> Run:
    """Run a command and measure it with all processes that it starts.

    Processor time is the kernel's own account. Memory (0 without `weigh`) is that of the whole
    tree, looked at ten times a second: see `Weigher`. The kernel's account of greatest memory
    (`ru_maxrss`) is of no use here: it begins with what the calling process holds.
    """
    found = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(found)},
    ) as process:
        assert process.stderr is not None
        weigher = Weigher(process.pid)
        with weigher if weigh else nullcontext():
            told = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    cpu = usage.ru_utime + usage.ru_stime
    return Run(seconds, cpu, weigher.greatest / 1e6, process.returncode, told[-2000:])


class Weigher:
    """Watches, while its block runs, how much memory a process and its descendants hold.

    Attributes
    ----------
    greatest : int
        Greatest number of bytes held at once: what is each process' own, and the largest part
        that one of them shares with others (program code, pages from before a fork).
    """

    def __init__(self, pid: int) -> None:
        self.greatest = 0
        self._root = psutil.Process(pid)
        self._stop = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Weigher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self._look()
            if self._stop.wait(EVERY_S):
                return

    def _look(self) -> None:
        try:
            tree = [self._root, *self._root.children(recursive=True)]
        except psutil.Error:
            return
        # Resident sizes are cheap; only a sum that could be a new greatest is looked at closely.
        resident = [_resident(process) for process in tree]
        if len(tree) == 1:
            self.greatest = max(self.greatest, resident[0], _highest(self._root.pid))
        elif sum(resident) > self.greatest:
            self.greatest = max(self.greatest, _held(tree))


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _held(tree: list[psutil.Process]) -> int:
    """Return the bytes of several processes, what they share counted once."""
    own, shared = 0, 0
    for process in tree:
        try:
            memory = process.memory_full_info()
        except psutil.Error:
            continue
        own += int(memory.uss)
        shared = max(shared, int(memory.rss - memory.uss))
    return own + shared


def _highest(pid: int) -> int:
    """Return the most that a process was ever resident, in bytes, where the system tells it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    for line in lines.splitlines():
        if line.startswith("VmHWM:"):
            return 1024 * int(line.split()[1])
    return 0
