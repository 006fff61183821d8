"""Faults of the computer: no fault of the video that was being analysed, which is left undone."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

from easytear.base.errors import EasyTearError
from easytear.study.hashes import sha256_of
from easytear.study.tasks import Task

Kind = Literal["full", "gone", "closed"]

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""Nothing more can be written: waiting does not help."""
GONE: Final = frozenset(
    getattr(errno, name)
    for name in (
        *("EIO", "ESTALE", "ENOTCONN", "ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN"),
        *("ENETUNREACH", "ECONNRESET", "ECONNABORTED", "EREMOTEIO", "ENXIO", "ENODEV", "ENOENT"),
        *("ENOTDIR", "EMFILE", "ENFILE", "EAGAIN", "ENOMEM", "EBUSY"),
    )
    if hasattr(errno, name)
)
"""What a share that is lost for seconds, or a computer short of handles, answers."""
CLOSED: Final = frozenset({errno.EACCES, errno.EPERM})

WAITS_S: Final = (1.0, 2.0, 4.0, 8.0)
"""Waiting times before a task is tried again. Servers that restart are back within 15 seconds; a
share lost for longer is told, and the study goes on with the next run."""


class ComputerFault(EasyTearError):  # noqa: N818 - what it is, not who is to blame
    """The computer failed, not the video: its task counts as not done."""


class NoRoom(ComputerFault):
    """Nothing more can be written."""


class OutOfReach(ComputerFault):
    """Video or study cannot be reached, at least for now."""


class Closed(ComputerFault):
    """The folder of this one video cannot be written."""


class Killed(ComputerFault):
    """Somebody or the system killed the process that analysed it."""


KINDS: Final[dict[str, type[ComputerFault]]] = {
    "full": NoRoom,
    "gone": OutOfReach,
    "closed": Closed,
}


def chain(problem: BaseException) -> Iterator[OSError]:
    """Yield the system's own errors that led to an error."""
    seen: set[int] = set()
    at: BaseException | None = problem
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        if isinstance(at, OSError):
            yield at
        at = at.__cause__ or at.__context__


def fault_of(problem: BaseException, task: Task, digest: str) -> tuple[Kind, str] | None:
    """Return which fault of the computer an error is, and in which words; None if it is none.

    Parameters
    ----------
    problem : exception
        What the analysis raised.
    task : Task
        The task.
    digest : str
        The hash of the video's content, if it was read to its end.
    """
    for error in chain(problem):
        number = error.errno
        words = error.strerror or str(error)
        if number in FULL:
            return "full", words
        decoder = type(error).__module__.startswith("av")
        if number in GONE and not (decoder and is_whole(task, digest)):
            return "gone", words
        if number in CLOSED and not decoder and _can_be_read(Path(task.video)):
            return "closed", words
    return None


def is_whole(task: Task, digest: str) -> bool:
    """Tell whether the video can be read from beginning to end, so that it is to blame itself."""
    with suppress(OSError):
        return sha256_of(Path(task.video)) == digest
    return False


def _can_be_read(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        file.read(1)
        return True
    return False


def told(kind: str, words: str, task: Task) -> ComputerFault:
    """Return a fault as a sentence."""
    study = Path(task.folder).parent.parent
    again = "run the same command again, it goes on where it stood."
    if kind == "full":
        return NoRoom(f"{study}: nothing more can be written ({words}); make room, and {again}")
    if kind == "closed":
        return Closed(f"{task.folder}: cannot be written ({words}); make it writable, and {again}")
    place = task.name if task.hide else task.video
    return OutOfReach(f"{place}: cannot be reached ({words}); see to the storage, and {again}")


def others_are_there(task: Task, tasks: Sequence[Task]) -> bool:
    """Tell whether the storage is there and only this video is not.

    A share that was unmounted leaves an empty folder: what tells is another video.
    """
    study = Path(task.folder).parent
    others = [Path(one.video) for one in tasks if one.name != task.name]
    source = any(video.exists() for video in others) if others else Path(task.video).parent.is_dir()
    return source and study.is_dir()
