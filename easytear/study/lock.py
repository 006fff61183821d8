"""One run at a time in one study."""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psutil

from easytear.base.errors import EasyTearError

LOCK: Final = ".running.json"
BEAT_S: Final = 10.0
"""How often a run shows that it is alive."""
SILENT_S: Final = 120.0
"""A run on another computer that showed no life for this long is over: twelve beats, more than
file servers keep attributes."""


class StudyBusyError(EasyTearError):
    """Another run is working in the study."""


@contextmanager
def study_lock(study: Path) -> Iterator[str]:
    """Hold the study for this process, and give the token that tells this run from others.

    The lock is a file that names process and computer. On the same computer it is over when
    that process is gone (also after SIGKILL or a power cut); on another one, when its file was
    not renewed for two minutes, by the file server's own clock.

    Raises
    ------
    StudyBusyError
        If another run holds the study.
    """
    path = study / LOCK
    token = secrets.token_hex(8)
    _take(path, token)
    stop = threading.Event()
    beat = threading.Thread(target=_beat, args=(path, stop), daemon=True)
    beat.start()
    try:
        yield token
    finally:
        stop.set()
        beat.join()
        if _read(path).get("token") == token:
            path.unlink(missing_ok=True)


def holds(study: Path, token: str) -> bool:
    """Tell whether the run with this token still holds the study."""
    return bool(_read(study / LOCK).get("token") == token)


def _take(path: Path, token: str) -> None:
    content = json.dumps(
        {
            "pid": os.getpid(),
            "started": psutil.Process().create_time(),
            "host": socket.gethostname(),
            "token": token,
        }
    )
    while not _create(path, content):
        holder = _read(path)
        if _alive(path, holder):
            raise StudyBusyError(
                f"{path.parent}: another run is working in this study (process "
                f"{holder.get('pid', '?')} on {holder.get('host', '?')}); wait until it ends, "
                f"or stop it."
            )
        _put_away(path, holder)


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
        aside.rename(path)  # it was a new run's lock already
        return
    aside.unlink()


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return {}


def _alive(path: Path, holder: dict[str, Any]) -> bool:
    if holder.get("host") == socket.gethostname():
        try:
            started = psutil.Process(int(holder["pid"])).create_time()
        except (psutil.NoSuchProcess, KeyError, ValueError):
            return False
        return bool(abs(started - float(holder.get("started", 0.0))) < 1.0)
    return path.exists() and bool(_server_time(path) - path.stat().st_mtime < SILENT_S)


def _server_time(path: Path) -> float:
    """Return the present time by the clock that stamps the lock."""
    probe = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    probe.touch()
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink()


def _beat(path: Path, stop: threading.Event) -> None:
    while not stop.wait(BEAT_S):
        if path.exists():
            path.touch()
