"""Program against people, and people against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from easytear.annotate.agreement.distances import (
    front_distances,
    points_between,
    points_to_program,
)
from easytear.annotate.agreement.events import EventAgreement, compare_events, merged
from easytear.annotate.agreement.observers import Observer, people, program
from easytear.annotate.agreement.records import (
    PROGRAM,
    QUANTITIES,
    Agreement,
    Distance,
    PairAgreement,
    Who,
)
from easytear.annotate.agreement.statistics import Icc, bland_altman, icc
from easytear.annotate.corrected import check_same_video, frame_times, measured_by
from easytear.annotate.film import FilmMotion
from easytear.annotate.model import Annotations
from easytear.results import Analysis


@dataclass(frozen=True)
class Comparison:
    """The agreement, and the single comparisons behind it as tables.

    `points` and `front` have columns video, a, b, time_s, distance_mm or mean_mm and those of
    `easytear.annotate.agreement.distances`; `measures` has video, interval, observer, whether
    the fit settled (only such numbers enter the statistics) and `QUANTITIES`; `events` has
    video, a, b, kind and differences.
    """

    agreement: Agreement
    points: pd.DataFrame
    front: pd.DataFrame
    measures: pd.DataFrame
    events: pd.DataFrame


@dataclass
class _Tables:
    points: list[pd.DataFrame] = field(default_factory=list)
    front: list[pd.DataFrame] = field(default_factory=list)
    measures: list[dict[str, Any]] = field(default_factory=list)
    events: dict[tuple[str, str, str], list[tuple[str, EventAgreement]]] = field(
        default_factory=dict
    )


def compare(cases: Sequence[tuple[Analysis, Sequence[Annotations]]]) -> Comparison:
    """Compare the program's results with people's annotations, and people with each other.

    Parameters
    ----------
    cases : sequence of (Analysis, sequence of Annotations)
        Each video's results, with the annotations that people made of it.

    Raises
    ------
    AnnotationError
        If annotations are of another video than their results.
    """
    tables, videos = _Tables(), []
    seen: dict[str, list[Observer]] = {}
    for analysis, documents in cases:
        video = analysis.summary.video.path
        videos.append(video)
        for document in documents:
            check_same_video(analysis, document)
        observers = [program(analysis), *people(analysis, documents)]
        for one in observers:
            seen.setdefault(one.name, []).append(one)
        for a, b in combinations(observers, 2):
            _compare_two(video, analysis, a, b, tables)
        tables.measures.extend(_measures(video, analysis, documents, observers))
    measures = pd.DataFrame(
        tables.measures, columns=["video", "interval", "observer", "settled", *QUANTITIES]
    )
    points, front = _joined(tables.points), _joined(tables.front)
    settled = measures[measures["settled"].astype(bool)]
    pairs = tuple(_pair(a, b, points, front, settled, tables) for a, b in combinations(seen, 2))
    agreement = Agreement(
        videos=tuple(videos),
        observers=tuple(_who(name, parts) for name, parts in seen.items()),
        pairs=pairs,
        icc_all=_iccs(settled),
        icc_people=_iccs(settled[settled["observer"] != PROGRAM]),
    )
    return Comparison(agreement, points, front, measures, _event_table(tables))


def _compare_two(video: str, analysis: Analysis, a: Observer, b: Observer, tables: _Tables) -> None:
    time_s, scale = frame_times(analysis), analysis.summary.calibration.mm_per_px
    head = {"video": video, "a": a.name, "b": b.name}
    if a.name == PROGRAM:
        points = points_to_program(b.paths, FilmMotion(analysis.tracks), time_s)
    else:
        points = points_between(a.paths, b.paths, time_s)
    if len(points):
        millimetres = points["distance_px"] * (np.nan if scale is None else scale)
        when = time_s[points["frame"].to_numpy(dtype=int)]
        tables.points.append(points.assign(**head, time_s=when, distance_mm=millimetres))
    keys = b.front_keys if a.name == PROGRAM else a.front_keys | b.front_keys
    front = front_distances(a.fronts, b.fronts, keys)
    if len(front):
        millimetres = front["mean_px"] * (np.nan if scale is None else scale)
        when = time_s[front["frame"].to_numpy(dtype=int)]
        tables.front.append(front.assign(**head, time_s=when, mean_mm=millimetres))
    for kind in ("blinks", "intervals"):
        ours, theirs = getattr(a, kind), getattr(b, kind)
        if ours is not None and theirs is not None:
            key = (a.name, b.name, kind)
            found = compare_events(ours, theirs, time_s)
            tables.events.setdefault(key, []).append((video, found))


def _measures(
    video: str,
    analysis: Analysis,
    documents: Sequence[Annotations],
    observers: Sequence[Observer],
) -> list[dict[str, Any]]:
    rows = _numbers(video, PROGRAM, analysis)
    for document, one in zip(documents, observers[1:], strict=True):
        if one.paths:
            rows += _numbers(video, one.name, measured_by(analysis, document))
    return rows


def _numbers(video: str, name: str, analysis: Analysis) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for one in analysis.summary.intervals:
        fit = one.spread.y
        rows.append(
            {
                "video": video,
                "interval": one.index,
                "observer": name,
                "settled": fit is not None and fit.converged,
                "lambda_s": None if fit is None else fit.lambda_s,
                "rho_mm": None if fit is None else fit.rho_mm,
                "initial_velocity_mm_s": None if fit is None else fit.initial_velocity_mm_s,
                "mean_velocity_mm_s": one.velocity.mean_mm_s,
            }
        )
    return rows


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["a", "b"])


def _pair(
    a: str,
    b: str,
    points: pd.DataFrame,
    front: pd.DataFrame,
    measures: pd.DataFrame,
    tables: _Tables,
) -> PairAgreement:
    mine = [table[(table["a"] == a) & (table["b"] == b)] for table in (points, front)]
    both = _side_by_side(measures, a, b)
    altman = {name: bland_altman(rows[a].tolist(), rows[b].tolist()) for name, rows in both.items()}
    return PairAgreement(
        a=a,
        b=b,
        points=_distance(mine[0], "distance_px", "distance_mm"),
        front=_distance(mine[1], "mean_px", "mean_mm"),
        blinks=_events(tables, a, b, "blinks"),
        intervals=_events(tables, a, b, "intervals"),
        bland_altman={name: found for name, found in altman.items() if found is not None},
    )


def _side_by_side(measures: pd.DataFrame, a: str, b: str) -> dict[str, pd.DataFrame]:
    """Return for each quantity the intervals for which both have a positive value."""
    found = {}
    for name in QUANTITIES:
        wide = measures.pivot_table(
            index=["video", "interval"], columns="observer", values=name, dropna=False
        ).reindex(columns=[a, b])
        wide = wide.astype(float).dropna()
        found[name] = wide[(wide > 0).all(axis=1)]
    return found


def _distance(table: pd.DataFrame, px: str, mm: str) -> Distance | None:
    if table.empty:
        return None
    far, near = table[px].astype(float), table[mm].astype(float)
    known = bool(near.notna().all())
    return Distance(
        n=len(table),
        median_px=float(far.median()),
        p90_px=float(far.quantile(0.9)),
        median_mm=float(near.median()) if known else None,
        p90_mm=float(near.quantile(0.9)) if known else None,
    )


def _events(tables: _Tables, a: str, b: str, kind: str) -> EventAgreement | None:
    return merged([found for _, found in tables.events.get((a, b, kind), [])])


def _event_table(tables: _Tables) -> pd.DataFrame:
    rows = [
        (video, a, b, kind, *value)
        for (a, b, kind), cases in tables.events.items()
        for video, e in cases
        for value in zip(e.start_frames, e.end_frames, e.start_s, e.end_s, strict=True)
    ]
    names = ["start_frames", "end_frames", "start_s", "end_s"]
    return pd.DataFrame(rows, columns=["video", "a", "b", "kind", *names])


def _iccs(measures: pd.DataFrame) -> dict[str, Icc]:
    found = {}
    for name in QUANTITIES:
        target = measures["video"].astype(str) + " " + measures["interval"].astype(str)
        table = pd.DataFrame(
            {"target": target, "rater": measures["observer"], "value": measures[name]}
        ).astype({"value": float})
        one = icc(table[table["value"] > 0])
        if one is not None:
            found[name] = one
    return found


def _who(name: str, parts: list[Observer]) -> Who:
    blind = None if parts[0].blind is None else all(p.blind for p in parts)
    return Who(
        name=name,
        blind=blind,
        points=sum(len({path.track for path in p.paths}) for p in parts),
        fronts=sum(len(p.front_keys) for p in parts) if name != PROGRAM else 0,
        blinks=sum(len(p.blinks or ()) for p in parts),
    )
