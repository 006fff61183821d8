"""Recordings as devices really leave them: mirrored, of two sizes, without times, joined."""

import itertools
import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from easytear.base.errors import VideoError
from easytear.video import FrameReader
from tests.video.clips import HEIGHT, WIDTH, encode, number_in, numbered, steady

ONE = 1 << 16
EIGHT = [
    (a, b, c, d)
    for a, b, c, d in itertools.product((-1, 0, 1), repeat=4)
    if abs(a * d - b * c) == 1 and abs(a) + abs(b) == 1 and abs(c) + abs(d) == 1
]


def with_matrix(path: Path, a: int, b: int, c: int, d: int) -> Path:
    """Write this display matrix into an MP4's track header (ISO 14496-12, 8.3.2)."""
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 4 + 40
    struct.pack_into(">9i", data, place, a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def shown(picture: np.ndarray, a: int, b: int, c: int, d: int) -> np.ndarray:
    """Put every pixel (x, y) at (a x + c y, b x + d y), then move all into view."""
    y, x = np.indices(picture.shape[:2])
    across, down = a * x + c * y, b * x + d * y
    across, down = across - across.min(), down - down.min()
    out = np.zeros((down.max() + 1, across.max() + 1, *picture.shape[2:]), picture.dtype)
    out[down, across] = picture
    return out


@pytest.mark.parametrize("matrix", EIGHT)
def test_every_display_matrix_is_applied_as_it_says(
    tmp_path: Path, matrix: tuple[int, int, int, int]
) -> None:
    path = encode(tmp_path / "v.mp4", steady(6))
    with FrameReader(path) as reader:
        stored = reader.read(5, colour=True)
    with FrameReader(with_matrix(path, *matrix)) as reader:
        np.testing.assert_array_equal(reader.read(5, colour=True), shown(stored, *matrix))
        assert (reader.facts.height_px, reader.facts.width_px) == reader.read(5).shape
        turned = reader.facts.rotation_deg % 180 == 90
        assert turned == (matrix[0] == 0)
        determinant = matrix[0] * matrix[3] - matrix[1] * matrix[2]
        assert reader.facts.mirrored == (determinant < 0)


@pytest.mark.parametrize(
    "matrix", [(0, 0, 0, 0), (1, 1, 1, 1), (32767, 0, 0, -32768), (5, 3, 0, 0)]
)
def test_a_damaged_matrix_still_shows_the_picture(
    tmp_path: Path, matrix: tuple[int, int, int, int]
) -> None:
    path = with_matrix(encode(tmp_path / "v.mp4", steady(12)), *matrix)
    with FrameReader(path) as reader:
        assert len(list(reader.frames(colour=True))) == 12


def of_sizes(
    path: Path, sizes: Sequence[tuple[int, int]], codec: str, pixels: Sequence[str]
) -> Path:
    """Write pictures of these sizes and pixel formats, one encoder for each, into one track."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height = sizes[0]
        stream.pix_fmt = pixels[0]
        container.start_encoding()
        for number, ((width, height), kind) in enumerate(zip(sizes, pixels, strict=True)):
            encoder = av.CodecContext.create(codec, "w")
            encoder.width, encoder.height, encoder.pix_fmt = width, height, kind
            encoder.time_base = Fraction(1, 30)
            picture = numbered(number, width, height)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format=kind)
            for packet in (*encoder.encode(frame), *encoder.encode(None)):
                packet.stream, packet.time_base = stream, Fraction(1, 30)
                packet.pts = packet.dts = number
                container.mux(packet)
    return path


@pytest.mark.parametrize("odd", [range(4), range(20, 23), range(36, 40)])
def test_the_size_of_most_frames_counts(tmp_path: Path, odd: range) -> None:
    sizes = [(WIDTH + 16, HEIGHT) if n in odd else (WIDTH, HEIGHT) for n in range(40)]
    path = of_sizes(tmp_path / "v.avi", sizes, "mjpeg", ["yuvj420p"] * 40)
    usual = [n for n in range(40) if n not in odd]
    with FrameReader(path) as reader:
        assert [number_in(picture) for _, picture in reader.frames()] == usual
        assert number_in(reader.read(10)) == usual[10]
        assert reader.facts.width_px == WIDTH
        assert reader.facts.lost_frames == len(odd)
        assert reader.facts.problems == ("frames_missing", "frame_sizes_differ")
        np.testing.assert_allclose(
            reader.facts.time_s, (np.array(usual) - usual[0]) / 30, atol=1e-6
        )


def test_the_pixel_format_may_change(tmp_path: Path) -> None:
    pixels = ["yuvj422p"] * 4 + ["yuvj420p"] * 20 + ["yuvj444p"] * 6
    path = of_sizes(tmp_path / "v.avi", [(WIDTH, HEIGHT)] * 30, "mjpeg", pixels)
    with FrameReader(path) as reader:
        assert [number_in(picture) for _, picture in reader.frames()] == list(range(30))
        assert reader.facts.problems == ()
        colour = [p[45, 3 + n * 3] for n, p in reader.frames(colour=True)]
        assert all(green > 200 for _, green, _ in colour)


RAW = {"v.h264": ("libx264", True), "v.m2v": ("mpeg2video", True), "v.mjpeg": ("mjpeg", False)}


@pytest.mark.parametrize("name", RAW)
def test_a_raw_stream_has_the_rate_that_its_header_states(tmp_path: Path, name: str) -> None:
    codec, known = RAW[name]
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = encode(
        tmp_path / name, range(40), time_base=Fraction(1, 30), codec=codec, pixel_format=pixels
    )
    with FrameReader(path) as reader:
        facts = reader.facts
        assert [number_in(picture) for _, picture in reader.frames()] == list(range(40))
    assert "rate_assumed" in facts.problems
    assert ("rate_unknown" in facts.problems) == (not known)
    np.testing.assert_allclose(facts.time_s, np.arange(40) / (30 if known else 25), atol=1e-6)
    given = FrameReader(path, 60.0).facts
    np.testing.assert_allclose(given.time_s, np.arange(40) / 60, atol=1e-6)
    assert given.problems == ()
    assert given.fps_given == 60.0


def test_a_given_rate_keeps_the_holes_of_a_steady_recording(tmp_path: Path) -> None:
    kept = [n for n in range(60) if n not in (20, 21, 40)]
    path = encode(tmp_path / "v.mkv", [20 * n for n in kept])
    np.testing.assert_allclose(FrameReader(path, 120).facts.time_s, np.array(kept) / 120, atol=1e-9)


def test_a_given_rate_takes_uneven_frames_as_even(tmp_path: Path) -> None:
    steps = np.random.default_rng(2).integers(10, 40, 59)
    path = encode(tmp_path / "v.mp4", [0, *np.cumsum(steps).tolist()])
    np.testing.assert_allclose(FrameReader(path, 25).facts.time_s, np.arange(60) / 25, atol=1e-9)


CAPTURED = {"120": 120, "240.0": 240, "1": 1, "29.970030": None, "30": None, "60": None, "": None}


@pytest.mark.parametrize("text", CAPTURED)
def test_the_noted_rate_of_capture_is_used_where_it_cannot_be_the_files(
    tmp_path: Path, text: str
) -> None:
    path = encode(
        tmp_path / "v.mp4",
        steady(40),
        container_options={"movflags": "use_metadata_tags"},
        container_metadata={"com.android.capture.fps": text} if text else {},
    )
    facts = FrameReader(path).facts
    used = CAPTURED[text]
    np.testing.assert_allclose(facts.time_s, np.arange(40) / (used or 30), atol=1e-6)
    assert ("capture_rate_used" in facts.problems) == (used is not None)
    assert ("capture_rate_differs" in facts.problems) == (text == "60")
    assert FrameReader(path, 30).facts.problems == ()


def two_tracks(path: Path, first: tuple[int, int, int], second: tuple[int, int, int]) -> Path:
    """Write two tracks of (width, frames, disposition)."""
    with av.open(str(path), "w") as container:
        streams = []
        for width, _, disposition in (first, second):
            stream = container.add_stream("libx264", rate=30)
            stream.width, stream.height, stream.pix_fmt = width, HEIGHT, "yuv420p"
            stream.disposition = disposition
            streams.append(stream)
        for stream, (width, frames, _) in zip(streams, (first, second), strict=True):
            for number in range(frames):
                picture = numbered(number, width)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            container.mux(stream.encode(None))
    return path


DEFAULT = int(av.stream.Disposition.default)
TRACKS = {
    "the default one": ((WIDTH, 20, 0), (320, 20, DEFAULT), 320),
    "the default one, though smaller": ((320, 20, 0), (WIDTH, 20, DEFAULT), WIDTH),
    "the first of two defaults": ((WIDTH, 20, DEFAULT), (320, 20, DEFAULT), WIDTH),
    "the first where none is": ((WIDTH, 20, 0), (320, 20, 0), WIDTH),
    "no preview": ((WIDTH, 20, DEFAULT), (640, 20, DEFAULT), 640),
}


@pytest.mark.parametrize("name", TRACKS)
def test_the_film_is_chosen_among_tracks(tmp_path: Path, name: str) -> None:
    first, second, width = TRACKS[name]
    path = two_tracks(tmp_path / "v.mkv", first, second)
    assert FrameReader(path).facts.width_px == width


def test_recordings_joined_end_to_end_are_as_long_as_both(tmp_path: Path) -> None:
    kind = {"codec": "mpeg2video", "time_base": Fraction(1, 30)}
    part = encode(tmp_path / "a.ts", range(40), **kind).read_bytes()
    path = tmp_path / "joined.ts"
    path.write_bytes(part * 2)
    with FrameReader(path) as reader:
        facts = reader.facts
        assert facts.duration_s == pytest.approx(80 / 30, abs=1e-3)
        assert "frame_times_repaired" in facts.problems
        assert (np.diff(facts.time_s) > 0).all()
        numbers = [number_in(picture) for _, picture in reader.frames()]
        np.testing.assert_array_equal(np.round(facts.time_s * 30).astype(int) % 40, numbers)
        for frame in (70, 3, 45, 30):
            assert number_in(reader.read(frame)) == numbers[frame]


def test_frames_in_pairs_are_shared_out(tmp_path: Path) -> None:
    even = encode(
        tmp_path / "even.mkv",
        range(40),
        time_base=Fraction(1, 30),
        codec="mjpeg",
        pixel_format="yuvj420p",
    )
    path = tmp_path / "v.mkv"
    with av.open(str(even)) as source, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(p for p in source.demux(video=0) if p.size):
            packet.pts = packet.dts = round(number // 2 * 2 / 30 / packet.time_base)
            packet.stream = stream
            container.mux(packet)
    with FrameReader(path) as reader:
        np.testing.assert_allclose(reader.facts.time_s, np.arange(40) / 30, atol=1.1e-3)
        assert reader.facts.problems == ("frame_times_repaired",)
        assert [number_in(reader.read(n)) for n in (31, 7, 8, 39)] == [31, 7, 8, 39]


def test_a_long_loss_is_told(tmp_path: Path) -> None:
    stamps = [*steady(30), *steady(30, start=3000)]
    facts = FrameReader(encode(tmp_path / "v.mp4", stamps)).facts
    assert facts.gaps == (30,)
    assert facts.lost_frames == 120
    np.testing.assert_allclose(facts.time_s, np.array(stamps) / 600, atol=1e-6)


def test_a_codec_that_nobody_knows_is_told(tmp_path: Path) -> None:
    path = encode(tmp_path / "v.mp4", steady(12))
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzz1").replace(b"avcC", b"zzzC"))
    with pytest.raises(VideoError, match="cannot be decoded"):
        FrameReader(path)
