"""What the computer does to a study: no video is blamed for it, and nothing is lost."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from easytear.study.faults import OutOfReach
from easytear.study.plan import hash_memory, make_plan
from tests.cli.test_batch import batch, finish
from tests.study.conftest import Runner
from tests.study.standins import ANALYSER, write_video

posix = pytest.mark.skipif(sys.platform == "win32", reason="of POSIX systems")
NARROW = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
from easytear.__main__ import main
main()
"""
"""The command where no file may be longer than that: so a disk or a quota is full."""


def counts(study: Path) -> dict[str, int]:
    return dict(json.loads((study / "study.json").read_text())["counts"])


@posix
def test_a_full_disk_stops_the_study_and_leaves_the_rest_undone(tmp_path: Path) -> None:
    for i in range(4):
        write_video(tmp_path / f"source/{i}.mp4", built=True)
    study = tmp_path / "study"
    words = ("batch", str(tmp_path / "source"), "-o", str(study), "--analyser", ANALYSER)
    done = subprocess.run(
        [sys.executable, "-c", NARROW, *words, "--workers", "1"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    assert done.returncode == 1
    said = done.stderr.splitlines()
    assert said[-1].startswith(f"easytear: {study}: nothing more can be written (File too large)")
    assert "Traceback" not in done.stderr
    assert not list((study / "videos").glob("*/outcome.json"))
    code, _, err = finish(batch(tmp_path / "source", study))
    assert (code, "4 videos to analyse" in err) == (0, True)
    assert counts(study) == {"done": 4, "failed": 0, "waiting": 0}


@posix
def test_a_killed_worker_costs_its_video_a_second_try(runner: Runner, tmp_path: Path) -> None:
    counted = tmp_path / "tries"
    write_video(runner.source / "a.mp4", do="kill once", marker=str(counted))
    write_video(runner.source / "b.mp4")
    record = runner.run()
    assert record.counts == {"done": 2, "failed": 0, "waiting": 0}
    assert any("killed from outside" in note for note in runner.heard.notes)


@posix
def test_a_video_whose_process_is_always_killed_is_tried_again_by_the_next_run(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("easytear.study.local.WAITS_S", (0.0,))
    write_video(runner.source / "a.mp4", do="killed")
    write_video(runner.source / "b.mp4")
    record = runner.run()
    assert record.counts == {"done": 1, "failed": 1, "waiting": 0}
    order = runner.order()
    assert [task.name for task in make_plan(order, hash_memory(order)).tasks] == ["a"]


def test_a_share_that_is_lost_for_seconds_costs_nothing(runner: Runner) -> None:
    for name in ("a", "b", "c"):
        write_video(runner.source / f"{name}.mp4")
    away = runner.source.with_name("away")
    back = threading.Timer(3.0, lambda: away.rename(runner.source))

    def lose(name: str) -> None:
        if name == "b" and not away.exists():
            runner.source.rename(away)
            back.start()

    runner.heard.on_start = lose
    record = runner.run()
    back.join()
    assert record.counts == {"done": 3, "failed": 0, "waiting": 0}
    assert any("tried again" in note for note in runner.heard.notes)


def test_a_share_that_stays_away_stops_the_study(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("easytear.study.local.WAITS_S", (0.0, 0.0))
    for name in ("a", "b", "c"):
        write_video(runner.source / f"{name}.mp4")
    away = runner.source.with_name("away")
    runner.heard.on_start = lambda name: name == "b" and runner.source.rename(away)
    with pytest.raises(OutOfReach, match=r"b.mp4: cannot be reached .*goes on where it stood"):
        runner.run()
    assert counts(runner.study) == {"done": 1, "failed": 0, "waiting": 2}
    away.rename(runner.source)
    runner.heard.on_start = lambda name: None
    assert runner.run().counts == {"done": 3, "failed": 0, "waiting": 0}
    assert sorted(runner.heard.begun) == ["b", "c"]


def test_a_video_that_is_taken_away_fails_alone(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("easytear.study.local.WAITS_S", (0.0,))
    for name in ("a", "b", "c"):
        write_video(runner.source / f"{name}.mp4")
    runner.heard.on_start = lambda name: (
        name == "b" and (runner.source / "b.mp4").unlink(missing_ok=True)
    )
    assert runner.run().counts == {"done": 2, "failed": 1, "waiting": 0}


@posix
def test_a_link_in_the_place_of_a_results_folder_is_left_alone(
    runner: Runner, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        write_video(runner.source / f"{name}.mp4")
    (runner.study / "videos").mkdir(parents=True)
    (runner.study / "videos/a").symlink_to(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert runner.run().counts == {"done": 1, "failed": 0, "waiting": 1}
    assert any("is a link" in note for note in runner.heard.notes)
    assert sorted(tmp_path.iterdir()) == before


@posix
@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_left_undone(runner: Runner) -> None:
    for name in ("a", "b"):
        write_video(runner.source / f"{name}.mp4")
    closed = runner.study / "videos/a"
    closed.mkdir(parents=True)
    closed.chmod(0o500)
    record = runner.run()
    closed.chmod(0o700)
    assert record.counts == {"done": 1, "failed": 0, "waiting": 1}
    assert any("cannot be written" in note for note in runner.heard.notes)
