"""Run EasyTear as its users do: the whole command in a process of its own, timed and weighed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One command: wall and processor time, and greatest resident memory."""

    seconds: float
    cpu_seconds: float
    memory_mb: float
    exit_code: int
    told: str


def run_command(arguments: list[str]) -> Run:
    """Run `easytear` with these arguments and measure it.

    Memory is the kernel's own account of the finished process (`wait4`), which counts what was
    ever resident at once.
    """
    command = [sys.executable, "-m", "easytear", *arguments]
    started = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        told = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    cpu = usage.ru_utime + usage.ru_stime
    return Run(seconds, cpu, usage.ru_maxrss / 1024.0, process.returncode, told[-2000:])


def analyze(video: Path, out: Path, *, hvid_mm: float | None = None) -> Run:
    """Run `easytear analyze` on one video, with this eye's measured iris width if given."""
    more = [] if hvid_mm is None else ["--hvid", f"{hvid_mm:.3f}"]
    return run_command(["analyze", str(video), "-o", str(out), "-q", *more])
