"""Twins of a real recording: simulated scenes whose diagnostics are compared with its own.

What is measured on a simulated eye says what to believe on a real one only where following the
film is as hard. The diagnostics are those of following and measuring, not of looks.

    python -m benchmarks.twin CLIP [--seeds 1 2 3] [-o WORK]

CLIP is the recording (it belongs to others, and is not part of EasyTear). Prints one line for each
diagnostic, the clip's beside the median and range of the twins', then accuracy and coverage on
the twins.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.score import score_analysis
from benchmarks.suite import render
from easytear.engine import run
from easytear.request.request import Request
from easytear.results import Analysis

PRESET = "twin"
BORN_S = 1.0
"""Survival is that of tracks born in the first so many seconds, when the film is fast."""
AGES_S = (0.5, 1.0, 2.0)
FOLLOWED_AT_S = (0.0, 0.1, 0.3)
BANDS = 5


def diagnostics(analysis: Analysis, number: int = 0) -> dict[str, float]:
    """Return the diagnostics of one interval.

    Parameters
    ----------
    analysis : Analysis
        Of the real clip, or of a twin.
    number : int
        The interval.

    Returns
    -------
    dict of str to float
        NaN where something was not measured.
    """
    result = analysis.summary.intervals[number]
    tracks = analysis.tracks[analysis.tracks["interval"] == number]
    front = analysis.front[analysis.front["interval"] == number]
    fit = result.spread.y
    out = _survival(tracks, result.start_s, result.end_s)
    out["share of track positions measured"] = float(tracks["observed"].mean())
    out |= _front(front, result.start_s)
    out["what the law leaves of tracks, RMS, mm"] = _number(fit.rmse_mm if fit else None)
    out["misfit of the exponential, % of rho"] = (
        100.0 * _number(fit.law.misfit) if fit and fit.law else np.nan
    )
    for band in range(BANDS):
        found = [b.fit for b in result.spread.bands if b.from_mm == 0.5 * band]
        name = f"band {0.5 * band:.1f} mm"
        one = found[0] if found else None
        out[f"{name}: rho, mm"] = _number(one.rho_mm if one else None)
        out[f"{name}: lambda, s"] = _number(one.lambda_s if one else None)
    out["front: rho, mm"] = _number(result.spread.front.rho_mm if result.spread.front else None)
    out["quality score"] = result.quality.score
    out["interlaced"] = float("interlaced" in analysis.summary.flags)
    return out


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _survival(tracks: pd.DataFrame, start_s: float, end_s: float) -> dict[str, float]:
    """Return how many tracks are followed early, and what share lives how long."""
    life = tracks.groupby("track_id")["time_s"].agg(["min", "max"])
    early = life[life["min"] <= start_s + BORN_S]
    age = early["max"] - early["min"]
    out = {f"tracks alive after {a:g} s": float((age >= a).mean()) for a in AGES_S if len(early)}
    observed = tracks[tracks["observed"]]
    for at in FOLLOWED_AT_S:
        near = (observed["time_s"] - start_s - at).abs() < 0.02
        out[f"points measured at {at:g} s"] = float(near.sum())
    return out


def _front(front: pd.DataFrame, start_s: float) -> dict[str, float]:
    """Return when the front is first seen, and until when half of its columns are."""
    seen = front[front["observed"]].groupby("time_s").size()
    if seen.empty:
        return {"front first seen, s": np.nan, "half of the front seen until, s": np.nan}
    half = seen[seen >= 0.5 * seen.max()]
    return {
        "front first seen, s": float(seen.index[0]) - start_s,
        "half of the front seen until, s": float(half.index[-1]) - start_s,
    }


def compared(clip: Path, seeds: list[int], work: Path) -> list[str]:
    """Return the lines to print; see the module's head."""
    cases = [render(PRESET, seed, work) for seed in seeds]
    twins = [run(Request(), case.video) for case in cases]
    table = pd.DataFrame([diagnostics(twin) for twin in twins])
    lines = [f"{'':42s} {'clip':>8s} {'twins':>8s}   range of {len(seeds)}"]
    for name, value in diagnostics(run(Request(), clip)).items():
        column = table[name]
        reach = f"{column.min():.2f} to {column.max():.2f}"
        lines.append(f"{name:42s} {value:8.2f} {column.median():8.2f}   {reach}")
    found = [
        score_analysis(t, c.truth())["intervals"][0] for t, c in zip(twins, cases, strict=True)
    ]
    for name in ("lambda", "rho", "v0"):
        lines.append(_accuracy(name, pd.DataFrame(found)))
    return lines


def _accuracy(name: str, table: pd.DataFrame) -> str:
    error = table[f"{name}_error"].dropna().abs()
    held = (table[f"{name}_ci_sd"].dropna().abs() <= 1.96).mean()
    return (
        f"{name}: median error {100 * error.median():.1f} %, 90th percentile "
        f"{100 * error.quantile(0.9):.1f} %, 95 % intervals hold {100 * held:.0f} % of {len(error)}"
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("clip", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("-o", "--work", type=Path, default=Path("benchmark-results"))
    arguments = parser.parse_args()
    print("\n".join(compared(arguments.clip, arguments.seeds, arguments.work)))


if __name__ == "__main__":
    main()
