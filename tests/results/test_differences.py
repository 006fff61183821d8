from dataclasses import replace
from pathlib import Path

from easytear.results import Analysis
from easytear.results.differences import differences
from tests.builders import Law, Part, build_analysis

PARTS = (Part(0, 29, Law(2.0, 0.3, 0.1)), Part(40, 69, Law(1.5, 0.4, 1.5)))


def built() -> Analysis:
    return build_analysis(PARTS, path=Path("eye.mp4"), frame_count=80)


def test_results_equal_themselves_wherever_they_were_made() -> None:
    one = built()
    moved = one.summary.model_copy(update={"software": {"easytear": "0"}})
    assert differences(one, replace(one, summary=moved)) == []


def test_a_number_is_named_with_its_interval_and_size() -> None:
    one = built()
    first, second = one.summary.intervals
    fit = second.spread.y.model_copy(update={"rho_mm": second.spread.y.rho_mm * 1.02})
    changed = second.model_copy(update={"spread": second.spread.model_copy(update={"y": fit})})
    summary = one.summary.model_copy(update={"intervals": (first, changed)})
    (found,) = differences(one, replace(one, summary=summary))
    assert found.part == "intervals[1].spread.y.rho_mm"
    assert found.relative is not None
    assert abs(found.relative - 0.02 / 1.02) < 1e-9


def test_columns_and_rows_of_tables_count() -> None:
    one = built()
    tracks = one.tracks.copy()
    tracks.loc[tracks.index[:3], "y_px"] += 1.0
    (found,) = differences(one, replace(one, tracks=tracks))
    assert (found.file, found.part, found.count) == ("tracks.csv", "y_px", 3)
    (found,) = differences(one, replace(one, front=one.front.iloc[1:]))
    assert found.part == "number of rows"
