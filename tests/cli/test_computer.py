"""What a computer can do to a command: its disks, words, signals."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from easytear.base.atomic import atomic_write
from easytear.cli.app import of_the_computer
from easytear.results import write_results
from tests.annotate import scene
from tests.video.clips import encode, steady

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="of POSIX systems")

REFUSING = {
    "chmod": "import os\ndef no(path, *a, **k): raise PermissionError(1, 'no')\nos.chmod = no\n",
    "fsync": "import os\ndef no(fd): raise OSError(22, 'Invalid argument')\nos.fsync = no\n",
}


def run(
    *words: str | Path, env: dict[str, str] | None = None, **how: object
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "easytear", *map(str, words)],
        capture_output="stdout" not in how,
        encoding="utf-8",
        errors="replace",
        cwd=ROOT,
        check=False,
        env={**os.environ, **(env or {})},
        **how,  # type: ignore[call-overload]
    )


SIMULATE = ["--duration", "0.2", "--size", "160x120", "-q"]


@pytest.mark.parametrize("call", REFUSING)
def test_a_disk_that_refuses_a_courtesy_is_written_to(tmp_path: Path, call: str) -> None:
    (tmp_path / "shim").mkdir()
    (tmp_path / "shim" / "sitecustomize.py").write_text(REFUSING[call])
    path = os.pathsep.join([str(tmp_path / "shim"), str(ROOT)])
    done = run("simulate", tmp_path / "eye.mp4", *SIMULATE, env={"PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "eye.mp4").stat().st_size > 1000


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_words_that_cannot_be_shown_cost_nothing(tmp_path: Path, encoding: str) -> None:
    video = encode(tmp_path / "P07 λ [os] :eye:.mp4", steady(12))
    done = run("info", video, env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr
    assert "P07 ? [os] :eye:.mp4" in done.stdout


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_for_the_words_costs_nothing(tmp_path: Path) -> None:
    video = encode(tmp_path / "v.mp4", steady(12))
    with Path("/dev/full").open("w") as full:
        assert run("info", video, stdout=full, stderr=full).returncode == 0


def test_no_temporary_folder_is_said_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "shim").mkdir()
    shim = "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/nowhere/at/all']\n"
    (tmp_path / "shim" / "sitecustomize.py").write_text(shim)
    path = os.pathsep.join([str(tmp_path / "shim"), str(ROOT)])
    done = run("simulate", tmp_path / "eye.mp4", *SIMULATE, env={"PYTHONPATH": path})
    assert done.returncode == 1
    assert done.stderr == (
        "easytear: no temporary folder can be written; set TMPDIR to a folder that can.\n"
    )
    assert not (tmp_path / "eye.mp4").exists()


@posix
@pytest.mark.parametrize(
    "words",
    [
        ["simulate", "FILE/x.mp4", *SIMULATE],
        ["convert", "a.json", "-o", "FILE/x.json"],
        ["agree", "film", "a.json", "-o", "FILE/x"],
    ],
)
def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path, words: list[str]) -> None:
    from easytear.annotate import write_annotations

    (tmp_path / "FILE").touch()
    write_annotations(scene.annotated(), tmp_path / "a.json")
    write_results(scene.analysis(), tmp_path / "film")
    known = {"a.json", "film"}
    places = [tmp_path / w if w in known or w.startswith("FILE") else w for w in words]
    done = run(*places)
    assert done.returncode == 1
    assert "FILE" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [["x.txt"], ["--seed", "-1"], ["no.such"]])
def test_what_cannot_be_simulated_is_wrong_use(tmp_path: Path, words: list[str]) -> None:
    done = run("simulate", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_folder_is_a_folder_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "results.v2").mkdir()
    assert run("simulate", tmp_path / "results.v2", *SIMULATE).returncode == 0
    assert (tmp_path / "results.v2" / "normal-0.mp4").exists()


@posix
@pytest.mark.parametrize("with_what", [signal.SIGTERM, signal.SIGKILL])
def test_who_is_ended_leaves_nothing_that_the_next_does_not_clear(
    tmp_path: Path, with_what: signal.Signals
) -> None:
    half = "from easytear.base.atomic import atomic_write; from pathlib import Path; import sys\n"
    half += "import signal; signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
    half += f"with atomic_write(Path({str(tmp_path / 'eye.mp4')!r})):\n"
    half += "    print('begun', flush=True); signal.pause()\n"
    with subprocess.Popen([sys.executable, "-c", half], stdout=subprocess.PIPE, cwd=ROOT) as one:
        assert one.stdout is not None
        one.stdout.readline()
        with atomic_write(tmp_path / "eye.mp4") as path:
            path.write_text("another's is left alone")
            assert len(list(tmp_path.glob(".eye-*"))) == 2
        one.send_signal(with_what)
    with atomic_write(tmp_path / "eye.mp4") as path:
        path.write_text("whole")
    assert [p.name for p in tmp_path.iterdir()] == ["eye.mp4"]


def test_a_persons_hidden_file_is_not_taken_for_an_unfinished_one(tmp_path: Path) -> None:
    mine = tmp_path / ".eye-20240101.mp4"
    mine.write_text("mine")
    with atomic_write(tmp_path / "eye.mp4") as path:
        path.write_text("whole")
    assert mine.read_text() == "mine"


def test_our_own_faults_are_not_put_down_to_the_computer() -> None:
    assert of_the_computer(ValueError("x")) is None
    assert of_the_computer(RuntimeError("x")) is None
    assert "memory" in str(of_the_computer(MemoryError()))
    assert "processes" in str(of_the_computer(RuntimeError("can't start new thread")))
