import pytest

from easytear.show.numbers import number, with_interval


@pytest.mark.parametrize(
    ("value", "ci95", "text"),
    [
        (1.2345, (1.101, 1.394), "1.23 s (1.10 to 1.39)"),
        (0.9, (0.855, 0.963), "0.90 s (0.85 to 0.96)"),
        (12.3456, (7.1, 31.2), "12 s (7 to 31)"),
        (1.2, (-0.3, 25.0), "1.2 s (−0.3 to 25.0)"),
        (-0.0039, (-1.5843, 1.5764), "0.0 s (−1.6 to 1.6)"),
        (0.0021, (-0.0384, 0.0402), "0.00 s (−0.04 to 0.04)"),
        (-0.34, (-1.5843, 0.8764), "−0.3 s (−1.6 to 0.9)"),
        (0.0, (-0.2, 0.2), "0.00 s (−0.20 to 0.20)"),
        (0.01234, (0.0118, 0.0129), "0.0123 s (0.0118 to 0.0129)"),
        (0.5, (0.01, 3e20), "0.50 s (0.01 to over 100)"),
        (2.0, (None, None), "2.00 s"),
        (2.0, (2.0, 2.0), "2.00 s"),
        (None, (1.0, 2.0), "–"),
        (float("nan"), (1.0, 2.0), "–"),
    ],
)
def test_digits_follow_the_uncertainty(
    value: float | None, ci95: tuple[float | None, float | None], text: str
) -> None:
    assert with_interval(value, ci95, "s") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.1234, "−0.123"), (1234.5, "1230"), (None, "–"), (3.14159, "3.14")],
)
def test_numbers_without_interval_have_three_digits(value: float | None, text: str) -> None:
    assert number(value) == text
