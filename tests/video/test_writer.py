from pathlib import Path

import av
import numpy as np
import pytest

from easytear.base.errors import VideoError
from easytear.video import FrameReader, VideoWriter
from tests.video.clips import number_in, numbered


def _write(path: Path, times: np.ndarray | None = None, count: int = 30, **how: object) -> Path:
    with VideoWriter(path, 160, 64, **how) as writer:  # type: ignore[arg-type]
        for frame in range(count):
            writer.write(numbered(frame), None if times is None else float(times[frame]))
    return path


def test_browsers_can_play_it(tmp_path: Path) -> None:
    path = _write(tmp_path / "v.mp4")
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_times_are_kept(tmp_path: Path) -> None:
    times = np.cumsum(np.random.default_rng(5).uniform(0.01, 0.06, 30))
    facts = FrameReader(_write(tmp_path / "v.mp4", times)).facts
    np.testing.assert_allclose(facts.time_s, times - times[0], atol=2e-5)


def test_without_times_the_rate_holds(tmp_path: Path) -> None:
    facts = FrameReader(_write(tmp_path / "v.mp4", fps=25)).facts
    np.testing.assert_allclose(facts.time_s, np.arange(30) / 25, atol=1e-6)


@pytest.mark.parametrize(("width", "height"), [(161, 65), (160, 65), (161, 64)])
def test_odd_sizes_are_padded(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "v.mp4"
    with VideoWriter(path, width, height) as writer:
        for frame in range(3):
            writer.write(numbered(frame, width, height))
    with FrameReader(path) as reader:
        assert reader.read(2).shape == (height + height % 2, width + width % 2)
        assert number_in(reader.read(2)) == 2


def test_fields_are_kept_apart(tmp_path: Path) -> None:
    facts = FrameReader(_write(tmp_path / "v.mp4", interlaced=True)).facts
    assert facts.interlaced


def test_lossless_is_lossless(tmp_path: Path) -> None:
    path = _write(tmp_path / "v.mkv", codec="ffv1", pixel_format="bgr0")
    with FrameReader(path) as reader:
        for frame in (0, 11, 29):
            np.testing.assert_array_equal(reader.read(frame, colour=True), numbered(frame))


@pytest.mark.parametrize("pixel_format", ["gray", "yuv420p"])
def test_grey_stays_as_bright_as_it_was(tmp_path: Path, pixel_format: str) -> None:
    ramp = np.tile(np.arange(0, 256, 2, dtype=np.uint8), (64, 1))
    path = tmp_path / "v.mp4"
    with VideoWriter(path, 128, 64, pixel_format=pixel_format, crf=1) as writer:
        for _ in range(3):
            writer.write(ramp)
    back = FrameReader(path).read(1)
    assert np.abs(back.astype(int) - ramp).max() <= 3


def test_nothing_is_left_of_a_video_that_was_broken_off(tmp_path: Path) -> None:
    def break_off() -> None:
        with VideoWriter(tmp_path / "v.mp4", 160, 64) as writer:
            writer.write(numbered(0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_encoded_says_so(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="cannot be written"):
        _write(tmp_path / "v.mp4", codec="no-such-codec")
    with pytest.raises(VideoError, match="cannot be written"):
        _write(tmp_path / "v.mp4", pixel_format="bgr24")
    assert list(tmp_path.iterdir()) == []


def test_a_frame_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected"), VideoWriter(tmp_path / "v.mp4", 64, 64) as w:
        w.write(numbered(0))
