"""The `easytear` command, and `python -m easytear`."""

import os
import signal
from types import FrameType


def main() -> None:
    """Load the command line and run it; Ctrl-C while modules load ends without a word."""
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
