import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from easytear.base.errors import VideoError
from easytear.engine.source import Source
from tests.video.clips import encode, steady


@pytest.fixture
def lossy(tmp_path: Path) -> Path:
    """A video in which 4 s are lost after the first second."""
    return encode(tmp_path / "v.mp4", [*steady(30), *steady(30, start=3000)])


def test_lost_frames_are_an_event(lossy: Path) -> None:
    source = Source(lossy)
    (event,) = source.events()
    assert (event.kind, event.start_frame, event.end_frame) == ("lost_frames", 29, 30)
    assert source.gaps() == [30]
    assert "video_lost_frames" in source.flags()


def test_a_stretch_after_the_loss_knows_nothing_of_it(lossy: Path) -> None:
    source = Source(lossy, start_s=5.0)
    assert source.first == 30
    assert source.events() == ()
    assert "video_lost_frames" not in source.flags()


def test_the_given_rate_sets_the_times_and_is_noted(tmp_path: Path) -> None:
    source = Source(encode(tmp_path / "v.mp4", steady(40)), end_s=0.2, fps=120.0)
    np.testing.assert_allclose(source.time_s, np.arange(40) / 120, atol=1e-9)
    assert source.stop == 25
    assert source.info().fps_given == 120.0


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def replace(path: Path) -> None:
    """Put another recording in its place, of the same size and with the same time."""
    before, data = path.stat(), path.read_bytes()
    path.unlink()
    path.write_bytes(data[:-1] + b"x")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def overwrite(path: Path) -> None:
    before = path.stat()
    with path.open("rb+") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"x")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("change", [grow, replace, overwrite, Path.touch])
def test_a_video_that_changes_meanwhile_has_no_results(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path = encode(tmp_path / "v.mp4", steady(40))
    source = Source(path)
    assert len(source.info().sha256) == 64
    change(path)
    with pytest.raises(VideoError, match="was changed or replaced while it was analysed"):
        source.info()
