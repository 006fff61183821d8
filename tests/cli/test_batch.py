"""`easytear batch` and `easytear study` as a person runs them."""

import json
import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import Popen

import pytest

from tests.study.conftest import ROOT, command
from tests.study.standins import ANALYSER, write_video


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source"


def finish(process: Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def batch(source: Path, study: Path, *more: str) -> Popen[str]:
    return command("batch", source, "-o", study, "--analyser", ANALYSER, *more)


def lines_until(process: Popen[str], words: str) -> None:
    """Read what the command says until it has said something."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    pytest.fail(f"never said {words!r}")


def test_some_failed_is_3_and_none_left_is_0_and_the_table_is_the_same_after_kills(
    source: Path, tmp_path: Path
) -> None:
    for i in range(6):
        write_video(source / f"{i}.mp4", lambdas=[0.5 + i / 10], work_s=0.1)
    write_video(source / "bad.mp4", do="raise")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    code, out, _ = finish(batch(source, whole))
    assert (code, out.splitlines()[-1]) == (3, f"6 done, 1 failed: {whole / 'study.html'}")
    for after in ("done: 1;", "done: 4;"):
        process = batch(source, killed, "--workers", "1")
        lines_until(process, after)
        process.send_signal(signal.SIGKILL)
        finish(process)
    code, _, err = finish(batch(source, killed, "--workers", "1"))
    assert code == 3
    told = re.search(r"(\d) videos? to analyse, (\d) done before", err)
    assert told, err
    assert int(told[1]) + int(told[2]) == 7
    assert int(told[2]) >= 5  # what was being done when the signal came may have ended
    assert (killed / "study.csv").read_bytes() == (whole / "study.csv").read_bytes()
    code, out, _ = finish(command("study", whole))
    assert code == 3
    (source / "bad.mp4").unlink()
    code, out, _ = finish(batch(source, whole))
    assert code == 0


def test_ctrl_c_lets_running_videos_end(source: Path, tmp_path: Path) -> None:
    for i in range(4):
        write_video(source / f"{i}.mp4", work_s=0.3)
    process = batch(source, tmp_path / "study", "--workers", "1")
    lines_until(process, "videos to analyse")
    lines_until(process, "done: 0")
    process.send_signal(signal.SIGINT)
    code, out, _ = finish(process)
    assert code == 130
    record = json.loads((tmp_path / "study/study.json").read_text())
    assert record["counts"]["failed"] == 0
    assert 0 < record["counts"]["waiting"] < 4
    assert f"{record['counts']['waiting']} still to do" in out


def test_a_told_end_writes_the_tables_and_the_next_run_goes_on(
    source: Path, tmp_path: Path
) -> None:
    write_video(source / "0.mp4")
    write_video(source / "1.mp4", work_s=0.5)
    write_video(source / "2.mp4")
    study = tmp_path / "study"
    process = batch(source, study, "--workers", "1")
    lines_until(process, "done: 0")
    process.send_signal(signal.SIGTERM)
    code, _, err = finish(process)
    assert code == 143
    assert "told to end" in err
    record = json.loads((study / "study.json").read_text())
    assert record["counts"]["done"] >= 1
    assert record["counts"]["failed"] == 0
    assert (study / "study.csv").exists()
    assert not list(study.rglob(".running*"))
    assert finish(batch(source, study))[0] == 0


def test_what_was_given_holds_until_it_is_changed(source: Path, tmp_path: Path) -> None:
    for name in ("S1_OD", "S2_OD"):
        write_video(source / f"{name}.mp4")
    clinic, study, config = tmp_path / "clinic.csv", tmp_path / "study", tmp_path / "own.toml"
    clinic.write_text("subject,osdi\nS1,3\nS2,4\n")
    config.write_text("[quality]\nlow_score = 0.3\n")
    given = ("--name-pattern", r"(?P<subject>S\d)", "--clinical", str(clinic), "--hvid", "12")
    assert finish(batch(source, study, *given, "--config", str(config)))[0] == 0
    table = (study / "study.csv").read_bytes()
    assert b"osdi" in table
    code, _, err = finish(batch(source, study))
    assert (code, "0 videos to analyse" in err) == (0, True)
    assert "--name-pattern, --clinical, --hvid, --config or --fps" in err
    assert (study / "study.csv").read_bytes() == table
    clinic.unlink()
    code, _, err = finish(batch(source, study))
    assert "is not there any more" in err
    assert (study / "study.csv").read_bytes() == table
    code, _, err = finish(batch(source, study, "--forget", "--dry-run"))
    assert "as given before" not in err
    code, _, _ = finish(batch(source, study, "--forget"))
    assert b"osdi" not in (study / "study.csv").read_bytes()


def test_not_one_usable_interval_is_said_and_is_1(source: Path, tmp_path: Path) -> None:
    write_video(source / "a.mp4", lambdas=[0.5, 0.6], scores=[0.1, 0.1])
    code, out, err = finish(batch(source, tmp_path / "study"))
    assert code == 1
    assert "1 done, 0 failed" in out
    assert "not one of 2 intervals is usable" in err


def test_more_workers_than_processors_are_told(source: Path, tmp_path: Path) -> None:
    write_video(source / "a.mp4")
    _, _, err = finish(batch(source, tmp_path / "study", "--workers", "100", "--dry-run"))
    assert "--workers 100: this computer has" in err


def test_a_study_that_cannot_be_written_is_one_sentence(source: Path, tmp_path: Path) -> None:
    write_video(source / "a.mp4")
    (tmp_path / "file").touch()
    for study in (tmp_path / "file/study", Path("/proc/study")):
        code, _, err = finish(batch(source, study))
        assert (code, err.count("\n"), "cannot be used" in err) == (1, 1, True), err


def test_ctrl_c_before_any_video_runs_ends_at_once(source: Path, tmp_path: Path) -> None:
    study = tmp_path / "study"
    study.mkdir()
    write_video(source / "a.mp4")
    silent = study / ".running.json"
    silent.write_text(json.dumps({"host": "far-away", "pid": 7, "token": "x"}))
    os.utime(silent, (1e9, 1e9))
    process = batch(source, study)
    lines_until(process, "far-away seems to be over")  # it looks for half a minute
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert (code, "Traceback" in err) == (130, False)
    assert not (study / ".lock").exists()
    assert not (study / "videos").exists()


def test_nothing_done_is_1_and_wrong_use_is_2(source: Path, tmp_path: Path) -> None:
    write_video(source / "bad.mp4", do="raise")
    study = tmp_path / "study"
    assert finish(batch(source, study))[0] == 1
    assert finish(batch(source, study, "--name-pattern", "("))[0] == 2
    assert finish(batch(source / "absent", study))[0] == 2
    code, _, err = finish(command("study", source))
    assert (code, err.count("\n")) == (1, 1)
    assert "holds no study" in err


def test_a_dry_run_says_what_it_would_do(source: Path, tmp_path: Path) -> None:
    write_video(source / "a.mp4")
    (source / "notes.txt").touch()
    code, out, _ = finish(batch(source, tmp_path / "study", "--dry-run"))
    assert code == 0
    assert out.splitlines() == [
        "skip     notes.txt: not a video (.txt)",
        "analyse  a.mp4 -> a",
        "1 to analyse, 0 done, 0 failed before, 1 skipped",
    ]
    assert not (tmp_path / "study").exists()


def test_the_join_is_told_before_the_analysis_and_who_is_nobody_is_left_out(
    source: Path, tmp_path: Path
) -> None:
    for name in ("S1_OD", "S2_OD", "other"):
        write_video(source / f"{name}.mp4")
    clinic = tmp_path / "clinic.csv"
    clinic.write_text("subject,osdi,group\nS1,3,dry\nS22,4,Dry\n")
    given = ("--name-pattern", r"(?P<subject>S\d+)", "--clinical", str(clinic))
    expected = (
        "--name-pattern misses other.mp4: it is left out of the statistics",
        "1 of 2 rows, joined by subject, meet 1 of 3 videos",
        "row 'S22' has no video; the nearest is 'S2'",
        "column 'group': look at it: 'Dry', 'dry' are taken as one",
    )
    code, out, err = finish(batch(source, tmp_path / "study", *given, "--dry-run"))
    assert code == 0
    assert all(words in out + err for words in expected), err
    code, _, err = finish(batch(source, tmp_path / "study", *given))
    assert code == 0
    assert all(words in err[: err.index("videos to analyse")] for words in expected), err
    table = (tmp_path / "study/study.csv").read_text()
    assert table.count("no subject in its name") == 1


def test_the_base_install_makes_tables_and_says_what_the_extra_adds(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / "shim"
    shim.mkdir()
    absent = "pyarrow", "pyarrow.parquet", "statsmodels", "openpyxl", "distributed"
    lines = [f"sys.modules[{name!r}] = None" for name in absent]
    (shim / "sitecustomize.py").write_text("\n".join(["import sys", *lines]))
    write_video(source / "a.mp4", lambdas=[0.5])
    study = tmp_path / "study"
    words = ["batch", str(source), "-o", str(study), "--analyser", ANALYSER]
    done = subprocess.run(
        [sys.executable, "-m", "easytear", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(shim), str(ROOT)])},
    )
    assert done.returncode == 0, done.stderr
    assert str(study / "study.csv") in done.stdout
    assert "need pyarrow and statsmodels; pip install 'easytear[study]'" in done.stderr
    assert (study / "study.csv").exists()
    assert not (study / "study.html").exists()
    assert finish(command("study", study))[0] == 0
    assert (study / "study.html").exists()


def test_worker_processes_end_with_a_killed_study(source: Path, tmp_path: Path) -> None:
    write_video(source / "a.mp4", do="hang", pid_in=str(tmp_path / "pid"))
    pid_file = tmp_path / "pid"
    os.mkfifo(pid_file)
    process = batch(source, tmp_path / "study", "--workers", "1")
    pid = int(pid_file.read_text())  # waits until the analysis writes it
    ended = os.pidfd_open(pid)
    process.send_signal(signal.SIGKILL)
    finish(process)
    assert select.select([ended], [], [], 30)[0]
