"""Lazy frames: exact, few in memory, whatever the order."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from easytear_napari.frames import FrameStore, VideoArray

from easytear.base.errors import VideoError
from easytear.video import FrameReader


@pytest.fixture(scope="module")
def pictures(video):
    with FrameReader(video) as reader:
        return [picture[..., ::-1].copy() for _, picture in reader.frames(colour=True)]


def test_every_frame_is_the_right_one_in_any_order(video, pictures):
    store = FrameStore(video, cache_bytes=12 * pictures[0].nbytes)
    order = [0, 5, 79, 3, 2, 1, 40, 41, 42, *np.random.default_rng(0).integers(0, 80, 40)]
    for frame in order:
        np.testing.assert_array_equal(store.get(int(frame)), pictures[frame])
        assert store.cached <= 12
    store.close()


def test_frames_are_read_ahead_in_the_direction_of_travel(video, pictures):
    store = FrameStore(video)
    store.get(20)
    store.wait_until_idle()
    ahead = store.cached
    assert ahead > 10
    store.get(60)
    store.get(59)
    store.wait_until_idle()
    assert store.cached > ahead
    np.testing.assert_array_equal(store.get(45), pictures[45])
    store.close()


def test_a_view_changes_pictures_and_forgets_old_ones(video, pictures):
    store = FrameStore(video)
    store.get(10)
    store.set_view(lambda frame, picture: 255 - picture)
    np.testing.assert_array_equal(store.get(10), 255 - pictures[10])
    store.set_view(lambda frame, picture: picture)
    np.testing.assert_array_equal(store.get(10), pictures[10])
    store.close()


def test_an_array_slices_like_numpy(video, pictures):
    array = VideoArray(FrameStore(video))
    whole = np.stack(pictures)
    assert array.shape == whole.shape
    for key in (3, (3, slice(None), 5), (slice(2, 8, 2),), (slice(4, 4),), (np.int64(-1),)):
        np.testing.assert_array_equal(array[key], whole[key])


def test_a_store_ends_with_its_array(video):
    store = FrameStore(video)
    array = VideoArray(store)
    assert array.shape[0] == 80
    del array
    gc.collect()
    with pytest.raises(VideoError, match="closed"):
        store.get(70)


def test_what_is_no_video_says_so(tmp_path):
    path = tmp_path / "no.mp4"
    path.write_text("nothing")
    with pytest.raises(VideoError, match=r"no\.mp4"):
        FrameStore(path)


def test_a_reading_thread_that_fails_tells_who_asks(video):
    def broken(frame, picture):
        raise VideoError("the disk is gone")

    store = FrameStore(video)
    store.set_view(broken)
    with pytest.raises(VideoError, match="disk is gone"):
        store.get(5)
