"""The `easytear` command, and `python -m easytear`."""

import gc
import os
import signal
from types import FrameType

COLLECT_EVERY = 50_000
"""Objects after which Python looks for circles of them. Its own 700 cost a sixth of the time in
which modules are loaded; arrays, which are what takes memory, are freed without it."""


def main() -> None:
    """Load the command line and run it; Ctrl-C while modules load ends without a word."""
    gc.set_threshold(COLLECT_EVERY, 10, 10)
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    from easytear.cli import main as run

    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, before)
    run()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    os._exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
