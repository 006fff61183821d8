"""Which part of the front makes the headline zone."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import Ellipse
from easytear.measure.headline import across_gaps
from easytear.measure.zones import CENTRAL, central_columns
from easytear.segment.records import FilmFront

TIME = np.arange(60) / 30.0
IRIS = Ellipse(320.0, 240.0, 300.0, 300.0)


def _front(y_px: np.ndarray) -> FilmFront:
    x = np.arange(0.0, 640.0, 8.0)
    y = np.broadcast_to(y_px, (len(TIME), len(x))).copy()
    return FilmFront(x, y, np.ones_like(y), np.isfinite(y))


def test_columns_near_the_limbus_do_not_count_and_gaps_between_do() -> None:
    front = _front(np.full(80, 400.0))
    front.y_px[:, 30:35] = np.nan
    central = central_columns(TIME, front, IRIS)
    half = np.sqrt((CENTRAL * 300.0) ** 2 - 160.0**2)
    inside = np.abs(front.x_px - 320.0) < half
    assert (central == inside).all()


def test_what_the_front_reaches_after_a_second_does_not_count() -> None:
    front = _front(np.full(80, 400.0))
    front.y_px[TIME > 1.0] = 240.0
    assert central_columns(TIME, front, IRIS).sum() < 60


def test_without_an_iris_every_column_counts() -> None:
    assert central_columns(TIME, _front(np.full(80, 400.0)), None).all()
    assert central_columns(TIME, _front(np.full(80, 900.0)), IRIS).all()


def test_a_gap_is_bridged_along_the_arch() -> None:
    place = np.arange(0.0, 8.0, 0.1)
    front = 1.0 + 0.03 * (place - 4.0) ** 2
    known = front.copy()
    known[30:50] = np.nan
    known[:5] = np.nan
    across, height = across_gaps(place, known)
    np.testing.assert_allclose(across, place[5:])
    np.testing.assert_allclose(height, front[5:], atol=0.01)
