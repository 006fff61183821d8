"""One run at a time in one study."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from easytear.base.claims import claim_file, release
from easytear.base.errors import EasyTearError
from easytear.base.regular import read_regular, strict_json

LOCK: Final = ".running.json"
HELD: Final = ".lock"
"""The file that this computer's system locks for as long as the run's process lives."""
BEAT_S: Final = 10.0
"""How often a run shows that it is alive."""
SILENT_S: Final = 120.0
"""A run on another computer that showed no life for this long may be over: twelve beats, more than
file servers keep attributes."""
WATCH_S: Final = 35.0
"""So long is looked whether it shows life after all, as clocks may be set: three beats and more."""
_LONGEST: Final = 65_536
_STAT_START: Final = 19
"""Place of a process' start, in ticks since the computer's, behind its name in /proc/PID/stat."""


class StudyBusyError(EasyTearError):
    """Another run is working in the study."""


@contextmanager
def study_lock(
    study: Path,
    note: Callable[[str], None] = lambda message: None,
    lost: Callable[[], None] = lambda: None,
) -> Iterator[str]:
    """Hold the study for this process, and give the token that tells this run from others.

    Two things hold it. A file that the system locks while the process lives: no other process of
    this computer gets it, whatever its name space, host name or clock, and a dead one has lost
    it. And a file that names the run and is renewed every ten seconds, for other computers, whose
    file systems may not pass locks on: a run is over there when it showed no life for two
    minutes by the file server's clock, and shows none while somebody watches.

    Parameters
    ----------
    study : Path
        Folder of the study.
    note : callable
        Told what is waited for.
    lost : callable
        Called, from another thread, when another run has taken the study from this one.

    Raises
    ------
    StudyBusyError
        If another run holds the study.
    """
    path = study / LOCK
    token = secrets.token_hex(8)
    handle, locks = _hold(study, path)
    try:
        try:
            _take(path, token, locks, note)
        except OSError as error:  # it names the study, not a file that nobody has heard of
            raise OSError(error.errno, error.strerror or str(error), str(study)) from error
        stop = threading.Event()
        beat = threading.Thread(target=_beat, args=(path, token, stop, lost), daemon=True)
        beat.start()
        try:
            yield token
        finally:
            stop.set()
            beat.join()
            if _read(path).get("token") == token:
                path.unlink(missing_ok=True)
    finally:
        with suppress(OSError):
            if handle is not None:
                (study / HELD).unlink(missing_ok=True)  # whoever waits for it looks again
        release(handle)


def holds(study: Path, token: str) -> bool:
    """Tell whether the run with this token still holds the study."""
    return bool(_read(study / LOCK).get("token") == token)


def _hold(study: Path, path: Path) -> tuple[int | None, bool]:
    """Return the handle of the locked file, and whether this file system has locks."""
    while True:
        try:
            handle = claim_file(study / HELD)
        except BlockingIOError:
            raise _busy(path, _read(path)) from None
        if handle is None:
            return None, False
        with suppress(OSError):  # the one before has removed it: the lock is on nothing
            if os.path.samestat(os.fstat(handle), (study / HELD).stat()):
                return handle, True
        release(handle)


def _busy(path: Path, holder: dict[str, Any]) -> StudyBusyError:
    return StudyBusyError(
        f"{path.parent}: another run is working in this study (process {holder.get('pid', '?')} on "
        f"{holder.get('host', '?')}); wait until it ends, or stop it."
    )


def _take(path: Path, token: str, locks: bool, note: Callable[[str], None]) -> None:
    content = json.dumps({**_who(path.parent), "locks": locks, "token": token})
    while not _create(path, content):
        if path.is_symlink() or not path.is_file():
            if not path.exists() and not path.is_symlink():
                continue
            raise EasyTearError(f"{path}: stands in the way and is no file of a run; remove it.")
        holder = _read(path)
        if _alive(path, holder, locks, note):
            raise _busy(path, holder)
        _put_away(path, holder)


def _who(study: Path) -> dict[str, Any]:
    """Return what tells this process from all others, whatever clocks and names say."""
    who = {"pid": os.getpid(), "host": socket.gethostname(), "started": _started(os.getpid())}
    with suppress(OSError):
        who["device"] = study.stat().st_dev
    with suppress(OSError):
        who["boot"] = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    with suppress(OSError):
        who["space"] = os.readlink("/proc/self/ns/pid")
    return who


def _started(pid: int) -> float | None:
    """Return when a process began, None where there is none (or only its remains)."""
    if Path("/proc/self/stat").exists():  # in ticks since the computer's start: no clock is in it
        with suppress(OSError, ValueError, IndexError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            return None if fields[0] in "ZX" else float(fields[_STAT_START])
        return None
    import psutil

    with suppress(psutil.Error):
        process = psutil.Process(pid)
        dead = process.status() == psutil.STATUS_ZOMBIE
        return None if dead else float(process.create_time())
    return None


def _create(path: Path, content: str) -> bool:
    """Create the lock with its content in one step; False if there is one."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    aside.write_text(content, encoding="utf-8")
    try:
        os.link(aside, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(content)
        except FileExistsError:
            return False
    finally:
        aside.unlink()
    return True


def _put_away(path: Path, holder: dict[str, Any]) -> None:
    """Remove the lock of a run that is over, unless somebody was quicker."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return
    if _read(aside).get("token") != holder.get("token"):
        with suppress(OSError):
            os.link(aside, path)  # it was a new run's lock already; never over a newer one
    aside.unlink()


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(strict_json(read_regular(path, _LONGEST)))
    except (OSError, ValueError, TypeError, RecursionError):
        return {}


def _alive(path: Path, holder: dict[str, Any], locks: bool, note: Callable[[str], None]) -> bool:
    """Tell whether the run that left this file still works."""
    me = _who(path.parent)
    same_start = "boot" if "boot" in me else "host"
    if holder.get(same_start) == me[same_start]:
        pid = holder.get("pid")
        if holder.get("space") == me.get("space") and isinstance(pid, int) and not _hidden(pid):
            return holder.get("started") is not None and _started(pid) == holder["started"]
        # Two mounts of one share (FUSE) have locks of their own, and other numbers.
        if locks and holder.get("locks") and holder.get("device", "") == me.get("device"):
            return False  # it would have the system's lock
    return _shows_life(path, holder, note)


def _hidden(pid: int) -> bool:
    """Tell whether a process is there that this user may not look at."""
    if _started(pid) is not None or sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _shows_life(path: Path, holder: dict[str, Any], note: Callable[[str], None]) -> bool:
    """Look at the file's time by the clock that stamps it, and then whether it changes."""
    try:
        seen = path.stat().st_mtime_ns
    except FileNotFoundError:
        return False
    if _server_time(path) - seen / 1e9 < SILENT_S:
        return True
    note(
        f"{path.parent}: a run on {holder.get('host', '?')} seems to be over; looking for "
        f"{WATCH_S:g} s whether it shows life"
    )
    end = time.monotonic() + WATCH_S
    while time.monotonic() < end:
        time.sleep(0.5)
        with suppress(OSError):
            if path.stat().st_mtime_ns != seen:
                return True
    return False


def _server_time(path: Path) -> float:
    """Return the present time by the clock that stamps the lock."""
    probe = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    probe.touch()
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink()


def _beat(path: Path, token: str, stop: threading.Event, lost: Callable[[], None]) -> None:
    while not stop.wait(BEAT_S):
        with suppress(OSError):  # a share that is away for a while
            if _read(path).get("token", token) != token:
                lost()
                return
            os.utime(path)
