from pathlib import Path

import pytest
from typer.testing import CliRunner

from easytear.base.errors import ResultsError, VideoError
from easytear.cli.app import app
from easytear.results import write_results
from easytear.video import FrameReader, content_hash
from tests.builders import Law, Part, build_analysis
from tests.film_video import write_film_video


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    video = tmp_path / "eye.mp4"
    analysis = build_analysis((Part(0, 29, Law(2.0, 0.3, 0.1)),), path=video, frame_count=30)
    write_film_video(video, analysis)
    info = analysis.summary.video.model_copy(update={"sha256": content_hash(video)})
    summary = analysis.summary.model_copy(update={"video": info})
    write_results(
        type(analysis)(summary, analysis.frames, analysis.tracks, analysis.front), tmp_path / "out"
    )
    return tmp_path / "out"


def test_page_and_overlay_are_made_again(folder: Path) -> None:
    result = CliRunner().invoke(app, ["report", str(folder), "--overlay", "-q"])
    assert result.exit_code == 0, result.exception
    assert "data:image/jpeg" in (folder / "report.html").read_text(encoding="utf-8")
    assert len(FrameReader(folder / "overlay.mp4")) == 30


def test_without_the_video_the_page_is_made_all_the_same(folder: Path) -> None:
    (folder.parent / "eye.mp4").unlink()
    result = CliRunner().invoke(app, ["report", str(folder), "-q"])
    assert result.exit_code == 0
    assert "no longer there" in result.stderr
    assert "could not be reached" in (folder / "report.html").read_text(encoding="utf-8")
    overlay = CliRunner().invoke(app, ["report", str(folder), "--overlay", "-q"])
    assert isinstance(overlay.exception, VideoError)
    assert not (folder / "overlay.mp4").exists()


def test_a_folder_without_results_says_so(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["report", str(tmp_path)])
    assert isinstance(result.exception, ResultsError)
