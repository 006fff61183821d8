"""Two results to one comparison."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from easytear.base.errors import UsageError
from easytear.compare.contrast import Difference, Sample, Scatter, difference, holm, sd_of
from easytear.compare.differing import differing
from easytear.compare.records import Comparison, Contrast, Pair, Side, Verdict
from easytear.measure.quantities.base import Quantity
from easytear.measure.quantities.catalogue import of_interval
from easytear.results import IntervalResult, Summary
from easytear.show.words import state

_NOT_COMPARED: Final = (
    "onset_s", "time_of_peak_s", "r2", "rmse_mm", "n", "window_over_lambda", "score",
)  # fmt: skip
"""Ends of the keys of what tells of a recording or a fit, not of an eye."""


def compare(
    a: Summary,
    b: Summary,
    names: tuple[str, str],
    *,
    same_eye: bool | None = None,
    visits: dict[str, Scatter] | None = None,
    between_visits: str = "",
    pair: tuple[int, int] | None = None,
) -> Comparison:
    """Compare two results, each quantity of the catalogue by itself.

    Parameters
    ----------
    a, b : Summary
        The results; what is told is b against a.
    names : pair of str
        What to call them.
    same_eye : bool, optional
        Whether both are of one eye; without it, as their labels say.
    visits : dict of str to Scatter, optional
        Scatter between visits by the quantity's key.
    between_visits : str
        Where that comes from.
    pair : pair of int, optional
        One interval of each (index, from 0) to compare and show, in place of all that are used.

    Raises
    ------
    UsageError
        If an interval of `pair` is not there.
    """
    one_eye = same_eye if same_eye is not None else _one_eye(a, b)
    chosen = _chosen(a, pair[0] if pair else None), _chosen(b, pair[1] if pair else None)
    sides = tuple(
        _side(summary, name, intervals)
        for summary, name, intervals in zip((a, b), names, chosen, strict=True)
    )
    doubt = _scale_sd(a, b, one_eye)
    wanted = [one for one in of_interval() if _compared(one)]
    found = [_contrast(one, chosen, doubt, (visits or {}).get(one.key)) for one in wanted]
    known = [
        (one, c, d)
        for one, (c, d) in zip(wanted, found, strict=True)
        if c.a is not None or c.b is not None
    ]
    judged = _judged([(c, d) for one, c, d in known if one.studied])
    return Comparison(
        a=sides[0],
        b=sides[1],
        same_eye=one_eye,
        between_visits=between_visits,
        judged=tuple(judged),
        shown=tuple(c for one, c, _ in known if not one.studied),
        warnings=tuple(differing(a, b, chosen)),
    )


def _compared(one: Quantity) -> bool:
    return one.kind == "number" and not one.key.endswith(_NOT_COMPARED)


def _one_eye(a: Summary, b: Summary) -> bool:
    """Return whether the labels say that both are of the same eye."""
    keys = ("subject", "eye")
    told = [tuple(one.request.labels.get(key) for key in keys) for one in (a, b)]
    return told[0] == told[1] and all(told[0])


def _chosen(summary: Summary, index: int | None) -> list[IntervalResult]:
    """Return the intervals to compare: those used; without any, those of low quality."""
    if index is not None:
        named = [one for one in summary.intervals if one.index == index]
        if not named:
            raise UsageError(
                f"{summary.video.path}: has no interval {index + 1}; it has "
                f"{len(summary.intervals)}."
            )
        return named
    for wanted in ("used", "low"):
        found = [one for one in summary.intervals if state(one) == wanted]
        if found:
            return found
    return []


def _side(summary: Summary, name: str, intervals: Sequence[IntervalResult]) -> Side:
    return Side(
        name=name,
        video=Path(summary.video.path.replace("\\", "/")).name,
        sha256=summary.video.sha256,
        easytear=summary.software.get("easytear", ""),
        mm_per_px=summary.calibration.mm_per_px,
        labels=summary.request.labels,
        intervals=tuple(one.index for one in intervals),
        shown=intervals[0].index if intervals else None,
    )


def _scale_sd(a: Summary, b: Summary, one_eye: bool) -> tuple[float, float]:
    """Return each scale's relative standard deviation, without what both scales share.

    Of one eye, how far its iris is from the mean is common to both and leaves a ratio; the same
    instrument's or user's number likewise.
    """
    scales = a.calibration, b.calibration
    sources = {one.source for one in scales}
    if sources == {"hvid"} and one_eye:
        ends = [(s.iris_px_sd or 0.0) / s.iris_px if s.iris_px else 0.0 for s in scales]
    elif len(sources) == 1 and scales[0].mm_per_px == scales[1].mm_per_px and "hvid" not in sources:
        ends = [0.0, 0.0]
    else:
        ends = [(s.mm_per_px_sd or 0.0) / s.mm_per_px if s.mm_per_px else 0.0 for s in scales]
    return ends[0], ends[1]


def _contrast(
    one: Quantity,
    chosen: tuple[list[IntervalResult], list[IntervalResult]],
    doubt: tuple[float, float],
    visits: Scatter | None,
) -> tuple[Contrast, Difference | None]:
    """Return one quantity's contrast without its verdict, and what it came from."""
    a, b = (_sample(one, intervals, sd) for intervals, sd in zip(chosen, doubt, strict=True))
    back = math.exp if one.log else float
    means = [back(float(s.value.mean())) if len(s.value) else None for s in (a, b)]
    found = difference(a, b, visits) if len(a.value) and len(b.value) else None
    ci95: Pair | None = None
    if found is not None and found.ci95 is not None:
        ci95 = (back(found.ci95[0]), back(found.ci95[1]))
    detectable = None if found is None else found.detectable
    return (
        Contrast(
            key=one.key,
            label=one.label,
            unit=one.unit,
            kind="ratio" if one.log else "difference",
            a=means[0],
            b=means[1],
            a_count=len(a.value),
            b_count=len(b.value),
            change=None if found is None else back(found.value),
            change_ci95=ci95,
            p=None if found is None else found.p,
            verdict=None,
            detectable=None if detectable is None else back(detectable),
        ),
        found,
    )


def _sample(one: Quantity, intervals: Sequence[IntervalResult], scale_sd: float) -> Sample:
    """Return a quantity's values in some intervals on the scale on which it is compared."""
    values, sds = [], []
    for interval in intervals:
        value = one.value(interval)
        if value is None or (one.log and value <= 0) or not _settled(one, interval):
            continue
        low, high = _interval(one, interval)
        values.append(math.log(value) if one.log else float(value))
        sds.append(sd_of(low, high, float(value), log=one.log))
    common = scale_sd if one.given_scale else 0.0
    if not one.log and values:
        common *= abs(float(np.mean(values)))
    return Sample(np.array(values), np.array(sds), common)


def _settled(one: Quantity, interval: IntervalResult) -> bool:
    """Return whether a law that the value belongs to settled."""
    if not one.settled:
        return True
    place: object = interval
    for name in one.settled.split("."):
        place = getattr(place, name, None)
    return bool(place)


def _interval(one: Quantity, interval: IntervalResult) -> tuple[float | None, float | None]:
    """Return the 95 % interval without the scale's share, which all intervals have in common."""
    if not one.ci95:
        return None, None
    if one.given_scale:
        place: object = interval
        for name in (*one.place[:-1], f"{one.place[-1]}_ci95_given_scale"):
            place = getattr(place, name, None)
        if isinstance(place, tuple) and place[0] is not None:
            return place
    return one.interval95(interval)


def _judged(found: Sequence[tuple[Contrast, Difference | None]]) -> list[Contrast]:
    """Return the contrasts with their verdicts, after Holm over all of them."""
    told = holm([c.p for c, _ in found])
    return [
        c.model_copy(update={"verdict": _verdict(falls, d is not None and d.repeated)})
        for (c, d), falls in zip(found, told, strict=True)
    ]


def _verdict(falls: bool | None, repeated: bool) -> Verdict:
    if falls is None:
        return "cannot be told"
    if not falls:
        return "within chance"
    return "more than chance" if repeated else "more than measurement error"
