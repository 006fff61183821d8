"""The benchmark of a study's intervals: truths are those drawn, and counts add up."""

import numpy as np
import pytest

from benchmarks import study_coverage as coverage


@pytest.mark.parametrize("design", coverage.DESIGNS, ids=lambda one: one.name)
def test_every_design_tells_its_intervals_with_estimates_between_them(
    design: coverage.Design,
) -> None:
    values = coverage.draw(design, np.random.default_rng(3))
    names = set()
    for name, told in coverage.intervals(values):
        names.add(name)
        for _, estimate, low, high in told:
            assert low <= estimate <= high, name
    assert {"group: effect, mixed model", "intervals: ICC(1,1)", "clinic: Spearman"} <= names
    assert ("visits: Bland-Altman, bias" in names) == (design.visits > 1)


def test_cells_mark_what_falls_short() -> None:
    table = coverage.cells({"a": {"x": [95, 100], "y": [80, 100]}, "b": {"x": [0, 0]}})
    assert table == [
        ["95 % interval of", "a", "b"],
        ["x", "95.0 %", "-"],
        ["y", "**80.0 %**", "-"],
    ]
