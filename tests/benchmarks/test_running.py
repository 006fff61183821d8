"""Memory of a command is its own: not its caller's, and with all processes that it starts."""

import sys

import numpy as np

from benchmarks.running import measured

MB = 1_000_000
HOLD = """
import hashlib, subprocess, sys
held = b"x" * 150_000_000
for argument in sys.argv[2:3]:
    subprocess.run([sys.executable, "-c", argument, argument], check=True)
for _ in range(4):
    hashlib.sha256(held).digest()
"""


def test_memory_is_not_that_of_the_caller() -> None:
    ballast = np.ones(400 * MB, np.uint8)
    run = measured([sys.executable, "-c", HOLD, HOLD])
    assert ballast[-1] == 1
    assert run.exit_code == 0, run.told
    assert 150 < run.memory_mb < 250


def test_memory_of_all_its_processes_counts() -> None:
    run = measured([sys.executable, "-c", HOLD, HOLD, HOLD])
    assert run.exit_code == 0, run.told
    assert 300 < run.memory_mb < 400


def test_failure_is_told() -> None:
    run = measured([sys.executable, "-c", "import sys; sys.exit('no such luck')"])
    assert run.exit_code == 1
    assert "no such luck" in run.told
