"""Statistics in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from easytear.statistics.clusters import Scatter
from easytear.statistics.icc import Interval
from easytear.study.correlation import Correlation
from easytear.study.groups import Comparison, Contrast, Test
from easytear.study.repeatability import Eyes, Repeatability, Visits
from easytear.study.statistics import Statistics, Typical

FEW: Final = "no interval from fewer than five subjects"
MOST_NAMES: Final = 12


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
    if not math.isfinite(p):
        return "no p value"
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


def icc(one: Scatter | None, kind: str) -> str:
    """Say an intraclass correlation and its interval."""
    if one is None or one.icc is None:
        return "No intraclass correlation: nothing varies between subjects"
    ends = f"95 % interval {one.icc_ends[0]:.2f} to {one.icc_ends[1]:.2f}" if one.icc_ends else FEW
    return f"{kind.replace('(', ' (')} = {one.icc:.2f} ({ends})".replace("-", "−")


def repeats(one: Repeatability | None, what: str, unit: str) -> str:
    """Say how far something repeats."""
    if one is None:
        return f"Not told: fewer than three {unit} were measured twice, or all values are the same."
    found = one.scatter
    ends = span(*map(one.shown, found.sd_ends)) if found.sd_ends else ""
    sds = f"{found.sd_ends[0]:.3f} to {found.sd_ends[1]:.3f}" if found.sd_ends else ""
    return (
        f"Two {what} differ by less than a factor of {number(one.factor)} in 95 % of cases "
        f"({f'95 % interval {ends}' if ends else FEW}; within-unit SD {found.sd:.3f} of ln λ, "
        f"{f'{sds}, ' if sds else ''}about {number(one.percent)} %; {found.values} values of "
        f"{found.units} {unit} of {several(found.subjects, 'subject')}). {icc(found, one.kind)}."
    )


def parts(components: Sequence[tuple[str, float]]) -> str:
    """Say the standard deviations of a mixed model."""
    return ", ".join(f"{name} {sd:.3f}" for name, sd in components)


def agreement(one: Visits | None) -> str:
    """Say Bland and Altman's limits between two visits."""
    if one is None:
        return "Not told: fewer than five subjects have two visits."
    bias, low, high = one.limits.bias, one.limits.lower, one.limits.upper
    return (
        f"λ at {one.second} is {_factor(bias)} times that at {one.first} on average; 95 % of "
        f"single eyes lie between {_factor(low)} and {_factor(high)} "
        f"({several(one.limits.pairs, 'eye')} of {several(one.limits.subjects, 'subject')})."
    )


def _factor(one: Interval) -> str:
    ends = span(math.exp(one.low), math.exp(one.high))
    return f"{number(math.exp(one.value))} (95 % interval {ends})"


def eyes(one: Eyes | None) -> str:
    """Say how both eyes agree on lambda."""
    if one is None:
        return "Not told: fewer than three subjects have both eyes."
    ratio, low, high = (math.exp(v) for v in (one.difference, one.low, one.high))
    tested = "no test: all differences are the same" if one.p is None else p_value(one.p)
    out = f" Left out, with one eye only: {_names(one.left_out)}." if one.left_out else ""
    return (
        f"λ of {one.first} is {number(ratio)} times that of {one.second} (95 % interval "
        f"{span(low, high)}; {several(len(one.table), 'subject')}, paired t test of the "
        f"logarithm, {tested}). {eyes_icc(one)}.{out}"
    )


def eyes_icc(one: Eyes) -> str:
    """Say how alike both eyes are."""
    if one.icc is None:
        return "No intraclass correlation: nothing varies"
    ends = f"{one.icc.low:.2f} to {one.icc.high:.2f}"
    return f"ICC (A,1) = {one.icc.value:.2f} (95 % interval {ends})".replace("-", "−")


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(names[:MOST_NAMES])}{more}"


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
    g = f"; {standardised(one)}" if one.hedges is not None else ""
    return f"{how} (95 % interval {span(one.low, one.high)}{g})"


def comparison(one: Comparison) -> str:
    """Say what a comparison of groups found, on what it rests, and what it does not say."""
    name = one.measure.short
    out = f" Too few subjects to enter: {_names(one.too_few)}." if one.too_few else ""
    test = one.mixed or one.simple
    if test is None:
        return f"{name}: no test: {one.why_none}.{out}"
    verdict = (
        "a difference this large would be rare if there were none"
        if test.p < 0.05
        else "the data do not tell the groups apart; that is no proof that they are equal"
    )
    sizes = ", ".join(f"{o.name}: {o.subjects}" for o in one.levels if o.name not in one.too_few)
    both = f"; {len(one.both)} of them in several groups" if one.both else ""
    both = "; the same in all" if one.paired and len(one.both) == test.subjects else both
    what = "eye visits" if one.mixed else "means"
    rests = f"{test.values} {what} of {several(test.subjects, 'subject')} ({sizes}{both})"
    return (
        f"{_contrasts(test, name)}{_capital(test.name)} of {rests}: {p_value(test.p)}: "
        f"{verdict}.{out}"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _contrasts(test: Test, name: str) -> str:
    if len(test.contrasts) == 1:
        return f"{contrast(test.contrasts[0], name)}. "
    apart = [c for c in test.contrasts if _apart(c)]
    pairs = "; ".join(contrast(c, name) for c in apart)
    return f"{pairs}. " if pairs else f"{name}: no two groups are told apart. "


def short_comparison(one: Comparison) -> str:
    """Say what a comparison found, as short as the first lines of a page ask for."""
    test = one.mixed or one.simple
    if test is None:
        return f"no test: {one.why_none}"
    said = _contrasts(test, one.measure.short)
    return f"{said}{p_value(test.p)}, {several(test.subjects, 'subject')}"


def simple(one: Comparison) -> str:
    """Say what the simple test beside the mixed model found, and whom it leaves out."""
    if one.simple is None:
        return "No simple test: too few subjects are in one group alone, or they do not vary."
    test, name = one.simple, one.measure.short
    why = "not in every group" if one.paired else "in several groups"
    out = f" Left out, {why}: {_names(test.dropped)}." if test.dropped else ""
    return (
        f"Means of subjects: {_contrasts(test, name)}{_capital(test.name)}, "
        f"{several(test.subjects, 'subject')}: {p_value(test.p)}.{out}"
    )


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
