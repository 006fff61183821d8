"""Program against people, and people against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from easytear.annotate.agreement.observers import Observer, gold_standard, people, program
from easytear.annotate.agreement.records import (
    GOLD,
    PROGRAM,
    QUANTITIES,
    Agreement,
    Distance,
    PairAgreement,
    Who,
)
from easytear.annotate.agreement.scores import COLUMNS, OTHERS, Scored, others, score, summed
from easytear.annotate.agreement.statistics import Icc, bland_altman, icc
from easytear.annotate.corrected import check_same_video, frame_times, measured_by
from easytear.annotate.film import FilmMotion
from easytear.annotate.model import Annotations
from easytear.base.errors import AnnotationError
from easytear.results import Analysis


@dataclass(frozen=True)
class Comparison:
    """The agreement, and the single comparisons behind it as tables.

    `points` and `front` have columns video, a, b, time_s, distance_mm or mean_mm and those of
    `easytear.annotate.agreement.distances`; `measures` has video, subject, interval, observer,
    whether the fit settled (only such numbers enter the statistics) and `QUANTITIES`; `events` has
    video, a, b, kind and differences; `scores` has the columns of
    `easytear.annotate.agreement.scores`.
    """

    agreement: Agreement
    points: pd.DataFrame
    front: pd.DataFrame
    measures: pd.DataFrame
    events: pd.DataFrame
    scores: pd.DataFrame


@dataclass
class _Tables:
    points: list[pd.DataFrame] = field(default_factory=list)
    front: list[pd.DataFrame] = field(default_factory=list)
    measures: list[dict[str, Any]] = field(default_factory=list)
    events: dict[tuple[str, str, str], list[tuple[str, EventAgreement]]] = field(
        default_factory=dict
    )
    seen: dict[str, list[Observer]] = field(default_factory=dict)
    scored: list[Scored] = field(default_factory=list)


def compare(
    cases: Sequence[tuple[Analysis, Sequence[Annotations]]],
    gold: Sequence[Annotations] = (),
    subjects: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare the program's results with people's annotations, and people with each other.

    Parameters
    ----------
    cases : sequence of (Analysis, sequence of Annotations)
        Each video's results, with the annotations that people made of it.
    gold : sequence of Annotations
        Gold standards, at most one a video.
    subjects : mapping of video to subject, optional
        Whose each video is, by the path that its results tell; those not named, and all without
        it, are of a subject of their own.

    Raises
    ------
    AnnotationError
        If annotations are of another video than their results.
    """
    tables = _Tables()
    looked = [_case(analysis, documents, gold) for analysis, documents in cases]
    # One order of observers in all videos, or a pair would be two.
    names = {PROGRAM: None} | {one.name: None for case in looked for one in case.readers}
    order = {name: n for n, name in enumerate([*names, GOLD])}
    for case in looked:
        _compare_one(case, order, tables)
    videos = tuple(analysis.summary.video.path for analysis, _ in cases)
    measures = _measure_table(tables, subjects or {})
    points, front = _joined(tables.points), _joined(tables.front)
    settled = measures[measures["settled"].astype(bool)]
    ordered = sorted(tables.seen, key=lambda name: order[name])
    pairs = combinations(ordered, 2)
    agreement = Agreement(
        videos=videos,
        subjects=len({(subjects or {}).get(video, video) for video in videos}),
        observers=tuple(_who(name, tables.seen[name]) for name in ordered),
        pairs=tuple(_pair(a, b, points, front, settled, tables) for a, b in pairs),
        icc_all=_iccs(settled[settled["observer"] != GOLD]),
        icc_people=_iccs(settled[~settled["observer"].isin((PROGRAM, GOLD))]),
        scores=summed(tables.scored),
    )
    rows = [row for one in tables.scored for row in one.rows]
    scores = pd.DataFrame(rows, columns=list(COLUMNS))
    return Comparison(agreement, points, front, measures, _event_table(tables), scores)


@dataclass(frozen=True)
class _Case:
    """A video, its readers, and those who looked at it: program, readers, gold standard."""

    analysis: Analysis
    documents: Sequence[Annotations]
    readers: list[Observer]
    standard: Annotations | None
    golden: list[Observer]


def _case(
    analysis: Analysis, documents: Sequence[Annotations], gold: Sequence[Annotations]
) -> _Case:
    for document in documents:
        check_same_video(analysis, document)
    standard = _standard(analysis, gold)
    golden = [] if standard is None else [gold_standard(analysis, standard)]
    return _Case(analysis, documents, people(analysis, documents), standard, golden)


def _compare_one(case: _Case, order: Mapping[str, int], tables: _Tables) -> None:
    """Compare everybody who looked at one video."""
    analysis, video = case.analysis, case.analysis.summary.video.path
    observers = [program(analysis), *case.readers, *case.golden]
    for one in observers:
        tables.seen.setdefault(one.name, []).append(one)
    for a, b in combinations(sorted(observers, key=lambda one: order[one.name]), 2):
        _compare_two(video, analysis, a, b, tables)
    read = [*case.documents, *([] if case.standard is None else [case.standard])]
    rows = _measures(video, analysis, read, observers)
    tables.measures.extend(rows)
    tables.scored.extend(_scores(analysis, case.documents, case.readers, case.golden, rows))


def _standard(analysis: Analysis, gold: Sequence[Annotations]) -> Annotations | None:
    """Return the gold standard of a video, None without one."""
    found = [one for one in gold if one.video.sha256 == analysis.summary.video.sha256]
    if len(found) > 1:
        raise AnnotationError(
            f"{found[0].video.name}: has several gold standards; join them with 'easytear "
            "consensus', or give one."
        )
    return found[0] if found else None


def _measure_table(tables: _Tables, subjects: Mapping[str, str]) -> pd.DataFrame:
    names = ["video", "subject", "interval", "observer", "settled", *QUANTITIES]
    rows = [{**row, "subject": subjects.get(row["video"], row["video"])} for row in tables.measures]
    return pd.DataFrame(rows, columns=names)


def _scores(
    analysis: Analysis,
    documents: Sequence[Annotations],
    readers: Sequence[Observer],
    golden: Sequence[Observer],
    measures: Sequence[Mapping[str, Any]],
) -> list[Scored]:
    """Score each reader of a video against its gold standard, and against the other readers."""
    count = len(analysis.summary.intervals)
    known = {
        (row["observer"], row["interval"]): row["lambda_s"] for row in measures if row["settled"]
    }
    indices = [one.index for one in analysis.summary.intervals]

    def lambdas(of: Sequence[str]) -> np.ndarray:
        table = np.array([[known.get((n, i)) for i in indices] for n in of], dtype=float)
        with np.errstate(all="ignore"):
            told = np.isfinite(table)
            sums = np.where(told, np.log(table), 0.0).sum(axis=0)
            return np.asarray(np.exp(sums / told.sum(axis=0))).reshape(count)

    found = []
    for document, reader in zip(documents, readers, strict=True):
        own = lambdas([reader.name])
        rest = [one.name for one in readers if one is not reader]
        references = [(GOLD, one, lambdas([GOLD])) for one in golden]
        near = others(analysis, documents, document.annotator)
        if near is not None:
            references.append((OTHERS, near, lambdas(rest)))
        for against, reference, true in references:
            both = np.column_stack([own, true])
            found.append(score(analysis, reader, reference, against, both))
    return found


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
    altman = {
        name: bland_altman(
            rows[a].tolist(), rows[b].tolist(), rows.index.get_level_values("subject").tolist()
        )
        for name, rows in both.items()
    }
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
            index=["subject", "video", "interval"], columns="observer", values=name, dropna=False
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
            {
                "target": target,
                "rater": measures["observer"],
                "value": measures[name],
                "subject": measures["subject"],
            }
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
