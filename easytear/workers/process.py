"""A process of `easytear.workers.pool`: reads tasks, does one after the other, sends what comes.

It ends when its standard input ends, thus also when the process that started it is killed, and
leaves Ctrl-C to that process.
"""

from __future__ import annotations

import gc
import logging
import os
import pickle
import queue
import signal
import struct
import sys
import threading
from importlib import import_module
from typing import Any, BinaryIO, Final

from easytear.__main__ import COLLECT_EVERY

log = logging.getLogger(__name__)

_LENGTH: Final = struct.Struct("<Q")


def write_message(stream: BinaryIO, message: object) -> None:
    """Write one message whole."""
    data = pickle.dumps(message)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_message(stream: BinaryIO) -> bytes:
    """Return the next message, still pickled.

    Raises
    ------
    EOFError
        If the stream ends.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


class _Told:
    """Progress that is sent to the process which waits."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def update(self, done: float, total: float, message: str = "") -> None:
        """Report; see `easytear.base.progress.Progress.update`."""
        share = min(max(done / total, 0.0), 1.0) if total > 0 else 1.0
        write_message(self._out, ("progress", (share, message)))


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(COLLECT_EVERY, 10, 10)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not come between the messages
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(inbox,), name="inbox", daemon=True).start()
    while True:
        answer = _answer(inbox.get(), _Told(out))
        if answer is not None:
            write_message(out, answer)


def _read(inbox: queue.SimpleQueue[bytes]) -> None:
    try:
        while True:
            inbox.put(read_message(sys.stdin.buffer))
    except (EOFError, OSError):
        os._exit(0)


def _answer(data: bytes, progress: _Told) -> tuple[str, Any] | None:
    """Do what a message asks for; None where nobody waits for an answer."""
    try:
        kind, what, arguments = pickle.loads(data)
        if kind == "prepare":
            module, _, function = what.partition(":")
            getattr(import_module(module), function)(*arguments)
            return None
        return "done", what(progress)
    except Exception as error:
        log.info("a helper's task failed", exc_info=True)
        return "failed", f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    main()
