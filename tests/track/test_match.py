"""Matching under shift and stretch."""

import cv2
import numpy as np

from easytear.track.match import Looks, Picture, Window, match


def _pictures(shift, stretch):
    rng = np.random.default_rng(2)
    texture = cv2.GaussianBlur(rng.normal(0, 1, (160, 200)).astype(np.float32), (0, 0), 2.5)
    texture *= 25 / texture.std()
    rows, columns = np.indices(texture.shape, np.float32)
    source = 80 + (rows - 80 - shift[1]) / (1 + stretch)
    moved = cv2.remap(texture, columns - shift[0], source.astype(np.float32), cv2.INTER_CUBIC)
    return (np.clip(128 + t, 0, 255).astype(np.uint8) for t in (texture, moved))


def _matched(told):
    key, now = _pictures((3.0, -6.0), 0.2)
    rng = np.random.default_rng(4)
    points = rng.uniform([75, 50], [135, 110], (60, 2))
    true = np.column_stack([points[:, 0] + 3.0, 80 + (points[:, 1] - 80) * 1.2 - 6.0])
    window = Window(25)
    looks = Looks.take(Picture.of(key), points, window)
    stretch = np.tile(np.diag([1.0, 1.0 + told]), (len(points), 1, 1))
    found, back = match(
        looks, Picture.of(now), true + rng.normal(0, 0.8, true.shape), stretch, window
    )
    return np.hypot(*(found - true).T), back


def test_known_stretch_is_taken_along():
    error, back = _matched(0.2)
    assert np.median(error) < 0.1
    assert np.isfinite(back).mean() > 0.9


def test_unknown_stretch_misplaces():
    assert np.median(_matched(0.0)[0]) > 2 * np.median(_matched(0.2)[0])


def test_what_does_not_look_alike_is_not_followed():
    key, _ = _pictures((0, 0), 0)
    other = np.flipud(key).copy()
    points = np.random.default_rng(1).uniform(40, 120, (40, 2))
    window = Window(25)
    looks = Looks.take(Picture.of(key), points, window)
    _, back = match(looks, Picture.of(other), points, np.tile(np.eye(2), (40, 1, 1)), window)
    assert np.isinf(back).mean() > 0.9
