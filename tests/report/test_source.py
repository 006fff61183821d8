import shutil
from pathlib import Path

import pytest

from easytear.base.errors import VideoError
from easytear.report.source import find_video
from tests.report.conftest import Case
from tests.video.clips import encode, steady


def test_the_video_is_found_where_it_was(case: Case, tmp_path: Path) -> None:
    assert find_video(case.analysis, tmp_path) == (case.video, "")


def test_a_moved_video_is_found_beside_the_results(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "out" / "eye"
    folder.mkdir(parents=True)
    moved = tmp_path / "eye.mp4"
    shutil.copy(case.video, moved)
    info = case.analysis.summary.video.model_copy(update={"path": "/gone/eye.mp4"})
    gone = case.analysis.summary.model_copy(update={"video": info})
    analysis = type(case.analysis)(
        gone, case.analysis.frames, case.analysis.tracks, case.analysis.front
    )
    assert find_video(analysis, folder) == (moved, "")
    encode(moved, steady(5))  # another video of the same name
    found, why = find_video(analysis, folder)
    assert found is None
    assert "/gone/eye.mp4" in why
    with pytest.raises(VideoError, match="--video"):
        find_video(analysis, folder, needed=True)


def test_another_video_is_refused(case: Case, tmp_path: Path) -> None:
    other = encode(tmp_path / "other.mp4", steady(5))
    with pytest.raises(VideoError, match="is not the video"):
        find_video(case.analysis, tmp_path, other)
