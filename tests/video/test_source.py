"""What is opened at all, and what would cost without bound."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from easytear.base.errors import VideoError
from easytear.base.limits import VARIABLE
from easytear.video.dicom import is_dicom, labels_of
from easytear.video.facts import content_hash
from easytear.video.index import index_video
from easytear.video.source import open_video
from tests.video.clips import encode, steady

OPEN = """
import sys
from pathlib import Path
from easytear.base.errors import VideoError
from easytear.base.limits import VARIABLE
from easytear.video.source import open_video
try:
    open_video(Path(sys.argv[1]))
except VideoError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders on this system")
@pytest.mark.parametrize("link", [False, True])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, link: bool) -> None:
    path = tmp_path / "pipe.mp4"
    os.mkfifo(path)
    if link:
        path, pipe = tmp_path / "link.mp4", path
        path.symlink_to(pipe)
    # In a process of its own, since what waits for a pipe cannot be ended from inside.
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "is no regular file" in done.stdout


def test_pictures_larger_than_any_video_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "picture_megapixels=0.01")
    path = encode(
        tmp_path / "huge.avi",
        range(2),
        codec="mpeg4",
        picture=lambda _: np.zeros((102, 102, 3), np.uint8),
    )
    with pytest.raises(VideoError, match=r"huge\.avi: has pictures of \d+ x \d+ pixels"):
        open_video(path)


def test_pictures_that_grow_within_the_file_are_lost_and_not_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "picture_megapixels=0.02")  # the small ones have 160 x 64
    side = 256
    both = tmp_path / "both.mjpeg"
    how = {"codec": "mjpeg", "pixel_format": "yuvj420p"}
    small = encode(tmp_path / "small.mjpeg", steady(6), **how)
    large = encode(
        tmp_path / "large.mjpeg",
        steady(2),
        picture=lambda _: np.zeros((side, side, 3), np.uint8),
        **how,
    )
    both.write_bytes(small.read_bytes() + large.read_bytes())
    index = index_video(both)
    assert index.first is not None
    assert (index.first.width, index.first.height) == (160, 64)
    assert "damaged" in index.problems
    assert "frame_sizes_differ" not in index.problems


def test_a_pipe_has_no_hash(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "v.mp4")
    with pytest.raises(VideoError, match="no regular file"):
        content_hash(tmp_path / "v.mp4")


def test_more_frames_than_the_limit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "video_frames=100")
    path = encode(tmp_path / "long.mp4", steady(101))
    with pytest.raises(VideoError, match=r"long\.mp4: has more than 100 frames"):
        index_video(path)


def test_the_work_for_an_index_grows_with_the_video_and_not_with_its_square(
    tmp_path: Path,
) -> None:
    def steps(frames: int) -> int:
        path = encode(tmp_path / f"{frames}.mp4", steady(frames))
        count = 0

        def called(frame: object, event: str, arg: object) -> None:
            nonlocal count
            count += event == "call"

        sys.setprofile(called)
        try:
            index_video(path)
        finally:
            sys.setprofile(None)
        return count

    assert steps(200) < 2.5 * steps(100)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_no_dicom_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "v.dcm")
    assert not is_dicom(tmp_path / "v.dcm")
    assert labels_of(tmp_path / "v.dcm") == {}
