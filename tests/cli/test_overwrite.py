"""Earlier work on something else is not replaced unless that is asked for."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from easytear.annotate import write_annotations
from easytear.base.errors import UsageError
from easytear.cli import app
from easytear.cli.overwrite import refuse_another_video
from easytear.results import read_summary, write_results
from easytear.video import content_hash
from tests.annotate import scene


def results_of(video: Path, folder: Path, path: str | None = None) -> Path:
    """Write results that say they are of this video."""
    analysis = scene.analysis()
    told = {"path": path or str(video), "sha256": content_hash(video)}
    info = analysis.summary.video.model_copy(update=told)
    summary = analysis.summary.model_copy(update={"video": info})
    write_results(type(analysis)(summary, analysis.frames, analysis.tracks, analysis.front), folder)
    return folder


@pytest.fixture
def visits(tmp_path: Path) -> tuple[Path, Path]:
    """Two videos of one name."""
    paths = tmp_path / "visit1" / "P07.mp4", tmp_path / "visit2" / "P07.mp4"
    for number, path in enumerate(paths):
        path.parent.mkdir()
        path.write_bytes(b"video %d" % number)
    return paths


def test_another_videos_results_are_not_replaced(tmp_path: Path, visits: tuple[Path, Path]) -> None:
    first, second = visits
    folder = results_of(first, tmp_path / "OUT" / "P07")
    done = CliRunner().invoke(app, ["analyze", str(second), "-o", str(tmp_path / "OUT")])
    assert isinstance(done.exception, UsageError)
    assert str(first) in str(done.exception)
    assert str(second) in str(done.exception)
    assert read_summary(folder).video.path == str(first)


@pytest.mark.parametrize("told", ["P07.mp4", "visit1/P07.mp4"])
def test_a_relative_path_does_not_tell_which_video_it_was(
    tmp_path: Path,
    visits: tuple[Path, Path],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = visits
    folder = results_of(first, tmp_path / "OUT" / "P07", told)
    monkeypatch.chdir(second.parent)
    with pytest.raises(UsageError, match="another folder"):
        refuse_another_video(Path("P07.mp4"), folder, overwrite=False)
    refuse_another_video(Path("P07.mp4"), folder, overwrite=True)


def test_the_same_video_is_analysed_again_wherever_it_lies(
    tmp_path: Path, visits: tuple[Path, Path]
) -> None:
    first, second = visits
    folder = results_of(first, tmp_path / "OUT" / "P07")
    second.write_bytes(first.read_bytes())
    refuse_another_video(second, folder, overwrite=False)
    first.write_bytes(b"copied anew")
    refuse_another_video(first, folder, overwrite=False)


def test_what_holds_no_results_is_used(tmp_path: Path, visits: tuple[Path, Path]) -> None:
    folder = tmp_path / "OUT" / "P07"
    refuse_another_video(visits[0], folder, overwrite=False)
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text("torn")
    refuse_another_video(visits[0], folder, overwrite=False)


def test_a_simulation_does_not_replace_a_video(tmp_path: Path) -> None:
    video = tmp_path / "eye.mp4"
    video.write_bytes(b"a patient's video")
    words = ["simulate", str(video), "--duration", "0.2", "--size", "160x120", "-q"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, UsageError)
    assert video.read_bytes() == b"a patient's video"
    assert CliRunner().invoke(app, [*words, "--overwrite"]).exit_code == 0
    assert video.stat().st_size > 1000


def test_exports_do_not_replace_what_is_there(tmp_path: Path) -> None:
    write_annotations(scene.annotated(), tmp_path / "a.json")
    (tmp_path / "b.csv").write_text("mine")
    words = ["convert", str(tmp_path / "a.json"), "-o", str(tmp_path / "b.csv")]
    assert isinstance(CliRunner().invoke(app, words).exception, UsageError)
    assert (tmp_path / "b.csv").read_text() == "mine"
    assert CliRunner().invoke(app, [*words, "--overwrite"]).exit_code == 0
    assert "kind" in (tmp_path / "b.csv").read_text()


def test_a_page_of_agreement_elsewhere_is_not_replaced(tmp_path: Path) -> None:
    write_results(scene.analysis(), tmp_path / "film")
    write_annotations(scene.annotated(), tmp_path / "anna.json")
    words = ["agree", str(tmp_path / "film"), str(tmp_path / "anna.json")]
    elsewhere = [*words, "-o", str(tmp_path / "page")]
    assert CliRunner().invoke(app, elsewhere).exit_code == 0
    assert isinstance(CliRunner().invoke(app, elsewhere).exception, UsageError)
    assert CliRunner().invoke(app, [*elsewhere, "--overwrite"]).exit_code == 0
    for _ in range(2):  # its own place is made anew
        assert CliRunner().invoke(app, words).exit_code == 0
