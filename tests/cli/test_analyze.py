"""The command as a person runs it: in a process of its own, judged by what it prints and leaves."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from easytear.results import PRODUCTS, read_results

ROOT = Path(__file__).resolve().parents[2]
NORMAL = ROOT / "sample_videos" / "normal.mp4"
STRETCH = ["--start", "0.3", "--end", "2.2"]


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "easytear", "analyze", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    out = tmp_path_factory.mktemp("out")
    return out, run(NORMAL, "-o", out, "--json", "--progress-json", *STRETCH)


def test_everything_stands_in_the_folder(
    done: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, process = done
    assert process.returncode == 0, process.stderr
    names = {path.name for path in (out / "normal").iterdir()}
    assert names == set(PRODUCTS) - {"overlay.mp4"}
    assert len(read_results(out / "normal").summary.intervals) == 1


def test_stdout_is_the_summary_and_nothing_else(
    done: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, process = done
    written = json.loads((out / "normal" / "summary.json").read_text(encoding="utf-8"))
    assert json.loads(process.stdout) == written


def test_progress_rises_to_its_end(done: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, process = done
    lines = [json.loads(line) for line in process.stderr.splitlines()]
    shares = [line["done"] / line["total"] for line in lines]
    assert len(shares) > 5
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_who_is_told_to_end_leaves_nothing_behind(tmp_path: Path) -> None:
    words = ["-m", "easytear", "analyze", NORMAL, "-o", tmp_path / "out", "--progress-json"]
    with subprocess.Popen(
        [sys.executable, *map(str, words)], stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            told = json.loads(line)
            if told["done"] > 0.4 * told["total"]:
                break
        assert list((tmp_path / "out" / "normal").glob(".work-*"))
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert not (tmp_path / "out").exists()


def test_one_bad_video_of_two_costs_only_itself(tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"not a video")
    process = run(bad, NORMAL, "-o", tmp_path / "out", "-q", *STRETCH)
    assert process.returncode == 3
    assert "bad.mp4" in process.stderr
    assert len(process.stderr.strip().splitlines()) == 1
    assert (tmp_path / "out" / "normal" / "summary.json").exists()
    assert not (tmp_path / "out" / "bad").exists()


def test_nothing_to_analyse_is_exit_1_in_a_sentence(tmp_path: Path) -> None:
    process = run(tmp_path / "absent.mp4", "-o", tmp_path / "out")
    assert process.returncode == 1
    assert "absent.mp4" in process.stderr
    assert "Traceback" not in process.stderr
    assert not (tmp_path / "out").exists()


def test_where_results_cannot_go_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    process = run(NORMAL, "-o", tmp_path / "out", *STRETCH)
    assert process.returncode == 1
    assert "no results can be written there" in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--mm-per-px", "0.02", "--hvid", "11.5"], "not both"),
        (["--mm-per-px", "7"], "--mm-per-px must be"),
        (["--hvid", "117"], "--hvid must be"),
        (["--start", "3", "--end", "2"], "--end must be later"),
        (["--no-such"], "No such option"),
    ],
)
def test_wrong_use_is_exit_2(words: list[str], says: str) -> None:
    process = run(NORMAL, *words)
    assert process.returncode == 2
    assert says in process.stderr


def test_two_videos_of_one_name_are_refused_before_work(tmp_path: Path) -> None:
    process = run(tmp_path / "a" / "eye.mp4", tmp_path / "b" / "eye.avi", "-o", tmp_path)
    assert process.returncode == 2
    assert "eye" in process.stderr
    assert "easytear batch" in process.stderr


def test_a_bad_settings_file_is_named(tmp_path: Path) -> None:
    config = tmp_path / "mine.toml"
    config.write_text("[blinks]\nwrong = 1\n")
    process = run(NORMAL, "--config", config, "-o", tmp_path / "out")
    assert process.returncode == 2
    assert "mine.toml" in process.stderr
    assert "Traceback" not in process.stderr
