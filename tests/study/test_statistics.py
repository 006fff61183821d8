"""Statistics against numbers known beforehand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from easytear.study.columns import Column
from easytear.study.correlation import correlations
from easytear.study.groups import compare, group_columns
from easytear.study.repeatability import (
    between_intervals,
    between_visits,
    both_eyes,
    changes,
    components_of_intervals,
    visits_agree,
)
from easytear.study.statistics import of_values
from easytear.study.table import write_tables
from easytear.study.usable import sensitivity, usable
from easytear.study.values import LAMBDA, Values, load_values
from easytear.study.words import comparison, eyes, number, simple

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
    assert intervals.scatter.sd == pytest.approx(SD_INTERVAL, rel=0.1)
    expected = np.hypot(SD_VISIT, SD_INTERVAL / np.sqrt(3))
    assert visits.scatter.sd == pytest.approx(expected, rel=0.15)
    assert intervals.factor == pytest.approx(np.exp(2.772 * SD_INTERVAL), rel=0.05)
    found = intervals.scatter
    assert found.icc is not None
    assert found.icc_ends is not None
    assert found.icc_ends[0] < found.icc < found.icc_ends[1] < 1
    assert (found.subjects, found.units, found.values) == (20, 120, 360)
    sds = dict(components_of_intervals(values, LAMBDA))
    assert sds["interval"] == pytest.approx(SD_INTERVAL, rel=0.1)
    assert sds["eye at a visit"] == pytest.approx(SD_VISIT, rel=0.15)


def test_both_eyes_are_compared_within_subjects(values: Values) -> None:
    both = both_eyes(values, LAMBDA)
    assert both is not None
    assert len(both.table) == 20
    assert both.low < -np.log(EYES) < both.high
    assert both.icc is not None
    assert both.icc.low < both.icc.value < both.icc.high


def test_groups_are_compared_over_subjects(values: Values) -> None:
    found = compare(values, "group", LAMBDA)
    assert found is not None
    assert [level.subjects for level in found.levels] == [10, 10]
    for test in (found.mixed, found.simple):
        assert test is not None
        (pair,) = test.contrasts
        assert (pair.first, pair.second) == ("dry", "normal")
        assert pair.low < RATIO < pair.high
        assert pair.estimate == pytest.approx(RATIO, rel=0.25)
        assert test.p < 0.001
        assert test.subjects == 20
    assert not found.paired
    assert "λ in dry is" in comparison(found)


def test_no_difference_is_not_said_to_be_one(values: Values) -> None:
    found = compare(values, "visit", LAMBDA)
    assert found is not None
    assert found.paired
    assert [level.subjects for level in found.levels] == [20, 20, 20]
    for test in (found.mixed, found.simple):
        assert test is not None
        assert all(pair.low < 1 < pair.high for pair in test.contrasts)
    assert "no proof that they are equal" in comparison(found)


def test_groups_of_two_subjects_are_shown_and_not_tested(tmp_path: Path) -> None:
    found = compare(study(tmp_path, subjects=4), "group", LAMBDA)
    assert found is not None
    assert found.mixed is None
    assert found.simple is None
    assert "fewer than 3 subjects per group" in comparison(found)


def moved(values: Values, subjects: list[str], rows: int | None = None) -> Values:
    """Return a study in which rows of these subjects are filed in the other group."""
    table = values.rows.copy()
    for subject in subjects:
        own = table.index[table["subject"] == subject][:rows]
        other = {"dry": "normal", "normal": "dry"}
        table.loc[own, "group"] = table.loc[own, "group"].map(other)
    return Values(table, table[table["error"].isna() & table["left_out"].isna()], True)


def test_one_misfiled_subject_costs_nobody_else(values: Values) -> None:
    found = compare(moved(values, ["S03"], 9), "group", LAMBDA)
    assert found is not None
    assert not found.paired
    assert found.both == ("S03",)
    assert found.mixed is not None
    assert found.mixed.subjects == 20
    assert found.simple is not None
    assert (found.simple.subjects, found.simple.dropped) == (19, ("S03",))
    assert "of 20 subjects" in comparison(found)
    assert "S03" in simple(found)


def test_few_subjects_in_both_groups_make_no_paired_comparison(values: Values) -> None:
    found = compare(moved(values, [f"S0{i}" for i in range(1, 6)], 9), "group", LAMBDA)
    assert found is not None
    assert not found.paired
    assert found.simple is not None
    assert found.simple.subjects == 15
    assert found.mixed is not None
    assert found.mixed.subjects == 20


@pytest.mark.parametrize("within", [True, False])
def test_values_that_do_not_vary_are_said_to_do_so(values: Values, within: bool) -> None:
    table = values.rows.copy()
    table["spread_y_lambda_s"] = 1.0 if within else table["group"].map({"dry": 2.0, "normal": 1.0})
    same = Values(table, table[table["error"].isna() & table["left_out"].isna()], True)
    found = compare(same, "group", LAMBDA)
    assert found is not None
    said = comparison(found)
    assert "nan" not in said
    assert "the same" in said or "do not vary" in said
    assert "nan" not in eyes(both_eyes(same, LAMBDA))
    assert between_intervals(same, LAMBDA) is None


def test_spellings_of_a_group_are_one_and_codes_are_no_numbers(tmp_path: Path) -> None:
    rows = [
        {
            "video": f"v{i}",
            "interval": 0,
            "subject": f"S{i}",
            "group": ("dry", "Dry", "DRY", "normal", "normal", "dry ")[i % 6],
            "osdi": -9.0 if i == 3 else 999.0 if i == 4 else 10.0 + i,
            "spread_y_lambda_s": 1.0 + i / 10,
            "spread_y_converged": True,
        }
        for i in range(18)
    ]
    write_tables(tmp_path, rows, ["subject"], CLINICAL)
    found = load_values(tmp_path, ["subject"], CLINICAL)
    assert set(found.used["group"]) == {"dry", "normal"} or found.used["group"].nunique() == 2
    assert found.used["osdi"].max() < 100
    assert found.used["osdi"].min() > 0
    assert any("999" in note for note in found.notes)
    assert any("-9" in note for note in found.notes)
    assert any("Dry" in note and "DRY" in note for note in found.notes)


def test_videos_that_the_pattern_misses_are_nobody(tmp_path: Path) -> None:
    rows = [
        {
            "video": f"v{i}",
            "interval": 0,
            "subject": f"S{i}" if i < 4 else None,
            "spread_y_lambda_s": 1.0 + i,
            "spread_y_converged": True,
        }
        for i in range(6)
    ]
    write_tables(tmp_path, rows, ["subject"], [])
    found = load_values(tmp_path, ["subject"], [])
    assert found.by_unit(LAMBDA)["_unit"].tolist() == ["S0", "S1", "S2", "S3"]
    assert (found.rows["left_out"] == "no subject in the name").sum() == 2
    assert of_values(found, ["subject"], [], None).subjects == 4


def test_changes_of_single_eyes_are_held_against_visits(values: Values) -> None:
    repeat = between_visits(values, LAMBDA)
    found = changes(values, LAMBDA, repeat)
    assert repeat is not None
    assert len(found) == 40
    assert all(c.beyond == (abs(np.log(c.change)) > repeat.coefficient) for c in found)
    assert sum(c.beyond for c in found) <= 6
    agree = visits_agree(values, LAMBDA)
    assert agree is not None
    assert (agree.limits.pairs, agree.limits.subjects) == (40, 20)
    assert agree.limits.lower.value < 0 < agree.limits.upper.value


def test_effects_are_told_at_other_thresholds(values: Values) -> None:
    table = values.rows.copy()
    table["quality_score"] = np.where(table.index % 2 == 0, 0.9, 0.45)
    told = Values(table, values.used, True)
    found = sensitivity(told, [c for c in [compare(values, "group", LAMBDA)] if c])
    assert [one.threshold for one in found] == [0.3, 0.4, 0.5, 0.6, 0.7]
    assert found[0].intervals > 1.8 * found[-1].intervals > 0
    assert all(one.contrast is not None and one.subjects == 20 for one in found)


def test_shares_of_usable_intervals_stand_by_group(values: Values) -> None:
    dry, normal = usable(values, ["group"])
    assert (dry.used, dry.found, normal.used, normal.found) == (180, 180, 180, 182)
    assert dry.share is not None
    assert dry.share.low < 0.9 < dry.share.high == 1.0


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
