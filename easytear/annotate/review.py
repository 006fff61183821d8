"""What a person should look at next: the program's least certain findings first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from easytear.annotate.influence import lambda_effects
from easytear.annotate.model import Annotations, PointTrack, Verdict, is_matched
from easytear.results import Analysis

_NEIGHBOURS = 12
_FEWEST = 6
_POOR_SCORE = 0.5


@dataclass(frozen=True)
class Doubt:
    """One thing to look at.

    Attributes
    ----------
    kind : str
        "track", "front" or "interval".
    frame : int
        Where to look.
    interval : int
        Which interval it is in.
    program_track : int or None
        The track in question.
    x_px, y_px : float
        Place in the image of that frame (tracks), NaN otherwise.
    error_px : float
        How wrong it may be; infinite for an interval whose numbers should not be believed.
    why : str
        For a person.
    effect : float
        Share of lambda that rejecting the track would change, 0 where it is not known.
    """

    kind: str
    frame: int
    interval: int
    program_track: int | None
    x_px: float
    y_px: float
    error_px: float
    why: str
    effect: float = 0.0


MOST_TRACKS = 10
"""Tracks asked about at most in an interval: what a person looks at in two minutes."""

SURE_PX = 2.0
"""A track less sure than this is asked about: the error of a point set by hand."""

WORTH_A_LOOK = 0.002
"""Least share of lambda that a track's rejection must change: a fiftieth of a usual 95 % interval
(a tenth of lambda)."""


def worth_a_look(doubts: Sequence[Doubt], document: Annotations) -> list[Doubt]:
    """Return the short queue: numbers, fronts, tracks that move lambda most, the least certain.

    Left out are tracks that move it by less than `WORTH_A_LOOK` and are known to within
    `SURE_PX`, in each interval all beyond `MOST_TRACKS`, and what was judged.
    """
    judged, spoken = judged_tracks(document), judged_findings(document)
    chosen = [d for d in doubts if d.program_track is None and (d.kind, d.interval) not in spoken]
    tracks = [d for d in doubts if d.program_track is not None]
    moving = [d for d in tracks if abs(d.effect) >= WORTH_A_LOOK]
    moving.sort(key=lambda d: -abs(d.effect))
    rest = [d for d in tracks if abs(d.effect) < WORTH_A_LOOK and d.error_px > SURE_PX]
    asked: Counter[int] = Counter()
    for doubt in (*moving, *sorted(rest, key=lambda d: -d.error_px)):
        if asked[doubt.interval] >= MOST_TRACKS:
            continue
        asked[doubt.interval] += 1
        if doubt.program_track not in judged:
            chosen.append(doubt)
    return chosen


def judged_findings(document: Annotations) -> set[tuple[str, int]]:
    """Return the fronts and intervals that the person accepted: kind and interval."""
    return {
        (v.about, v.program_interval)
        for v in document.of(Verdict)
        if v.program_interval is not None and is_matched(v)
    }


def review_queue(analysis: Analysis, document: Annotations | None = None) -> list[Doubt]:
    """Return what to look at, least certain first; tracks judged already are left out.

    A track's expected error joins, in quadrature, the tracker's own standard deviation and how
    far its way differs from its neighbours' ways over the same frames: a point that stuck to a
    lash is sure of itself, and only its neighbours know. A front's is its median standard
    deviation in the frame where that is greatest.
    """
    doubts = [*_intervals(analysis), *_fronts(analysis.front)]
    doubts.extend(_tracks(analysis.tracks, lambda_effects(analysis)))
    judged = set() if document is None else judged_tracks(document)
    open_ones = [d for d in doubts if d.program_track is None or d.program_track not in judged]
    return sorted(open_ones, key=lambda d: (-d.error_px, d.interval, d.frame))


def judged_tracks(document: Annotations) -> set[int]:
    """Return the program's tracks that the person accepted, rejected or replaced."""
    said: list[PointTrack | Verdict] = [*document.of(PointTrack), *document.of(Verdict)]
    return {i.program_track for i in said if i.program_track is not None and is_matched(i)}


def _intervals(analysis: Analysis) -> Iterable[Doubt]:
    for one in analysis.summary.intervals:
        if one.quality.score < _POOR_SCORE or not one.spread.y:
            words = ", ".join(flag.replace("_", " ") for flag in one.quality.flags)
            why = f"quality {one.quality.score:.2f}" + (f": {words}" if words else "")
            yield Doubt("interval", one.start_frame, one.index, None, np.nan, np.nan, np.inf, why)


def _fronts(front: pd.DataFrame) -> Iterable[Doubt]:
    if front.empty:
        return
    by_frame = front.groupby(["interval", "frame"])["sd_px"].median().reset_index()
    for index, rows in by_frame.dropna().groupby("interval"):
        worst = rows.iloc[int(rows["sd_px"].to_numpy().argmax())]
        error, frame = float(worst["sd_px"]), int(worst["frame"])
        why = f"front ±{error:.1f} px"
        yield Doubt("front", frame, int(str(index)), None, np.nan, np.nan, error, why)


def _tracks(tracks: pd.DataFrame, effects: Mapping[int, float]) -> Iterable[Doubt]:
    if tracks.empty:
        return
    apart = _apart_from_neighbours(tracks)
    for track_id, rows in tracks.sort_values("frame").groupby("track_id"):
        sd = float(np.sqrt(np.nanmean(rows["sd_px"].to_numpy(dtype=float) ** 2)))
        odd = apart.get(int(str(track_id)), 0.0)
        where = rows.iloc[len(rows) // 2]
        seen = rows["observed"].mean()
        why = f"±{sd:.1f} px" + (f", {odd:.1f} px off its neighbours" if odd > sd else "")
        effect = effects.get(int(str(track_id)), 0.0)
        why += f", without it λ {100 * effect:+.1f} %" if abs(effect) >= WORTH_A_LOOK else ""
        why += f", measured in {seen:.0%} of its frames" if seen < 0.5 else ""
        yield Doubt(
            "track",
            int(where["frame"]),
            int(where["interval"]),
            int(str(track_id)),
            float(where["x_px"]),
            float(where["y_px"]),
            float(np.hypot(np.nan_to_num(sd), odd)),
            why,
            effect,
        )


def _apart_from_neighbours(tracks: pd.DataFrame) -> dict[int, float]:
    """Return for each track how far its way is from its neighbours'; 0 where there are few."""
    ordered = tracks.sort_values(["track_id", "frame"])
    apart: dict[int, float] = {}
    for _, part in ordered.groupby("interval"):
        track = part["track_id"].to_numpy(dtype=int)
        found, starts = np.unique(track, return_index=True)
        frames = np.split(part["frame"].to_numpy(dtype=int), starts[1:])
        places = np.split(part[["x_eye_px", "y_eye_px"]].to_numpy(dtype=float), starts[1:])
        paths = dict(zip(found.tolist(), zip(frames, places, strict=True), strict=True))
        ids = list(paths)
        middles = np.array([xy[len(xy) // 2] for _, xy in paths.values()])
        if len(ids) < 4:
            continue
        near = np.asarray(cKDTree(middles).query(middles, k=min(_NEIGHBOURS + 1, len(ids)))[1])
        for i, track_id in enumerate(ids):
            others = [paths[ids[j]] for j in near[i] if j != i]
            apart[track_id] = _disagreement(paths[track_id], others)
    return apart


def _disagreement(
    own: tuple[np.ndarray, np.ndarray],
    others: list[tuple[np.ndarray, np.ndarray]],
) -> float:
    """Return how far a track's way is from what its neighbours' ways let expect (px).

    Film speed changes with height first of all, so the neighbours' ways are taken as a plane
    over their places, fitted twice: the second time without the quarter that fits worst.
    """
    frames, xy = own
    rows = []
    for their_frames, their_xy in others:
        start, stop = max(frames[0], their_frames[0]), min(frames[-1], their_frames[-1])
        if stop - start < 3:
            continue
        mine = xy[stop - frames[0]] - xy[start - frames[0]]
        theirs = their_xy[stop - their_frames[0]] - their_xy[start - their_frames[0]]
        place = their_xy[start - their_frames[0]] - xy[start - frames[0]]
        rows.append((1.0, *place, *(theirs - mine)))
    if len(rows) < _FEWEST:
        return 0.0
    table = np.array(rows)
    places, gaps = table[:, :3], table[:, 3:]
    plane = np.linalg.lstsq(places, gaps, rcond=None)[0]
    worst = np.hypot(*(gaps - places @ plane).T)
    kept = worst <= np.quantile(worst, 0.75)
    plane = np.linalg.lstsq(places[kept], gaps[kept], rcond=None)[0]
    return float(np.hypot(*plane[0]))
