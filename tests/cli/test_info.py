import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from easytear.cli.app import app
from tests.video.clips import encode, steady


def _comb(frame: int) -> np.ndarray:
    y, x = np.mgrid[:120, :400]
    field = y % 2
    wave = 128 + 60 * np.sin((x + 3 * frame * 2 + 3 * field) / 7)
    return np.dstack([wave.astype(np.uint8)] * 3)


def _info(path: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["info", str(path), *options], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_info_tells_what_the_file_holds(tmp_path: Path) -> None:
    stamps = np.cumsum(np.random.default_rng(7).integers(10, 30, 40)).tolist()
    path = encode(tmp_path / "v.mp4", stamps)
    record = json.loads(_info(path, "--json"))
    assert record["frame_count"] == 40
    assert (record["width_px"], record["height_px"]) == (160, 64)
    assert record["codec"] == "h264"
    assert record["variable_frame_rate"]
    assert record["frame_step_s"]["greatest"] == pytest.approx(max(np.diff(stamps)) / 600, abs=1e-5)
    assert "variable_frame_rate" in record["problems"]
    text = _info(path)
    assert "160 x 64 px" in text
    assert "40" in text
    assert "varies" in text


def test_info_sees_fields_that_the_file_does_not_mention(tmp_path: Path) -> None:
    combing = encode(tmp_path / "i.mp4", steady(20), picture=_comb, options={"crf": "10"})
    record = json.loads(_info(combing, "--json"))
    assert record["interlaced"] == {"by_file": False, "by_lines": True}
    assert record["problems"] == ["interlaced"]


def test_info_finds_nothing_wrong_with_a_good_video(tmp_path: Path) -> None:
    path = encode(tmp_path / "v.mp4", steady(20), picture=lambda n: _comb(0)[::2].repeat(2, 0))
    assert "Nothing looks wrong" in _info(path)


def test_a_file_that_is_no_video_ends_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "letter [draft].txt"
    path.write_text("hello\n" * 100)
    done = subprocess.run(
        [sys.executable, "-m", "easytear", "info", str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert str(path) in done.stderr
