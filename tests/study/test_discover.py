"""Which files are videos."""

import os
from pathlib import Path

import pytest

from easytear.study.discover import find_videos, matches


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_finds_videos_in_the_tree_in_any_case_and_says_what_it_skips(tmp_path: Path) -> None:
    touch(tmp_path, "b/a.MP4", "a.Avi", "notes.txt", "b/._a.MP4", ".git/x.mp4", "b/noending")
    found = find_videos(tmp_path)
    assert found.videos == ("a.Avi", "b/a.MP4")
    assert dict(found.skipped) == {
        "notes.txt": "not a video (.txt)",
        "b/._a.MP4": "a hidden file",
        "b/noending": "not a video (no ending)",
        ".git": "a hidden folder",
    }


def test_does_not_look_into_the_study_nor_at_overlays_of_results(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4", "study/videos/a/overlay.mp4", "r/a/overlay.mp4", "r/a/summary.json")
    found = find_videos(tmp_path, leave_out=[tmp_path / "study"])
    assert found.videos == ("a.mp4",)
    assert ("r/a/overlay.mp4", "an overlay that EasyTear made") in found.skipped


def test_a_glob_decides_alone(tmp_path: Path) -> None:
    touch(tmp_path, "v1/a.bin", "v1/b.mp4", "v2/a.bin")
    assert find_videos(tmp_path, ["v1/*.BIN"]).videos == ("v1/a.bin",)
    assert find_videos(tmp_path, ["*.bin"]).videos == ("v1/a.bin", "v2/a.bin")


def test_two_stars_stand_for_any_folders() -> None:
    assert matches("a/b/c.mp4", "a/**/c.mp4")
    assert matches("a/c.mp4", "a/**/c.mp4")
    assert not matches("b/a/c.mp4", "a/**/c.mp4")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders on this system")
@pytest.mark.parametrize("globs", [[], ["*.mp4"]])
def test_a_pipe_is_no_video_nor_is_a_link_to_one(tmp_path: Path, globs: list[str]) -> None:
    touch(tmp_path, "a.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "link.mp4").symlink_to("pipe.mp4")
    (tmp_path / "zero.mp4").symlink_to("/dev/zero")
    found = find_videos(tmp_path, globs)
    assert found.videos == ("a.mp4",)
    assert dict(found.skipped) == dict.fromkeys(
        ("pipe.mp4", "link.mp4", "zero.mp4"), "not a regular file"
    )
