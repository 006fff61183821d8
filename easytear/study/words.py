"""Statistics in words."""

from __future__ import annotations

import math

from easytear.study.groups import Comparison, Contrast, Correlation
from easytear.study.repeatability import Eyes, Icc, Repeatability
from easytear.study.statistics import Statistics, Typical


def number(value: float | None) -> str:
    """Return a number with three significant digits, for people."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, 4)}f}".replace("-", "−")


def p_value(p: float) -> str:
    """Return a p value as journals print it."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def several(count: int, one: str, more: str = "") -> str:
    """Return a count with its noun."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def span(low: float, high: float) -> str:
    """Return an interval."""
    return f"{number(low)} to {number(high)}"


def typical(one: Typical) -> str:
    """Say the median over subjects and where the middle half lies."""
    unit = one.measure.unit
    return f"{number(one.median)} {unit} (middle half of {one.subjects}: {span(one.q1, one.q3)})"


def icc(one: Icc | None) -> str:
    """Say an intraclass correlation and what it rests on."""
    if one is None:
        return "too few for an intraclass correlation"
    return (
        f"{one.kind.replace('(', ' (')} = {one.value:.2f} (95 % interval {one.low:.2f} to "
        f"{one.high:.2f}; {one.units} × {one.each} measurements)"
    )


def repeats(one: Repeatability | None, what: str, unit: str) -> str:
    """Say how far something repeats."""
    if one is None:
        return f"Not told: fewer than three {unit} were measured twice."
    return (
        f"Two {what} differ by less than a factor of {number(one.factor)} in 95 % of cases "
        f"(within-subject SD {one.sd:.3f} of ln λ, about {number(one.percent)} %; "
        f"{one.values} values of {one.units} {unit}). {icc(one.icc)}."
    )


def eyes(one: Eyes | None) -> str:
    """Say how both eyes agree on lambda."""
    if one is None:
        return "Not told: fewer than three subjects have both eyes."
    ratio, low, high = (math.exp(v) for v in (one.difference, one.low, one.high))
    return (
        f"λ of {one.first} is {number(ratio)} times that of {one.second} (95 % interval "
        f"{span(low, high)}; {several(len(one.table), 'subject')}, paired t test of the "
        f"logarithm, {p_value(one.p)}). {icc(one.icc)}."
    )


def standardised(one: Contrast) -> str:
    """Say Hedges' g and its interval."""
    if one.hedges is None:
        return "Hedges' g not defined"
    return f"Hedges' g {number(one.hedges.value)}, {span(one.hedges.low, one.hedges.high)}"


def rank(one: Correlation) -> str:
    """Say a rank correlation's interval, or that so few subjects have none."""
    return span(*one.ends) if one.ends else "no interval from fewer than 10 subjects"


def contrast(one: Contrast, name: str) -> str:
    """Say how two groups differ."""
    if one.ratio:
        how = f"{name} in {one.first} is {number(one.estimate)} times that in {one.second}"
    else:
        how = f"{name} in {one.first} minus that in {one.second} is {number(one.estimate)}"
    return f"{how} (95 % interval {span(one.low, one.high)}; {standardised(one)})"


def comparison(one: Comparison) -> str:
    """Say what a comparison of groups found, and what it does not say."""
    name = one.measure.short
    if one.p is None:
        return f"{name}: too few subjects per group for a test."
    if len(one.contrasts) == 1:
        said = f"{contrast(one.contrasts[0], name)}. "
    else:
        apart = [c for c in one.contrasts if _apart(c)]
        pairs = "; ".join(contrast(c, name) for c in apart)
        said = f"{pairs}. " if pairs else f"{name}: no two groups are told apart. "
    verdict = (
        "a difference this large would be rare if there were none"
        if one.p < 0.05
        else "the data do not tell the groups apart; that is no proof that they are equal"
    )
    return f"{said}{one.test}: {p_value(one.p)}: {verdict}."


def _apart(one: Contrast) -> bool:
    none = 1.0 if one.ratio else 0.0
    return not one.low <= none <= one.high


def correlation(one: Correlation) -> str:
    """Say a rank correlation."""
    name = one.measure.short
    way = "higher" if one.r > 0 else "lower"
    sure = "" if one.p_holm < 0.05 else ", which could be chance"
    return (
        f"{name} tends to be {way} where {one.column} is higher (Spearman {number(one.r)}, "
        f"95 % interval: {rank(one)}, {several(one.subjects, 'subject')}, "
        f"{p_value(one.p_holm)} after Holm's correction{sure})."
    )


def left_out(said: Statistics) -> str:
    """Say how many intervals are left out of averages, and why."""
    reasons = ", ".join(f"{count} {reason}" for reason, count in said.left_out.items())
    return reasons or "none"
