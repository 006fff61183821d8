"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from easytear.base.claims import claim, clear_dead, release

_NOT_WRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG)
"""What a flush can say of the data; anything else says that this disk has no such call."""

_OURS = "easytear"
"""In the names of unfinished files, so that no one else's is taken for one."""

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
            aside.replace(path)
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
