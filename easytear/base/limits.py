"""Bounds on what takes time without end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from easytear.base.errors import UsageError


@contextmanager
def within_seconds(limit_s: float, what: str) -> Iterator[None]:
    """End the block with one sentence when it takes longer than `limit_s`.

    Python's regular expressions look for signals while they search. Where there are no alarms
    (Windows, other threads than the first) nothing is bounded.

    Raises
    ------
    UsageError
        With `what`, when the time is over.
    """
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(number: int, frame: FrameType | None) -> None:
        raise UsageError(what)

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
