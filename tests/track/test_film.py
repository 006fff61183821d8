"""Following a texture whose motion is known."""

import cv2
import numpy as np
import pytest

from easytear.request.settings import Settings
from easytear.track.film import follow_film

MM_PER_PX = 1 / 40
SHAPE = (150, 200)


class Frames:
    """Frames in memory; film moves upwards over a still pattern."""

    def __init__(self, moving=True, seconds=1.6, film=True, rest_s=0.0, lambda_s=0.5):
        rng = np.random.default_rng(7)
        self.time_s = 3.0 + np.arange(round(seconds * 30)) / 30.0
        self.shape = SHAPE
        self.early = len(self)
        self._moving, self._film = moving, film
        self._rest_s, self._lambda_s = rest_s, lambda_s
        self._texture = _noise(rng, (420, SHAPE[1]), 2.0)
        self._still = _noise(rng, SHAPE, 3.0)
        self._rng = rng

    def __len__(self):
        return len(self.time_s)

    def moved_px(self, frame):
        """Return how far up the film is: 2 mm in the end, after it has rested."""
        t = max(self.time_s[frame] - self.time_s[0] - self._rest_s, 0.0)
        return 80.0 * (1.0 - np.exp(-t / self._lambda_s)) if self._moving else 0.0

    def grey(self, frame):
        rows, columns = np.indices(SHAPE, np.float32)
        below = (rows + self.moved_px(frame)).astype(np.float32)
        film = cv2.remap(self._texture, columns, below + 100, cv2.INTER_CUBIC)
        noise = np.random.default_rng(frame).normal(0, 1, SHAPE)
        return np.clip(110 + 8 * self._still + 8 * film * self._film + noise, 0, 255).astype(
            np.uint8
        )

    def colour(self, frame):
        return np.dstack([self.grey(frame)] * 3)

    def seen(self, frame):
        return np.ones(SHAPE, bool)


def _noise(rng, shape, size):
    rough = cv2.GaussianBlur(rng.normal(0, 1, shape).astype(np.float32), (0, 0), size)
    return rough / rough.std()


def _follow(frames):
    mask = np.zeros(SHAPE, bool)
    mask[10:-10, 10:-10] = True
    lower = np.full(SHAPE[1], SHAPE[0] - 5.0)
    return follow_film(frames, mask, lower, MM_PER_PX, Settings().tracks)


@pytest.fixture(scope="module")
def followed():
    frames = Frames()
    return frames, *_follow(frames)


def test_follows_film_over_a_still_pattern_of_the_same_strength(followed):
    frames, tracks, _ = followed
    errors = []
    for number in np.unique(tracks.track):
        rows = tracks.track == number
        first, last = tracks.frame[rows][[0, -1]]
        way = frames.moved_px(last) - frames.moved_px(first)
        errors.append(tracks.y_px[rows][-1] - tracks.y_px[rows][0] + way)
    assert len(errors) > 40
    assert np.median(np.abs(errors)) < 0.6


def test_rows_are_gapless_and_begin_measured(followed):
    _, tracks, _ = followed
    same = np.diff(tracks.track) == 0
    assert (np.diff(tracks.frame)[same] == 1).all()
    assert tracks.observed[np.concatenate([[True], ~same])].all()
    assert (tracks.sd_px > 0).all()


def test_some_points_are_followed_back_to_the_first_frames(followed):
    _, tracks, _ = followed
    assert tracks.frame.min() <= 1


def test_film_that_rests_before_it_starts_at_full_speed_is_followed_into_its_rest():
    frames = Frames(rest_s=0.16, lambda_s=0.25)
    tracks, _ = _follow(frames)
    whole = [n for n in np.unique(tracks.track) if tracks.frame[tracks.track == n].min() <= 2]
    assert len(whole) > 20
    ways = []
    for number in whole:
        rows = tracks.track == number
        y, frame = tracks.y_px[rows], tracks.frame[rows]
        upto = np.flatnonzero(frame <= 12)[-1]
        ways.append(y[0] - y[upto] - frames.moved_px(frame[upto]))
    assert abs(np.median(ways)) < 1.5


def test_velocity_field_is_the_films(followed):
    frames, _, field = followed
    k = int(np.searchsorted(field.frame, 15))
    true = -(frames.moved_px(16) - frames.moved_px(14)) * 15.0
    assert np.nanmedian(field.vy_px_s[k]) == pytest.approx(true, rel=0.1)
    assert abs(np.nanmedian(field.vx_px_s[k])) < 5.0


def test_there_are_no_tracks_where_there_is_no_film():
    tracks, field = _follow(Frames(film=False))
    assert len(tracks) == 0
    assert np.isnan(field.vy_px_s).all()
