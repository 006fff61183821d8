"""One run at a time."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from easytear.base.errors import EasyTearError
from easytear.study import lock
from easytear.study.lock import LOCK, SILENT_S, StudyBusyError, holds, study_lock


def test_a_second_run_says_so_and_stops(tmp_path: Path) -> None:
    with study_lock(tmp_path) as token:
        assert holds(tmp_path, token)
        with pytest.raises(StudyBusyError, match=str(os.getpid())), study_lock(tmp_path):
            pass
        assert holds(tmp_path, token)
    assert not list(tmp_path.iterdir())


def test_the_lock_of_a_process_that_is_gone_is_taken_over(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from easytear.study.lock import study_lock\n"
        "held = study_lock(pathlib.Path(sys.argv[1])); held.__enter__(); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=_env(), check=False)
    assert done.returncode == -9
    assert (tmp_path / LOCK).exists()
    with study_lock(tmp_path) as token:
        assert holds(tmp_path, token)


def test_a_process_that_has_the_number_of_the_old_one_does_not_hold_it(tmp_path: Path) -> None:
    with study_lock(tmp_path):
        holder = json.loads((tmp_path / LOCK).read_text())
    _write_lock(tmp_path, **{**holder, "started": holder["started"] - 500})
    with study_lock(tmp_path) as token:
        assert holds(tmp_path, token)


def test_another_computer_holds_it_as_long_as_it_shows_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "WATCH_S", 1.0)
    path = _write_lock(tmp_path, host="far-away", pid=1)
    with pytest.raises(StudyBusyError, match="far-away"), study_lock(tmp_path):
        pass
    silent = path.stat().st_mtime - SILENT_S - 60
    os.utime(path, (silent, silent))
    notes: list[str] = []

    def alive_after_all(note: str) -> None:
        notes.append(note)
        os.utime(path, (silent + 10, silent + 10))  # its clock, or the server's, was set

    with pytest.raises(StudyBusyError), study_lock(tmp_path, alive_after_all):
        pass
    with study_lock(tmp_path, notes.append):
        pass
    assert "far-away seems to be over" in notes[0]


@pytest.mark.parametrize("word", ["boot", "space", "host", "started", "device"])
def test_nothing_that_a_run_says_of_itself_lets_another_in_while_it_lives(
    tmp_path: Path, word: str
) -> None:
    """Another name space, another host name, another clock: the system's lock stands above."""
    with study_lock(tmp_path):
        holder = json.loads((tmp_path / LOCK).read_text())
        (tmp_path / LOCK).write_text(json.dumps({**holder, word: "other"}))
        old = time.time() - 10 * SILENT_S
        os.utime(tmp_path / LOCK, (old, old))
        code, said = _other(tmp_path)
        assert (code, "another run is working" in said) == (1, True)
        (tmp_path / LOCK).unlink()
        assert _other(tmp_path)[0] == 1


@pytest.mark.skipif(shutil.which("unshare") is None, reason="no way to another name space")
def test_a_run_in_another_name_space_is_refused(tmp_path: Path) -> None:
    apart = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc")
    if subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this computer makes no name spaces")
    with study_lock(tmp_path):
        code, said = _other(tmp_path, *apart)
        assert (code, "another run is working" in said) == (1, True)
    assert _other(tmp_path, *apart)[0] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="of POSIX systems")
def test_the_remains_of_a_dead_process_hold_nothing(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from easytear.study.lock import study_lock\n"
        "held = study_lock(pathlib.Path(sys.argv[1])); held.__enter__(); os.kill(os.getpid(), 9)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], env=_env())
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody took its number
    with study_lock(tmp_path) as token:
        assert holds(tmp_path, token)
    process.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="of POSIX systems")
@pytest.mark.parametrize("what", ["pipe", "folder", "link"])
def test_what_is_no_file_of_a_run_is_told_and_not_waited_for(tmp_path: Path, what: str) -> None:
    path = tmp_path / LOCK
    if what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EasyTearError, match="stands in the way"), study_lock(tmp_path):
        pass
    assert path.exists() or path.is_symlink()


def test_two_that_begin_at_once_are_one(tmp_path: Path) -> None:
    others = [_start(tmp_path) for _ in range(4)]
    said = [other.stdout.readline() for other in others if other.stdout is not None]
    assert sorted(word.strip() for word in said) == ["busy", "busy", "busy", "held"]
    for other in others:
        other.communicate("")


HOLDER = """
import pathlib, sys, time
from easytear.study.lock import StudyBusyError, study_lock
try:
    with study_lock(pathlib.Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.read()
except StudyBusyError as error:
    print("busy", flush=True)
    print(error, file=sys.stderr)
    sys.exit(1)
"""


def _start(study: Path, *before: str) -> subprocess.Popen[str]:
    """Start a process that holds the study until its input ends."""
    words = [*before, sys.executable, "-c", HOLDER, str(study)]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, env=_env(), stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def _other(study: Path, *before: str) -> tuple[int, str]:
    """Return how another process fares with the lock."""
    process = _start(study, *before)
    said = process.communicate("")[1]
    return process.returncode, said


def _write_lock(study: Path, **holder: object) -> Path:
    path = study / LOCK
    path.write_text(json.dumps({"host": socket.gethostname(), "token": "old", **holder}))
    return path


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
