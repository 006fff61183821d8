"""Small files of state that others may have put there: read only if they are files."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


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
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "is not a regular file", str(path))
        if about.st_size > longest:
            raise OSError(errno.EFBIG, f"is longer than {longest} bytes", str(path))
        return file.read(longest + 1)
