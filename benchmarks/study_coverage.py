"""How often the intervals of a study's page hold the truth: `python -m benchmarks.study_coverage`.

Studies are drawn as tables of numbers, of five designs, and go through the functions that make the
page. What is drawn on the scale of ln lambda: subjects, eyes, days that both eyes share, visits of
an eye, recordings, intervals. Truth is a formula where there is one, otherwise what the same
definition gives for very many subjects.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from benchmarks.page import table_markdown
from easytear.statistics.icc import Interval
from easytear.study.columns import Column
from easytear.study.correlation import correlations
from easytear.study.groups import Comparison, Test, compare, mixed_test
from easytear.study.repeatability import (
    Repeatability,
    between_intervals,
    between_visits,
    both_eyes,
    visits_agree,
)
from easytear.study.usable import usable
from easytear.study.values import EYE, LAMBDA, SESSION, UNIT, Values

SUBJECT, APART, DAY, VISIT, VIDEO, INTERVAL = 0.25, 0.10, 0.08, 0.10, 0.05, 0.08
"""Standard deviations of ln lambda, of the order that studies of the film report."""
EFFECT: Final = float(np.log(1.3))
STEP: Final = 0.04
"""What each visit adds for everybody."""
OF_EYE: Final = 0.05
EASY: Final = (2.0, 0.7)
"""Mean and standard deviation over subjects of the log odds that an interval can be used."""
MANY: Final = 4000
TRUTHS: Final = 4
"""Studies of so many subjects whose mean is the truth where there is no formula: it then is
uncertain by a twentieth of the uncertainty that a study of 40 subjects has."""
BATCH: Final = 10
"""Studies after which counts are written."""
GOAL: Final = (0.93, 0.97)
CLINICAL: Final = [Column("group", "text", "", "", ""), Column("osdi", "number", "", "", "")]


@dataclass(frozen=True)
class Design:
    """What is drawn. `first` subjects are of the first group; None: each by the toss of a coin."""

    name: str
    subjects: int
    eyes: int
    visits: int
    first: int | None = None
    missing: float = 0.0
    most_videos: int = 1
    unilateral: bool = False


DESIGNS: Final = (
    Design("full", 40, 2, 3),
    Design("unbalanced, missing", 40, 2, 3, missing=0.3, most_videos=2),
    Design("one video a subject", 40, 1, 1),
    Design("three against twenty", 23, 2, 2, first=3),
    Design("unilateral disease", 30, 2, 2, unilateral=True),
)


def draw(design: Design, rng: np.random.Generator, times: int = 1) -> Values:
    """Draw a study, or one of so many times the subjects."""
    n, e, v = design.subjects * times, design.eyes, design.visits
    s, eye, visit, video, i = (
        index.ravel() for index in np.indices((n, e, v, design.most_videos, 3))
    )
    own = rng.normal(0, SUBJECT, n)
    ill = rng.random(n) < 0.5 if design.first is None else np.arange(n) < design.first * times
    side = rng.integers(0, 2, n)
    dry = ill[s] & (eye == side[s]) if design.unilateral else ill[s]
    y = own[s] + EFFECT * dry + STEP * visit + OF_EYE * eye
    for sd, shape, at in (
        (APART, (n, e), (s, eye)),
        (DAY, (n, v), (s, visit)),
        (VISIT, (n, e, v), (s, eye, visit)),
        (VIDEO, (n, e, v, design.most_videos), (s, eye, visit, video)),
        (INTERVAL, (n, e, v, design.most_videos, 3), (s, eye, visit, video, i)),
    ):
        y = y + rng.normal(0, sd, shape)[at]
    osdi = own + rng.normal(0, SUBJECT, n)
    easy = 1 / (1 + np.exp(-rng.normal(*EASY, n)))
    usable_ones = rng.random(len(s)) < easy[s]
    there = rng.random((n, e, v, design.most_videos))[s, eye, visit, video] >= design.missing
    rows = pd.DataFrame(
        {
            "video": (((s * 10 + eye) * 10 + visit) * 10 + video).astype(str),
            "interval": i.astype(float),
            "error": None,
            "left_out": [None if one else "quality below 0.4" for one in usable_ones],
            "quality_score": np.where(usable_ones, rng.uniform(0.4, 1, len(s)), 0.2),
            "subject": s.astype(str),
            "eye": np.array(["OD", "OS"])[eye],
            "visit": visit.astype(str),
            "group": np.where(dry, "dry", "well"),
            "osdi": osdi[s],
            "spread_y_lambda_s": np.exp(y),
            "spread_y_converged": True,
        }
    )[there]
    rows[UNIT], rows[EYE], rows[SESSION] = rows["subject"], rows["eye"], rows["visit"]
    return Values(rows, rows[rows["left_out"].isna()], True)


Told = tuple[str, float, float, float]
"""What is told: its name, the estimate, and the ends of its 95 % interval."""


def intervals(values: Values) -> Iterator[tuple[str, tuple[Told, ...]]]:
    """Yield what the page prints on lambda; together where an interval holds for all of them."""
    for column in ("group", "visit"):
        found = compare(values, column, LAMBDA)
        if found is not None:
            yield from _comparison(column, found)
    at = mixed_test(values.at_quality(0.7), "group", LAMBDA)
    if at is not None:
        yield "group: effect at quality 0.7, mixed model", tuple(_effects(at))
    yield from _repeats("intervals", between_intervals(values, LAMBDA))
    yield from _repeats("visits", between_visits(values, LAMBDA))
    agree = visits_agree(values, LAMBDA)
    if agree is not None:
        known = STEP * (int(agree.second) - int(agree.first))  # which two are compared, chance says
        for name in ("bias", "lower", "upper"):
            one = getattr(agree.limits, name)
            moved = Interval(*(v - known for v in (one.value, one.low, one.high)))
            yield f"visits: Bland-Altman, {name}", (_told(name, moved),)
    eyes = both_eyes(values, LAMBDA)
    if eyes is not None:
        yield "eyes: ratio", (("ratio", eyes.difference, eyes.low, eyes.high),)
        if eyes.icc is not None:
            yield "eyes: ICC(A,1)", (_told("icc", eyes.icc),)
    for rank in correlations(values, CLINICAL):
        if rank.measure is LAMBDA and rank.column == "osdi" and rank.ends:
            yield "clinic: Spearman", (("r", rank.r, *rank.ends),)
    for share in usable(values, ["group"]):
        if share.share is not None:
            yield f"group: usable share, {share.level}", (_told("share", share.share),)


def _comparison(column: str, found: Comparison) -> Iterator[tuple[str, tuple[Told, ...]]]:
    for kind, test in (("mixed model", found.mixed), ("means of subjects", found.simple)):
        if test is not None:
            yield f"{column}: effect, {kind}", tuple(_effects(test))
    for one in found.simple.contrasts if found.simple is not None else ():
        if one.hedges is not None:
            name = f"{column}: Hedges' g" + (", paired" if found.paired else "")
            yield name, (_told(f"{one.first} {one.second}", one.hedges),)


def _told(name: str, one: Interval) -> Told:
    return name, one.value, one.low, one.high


def _effects(test: Test) -> Iterator[Told]:
    for one in test.contrasts:
        value, low, high = (float(np.log(v)) for v in (one.estimate, one.low, one.high))
        yield f"{one.first} {one.second}", value, low, high


def _repeats(name: str, one: Repeatability | None) -> Iterator[tuple[str, tuple[Told, ...]]]:
    if one is None:
        return
    found = one.scatter
    if found.sd_ends is not None:
        yield f"{name}: SD within and coefficient", (("sd", found.sd, *found.sd_ends),)
    if found.icc is not None and found.icc_ends is not None:
        yield f"{name}: {one.kind}", (("icc", found.icc, *found.icc_ends),)


def truths(design: Design, repeats: int) -> dict[tuple[str, str], float]:
    """Return what the definitions give for very many subjects; formulas where there are any."""
    found: dict[tuple[str, str], list[float]] = {}
    for seed in range(repeats):
        values = draw(design, np.random.default_rng(10_000 + seed), MANY // design.subjects)
        for name, told in intervals(values):
            for label, estimate, _, _ in told:
                found.setdefault((name, label), []).append(estimate)
    truth = {key: float(np.mean(estimates)) for key, estimates in found.items()}
    for name, label in truth:
        if name.startswith("group: effect"):
            truth[name, label] = EFFECT
        elif name.startswith("visit: effect"):
            first, second = map(int, label.split())
            truth[name, label] = STEP * (first - second)
    truth["group: effect, means of subjects", "dry well"] = EFFECT
    truth["visits: Bland-Altman, bias", "bias"] = 0.0
    truth["eyes: ratio", "ratio"] = -OF_EYE
    truth["intervals: SD within and coefficient", "sd"] = INTERVAL
    for name, label in truth:
        if name.startswith("group: usable share"):
            truth[name, label] = _usable_share()
    return truth


def _usable_share() -> float:
    """Return the mean share of usable intervals: a logistic curve over a normal law (Hermite)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    mean, sd = EASY
    return float(weights @ (1 / (1 + np.exp(-mean - sd * nodes))) / weights.sum())


def held_in(
    job: tuple[Design, dict[tuple[str, str], float], int, int],
) -> dict[str, list[int]]:
    """Return how many intervals held, and how many there were, in studies of these seeds."""
    design, truth, first, last = job
    counts: dict[str, list[int]] = {}
    for seed in range(first, last):
        for name, told in intervals(draw(design, np.random.default_rng(seed))):
            if any((name, label) not in truth for label, *_ in told):
                continue  # the large study took the other of paired and unpaired
            one = counts.setdefault(name, [0, 0])
            one[0] += all(low <= truth[name, label] <= high for label, _, low, high in told)
            one[1] += 1
    return counts


def measure(design: Design, studies: int, seed: int, jobs: int) -> Iterator[dict[str, list[int]]]:
    """Yield counts of one design, batch by batch."""
    truth = truths(design, TRUTHS)
    edges = [*range(seed, seed + studies, BATCH), seed + studies]
    parts = [(design, truth, first, last) for first, last in pairwise(edges)]
    if jobs == 1:
        yield from map(held_in, parts)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(held_in, parts)


def add(kept: dict[str, list[int]], counts: dict[str, list[int]]) -> None:
    """Add counts to those that are there."""
    for name, (held, number) in counts.items():
        one = kept.setdefault(name, [0, 0])
        one[0] += held
        one[1] += number


def cells(results: dict[str, dict[str, list[int]]]) -> list[list[str]]:
    """Return the table: a row per interval, a column per design."""
    names = sorted({name for counts in results.values() for name in counts})
    rows = [["95 % interval of", *results]]
    for name in names:
        rows.append([name, *(_cell(counts.get(name)) for counts in results.values())])
    return rows


def _cell(counts: list[int] | None) -> str:
    if counts is None or counts[1] == 0:
        return "-"
    share = counts[0] / counts[1]
    good = GOAL[0] <= share <= GOAL[1]
    return f"{100 * share:.1f} %" if good else f"**{100 * share:.1f} %**"


def main() -> None:
    """Draw studies, add to the counts of earlier runs in the file, and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.study_coverage", description=__doc__
    )
    parser.add_argument("--studies", type=int, default=1000, help="of each design")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="first seed")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--designs", nargs="+", type=int, default=list(range(len(DESIGNS))))
    parser.add_argument("-o", "--out", type=Path, default=Path("benchmark-results/coverage.json"))
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(options.out.read_text()) if options.out.exists() else {}
    for design in (DESIGNS[i] for i in options.designs):
        for counts in measure(design, options.studies, options.seed, options.jobs):
            add(kept.setdefault(design.name, {}), counts)
            options.out.write_text(json.dumps(kept, indent=1))
    print(table_markdown(cells(kept)))


if __name__ == "__main__":
    main()
