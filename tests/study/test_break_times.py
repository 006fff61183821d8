import numpy as np
import pandas as pd
import pytest

from easytear.study.break_times import break_times, sentence
from easytear.study.values import UNIT


def table(first: list[float | None], until: list[float | None], units: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            UNIT: units,
            "film_break_first_s": first,
            "film_break_censored_at_s": until,
            "left_out": [None] * len(units),
        }
    )


def test_the_median_is_that_of_kaplan_and_meier() -> None:
    # by hand: S falls at 2, 3, 5 to 5/6, 4/6, 4/6 * 2/3 = 0.444 (4 is censored)
    first: list[float | None] = [2.0, 3.0, None, 5.0, None, None]
    until: list[float | None] = [None, None, 4.0, None, 9.0, 9.0]
    found = break_times(table(first, until, list("abcdef")))
    assert found is not None
    assert (found.subjects, found.breaks) == (6, 3)
    assert found.median_s == 5.0
    assert found.longest_s == 9.0
    assert "right-censored" in sentence(found)
    assert "5.0 s" in sentence(found)


def test_censored_times_do_not_pull_the_median_down() -> None:
    rng = np.random.default_rng(1)
    true = rng.exponential(8.0 / np.log(2.0), 400)
    watched = rng.uniform(4.0, 30.0, 400)
    first = [float(t) if t < w else None for t, w in zip(true, watched, strict=True)]
    until = [None if t < w else float(w) for t, w in zip(true, watched, strict=True)]
    found = break_times(table(first, until, [str(k) for k in range(400)]))
    assert found is not None
    assert found.median_s == pytest.approx(8.0, rel=0.15)
    assert found.low_s is not None
    assert found.high_s is not None
    assert found.low_s < 8.0 < found.high_s


def test_one_interval_a_subject_and_nothing_of_too_few() -> None:
    first: list[float | None] = [2.0, 1.0, None, None]
    until: list[float | None] = [None, None, 5.0, 6.0]
    found = break_times(table(first, until, ["a", "a", "b", "c"]))
    assert found is not None
    assert (found.subjects, found.breaks) == (3, 1)
    assert found.median_s is None
    assert "cannot be told" in sentence(found)
    assert break_times(table(first[:2], until[:2], ["a", "b"])) is None
    assert break_times(pd.DataFrame({UNIT: ["a"], "left_out": [None]})) is None
