"""Standard output and error that cost nobody the work: full disks, other alphabets, no reader."""

from __future__ import annotations

import io
import os
import sys
from typing import Any


class _Patient(io.FileIO):
    """A file whose write errors are passed over: results stand whatever becomes of the words."""

    def write(self, data: Any, /) -> int:
        """Write, or pretend to."""
        try:
            return super().write(data) or 0
        except OSError:
            return memoryview(data).nbytes


def prepare_streams() -> None:
    """Let words that cannot be shown be shown with other letters, and not end the program."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started the program
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            _prepare(name, stream)


def _prepare(name: str, stream: io.TextIOWrapper) -> None:
    try:
        handle = stream.fileno()
        terminal = os.isatty(handle)
    except (OSError, ValueError):
        return
    if terminal:
        stream.reconfigure(errors="replace")
        return
    whole = name == "stderr"
    raw = _Patient(handle, "wb", closefd=False)
    out = io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=stream.encoding, errors="replace", line_buffering=whole
    )
    setattr(sys, name, out)
