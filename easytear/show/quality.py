"""One scale of words for the quality score, everywhere; its colours stand in the palette."""

from __future__ import annotations

from typing import Final, Literal

GOOD_SCORE: Final = 0.7
"""Score from which an interval is called good: an expected error of lambda and rho of 2 %."""

FAIR_SCORE: Final = 0.4
"""Score from which it is called fair (7 % or so); below, the analysis flags it."""


def quality_word(score: float) -> Literal["good", "fair", "low"]:
    """Return "good", "fair" or "low" for a quality score."""
    if score >= GOOD_SCORE:
        return "good"
    return "fair" if score >= FAIR_SCORE else "low"
