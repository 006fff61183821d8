"""Unfinished files and folders belong to the process that makes them, and go when it is dead.

A process that is killed cannot tidy up. What it was making bears a lock that the system lifts with
the process; whoever makes the same thing next finds it free, and removes it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from easytear.base.folders import MARKER, remove_own_folder

if sys.platform != "win32":
    import fcntl

_SURELY_DEAD_S = 86_400.0
"""Where locks cannot tell, nothing unfinished is touched that changed within a day."""


def claim(path: Path) -> int | None:
    """Lock a file or folder for this process; return what `release` takes, None if it cannot be.

    Raises
    ------
    BlockingIOError
        If another process has it.
    """
    return _locked(path, os.O_RDONLY)


def claim_file(path: Path) -> int | None:
    """Lock a file, made if absent, for this process; as `claim`.

    It is opened for writing, as network file systems want it of who locks alone.
    """
    return _locked(path, os.O_RDWR | os.O_CREAT)


def _locked(path: Path, flags: int) -> int | None:
    if sys.platform == "win32":
        return None
    try:
        handle = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise
    except OSError:  # a file system without locks
        os.close(handle)
        return None
    return handle


def release(handle: int | None) -> None:
    """Give up a claim."""
    if handle is not None:
        os.close(handle)


def clear_dead(folder: Path, pattern: str) -> None:
    """Remove what dead processes left unfinished: all that matches and nobody claims."""
    for path in folder.glob(pattern):
        with suppress(OSError):
            handle = claim(path)  # another's: BlockingIOError
            try:
                if handle is None and time.time() - path.stat().st_mtime < _SURELY_DEAD_S:
                    continue
                if path.is_symlink() or not path.is_dir():
                    path.unlink()
                else:
                    remove_own_folder(path, folder)
            finally:
                release(handle)


@contextmanager
def working_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Give a folder inside `parent` that is gone when the block ends, however it ends.

    Those of the same prefix whose makers are dead go first.
    """
    clear_dead(parent, f"{prefix}*")
    # Another process that is being ended may still write: that must not hide why all ends.
    with TemporaryDirectory(dir=parent, prefix=prefix, ignore_cleanup_errors=True) as name:
        handle = claim(Path(name))
        (Path(name) / MARKER).touch()
        try:
            yield Path(name)
        finally:
            release(handle)
