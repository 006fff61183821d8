"""No folder of videos may run code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from easytear.workers.child import child_command, child_environment

ROOT = Path(__file__).resolve().parents[2]
PLANTED = ("cv2.py", "numpy.py", "av.py", "json.py", "easytear.py", "sitecustomize.py", "x.pth")
SHORT = ["--end", "1.2", "-q"]


def plant(folder: Path, mark: Path) -> None:
    """Put files into a folder that leave a mark when Python runs them."""
    folder.mkdir(parents=True, exist_ok=True)
    code = f"import pathlib; pathlib.Path({str(mark)!r}).touch()"
    for name in PLANTED:
        (folder / name).write_text(code + "\n")
    inner = folder / "easytear_gui"
    inner.mkdir()
    (inner / "__init__.py").write_text(code)


@pytest.fixture
def hostile(tmp_path: Path) -> tuple[Path, Path]:
    """Return a folder with a video and planted files, and the mark that they would leave."""
    mark = tmp_path / "mark"
    folder = tmp_path / "videos"
    for place in (folder, tmp_path / "OUT", tmp_path / "temporary"):
        plant(place, mark)
    shutil.copy(ROOT / "sample_videos" / "normal.mp4", folder / "a.mp4")
    return folder, mark


def run(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    start = f"import sys; sys.path.append({str(ROOT)!r}); from easytear.cli import main; main()"
    given = {**os.environ, "TMPDIR": str(folder.parent / "temporary"), **env}
    return subprocess.run(
        [sys.executable, "-P", "-c", start, *arguments],
        cwd=folder,
        env=given,
        capture_output=True,
        text=True,
    )


def test_analyze_with_helpers_runs_nothing_of_the_folder(
    hostile: tuple[Path, Path],
) -> None:
    folder, mark = hostile
    done = run(folder, "analyze", "a.mp4", "-o", "../OUT", "--workers", "2", *SHORT, PYTHONPATH="")
    assert done.returncode == 0, done.stderr
    assert not mark.exists()


def test_batch_runs_nothing_of_the_folder(hostile: tuple[Path, Path]) -> None:
    folder, mark = hostile
    done = run(folder, "batch", ".", "-o", "../OUT/study", "--workers", "1", "-q")
    assert done.returncode == 0, done.stderr
    assert not mark.exists()


def test_a_child_ignores_an_import_path_that_names_the_current_folder(
    hostile: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, mark = hostile
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep)
    done = subprocess.run(
        child_command("easytear", "--version"),
        env=child_environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("easytear ")
    assert not mark.exists()


def test_a_child_keeps_what_the_user_put_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "of_mine.py").write_text("import sys; print(sys.argv[1:])")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "own")
    done = subprocess.run(
        child_command("of_mine", "a b", "c"),
        env=child_environment(),
        cwd="/",
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "['a b', 'c']"


def test_the_desktop_build_calls_itself_and_runs_nothing_but_easytear(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "other.py").write_text("print('ran')")
    start = [sys.executable, str(ROOT / "gui" / "desktop" / "start.py")]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    program, *ours = child_command("easytear", "--version")
    _, *foreign = child_command("other")
    assert program == str(Path(sys.executable).with_name("easytear-command"))

    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    done = subprocess.run([*start, *ours], env=env, capture_output=True, text=True)
    assert done.stdout.startswith("easytear"), done.stderr
    done = subprocess.run([*start, *foreign], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "other: is no part of EasyTear.\n"
