from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from easytear.video import FrameReader, picture
from easytear.video.picture import Geometry, Orientation
from easytear.video.reduce import Reduction
from easytear.video.working import CopyWriter, WorkingCopy, working_picture
from tests.video.clips import encode, steady

RNG = np.random.default_rng(4)
SCENE = RNG.integers(0, 255, (24, 32, 3), dtype=np.uint8)


def scene(number: int, width: int = 258, height: int = 192) -> np.ndarray:
    """Coarse patches that a codec keeps, each of another colour."""
    rows = np.linspace(0, 23.9, height).astype(int)
    columns = np.linspace(0, 31.9, width).astype(int)
    return np.roll(SCENE, number, axis=1)[rows][:, columns]


def copied(path: Path, reduction: Reduction) -> tuple[FrameReader, WorkingCopy | None]:
    writer = CopyWriter(path.with_suffix(".pictures"), reduction)
    reader = FrameReader(path, None, writer)
    writer.fill(reader)
    return reader, writer.done(reader.known)


def geometry(path: Path) -> Geometry:
    return FrameReader(path).known.geometry


@pytest.mark.parametrize("kind", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuvj420p"])
@pytest.mark.parametrize("ratio", [1.25, 2.0, 3.0])
def test_a_working_pixel_is_the_mean_of_the_files_pixels_under_it(
    tmp_path: Path, kind: str, ratio: float
) -> None:
    codec = "mjpeg" if kind == "yuvj420p" else "libx264"
    path = encode(tmp_path / "v.mkv", steady(3), pixel_format=kind, picture=scene, codec=codec)
    reader = FrameReader(path)
    reduction = Reduction(reader.known.geometry, ratio)
    full = reader.picture(1)
    small = working_picture(1, full.decoded, reduction, combed=False)
    assert small.grey().shape == reduction.shape == small.colour().shape[:2]
    grey = full.grey().astype(float)
    if ratio == int(ratio):
        n = int(ratio)
        height, width = reduction.shape
        blocks = grey[: height * n, : width * n].reshape(height, n, width, n).mean(axis=(1, 3))
        assert np.abs(small.grey() - blocks).max() <= 1.5
    assert abs(small.colour().mean() - full.colour().mean()) < 1.5
    x = np.array([0.0, 10.5, 99.0])
    np.testing.assert_allclose(reduction.to_working(reduction.to_file(x)), x)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turns", range(4))
def test_a_turned_picture_is_reduced_from_the_corner_that_is_shown_upper_left(
    mirrored: bool, turns: int
) -> None:
    orientation = Orientation(mirrored, turns)
    stored = scene(0, 262, 190)
    frame = av.VideoFrame.from_ndarray(stored, format="bgr24").reformat(format="yuv420p")
    reduction = Reduction(Geometry(262, 190, 262, orientation), 3.0)
    small = working_picture(0, frame, reduction, combed=False).grey()
    shown = orientation.apply(picture.grey(frame)).astype(float)
    height, width = reduction.shape
    assert small.shape == (height, width)
    blocks = shown[: height * 3, : width * 3].reshape(height, 3, width, 3).mean(axis=(1, 3))
    assert np.abs(small - blocks).max() <= 1.5


def test_oblong_pixels_become_square_at_the_working_scale(tmp_path: Path) -> None:
    def oblong(stream: av.VideoStream) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)

    path = encode(tmp_path / "v.mkv", steady(3), picture=scene, prepare=oblong)
    reduction = Reduction(geometry(path), 2.0)
    assert reduction.file_shape == (192, 516)
    assert reduction.shape == (96, 258)
    reader = FrameReader(path)
    small = working_picture(0, reader.picture(0).decoded, reduction, combed=False).grey()
    assert np.abs(small - reader.read(0)[::2, ::2].astype(float)).mean() < 8.0


@pytest.mark.parametrize("ratio", [1.0, 2.5])
@pytest.mark.parametrize("known_before", [False, True])
def test_the_copy_holds_what_decoding_gives(
    tmp_path: Path, ratio: float, known_before: bool
) -> None:
    path = encode(tmp_path / "v.mp4", steady(12), picture=scene)
    reduction = Reduction(geometry(path), ratio)
    if not known_before:
        (tmp_path / "other").mkdir()
        path = path.rename(tmp_path / "other" / path.name)
    reader, copy = copied(path, reduction)
    assert copy is not None
    for number in (7, 0, 11):
        decoded = reader.picture(number)
        shown = working_picture(number, decoded.decoded, reduction, combed=False)
        ours = decoded if ratio == 1.0 else shown
        kept = copy.picture(number)
        np.testing.assert_array_equal(kept.grey(), ours.grey())
        np.testing.assert_array_equal(kept.colour(), ours.colour())
        if ratio != 1.0:
            np.testing.assert_array_equal(kept.comb, shown.comb)


def test_no_copy_of_what_it_could_not_hold(tmp_path: Path) -> None:
    path = encode(tmp_path / "v.mkv", steady(5), pixel_format="yuv444p", picture=scene)
    _, copy = copied(path, Reduction(Geometry(258, 192, 258, Orientation())))
    assert copy is None
    assert not path.with_suffix(".pictures").exists()


def test_no_copy_where_the_folder_cannot_hold_one(tmp_path: Path) -> None:
    path = encode(tmp_path / "v.mp4", steady(5), picture=scene)
    writer = CopyWriter(
        tmp_path / "absent" / "v.pictures", Reduction(Geometry(258, 192, 258, Orientation()))
    )
    reader = FrameReader(path, None, writer)
    assert writer.done(reader.known) is None
    assert len(reader) == 5


def test_frames_of_a_damaged_file_have_their_own_places(tmp_path: Path) -> None:
    path = encode(tmp_path / "v.mkv", steady(40), picture=scene, options={"g": "8"})
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 300] = bytes(300)
    path.write_bytes(data)
    reader, copy = copied(path, Reduction(Geometry(258, 192, 258, Orientation())))
    assert len(reader) < 40
    assert copy is not None
    for number in (0, len(reader) // 2, len(reader) - 1):
        np.testing.assert_array_equal(copy.picture(number).grey(), reader.read(number))
