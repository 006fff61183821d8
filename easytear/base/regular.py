"""Small files of state that others may have put there: read only if they are files."""

from __future__ import annotations

import errno
import io
import json
import math
import os
import re
import stat
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

from easytear.base.limits import limit_bytes


def read_regular(path: Path, longest: int) -> bytes:
    """Return a file's content, and never wait for a pipe or read a device without end.

    Parameters
    ----------
    path : Path
        The file.
    longest : int
        Bytes; a longer one is not what is looked for.

    Raises
    ------
    OSError
        If it cannot be read, is no regular file, or is longer.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > longest:
            raise OSError(errno.EFBIG, f"is longer than {longest} bytes", str(path))
        return file.read(min(size + _GROWN, longest))  # room for so much is taken at once


def open_regular(path: Path) -> BinaryIO:
    """Open a file to be read.

    Raises
    ------
    OSError
        If it cannot be read or is no regular file; nothing is waited for.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "is not a regular file", str(path))
    return file


def open_text(path: Path, encoding: str = "utf-8") -> TextIO:
    """Open a text file to be read, its line ends as they are; errors as `open_regular`."""
    return io.TextIOWrapper(open_regular(path), encoding=encoding, newline="")


def read_text(path: Path, bound: str, encoding: str = "utf-8") -> str:
    """Return a text file of at most the limit `bound` (MB); errors as `read_regular`."""
    return read_regular(path, limit_bytes(bound)).decode(encoding)


def read_json(path: Path, bound: str) -> Any:
    """Return what a JSON file of at most the limit `bound` (MB) says.

    Raises
    ------
    OSError, ValueError
        As `read_regular` and `strict_json`.
    """
    return strict_json(read_regular(path, limit_bytes(bound)))


def strict_json(data: bytes) -> Any:
    """Return what a JSON text says, if every program that follows can hold it.

    Raises
    ------
    ValueError
        If it is no JSON, is nested too deep, has more parts than the limit `parsed_mb` has room
        for, or holds NaN, infinite numbers, integers beyond 64 bits, or halves of characters.
    """
    needed = _COST[b""] * len(data) + sum(data.count(c) * cost for c, cost in _COST.items() if c)
    if needed > limit_bytes("parsed_mb"):
        raise ValueError(f"is of so many parts that it takes {needed / 1e6:.0f} MB of memory")
    try:
        found = json.loads(data, parse_float=_finite, parse_int=_short, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("is nested too deep") from error
    if _HALF.search(data):
        json.dumps(found, ensure_ascii=False).encode()  # UnicodeEncodeError is a ValueError
    return found


_GROWN: Final = 65_536
_COST: Final = {b"": 1, b"{": 240, b"[": 72, b",": 40}
"""Bytes of memory for each byte, object, list and further value, in 64-bit CPython."""
_HALF: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"holds {text[:20]}, which is beyond all numbers")
    return number


def _short(text: str) -> int:
    if len(text) > _DIGITS or not -(2**63) <= int(text) < 2**63:
        raise ValueError(f"holds {text[:20]}, which is beyond 64 bits")
    return int(text)


def _no_number(text: str) -> float:
    raise ValueError(f"holds {text}")


_DIGITS: Final = 20
