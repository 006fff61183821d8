"""Is what is claimed about errors true: coverage of uncertainties, and what the score ranks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm, spearmanr

from benchmarks.score import LEVELS
from easytear.base.geometry import FloatArray
from easytear.request.settings.measure import QualitySettings

LAWS = {
    "lambda_ci_sd": "lambda",
    "rho_ci_sd": "rho",
    "v0_ci_sd": "initial velocity",
    "front_lambda_ci_sd": "lambda of the front",
    "front_rho_ci_sd": "rho of the front",
}
"""Columns of errors in standard deviations, one value for each interval."""
POSITIONS = "track positions"
ERRORS = {
    "law_error": "lambda, rho and initial velocity together",
    "lambda_error": "lambda",
    "rho_error": "rho",
    "v0_error": "initial velocity",
    "track_1s_px": "tracks after 1 s, px",
    "front_px": "front, px",
}
"""Columns whose size the quality score should rank."""
IN_PX = ("track_1s_px", "front_px")


def low_score() -> float:
    """Return the score below which EasyTear flags an interval."""
    return float(QualitySettings().low_score)


# --- coverage -------------------------------------------------------------------------------


def coverage(errors_in_sd: FloatArray) -> FloatArray:
    """Return the observed share of |error| / sd within each claimed level's bound."""
    bounds = norm.ppf(0.5 + np.array(LEVELS) / 2.0)
    size = np.abs(errors_in_sd)
    return np.array([float((size <= bound).mean()) for bound in bounds])


def observed(table: pd.DataFrame) -> dict[str, tuple[FloatArray, FloatArray, FloatArray, int]]:
    """Return, for each quantity, observed shares, their 95 % limits, and number of intervals.

    Of track positions each interval gives its own share; the limits are those of the mean over
    intervals, as positions in one interval do not err independently.
    """
    out = {}
    for column, title in LAWS.items():
        known = table.get(column, pd.Series(dtype=float)).dropna().to_numpy(dtype=float)
        if len(known):
            share = coverage(known)
            out[title] = (share, *binomial_limits(share, len(known)), len(known))
    held = table.get("track_held", pd.Series(dtype=object)).dropna()
    if len(held):
        shares = np.array(held.tolist(), dtype=float)
        middle = shares.mean(axis=0)
        half = 1.96 * shares.std(axis=0, ddof=1 if len(shares) > 1 else 0) / np.sqrt(len(shares))
        out[POSITIONS] = (middle, middle - half, np.minimum(middle + half, 1.0), len(shares))
    return out


def binomial_limits(share: FloatArray, count: int) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's 95 % limits of observed shares."""
    z2 = float(chi2.ppf(0.95, 1))
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = np.sqrt(z2) * np.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return middle - half / (1 + z2 / count), middle + half / (1 + z2 / count)


def coverage_cells(table: pd.DataFrame) -> list[list[str]]:
    """Return a table with its head: observed share and its standard error at each level."""
    head = ["claimed", *(f"{100 * level:.0f} %" for level in LEVELS), "intervals"]
    out = [head]
    for title, (share, low, high, count) in observed(table).items():
        if title == POSITIONS:
            error = (high - low) / 3.92
        else:
            error = np.sqrt(share * (1.0 - share) / count)
        cells = [f"{s:.2f} ± {e:.2f}" for s, e in zip(share, error, strict=True)]
        out.append([title, *cells, str(count)])
    return out


# --- quality score --------------------------------------------------------------------------


def quality_rank(table: pd.DataFrame) -> dict[str, tuple[float | None, int]]:
    """Return Spearman's rank correlation of quality score and error sizes, and the number.

    Below zero it ranks: a high score goes with a small error.
    """
    out: dict[str, tuple[float | None, int]] = {}
    for column in ERRORS:
        score, size = _scored(table, column)
        varied = len(score) >= 5 and score.nunique() > 1
        out[column] = (float(spearmanr(score, size)[0]) if varied else None, len(score))
    return out


def _scored(table: pd.DataFrame, column: str) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return scores and error sizes of the intervals that have both."""
    if "quality" not in table or column not in table:
        return pd.Series(dtype=float), pd.Series(dtype=float)
    known = table[table["quality"].notna() & table[column].notna()]
    return known["quality"].astype(float), known[column].astype(float).abs()


def quality_cells(table: pd.DataFrame) -> list[list[str]]:
    """Return a table with its head: rank correlation, errors on either side of the threshold."""
    limit = low_score()
    head = ["error", "rank correlation", "n"]
    for side in (f"score at least {limit:g}", f"score below {limit:g}"):
        head += [f"{side}: n", "median", "90th percentile"]
    out = [head]
    for column, (rank, count) in quality_rank(table).items():
        score, size = _scored(table, column)
        shown = "-" if rank is None else f"{rank:.2f}"
        line = [ERRORS[column], shown, str(count)]
        for part in (size[score >= limit], size[score < limit]):
            line += [str(len(part)), *_two(part, column)]
        out.append(line)
    return out


def _two(size: pd.Series[float], column: str) -> Sequence[str]:
    """Return median and 90th percentile as text."""
    if size.empty:
        return "-", "-"
    numbers = (float(size.median()), float(size.quantile(0.9)))
    if column in IN_PX:
        return [f"{number:.2f}" for number in numbers]
    return [f"{100.0 * number:.1f} %" for number in numbers]


def without_law(table: pd.DataFrame) -> tuple[int, int]:
    """Return how many intervals with a law to find gave none, and how many of them score low."""
    if "fitted" not in table or "quality" not in table:
        return 0, 0
    none = table[(table["fitted"] == False) & table["quality"].notna()]  # noqa: E712
    return len(none), int((none["quality"] < low_score()).sum())
