"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from easytear.base.claims import claim, clear_dead, release

_NOT_WRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG)
"""What a flush can say of the data; anything else says that this disk has no such call."""

_OURS = "easytear"
"""In the names of unfinished files, so that no one else's is taken for one."""

_OPEN_FILES_STAY = os.name == "nt"
"""Windows does not replace a file that another program, such as a virus scanner, has open."""
_PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8)

_NAME_BYTES = 120
"""So much of a file's name stands in that of the unfinished one, which must not be too long."""


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a path to write to, that becomes `path` only when the block ends well.

    The file is flushed to disk before it takes the place of an older one. Unfinished ones whose
    makers are dead are removed first.

    Raises
    ------
    OSError
        If it cannot be written; it names `path`.
    """
    stem = os.fsdecode(os.fsencode(path.stem)[:_NAME_BYTES])
    with _named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_dead(path.parent, f".{escape(stem)}-{_OURS}-????????{escape(path.suffix)}")
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{stem}-{_OURS}-", suffix=path.suffix
        )
        os.close(handle)
    aside = Path(name)
    claimed = None
    try:
        with suppress(BlockingIOError):
            claimed = claim(aside)
        with _named(path, aside):
            yield aside
            with aside.open("rb+") as file:
                flush_to_disk(file.fileno())
            with suppress(OSError):  # shares and cloud drives have permissions of their own
                aside.chmod(0o666 & ~_umask())
            _put_in_place(aside, path)
    finally:
        release(claimed)
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def flush_to_disk(handle: int) -> None:
    """Flush an open file to disk, where the disk can; some network drives cannot.

    Raises
    ------
    OSError
        If the data could not be written.
    """
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno in _NOT_WRITTEN:
            raise


def _put_in_place(aside: Path, path: Path) -> None:
    """Rename; where an open file cannot be replaced, wait for who reads it just now."""
    for pause_s in _PAUSES_S if _OPEN_FILES_STAY else ():
        try:
            aside.replace(path)
        except PermissionError:
            time.sleep(pause_s)
        else:
            return
    aside.replace(path)


@contextmanager
def _named(path: Path, aside: Path | None = None) -> Iterator[None]:
    """Let errors name the file that is wanted, not the unfinished one."""
    try:
        yield
    except OSError as error:
        hidden = aside is None or error.filename in (None, aside, str(aside))
        if type(error).__module__ == "builtins" and error.errno is not None and hidden:
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
