"""One run at a time."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

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
    holder = {"pid": os.getpid(), "started": psutil.Process().create_time() - 500}
    _write_lock(tmp_path, **holder)
    with study_lock(tmp_path):
        pass


def test_another_computer_holds_it_as_long_as_it_shows_life(tmp_path: Path) -> None:
    path = _write_lock(tmp_path, host="far-away", pid=1)
    with pytest.raises(StudyBusyError, match="far-away"), study_lock(tmp_path):
        pass
    silent = path.stat().st_mtime - SILENT_S - 60
    os.utime(path, (silent, silent))
    with study_lock(tmp_path):
        pass


def _write_lock(study: Path, **holder: object) -> Path:
    path = study / LOCK
    path.write_text(json.dumps({"host": socket.gethostname(), "token": "old", **holder}))
    return path


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
