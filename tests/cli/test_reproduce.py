import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from easytear.base.errors import ResultsError
from easytear.cli.app import app
from easytear.results import read_results, write_results

SAMPLE = Path(__file__).parents[2] / "sample_videos" / "normal.mp4"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    command = ["analyze", str(SAMPLE), "-o", str(out), "--start", "0.5", "--end", "2.2", "-q"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.exception
    return out / "normal"


def test_the_kept_request_gives_the_same_again(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    result = CliRunner().invoke(app, ["reproduce", str(folder), "-q"])
    assert result.exit_code == 0, result.output
    assert "to the last digit" in result.output
    assert "the same file" in result.output
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_what_differs_is_named(folder: Path, tmp_path: Path) -> None:
    analysis = read_results(folder)
    analysis.tracks["y_px"] += 0.5
    write_results(analysis, tmp_path / "changed")
    summary = tmp_path / "changed" / "summary.json"
    data = json.loads(summary.read_text(encoding="utf-8"))
    data["software"]["numpy"] = "1.0"
    summary.write_text(json.dumps(data), encoding="utf-8")
    result = CliRunner().invoke(app, ["reproduce", str(tmp_path / "changed"), str(SAMPLE), "-q"])
    assert result.exit_code == 3
    assert "tracks.csv: y_px differs" in result.output
    assert "numpy 1.0, now" in result.output


def test_without_the_video_it_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["reproduce", str(folder), str(tmp_path / "gone.mp4")])
    assert isinstance(result.exception, ResultsError)
    assert "gone.mp4" in str(result.exception)
