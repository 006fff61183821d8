"""Each reader against a reference: a gold standard, or what the other readers agree on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np
import pandas as pd

from easytear.annotate.agreement.distances import front_distances, points_between
from easytear.annotate.agreement.events import compare_events
from easytear.annotate.agreement.observers import Observer, people
from easytear.annotate.agreement.records import ReaderScore
from easytear.annotate.corrected import frame_times
from easytear.annotate.model import Annotations
from easytear.annotate.readers.consensus import consensus
from easytear.base.geometry import FloatArray
from easytear.results import Analysis

OTHERS: Final = "other readers"
FEWEST_READERS: Final = 3
"""Without the reader who is scored, a consensus still needs two."""

COLUMNS: Final = (
    "video",
    "interval",
    "reader",
    "against",
    "points",
    "points_missed",
    "points_median_px",
    "points_p90_px",
    "front_frames",
    "front_median_px",
    "front_signed_px",
    "start_frames",
    "end_frames",
    "lambda_ratio",
)
"""One row for each reader in each interval of the program.

`points` counts single placements, `points_missed` points of the reference without a partner;
`front_signed_px` is positive where the reader's front is lower in the picture; ends are the
reader's minus the reference's; `lambda_ratio` is the reader's over the reference's.
"""


@dataclass(frozen=True)
class Scored:
    """A reader in one video: single distances, and the rows of the table."""

    reader: str
    against: str
    distances: FloatArray
    scale: float | None
    fronts: FloatArray
    signed: FloatArray
    ends: FloatArray
    rows: list[dict[str, Any]]


def others(analysis: Analysis, documents: Sequence[Annotations], name: str) -> Observer | None:
    """Return what readers but one agree on, None with fewer than two of them."""
    rest = [d for d in documents if d.annotator != name]
    if len(documents) < FEWEST_READERS or len(rest) != len(documents) - 1:
        return None
    if len({d.annotator for d in rest}) < len(rest):
        return None
    return people(analysis, [consensus(rest).document])[0]


def score(
    analysis: Analysis, reader: Observer, reference: Observer, against: str, lambdas: FloatArray
) -> Scored:
    """Compare a reader with a reference in one video.

    Parameters
    ----------
    lambdas : ndarray, shape (intervals, 2)
        The reader's and the reference's lambda of each interval, NaN where there is none.
    """
    time_s = frame_times(analysis)
    points = points_between(reader.paths, reference.paths, time_s)
    drawn = reader.front_keys | reference.front_keys
    fronts = front_distances(reader.fronts, reference.fronts, drawn)
    rows = []
    ends = []
    for one, (own, true) in zip(analysis.summary.intervals, lambdas, strict=True):
        span = (one.start_frame, one.end_frame)
        inside = points[points["frame"].between(*span)]
        lines = fronts[fronts["frame"].between(*span)]
        edges = _edges(reader, reference, span, time_s)
        ends += [edges] if np.isfinite(edges).all() else []
        missed = {p.track for p in reference.paths if span[0] <= p.first <= span[1]}
        rows.append(
            {
                "video": analysis.summary.video.path,
                "interval": one.index,
                "reader": reader.name,
                "against": against,
                "points": len(inside),
                "points_missed": len(missed - set(inside["other"])),
                "points_median_px": _middle(inside["distance_px"], 0.5),
                "points_p90_px": _middle(inside["distance_px"], 0.9),
                "front_frames": len(lines),
                "front_median_px": _middle(lines["mean_px"], 0.5),
                "front_signed_px": _middle(lines["signed_px"], 0.5),
                "start_frames": edges[0],
                "end_frames": edges[1],
                "lambda_ratio": own / true,
            }
        )
    return Scored(
        reader.name,
        against,
        points["distance_px"].to_numpy(float),
        analysis.summary.calibration.mm_per_px,
        fronts["mean_px"].to_numpy(float),
        fronts["signed_px"].to_numpy(float),
        np.array(ends, dtype=float).reshape(-1, 2),
        rows,
    )


def _edges(
    reader: Observer, reference: Observer, span: tuple[int, int], time_s: FloatArray
) -> tuple[float, float]:
    """Return how far the reader's ends of an interval are from the reference's, in frames."""
    near = [
        [s for s in spans or () if s[0] <= span[1] and s[1] >= span[0]]
        for spans in (reader.intervals, reference.intervals)
    ]
    found = compare_events(near[0], near[1], time_s)
    if found.matched != 1:
        return np.nan, np.nan
    return float(found.start_frames[0]), float(found.end_frames[0])


def _middle(values: pd.Series[Any], share: float) -> float:
    return float(values.astype(float).quantile(share)) if len(values) else np.nan


def summed(found: Iterable[Scored]) -> tuple[ReaderScore, ...]:
    """Return each reader's score over all videos, gold standard first."""
    groups: dict[tuple[str, str], list[Scored]] = {}
    for one in found:
        groups.setdefault((one.against, one.reader), []).append(one)
    ordered = sorted(groups.items(), key=lambda item: item[0][0] == OTHERS)
    return tuple(_sum(reader, against, parts) for (against, reader), parts in ordered)


def _sum(reader: str, against: str, parts: Sequence[Scored]) -> ReaderScore:
    px = np.concatenate([one.distances for one in parts])
    mm = [one.distances * one.scale for one in parts if one.scale is not None]
    fronts = np.concatenate([one.fronts for one in parts])
    signed = np.concatenate([one.signed for one in parts])
    ends = np.concatenate([one.ends for one in parts])
    rows = list(chain.from_iterable(one.rows for one in parts))
    marked = [
        row
        for row in rows
        if row["points"] or row["front_frames"] or np.isfinite(row["start_frames"])
    ]
    ratios = np.array([row["lambda_ratio"] for row in rows], dtype=float)
    ratios = np.log(ratios[np.isfinite(ratios)])
    return ReaderScore(
        reader=reader,
        against=against,
        intervals=len(marked),
        points=len(px),
        points_missed=sum(row["points_missed"] for row in rows),
        points_median_px=_quantile(px, 0.5),
        points_p90_px=_quantile(px, 0.9),
        points_median_mm=_quantile(np.concatenate(mm), 0.5) if len(mm) == len(parts) else None,
        front_frames=len(fronts),
        front_median_px=_quantile(fronts, 0.5),
        front_signed_px=_quantile(signed, 0.5),
        start_frames=float(ends[:, 0].mean()) if len(ends) else None,
        end_frames=float(ends[:, 1].mean()) if len(ends) else None,
        lambda_ratio=float(np.exp(ratios.mean())) if len(ratios) else None,
        lambda_intervals=len(ratios),
    )


def _quantile(values: FloatArray, share: float) -> float | None:
    return float(np.quantile(values, share)) if len(values) else None
