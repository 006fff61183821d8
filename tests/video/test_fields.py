import numpy as np
import pytest

from easytear.video import comb_index, combs, deinterlace


def _wave(height: int, shift: float = 0.0) -> np.ndarray:
    y, x = np.mgrid[:height, :120]
    return 128 + 60 * np.sin((x + shift) / 5) + 40 * np.cos(y / 9 + x / 17)


def _interlaced(height: int, motion_px: float) -> np.ndarray:
    picture = _wave(height)
    picture[1::2] = _wave(height, motion_px)[1::2]
    return picture


def _noisy(picture: np.ndarray, sd: float, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, sd, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def test_comb_index_tells_two_exposures_from_one() -> None:
    assert comb_index(_noisy(_interlaced(240, 4.0), 2)) > 2
    assert comb_index(_noisy(_wave(240), 2)) < 1.2
    assert comb_index(_noisy(_interlaced(240, 0.0), 2)) < 1.2


@pytest.mark.parametrize("axis", [0, 1])
def test_blur_in_either_direction_is_no_comb(axis: int) -> None:
    rng = np.random.default_rng(4)
    picture = rng.normal(128, 60, (300, 300))
    blurred = sum(np.roll(picture, shift, axis) for shift in range(9)) / 9
    assert comb_index(_noisy(blurred, 1)) < 1.2


def test_a_picture_too_small_to_tell_does_not_comb() -> None:
    assert comb_index(np.zeros((8, 8), np.uint8)) == 0.0
    assert comb_index(np.zeros((100, 100), np.uint8)) == 0.0


def test_a_few_moving_frames_betray_an_interlaced_video() -> None:
    still, moving = np.full(280, 0.8), np.full(12, 1.6)
    assert combs(np.concatenate([moving, still]))
    assert not combs(still)
    assert not combs(np.concatenate([[5.0], still]))
    assert not combs(np.array([2.0, 2.0]))


@pytest.mark.parametrize("keep", ["top", "bottom"])
@pytest.mark.parametrize("height", [100, 101])
def test_rebuilding_from_one_field_moves_nothing(keep: str, height: int) -> None:
    true = np.round(_wave(height, 4.0 if keep == "bottom" else 0.0)).astype(np.uint8)
    picture = _interlaced(height, 4.0).round().astype(np.uint8)
    rebuilt = deinterlace(picture, keep)  # type: ignore[arg-type]
    first = 0 if keep == "top" else 1
    np.testing.assert_array_equal(rebuilt[first::2], picture[first::2])
    assert np.abs(rebuilt.astype(int) - true)[3:-3].max() <= 1
    assert np.abs(rebuilt.astype(int) - true).max() <= 8


def test_colour_is_rebuilt_channel_by_channel() -> None:
    grey = _interlaced(64, 3.0).round().astype(np.uint8)
    colour = deinterlace(np.dstack([grey, 255 - grey, grey]))
    np.testing.assert_array_equal(colour[..., 0], deinterlace(grey))
    np.testing.assert_array_equal(colour[..., 1], deinterlace(255 - grey))


def test_clipped_edges_do_not_wrap() -> None:
    picture = np.zeros((40, 20), np.uint8)
    picture[20:] = 255
    assert set(np.unique(deinterlace(picture)[:16])) == {0}
    assert set(np.unique(deinterlace(picture)[26:])) == {255}
