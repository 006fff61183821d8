"""Working pictures of unusual recordings: the same with a copy and without."""

from pathlib import Path

import numpy as np
import pytest

from easytear.engine.source import Source
from easytear.video import FrameReader
from easytear.video.reduce import Reduction
from tests.video.clips import encode, steady

RNG = np.random.default_rng(8)
PATCHES = RNG.integers(0, 255, (30, 40, 3), dtype=np.uint8)


def large(number: int, width: int = 1000, height: int = 720) -> np.ndarray:
    rows = np.linspace(0, 29.9, height).astype(int)
    columns = np.linspace(0, 39.9, width).astype(int)
    return np.roll(PATCHES, number, axis=1)[rows][:, columns]


def fields(number: int) -> np.ndarray:
    """Two moments in one picture: even lines of one, odd lines of the next."""
    out = large(2 * number)
    out[1::2] = large(2 * number + 1)[1::2]
    return out


def sources(path: Path, place: Path, ratio: float) -> list[Source]:
    """Return the source that keeps a copy, and the one that decodes."""
    reduction = Reduction(FrameReader(path).known.geometry, ratio)
    return [Source(path, reduction=reduction, place=place), Source(path, reduction=reduction)]


@pytest.mark.parametrize(
    ("kind", "codec"), [("yuv420p10le", "libx265"), ("yuvj422p", "mjpeg"), ("gray", "ffv1")]
)
def test_with_a_copy_and_without(tmp_path: Path, kind: str, codec: str) -> None:
    path = encode(tmp_path / "v.mkv", steady(12), codec=codec, pixel_format=kind, picture=large)
    kept, decoded = sources(path, tmp_path, 2.25)
    assert kept.at_once
    assert not decoded.at_once
    for one, other in zip(kept.some([2, 5, 11]), decoded.some([2, 5, 11]), strict=True):
        assert one.number == other.number
        np.testing.assert_array_equal(one.grey(), other.grey())
        np.testing.assert_array_equal(one.colour(), other.colour())
        np.testing.assert_array_equal(one.comb, other.comb)


def test_a_stretch_has_a_copy_of_its_own_frames(tmp_path: Path) -> None:
    path = encode(tmp_path / "v.mkv", steady(24), picture=large)
    reduction = Reduction(FrameReader(path).known.geometry, 2.25)
    stretch = {"start_s": 0.2, "end_s": 0.7, "reduction": reduction}
    kept = Source(path, **stretch, place=tmp_path)
    decoded = Source(path, **stretch)
    assert kept.at_once
    assert (kept.first, kept.stop) == (decoded.first, decoded.stop) == (6, 22)
    for one, other in zip(kept.frames(), decoded.frames(), strict=True):
        assert one.number == other.number
        np.testing.assert_array_equal(one.grey(), other.grey())
    with pytest.raises(IndexError, match="frame 5 is not"):
        next(iter(kept.some([5]))).grey()


def test_fields_are_told_in_the_files_lines_and_parted_before_reducing(tmp_path: Path) -> None:
    options = {"crf": "5"}
    path = encode(tmp_path / "v.mkv", steady(24), picture=fields, options=options)
    kept, _ = sources(path, tmp_path, 2.5)
    combs = np.array([frame.comb for frame in kept.frames()])
    assert np.isfinite(combs).sum() == 12
    kept.judge_fields(combs)
    assert kept.combed
    assert not kept.at_once
    assert kept.pictures() is None
    (frame,) = kept.some([7])
    expected = large(14).mean(axis=2)[::5, ::5]
    mixed = fields(7).mean(axis=2)[::5, ::5]
    shown = frame.colour().mean(axis=2)[::2, ::2]
    rows, columns = min(shown.shape[0], 140), min(shown.shape[1], 198)
    one = np.abs(shown[:rows, :columns] - expected[:rows, :columns]).mean()
    both = np.abs(shown[:rows, :columns] - mixed[:rows, :columns]).mean()
    assert one < 0.7 * both
