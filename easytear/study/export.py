"""The page's statistics as files: tables, figures, and scripts that compute them again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final

from easytear.base.text import no_formula
from easytear.results import atomic_write, write_text
from easytear.statistics.icc import Interval
from easytear.study.figures import Drawn
from easytear.study.groups import Comparison, Test
from easytear.study.methods import methods
from easytear.study.record import StudyRecord
from easytear.study.repeatability import Components, Repeatability
from easytear.study.statistics import Statistics
from easytear.study.values import LAMBDA, MEASURES, Measure

CSV: Final = "study-statistics.csv"
JSON: Final = "study-statistics.json"
FIGURES: Final = "figures"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One number of the page with its interval.

    `scale` says what it is: a ratio, a difference, a value in `unit`, an SD of a logarithm ...
    """

    section: str
    column: str = ""
    measure: str = ""
    quantity: str = ""
    first: str = ""
    second: str = ""
    scale: str = ""
    unit: str = ""
    estimate: float | None = None
    ci95_low: float | None = None
    ci95_high: float | None = None
    p: float | None = None
    subjects: int | None = None
    values: int | None = None
    method: str = ""
    note: str = ""


def estimates(said: Statistics) -> list[Estimate]:
    """Return every number that the page tells, in the page's order."""
    return [
        *_typical(said),
        *(row for one in said.comparisons for row in _comparison(one)),
        *_usable(said),
        *_sensitivity(said),
        *_repeat("between intervals", said.intervals_repeat, said.interval_components),
        *_repeat("between visits", said.visits_repeat, said.visit_components),
        *_visits(said),
        *_eyes(said),
        *_correlations(said),
        *_plans(said),
    ]


def _with(row: Estimate, ends: Interval | tuple[float, float] | None) -> Estimate:
    """Return a row with an interval, if there is one; an Interval brings its value, too."""
    if isinstance(ends, Interval):
        return replace(row, estimate=ends.value, ci95_low=ends.low, ci95_high=ends.high)
    return row if ends is None else replace(row, ci95_low=ends[0], ci95_high=ends[1])


def _typical(said: Statistics) -> Iterator[Estimate]:
    for one in said.typical:
        base = Estimate(
            section="numbers",
            measure=one.measure.column,
            scale="value",
            unit=one.measure.unit,
            subjects=one.subjects,
        )
        for name, value in (("median", one.median), ("q1", one.q1), ("q3", one.q3)):
            yield replace(base, quantity=name, estimate=value)


def _comparison(one: Comparison) -> Iterator[Estimate]:
    base = Estimate(section="groups", column=one.column, measure=one.measure.column)
    for level in one.levels:
        row = replace(
            base,
            first=level.name,
            scale="value",
            unit=one.measure.unit,
            subjects=level.subjects,
            note="too few for a test" if level.name in one.too_few else "",
        )
        for name, value in (("median", level.median), ("q1", level.q1), ("q3", level.q3)):
            yield replace(row, quantity=name, estimate=value)
    if one.why_none:
        yield replace(base, quantity="effect", note=f"no test: {one.why_none}")
    for kind, test in (("effect, mixed model", one.mixed), ("effect, means", one.simple)):
        if test is not None:
            yield from _effects(base, kind, test, one.measure)
    for name, sd in one.mixed.components if one.mixed is not None else ():
        quantity = f"SD, mixed model: {name}"
        yield replace(base, quantity=quantity, scale="SD of the model", estimate=sd, method="REML")


def _effects(base: Estimate, kind: str, test: Test, measure: Measure) -> Iterator[Estimate]:
    note = f"not in it: {'; '.join(test.dropped)}" if test.dropped else ""
    for c in test.contrasts:
        row = replace(base, first=c.first, second=c.second, subjects=test.subjects)
        yield replace(
            row,
            quantity=kind,
            scale="ratio" if c.ratio else "difference",
            unit="" if c.ratio else measure.unit,
            estimate=c.estimate,
            ci95_low=c.low,
            ci95_high=c.high,
            p=test.p,
            values=test.values,
            method=test.name,
            note=note,
        )
        if c.hedges is not None:
            g = replace(row, quantity="Hedges' g", scale="SDs", method="noncentral t")
            yield _with(g, c.hedges)


def _usable(said: Statistics) -> Iterator[Estimate]:
    for one in said.usable:
        row = Estimate(
            section="groups",
            column=one.column,
            quantity="usable share",
            first=one.level,
            scale="share",
            estimate=one.used / one.found,
            subjects=one.subjects,
            values=one.found,
            method="Wilson's interval, clustered in subjects",
        )
        yield _with(row, one.share)


def _sensitivity(said: Statistics) -> Iterator[Estimate]:
    for one in said.sensitivity:
        row = Estimate(
            section="groups",
            column=one.column,
            measure=one.measure,
            quantity=f"effect at quality {one.threshold:g}, mixed model",
            subjects=one.subjects,
            values=one.intervals,
        )
        c = one.contrast
        if c is None:
            yield replace(row, note="no test")
            continue
        yield replace(
            row,
            first=c.first,
            second=c.second,
            scale="ratio" if c.ratio else "difference",
            estimate=c.estimate,
            ci95_low=c.low,
            ci95_high=c.high,
            p=one.p,
        )


def _repeat(name: str, one: Repeatability | None, components: Components) -> Iterator[Estimate]:
    if one is None:
        return
    found = one.scatter
    base = Estimate(
        section="repeatability",
        measure=LAMBDA.column,
        scale="SD of the logarithm",
        subjects=found.subjects,
        values=found.values,
        method="jackknife over subjects",
    )
    yield _with(replace(base, quantity=f"SD within, {name}", estimate=found.sd), found.sd_ends)
    factors = found.sd_ends and (one.shown(found.sd_ends[0]), one.shown(found.sd_ends[1]))
    coefficient = f"repeatability coefficient, {name}"
    row = replace(base, quantity=coefficient, scale="ratio", estimate=one.factor)
    yield _with(row, factors)
    row = replace(base, quantity=f"{one.kind}, {name}", scale="correlation", estimate=found.icc)
    yield _with(replace(row, method="jackknife over subjects on ln(1 - ICC)"), found.icc_ends)
    for source, sd in components:
        yield replace(base, quantity=f"SD, {name}: {source}", estimate=sd, method="REML")


def _visits(said: Statistics) -> Iterator[Estimate]:
    one = said.visits_agree
    if one is None:
        return
    limits = one.limits
    base = Estimate(
        section="repeatability",
        measure=LAMBDA.column,
        first=one.second,
        second=one.first,
        scale="ratio",
        subjects=limits.subjects,
        values=limits.pairs,
        method="jackknife over subjects, limits joined by Zou's method",
    )
    names = (("mean change", limits.bias), ("lower limit", limits.lower))
    for name, value in (*names, ("upper limit", limits.upper)):
        yield _with(replace(base, quantity=f"Bland-Altman, {name}"), _ratio(value))


def _ratio(one: Interval) -> Interval:
    return Interval(LAMBDA.back(one.value), LAMBDA.back(one.low), LAMBDA.back(one.high))


def _eyes(said: Statistics) -> Iterator[Estimate]:
    one = said.eyes_agree
    if one is None:
        return
    base = Estimate(
        section="eyes",
        measure=LAMBDA.column,
        first=one.first,
        second=one.second,
        subjects=len(one.table),
        note=f"not in it: {'; '.join(one.left_out)}" if one.left_out else "",
    )
    row = replace(base, quantity="ratio", scale="ratio", p=one.p, method="paired t test of the log")
    yield _with(row, _ratio(Interval(one.difference, one.low, one.high)))
    if one.icc is not None:
        row = replace(base, quantity="ICC(A,1)", scale="correlation", method="McGraw and Wong")
        yield _with(row, one.icc)


def _correlations(said: Statistics) -> Iterator[Estimate]:
    for one in said.correlations:
        row = Estimate(
            section="clinic",
            column=one.column,
            measure=one.measure.column,
            quantity="Spearman",
            scale="correlation",
            estimate=one.r,
            p=one.p,
            subjects=one.subjects,
            method="Bonett and Wright",
            note=f"p after Holm: {one.p_holm:.6g}",
        )
        yield _with(row, one.ends)


def _plans(said: Statistics) -> Iterator[Estimate]:
    for one in said.plans:
        yield Estimate(
            section="planning",
            measure=LAMBDA.column,
            quantity=f"sample size, ratio {one.ratio:g}, power {one.power:g}: {one.design}",
            scale="subjects",
            estimate=float(one.subjects),
            method=f"t test, SD of the logarithm {one.sd:.6g}",
        )


def write_statistics(study: Path, record: StudyRecord, said: Statistics) -> None:
    """Write study-statistics.csv and .json beside the page."""
    rows = estimates(said)
    names = [field.name for field in fields(Estimate)]
    with (
        atomic_write(study / CSV) as aside,
        aside.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow([_cell(getattr(row, name)) for name in names])
    told = {
        "schema": "easytear-study-statistics/1",
        "software": record.software,
        "methods": methods(record, said),
        "notes": list(said.values.notes),
        "measures": {m.column: m.name for m in MEASURES},
        "estimates": [asdict(row) for row in rows],
        "changes": [asdict(one) for one in said.changes],
    }
    write_text(study / JSON, json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _cell(value: str | float | int | None) -> str:
    if value is None:
        return ""
    return no_formula(value) if isinstance(value, str) else repr(value)


def write_figures(study: Path, figures: Mapping[str, Drawn]) -> None:
    """Write every figure of the page as SVG and PDF into the folder `figures`."""
    folder = study / FIGURES
    folder.mkdir(exist_ok=True)
    for name, drawn in figures.items():
        for ending, data in (("svg", drawn.svg.encode()), ("pdf", drawn.pdf)):
            with atomic_write(folder / f"{name}.{ending}") as aside:
                aside.write_bytes(data)
