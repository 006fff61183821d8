"""A screen of its own for each process that runs tests."""

import atexit
import os
import shutil
import subprocess

if "PYTEST_XDIST_WORKER" in os.environ and shutil.which("Xvfb"):
    # A screen has one pointer and one active window: of two processes each would lose both.
    _screen = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1920x1200x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    atexit.register(_screen.terminate)
    assert _screen.stdout is not None
    os.environ["DISPLAY"] = f":{_screen.stdout.readline().strip()}"
