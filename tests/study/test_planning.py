import math

import pytest

from easytear.study.planning import plans, power_of


@pytest.mark.parametrize(
    ("effect", "subjects", "paired", "power"),
    [(0.5, 64, False, 0.8015), (0.8, 26, False, 0.8075), (0.5, 34, True, 0.8078)],
)
def test_power_is_that_of_cohen_s_tables(
    effect: float, subjects: int, paired: bool, power: float
) -> None:
    assert power_of(effect, subjects, paired) == pytest.approx(power, abs=5e-4)
    assert power_of(effect, subjects - 1, paired) < 0.8


@pytest.mark.parametrize("sd", [1e-9, 0.03, 0.05, 0.2, 0.7])
def test_the_least_number_is_told_however_little_subjects_differ(sd: float) -> None:
    for plan in plans({"subject": sd, "rest": sd}):
        paired = plan.design.startswith("change")
        effect = math.log(plan.ratio) / plan.sd
        assert power_of(effect, plan.subjects, paired) >= plan.power
        least = 3 if paired else 2
        assert plan.subjects == least or power_of(effect, plan.subjects - 1, paired) < plan.power
