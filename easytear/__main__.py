"""The `easytear` command, and `python -m easytear`."""

import _signal  # type: ignore[import-not-found]  # `signal` takes long enough for a Ctrl-C
import gc
import os

COLLECT_EVERY = 50_000
"""Objects after which Python looks for circles of them. Its own 700 cost a sixth of the time in
which modules are loaded; arrays, which are what takes memory, are freed without it."""


def main() -> None:
    """Load the command line and run it; Ctrl-C while modules load ends without a word."""
    gc.set_threshold(COLLECT_EVERY, 10, 10)
    before = _signal.getsignal(_signal.SIGINT)
    if before is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _leave)
    from easytear.cli import main as run

    if before is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, before)
    run()


def _leave(_number: int, _frame: object) -> None:
    os._exit(128 + 2)


if __name__ == "__main__":
    main()
