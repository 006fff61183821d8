"""Numbers and flags in words, the same in table, panel, tooltip and status bar."""

from __future__ import annotations

import math

from easytear.results.model import Fit, IntervalResult
from easytear.results.records import Pair
from easytear.show.quality import quality_word

DASH = "–"
RESEARCH = "For research. Not a medical device."
"""Stands wherever results stand."""
EMPTY = "—"


def number(value: float | None, digits: int = 2) -> str:
    """Return a number with so many decimals, or a dash where it is unknown."""
    if value is None or not math.isfinite(value):
        return EMPTY
    text = f"{value:.{digits}f}"
    return text.replace("-", "−")


def with_interval(value: float | None, ci95: Pair, digits: int = 2) -> str:
    """Return a number with its 95 % interval: "0.52 (0.48–0.57)"."""
    if value is None:
        return EMPTY
    low, high = ci95
    if low is None or high is None:
        return number(value, digits)
    return f"{number(value, digits)} ({number(low, digits)}{DASH}{number(high, digits)})"


def quality(score: float) -> str:
    """Return a quality score with its word: "0.42 fair"."""
    word, shown = quality_word(score), round(score, 2)
    if quality_word(shown) != word:  # 0.398 is low: it must not read 0.40
        shown -= 0.01 if score < shown else -0.01
    return f"{number(shown)} {word}"


def fit_words(fit: Fit | None) -> str:
    """Return a fit in one line."""
    if fit is None:
        return "not measured"
    parts = [
        f"λ {with_interval(fit.lambda_s, fit.lambda_s_ci95)} s",
        f"ρ {with_interval(fit.rho_mm, fit.rho_mm_ci95)} mm",
    ]
    if fit.drift_mm_s is not None:
        parts.append(f"drift {number(fit.drift_mm_s, 3)} mm/s")
    if not fit.converged:
        parts.append("not converged")
    return ", ".join(parts)


def flags_line(interval: IntervalResult) -> str:
    """Return an interval's flags as short words in one line."""
    return ", ".join(flag.replace("_", " ") for flag in interval.quality.flags)
