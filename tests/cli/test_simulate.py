"""The command `easytear simulate`."""

from pathlib import Path

import av
from typer.testing import CliRunner

from easytear.cli.app import app
from easytear.simulate import Truth


def test_video_with_its_truth(tmp_path: Path) -> None:
    video = tmp_path / "eye.mp4"
    args = ["simulate", str(video), "--preset", "from_open", "--seed", "3"]
    done = CliRunner().invoke(app, [*args, "--duration", "0.5", "--size", "160x120", "-q"])
    assert done.exit_code == 0, done.output
    truth = Truth.load(video)
    with av.open(str(video)) as container:
        times = [float(frame.time) for frame in container.decode(video=0)]
    assert len(times) == len(truth.time_s) == 15
    assert max(abs(a - b) for a, b in zip(times, truth.time_s, strict=True)) < 1e-4
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "eye.mp4",
        "eye.truth.json",
        "eye.truth.npz",
    ]


def test_folder_gets_a_named_file(tmp_path: Path) -> None:
    args = ["simulate", str(tmp_path / "new"), "--duration", "0.2", "--size", "160x120", "-q"]
    assert CliRunner().invoke(app, args).exit_code == 0
    assert (tmp_path / "new" / "normal-0.mp4").exists()


def test_list_names_presets() -> None:
    done = CliRunner().invoke(app, ["simulate", "--list"])
    assert done.exit_code == 0
    assert "bright_iris" in done.output


def test_bad_size_is_a_usage_error(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["simulate", str(tmp_path), "--size", "big"])
    assert done.exit_code == 2
    assert not list(tmp_path.iterdir())
