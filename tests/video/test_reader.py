from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from easytear.base.errors import VideoError
from easytear.video import FrameReader, content_hash
from tests.video.clips import BACKGROUND, encode, number_in, numbered, sound_only, steady

KINDS = {
    "h264.mp4": {},
    "h264.mov": {"options": {"g": "7", "bf": "2"}},
    "h264.mkv": {},
    "h264.avi": {"time_base": Fraction(1, 30), "stamps": range(40)},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": "log-level=none"}},
    "hevc10.mp4": {
        "codec": "libx265",
        "pixel_format": "yuv422p10le",
        "options": {"x265-params": "log-level=none"},
    },
    "vp9.webm": {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}},
    "av1.webm": {"codec": "libsvtav1", "options": {"preset": "8"}},
    "mjpeg.avi": {
        "codec": "mjpeg",
        "pixel_format": "yuvj422p",
        "time_base": Fraction(1, 30),
        "stamps": range(40),
    },
    "mpeg4.avi": {"codec": "mpeg4", "time_base": Fraction(1, 30), "stamps": range(40)},
    "mpeg4.mp4": {"codec": "mpeg4"},
    "wmv2.wmv": {"codec": "wmv2"},
    "grey.mkv": {"codec": "ffv1", "pixel_format": "gray"},
    "grey16.mkv": {"codec": "ffv1", "pixel_format": "gray16le"},
    "rgb.mkv": {"codec": "ffv1", "pixel_format": "bgr0"},
    "prores.mov": {"codec": "prores_ks", "pixel_format": "yuv422p10le"},
    "open-gop.mp4": {"options": {"x264-params": "open-gop=1:keyint=12:bframes=3"}},
    "hidden-frames.webm": {
        "codec": "libvpx-vp9",
        "options": {"auto-alt-ref": "1", "lag-in-frames": "25", "cpu-used": "5"},
    },
    "mpeg2.ts": {"codec": "mpeg2video", "time_base": Fraction(1, 30), "stamps": range(40)},
}

CODECS = {"libx265": "hevc", "libvpx-vp9": "vp9", "libsvtav1": "av1", "prores_ks": "prores"}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_video_gives_each_frame_at_its_time(tmp_path: Path, name: str) -> None:
    kind = dict(KINDS[name])
    stamps = kind.pop("stamps", steady(40))
    path = encode(tmp_path / name, stamps, **kind)
    with FrameReader(path) as reader:
        facts = reader.facts
        assert facts.frame_count == 40
        assert facts.problems == ()
        assert facts.lost_frames == 0
        assert not facts.variable_frame_rate
        assert facts.codec == CODECS.get(kind.get("codec"), kind.get("codec", "h264"))
        np.testing.assert_allclose(facts.time_s, np.arange(40) / 30, atol=0.6e-3)
        assert facts.duration_s == pytest.approx(40 / 30, abs=1e-3)
        frames = dict(reader.frames())
        assert [number_in(picture) for picture in frames.values()] == list(range(40))
        assert abs(float(frames[0][26:30, 100:150].mean()) - BACKGROUND) < 3
        for number in np.random.default_rng(1).permutation(40):
            np.testing.assert_array_equal(reader.read(int(number)), frames[int(number)])


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv"])
def test_uneven_times_are_kept(tmp_path: Path, name: str) -> None:
    steps = np.random.default_rng(2).integers(10, 40, 59)
    stamps = [0, *np.cumsum(steps).tolist()]
    facts = FrameReader(encode(tmp_path / name, stamps)).facts
    assert facts.variable_frame_rate
    np.testing.assert_allclose(facts.time_s, np.array(stamps) / 600, atol=0.6e-3)
    assert facts.fps_mean == pytest.approx(59 / (stamps[-1] / 600), rel=1e-3)


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv", "v.ts"])
def test_time_counts_from_the_first_frame(tmp_path: Path, name: str) -> None:
    facts = FrameReader(encode(tmp_path / name, steady(30, start=3000))).facts
    assert facts.time_s[0] == 0.0
    np.testing.assert_allclose(facts.time_s, np.arange(30) / 30, atol=0.6e-3)
    assert facts.problems == ()


def test_frames_that_an_edit_list_hides_do_not_count(tmp_path: Path) -> None:
    path = encode(
        tmp_path / "edited.mp4",
        steady(90, start=-900),
        options={"g": "30"},
        container_options={"avoid_negative_ts": "disabled", "use_editlist": "1"},
    )
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == 90
    with FrameReader(path) as reader:
        assert len(reader) == 45
        assert reader.facts.problems == ()
        assert [number_in(picture) for _, picture in reader.frames()] == list(range(45, 90))
        assert number_in(reader.read(20)) == 65


@pytest.mark.skipif(
    not hasattr(av.VideoStream, "set_display_rotation"), reason="this PyAV cannot write the flag"
)
@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotation_flag_is_applied_as_players_do(tmp_path: Path, degrees: int) -> None:
    path = encode(
        tmp_path / "turned.mp4", steady(4), prepare=lambda s: s.set_display_rotation(degrees)
    )
    with FrameReader(path) as reader:
        mine = reader.read(3, colour=True)
        assert reader.facts.rotation_deg == degrees
        assert (reader.facts.height_px, reader.facts.width_px) == mine.shape[:2]
    capture = cv2.VideoCapture(str(path))
    for _ in range(4):
        _, other = capture.read()
    capture.release()
    assert mine.shape == other.shape
    assert float(cv2.absdiff(mine, other).mean()) < 3


def test_pixels_are_made_square_line_by_line(tmp_path: Path) -> None:
    def widen(stream: av.VideoStream) -> None:
        stream.sample_aspect_ratio = Fraction(16, 15)

    with FrameReader(encode(tmp_path / "pal.mp4", steady(10), prepare=widen)) as reader:
        assert (reader.facts.width_px, reader.facts.height_px) == (171, 64)
        assert "non_square_pixels" in reader.facts.problems
        assert reader.facts.pixel_aspect == pytest.approx(16 / 15)
        picture = reader.read(1)
        assert picture.shape == (64, 171)
        columns = np.flatnonzero(picture[16] > 140)
        assert columns.min() == pytest.approx(4 * 16 / 15, abs=1)
        assert columns.max() == pytest.approx(18 * 16 / 15 - 1, abs=1)


def test_a_part_and_every_so_manieth_frame(tmp_path: Path) -> None:
    with FrameReader(encode(tmp_path / "v.mp4", steady(60), options={"g": "12"})) as reader:
        assert [n for n, _ in reader.frames(25, 50, step=6)] == [25, 31, 37, 43, 49]
        assert [number_in(p) for _, p in reader.frames(25, 50, step=6)] == [25, 31, 37, 43, 49]
        assert [n for n, _ in reader.frames(57)] == [57, 58, 59]
        assert list(reader.frames(60)) == []
        assert number_in(reader.read(-1)) == 59
        with pytest.raises(IndexError):
            reader.read(60)


def test_readers_of_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    with FrameReader(encode(tmp_path / "v.mp4", steady(50), options={"g": "10"})) as reader:
        pairs = zip(reader.frames(), reader.frames(20, colour=True), strict=False)
        for (a, grey), (b, colour) in pairs:
            assert (number_in(grey), number_in(colour)) == (a, b)
            assert number_in(reader.read(49 - a)) == 49 - a


def test_colour_keeps_its_channels(tmp_path: Path) -> None:
    with FrameReader(encode(tmp_path / "v.mp4", steady(4))) as reader:
        blue, green, red = reader.read(0, colour=True)[45, 3]
    assert green > 200
    assert max(blue, red) < 110


DAMAGED = {
    "v.mp4": {"options": {"g": "30"}, "container_options": {"movflags": "faststart"}},
    "v.mkv": {"options": {"g": "30"}},
    "v.avi": {
        "codec": "mjpeg",
        "pixel_format": "yuvj420p",
        "time_base": Fraction(1, 30),
        "stamps": range(150),
    },
    "v.webm": {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}},
}


def _whole_frames_only(path: Path) -> FrameReader:
    """Check that all frames given are undamaged, at their times, and found again."""
    reader = FrameReader(path)
    frames = dict(reader.frames())
    numbers = [number_in(picture) for picture in frames.values()]
    np.testing.assert_allclose(reader.facts.time_s, np.array(numbers) / 30, atol=1.1e-3)
    for frame in np.random.default_rng(3).permutation(len(frames))[:20]:
        assert number_in(reader.read(int(frame))) == numbers[frame]
    return reader


@pytest.mark.parametrize("name", DAMAGED)
def test_a_truncated_copy_is_read_as_far_as_it_goes(tmp_path: Path, name: str) -> None:
    kind = dict(DAMAGED[name])
    path = encode(tmp_path / name, kind.pop("stamps", steady(150)), **kind)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    facts = _whole_frames_only(path).facts
    assert "damaged" in facts.problems
    assert 40 < facts.frame_count < 130
    assert facts.frame_count + facts.lost_frames == pytest.approx(150, abs=3)


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv"])
def test_a_hole_in_the_middle_costs_only_what_depends_on_it(tmp_path: Path, name: str) -> None:
    kind = dict(DAMAGED[name])
    path = encode(tmp_path / name, kind.pop("stamps", steady(150)), **kind)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 300] = bytes(300)
    path.write_bytes(content)
    facts = _whole_frames_only(path).facts
    assert "damaged" in facts.problems
    assert "frames_missing" in facts.problems
    assert facts.frame_count >= 80
    assert facts.frame_count + facts.lost_frames == 150
    assert facts.time_s[-1] == pytest.approx(149 / 30, abs=2e-3)


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv", "v.ts", "v.avi"])
def test_whatever_is_damaged_gives_frames_in_order_or_one_sentence(
    tmp_path: Path, name: str
) -> None:
    kind = dict(DAMAGED.get(name, {}))
    path = encode(tmp_path / name, kind.pop("stamps", steady(150)), **kind)
    whole, rng = path.read_bytes(), np.random.default_rng(11)
    read = 0
    for _ in range(12):
        content = bytearray(whole)
        for place in rng.integers(0, len(content), 6):
            content[place : place + 50] = rng.bytes(int(rng.integers(0, 60)))
        path.write_bytes(content)
        try:
            reader = FrameReader(path)
        except VideoError:
            continue
        read += 1
        frames = list(reader.frames())
        assert [number for number, _ in frames] == list(range(len(reader)))
        assert (np.diff(reader.facts.time_s) > 0).all()
        assert reader.read(len(reader) // 2).shape == frames[0][1].shape
    assert read > 0


def test_frames_that_a_camera_dropped_are_counted(tmp_path: Path) -> None:
    stamps = [s for s in steady(60) if s not in (400, 420, 800)]
    facts = FrameReader(encode(tmp_path / "v.mp4", stamps)).facts
    assert facts.problems == ("frames_missing",)
    assert facts.lost_frames == 3
    assert not facts.variable_frame_rate
    np.testing.assert_allclose(facts.time_s, np.array(stamps) / 600, atol=1e-6)


def _text(path: Path) -> Path:
    path.write_text("no video at all\n" * 500)
    return path


def _picture(path: Path) -> Path:
    cv2.imwrite(str(path), numbered(5))
    return path


def _playlist(path: Path) -> Path:
    encode(path.parent / "v.ts", steady(30))
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nv.ts\n#EXT-X-ENDLIST\n")
    return path


def _half_written(path: Path) -> Path:
    content = encode(path, steady(30)).read_bytes()
    path.write_bytes(content[: len(content) // 2])  # the index stands at the end
    return path


def _empty(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("a.txt", _text, "not a video"),
        ("a.mp4", _text, "not a video"),
        ("a.png", _picture, "not a video"),
        ("a.jpg", _picture, "not a video"),
        ("a.m3u8", _playlist, "not a video"),
        ("a.mp4", _half_written, "not a video"),
        ("a.mp4", _empty, "is empty"),
        ("a.m4a", sound_only, "no video"),
        ("a.mp4", lambda path: encode(path, steady(1)), "only one picture"),
        ("a.mp4", lambda path: path, "no such file"),
        (".", lambda path: path, "is a folder"),
    ],
)
def test_what_is_no_video_says_so_in_one_sentence(
    tmp_path: Path, name: str, make: object, says: str
) -> None:
    path = make(tmp_path / name)  # type: ignore[operator]
    with pytest.raises(VideoError) as caught:
        FrameReader(path)
    message = str(caught.value)
    assert says in message
    assert str(path) in message
    assert "\n" not in message


def test_a_changed_file_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    assert len(FrameReader(encode(path, steady(12)))) == 12
    assert len(FrameReader(encode(path, steady(34)))) == 34


def test_hash_is_that_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert content_hash(path) == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    with pytest.raises(VideoError, match="cannot be read"):
        content_hash(tmp_path / "absent")
