"""One scale of words for the quality score, everywhere; its colours stand in the palette."""

from __future__ import annotations

from typing import Final, Literal

HALF_SCORE_ERROR: Final = 0.10
"""Expected relative error at which the score is one half.

Rises of different eyes differ by a quarter (standard deviation; 1.8 to 3.9 mm in eleven videos of
Kothapalli 2022). An error of 10 % leaves their order reliable to 0.86, one of 15 % (the score's
usual limit, 0.4) to 0.74: the border of good reliability (Koo and Li 2016, J Chiropr Med 15:155).
"""

GOOD_SCORE: Final = 0.7
"""Score from which an interval is called good: an expected error of lambda and rho of 4 %."""

FAIR_SCORE: Final = 0.4
"""Score from which it is called fair (15 %); below, the analysis flags it."""


def quality_word(score: float) -> Literal["good", "fair", "low"]:
    """Return "good", "fair" or "low" for a quality score."""
    if score >= GOOD_SCORE:
        return "good"
    return "fair" if score >= FAIR_SCORE else "low"


def score_of(error: float) -> float:
    """Return the score of an expected relative error of lambda and rho together."""
    return 1.0 / (1.0 + error / HALF_SCORE_ERROR)


def expected_error(score: float) -> str:
    """Return what to expect of numbers with a score, as a clinician reads it: "about 6 %"."""
    if score <= 0.0:
        return "not told"
    percent = 100.0 * HALF_SCORE_ERROR * (1.0 / score - 1.0)
    return f"about {max(percent, 1.0):.0f} %" if percent <= 50.0 else "above 50 %"
