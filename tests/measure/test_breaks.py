"""Film breaks on films painted here: holes are told, what only darkens for other reasons is not."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage

from easytear.measure.breaks.find import find_breaks
from easytear.measure.breaks.look import GRID_MM, FilmLook, film_look, look_times
from easytear.measure.breaks.records import BreakReading
from easytear.measure.breaks.shape import kind_of
from easytear.measure.breaks.times import break_numbers
from easytear.results import BreakEntry, FilmBreak

SHAPE = (80, 120)  # 5 x 7.5 mm
STEP_PX, MM_PER_PX = 3.0, GRID_MM / 3.0
TIME_S = np.arange(0.0, 9.0, 0.1)
EYE = np.cumsum(np.random.default_rng(5).normal(0, 0.4, (len(TIME_S), 2)), axis=0)
"""Where the eye goes, in pixels."""

Paint = Callable[[float, np.ndarray, np.ndarray], np.ndarray]


def pattern(seed: int, size: float) -> np.ndarray:
    drawn = ndimage.gaussian_filter(np.random.default_rng(seed).normal(0, 1, SHAPE), size)
    return drawn / drawn.std()


def film(paint: Paint | None = None, lamp: float = 0.0, seed: int = 0) -> FilmLook:
    """An iris of strong pattern, a film that slowly becomes another, and what `paint` adds."""
    iris = 0.3 + 0.06 * pattern(seed + 1, 3.0)
    first, second = pattern(seed + 2, 2.5), pattern(seed + 3, 2.5)
    noise = np.random.default_rng(seed + 4)
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]] * GRID_MM
    looks = []
    for t in TIME_S:
        phase = t / 12.0
        light = iris + 0.16 + 0.008 * (np.cos(phase) * first + np.sin(phase) * second)
        if paint is not None:
            light = light + paint(t, x, y)
        light = light * (1.0 + lamp * np.sin(t))
        looks.append(light + noise.normal(0, 0.002, SHAPE))
    inside = np.ones(SHAPE, bool)
    return FilmLook(TIME_S, np.array(looks, np.float32), inside, 0.0, 0.0, STEP_PX)


def found(look: FilmLook, film_px: np.ndarray | None = None) -> BreakReading:
    still = np.zeros((len(TIME_S), 2))
    reading = find_breaks(look, TIME_S, EYE, still if film_px is None else film_px, MM_PER_PX)
    assert reading is not None
    return reading


def hole(t0: float, x0: float, y0: float, radius: float, depth: float = 0.1) -> Paint:
    def paint(t: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        r = radius * min(max((t - t0) / 0.8, 0.0), 1.0)
        return -depth / (1 + np.exp(np.clip((np.hypot(x - x0, y - y0) - r) / 0.02, -30, 30)))

    return paint


def opening(paint: Paint) -> Paint:
    return lambda t, x, y: paint(t, x, y) if t > 3.0 else np.zeros(SHAPE)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("lamp", [0.0, 0.15])
def test_a_hole_is_told_where_when_and_how_large(seed: int, lamp: float) -> None:
    reading = found(film(opening(hole(5.0, 4.0, 2.8, 0.5)), lamp, seed))
    (one,) = reading.breaks
    assert one.kind == "spot"
    assert one.start_s == pytest.approx(5.0 + 0.8 * np.sqrt(0.05 / np.pi) / 0.5, abs=0.2)
    assert one.x_px * MM_PER_PX == pytest.approx(4.0, abs=0.1)
    assert one.y_px * MM_PER_PX == pytest.approx(2.8, abs=0.1)
    assert one.area_px2[-6] * MM_PER_PX**2 == pytest.approx(np.pi * 0.25, rel=0.15)
    assert len(one.outline_px) > 5


@pytest.mark.parametrize("seed", range(3))
def test_a_film_that_changes_by_itself_under_a_wavering_lamp_does_not_break(seed: int) -> None:
    assert not found(film(None, 0.15, seed)).breaks


def test_what_stands_still_in_the_picture_moves_over_the_eye_and_is_no_break() -> None:
    def lash(t: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        k = int(np.argmin(np.abs(TIME_S - t)))
        across = x - 3.0 + EYE[k, 0] * MM_PER_PX
        return -0.2 * np.exp(-((across / 0.1) ** 2)) * (y < 3.5)

    assert not found(film(lash)).breaks


def test_what_passes_by_or_heals_is_no_break() -> None:
    def passing(t: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        away = np.hypot(x - 1.5 - 0.5 * (t - 3.0), y - 2.5)
        return -0.1 * (away < 0.4) * float(t > 3.0)

    def healing(t: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return -0.1 * (np.hypot(x - 4.0, y - 2.8) < 0.4) * float(4.0 < t < 5.2)

    assert not found(film(passing)).breaks
    assert not found(film(healing)).breaks


def test_a_reflection_that_comes_or_goes_is_no_break() -> None:
    def light(t: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        k = int(np.argmin(np.abs(TIME_S - t)))
        away = np.hypot(x - 4.0 + EYE[k, 0] * MM_PER_PX, y - 2.5 + EYE[k, 1] * MM_PER_PX)
        return 0.8 * (away < 0.2)

    assert not found(film(light)).breaks


def test_too_short_or_too_small_is_not_watched() -> None:
    look = film()
    short = FilmLook(TIME_S[:15], look.light[:15], look.inside, 0.0, 0.0, STEP_PX)
    still = np.zeros((15, 2))
    assert find_breaks(short, TIME_S[:15], still, still, MM_PER_PX) is None
    nothing = FilmLook(TIME_S, look.light, np.zeros(SHAPE, bool), 0.0, 0.0, STEP_PX)
    assert find_breaks(nothing, TIME_S, EYE, EYE, MM_PER_PX) is None


def test_kinds_are_told_by_shape() -> None:
    def at(mask: np.ndarray) -> str:
        rows, columns = np.nonzero(mask)
        return kind_of(columns * GRID_MM, rows * GRID_MM, GRID_MM)

    y, x = np.mgrid[-40:41, -40:41] * GRID_MM
    assert at(np.hypot(x, y) < 0.4) == "spot"
    assert at(np.hypot(x, y) < 0.9) == "area"
    assert at(np.hypot(x / 4, y) < 0.2) == "line"


def test_times_count_from_the_upstroke_of_a_complete_blink() -> None:
    time_s = 2.0 + np.arange(0.0, 10.0, 0.1)
    share = np.where(time_s > 6.0, 0.1, 0.0)
    breaks = (
        BreakEntry(kind="spot", start_s=6.0, x_eye_px=1.0, y_eye_px=1.0),
        BreakEntry(kind="line", start_s=8.0, x_eye_px=1.0, y_eye_px=1.0),
    )
    seen = FilmBreak(
        watched_from_s=3.5, watched_until_s=11.5, watched_px2=1e4, ends_in_blink=True, breaks=breaks
    )
    told = break_numbers(seen, share, time_s, 0.02, complete=True)
    assert told.first_s == pytest.approx(4.0)
    assert told.mean_s == pytest.approx(5.0)
    assert told.count == 2
    assert told.area_end_mm2 == pytest.approx(0.1 * 1e4 * 0.02**2)
    assert told.protection_index == pytest.approx(4.0 / 9.9)
    assert told.censored_at_s is None
    after_partial = break_numbers(seen, share, time_s, None, complete=False)
    assert after_partial.first_s is None
    assert after_partial.area_end_mm2 is None
    assert after_partial.count == 2
    none = seen.model_copy(update={"breaks": ()})
    assert break_numbers(none, 0 * share, time_s, 0.02, complete=True).censored_at_s == 9.5


def test_looks_are_a_tenth_of_a_second_apart_and_bounded() -> None:
    assert len(look_times(np.arange(0, 10, 1 / 60))) == pytest.approx(100, abs=2)
    assert len(look_times(np.arange(0, 10, 1 / 5))) == 50
    assert len(look_times(np.arange(0, 600, 1 / 30))) <= 401


class Frames:
    """Still frames, for the look."""

    time_s = np.arange(0.0, 2.0, 0.1)
    shape = (120, 160)
    early = 20

    def __len__(self) -> int:
        return 20

    def grey(self, frame: int) -> np.ndarray:
        picture = np.full(self.shape, 100, np.uint8)
        picture[:, 80:] = 200
        return picture

    def colour(self, frame: int) -> np.ndarray:
        return np.dstack([self.grey(frame)] * 3)

    def seen(self, frame: int) -> np.ndarray:
        covered = np.ones(self.shape, bool)
        covered[:10] = frame < 5
        return covered


def test_the_look_is_linear_light_in_eye_coordinates() -> None:
    look = film_look(Frames(), np.ones((120, 160), bool), 0.02, 2.0)
    assert look is not None
    assert look.step_px == pytest.approx(3.125)
    assert look.light[0, 10, 5] == pytest.approx((100 / 255) ** 2, rel=1e-3)
    column = int(np.argmax(look.light[0, 10] > 0.4))
    assert look.x_px(np.array(column)) == pytest.approx(80, abs=3.2)
    assert np.isnan(look.light[10, 0]).all()
    assert film_look(Frames(), np.zeros((120, 160), bool), 0.02, 2.0) is None
