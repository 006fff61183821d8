"""Statistics against numbers known beforehand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from easytear.study.columns import Column
from easytear.study.groups import compare, correlations, group_columns
from easytear.study.repeatability import between_intervals, between_visits, both_eyes
from easytear.study.table import write_tables
from easytear.study.values import LAMBDA, Values, load_values
from easytear.study.words import comparison, number

CLINICAL = [
    Column("group", "text", "", "", "clinical file"),
    Column("osdi", "number", "", "", "clinical file"),
]
NAMES = ["subject", "eye", "visit"]
SD_INTERVAL, SD_VISIT, RATIO, EYES = 0.05, 0.15, 2.0, 1.1


def study(folder: Path, subjects: int = 20, seed: int = 3) -> Values:
    """Write the table of a study drawn from known spreads, and load it."""
    rng = np.random.default_rng(seed)
    rows = []
    for s in range(subjects):
        own = rng.normal(0, 0.2) + (np.log(RATIO) if s % 2 else 0)
        for eye in ("OD", "OS"):
            for visit in ("1", "2", "3"):
                mean = own + rng.normal(0, SD_VISIT) + (np.log(EYES) if eye == "OS" else 0)
                for i in range(3):
                    value = float(np.exp(mean + rng.normal(0, SD_INTERVAL)))
                    rows.append(
                        {
                            "video": f"{s}{eye}{visit}",
                            "interval": i,
                            "subject": f"S{s:02d}",
                            "eye": eye,
                            "visit": visit,
                            "group": ("normal", "dry")[s % 2],
                            "osdi": float(np.exp(own)),
                            "spread_y_lambda_s": value,
                            "spread_y_converged": True,
                            "quality_score": 0.9,
                        }
                    )
    rows.append({**rows[0], "interval": 9, "spread_y_lambda_s": 900.0, "left_out": "excluded: x"})
    rows.append({**rows[0], "interval": 10, "spread_y_lambda_s": 900.0, "left_out": "quality"})
    rows.append({"video": "broken", "error": "broken.", "subject": "S77"})
    write_tables(folder, rows, NAMES, CLINICAL)
    return load_values(folder, NAMES, CLINICAL)


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Values:
    return study(tmp_path_factory.mktemp("study"))


def test_what_is_left_out_enters_nothing(values: Values) -> None:
    assert len(values.used) == 20 * 2 * 3 * 3
    assert values.by_interval(LAMBDA)["value"].max() < np.log(100)
    assert "S77" not in set(values.by_unit(LAMBDA)["_unit"])


def test_visits_and_eyes_count_equally_whatever_their_number_of_videos(tmp_path: Path) -> None:
    rows = [
        {"video": f"v{i}", "subject": "S", "eye": eye, "visit": visit, "spread_y_lambda_s": lam}
        for i, (eye, visit, lam) in enumerate(
            [
                ("OD", "1", 1.0),
                ("OD", "1", 1.0),
                ("OD", "1", 1.0),
                ("OD", "2", 4.0),
                ("OS", "1", 8.0),
            ]
        )
    ]
    table = [{**row, "interval": 0, "spread_y_converged": True} for row in rows]
    write_tables(tmp_path, table, NAMES, [])
    unit = load_values(tmp_path, NAMES, []).by_unit(LAMBDA)
    assert np.exp(unit["value"]).tolist() == pytest.approx([4.0])  # sqrt(sqrt(1*4) * 8)


def test_repeatability_gives_back_the_spread_that_was_put_in(values: Values) -> None:
    intervals, visits = between_intervals(values, LAMBDA), between_visits(values, LAMBDA)
    assert intervals is not None
    assert visits is not None
    assert intervals.sd == pytest.approx(SD_INTERVAL, rel=0.1)
    expected = np.hypot(SD_VISIT, SD_INTERVAL / np.sqrt(3))
    assert visits.sd == pytest.approx(expected, rel=0.15)
    assert intervals.factor == pytest.approx(np.exp(2.772 * SD_INTERVAL), rel=0.05)
    assert intervals.icc is not None
    assert intervals.icc.low < intervals.icc.value < intervals.icc.high <= 1
    assert (intervals.icc.units, intervals.icc.each) == (120, 3)


def test_both_eyes_are_compared_within_subjects(values: Values) -> None:
    both = both_eyes(values, LAMBDA)
    assert both is not None
    assert len(both.table) == 20
    assert both.low < -np.log(EYES) < both.high
    assert both.icc is not None


def test_groups_are_compared_over_subjects(values: Values) -> None:
    found = compare(values, "group", LAMBDA)
    assert found is not None
    assert [level.subjects for level in found.levels] == [10, 10]
    (pair,) = found.contrasts
    assert (pair.first, pair.second) == ("dry", "normal")
    assert pair.low < RATIO < pair.high
    assert pair.estimate == pytest.approx(RATIO, rel=0.25)
    assert found.p is not None
    assert found.p < 0.001
    assert not found.paired
    assert "λ in dry is" in comparison(found)


def test_no_difference_is_not_said_to_be_one(values: Values) -> None:
    found = compare(values, "visit", LAMBDA)
    assert found is not None
    assert found.paired
    assert [level.subjects for level in found.levels] == [20, 20, 20]
    assert all(pair.low < 1 < pair.high for pair in found.contrasts)
    assert "no proof that they are equal" in comparison(found)


def test_groups_of_two_subjects_are_shown_and_not_tested(tmp_path: Path) -> None:
    found = compare(study(tmp_path, subjects=4), "group", LAMBDA)
    assert found is not None
    assert found.p is None
    assert not found.contrasts
    assert "too few" in comparison(found)


def test_columns_that_tell_groups_are_found(values: Values) -> None:
    assert group_columns(values, NAMES, CLINICAL, None) == ["group", "visit"]
    assert group_columns(values, NAMES, CLINICAL, "eye") == ["eye"]


def test_spearman_is_taken_over_subjects(values: Values) -> None:
    (found,) = (c for c in correlations(values, CLINICAL) if c.measure is LAMBDA)
    assert found.subjects == 20
    unit = values.by_unit(LAMBDA).set_index("_unit")["value"]
    osdi = values.used.groupby("_unit")["osdi"].first()
    assert found.r == pytest.approx(unit.corr(osdi, method="spearman"), abs=1e-6)
    assert found.ends is not None
    assert found.ends[0] < found.r < found.ends[1]


def test_a_study_without_results_has_no_statistics(tmp_path: Path) -> None:
    write_tables(tmp_path, [{"video": "a", "error": "broken."}], [], [])
    values = load_values(tmp_path, [], [])
    assert isinstance(values.rows, pd.DataFrame)
    assert between_intervals(values, LAMBDA) is None
    assert between_visits(values, LAMBDA) is None
    assert both_eyes(values, LAMBDA) is None
    assert not correlations(values, [])


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12345, "0.123"), (1234.5, "1234"), (-0.5, "−0.500"), (None, "–"), (float("nan"), "–")],
)
def test_numbers_for_people(value: float | None, text: str) -> None:
    assert number(value) == text
