"""What a person said of the program's findings, matched to results that were made anew.

Numbers of tracks and intervals change with every analysis; places and times do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.annotate.actions import with_items
from easytear.annotate.model import (
    UNMATCHED,
    Annotations,
    AnyItem,
    IntervalMark,
    PointTrack,
    Verdict,
)
from easytear.engine.edits import REJECTED_WITHIN_PX
from easytear.results import Analysis


@dataclass(frozen=True)
class Rematched:
    """A document whose numbers are those of an analysis, and what could not be matched.

    `lost` are sentences for people; the marks they speak of stay in the document, flagged.
    """

    document: Annotations
    lost: tuple[str, ...]


def rematched(document: Annotations, analysis: Analysis) -> Rematched:
    """Return the document with the numbers that tracks and intervals have in an analysis.

    A track is the one that passes within the width of a point's error of the place that was
    noted, in that frame; an interval the one that a mark overlaps most. Marks without a place
    (of older files) keep their number where there is a track of that number.
    """
    places = _Places(analysis)
    items: list[AnyItem] = []
    lost: list[str] = []
    for item in document.items:
        now, missing = _matched(item, places)
        items.append(now)
        if missing:
            lost.append(missing)
    return Rematched(with_items(document, items), tuple(lost))


class _Places:
    """Finds tracks and intervals of an analysis by place and time."""

    def __init__(self, analysis: Analysis) -> None:
        table = analysis.tracks.sort_values("frame", kind="stable")
        self._frames = table["frame"].to_numpy(dtype=int)
        self._ids = table["track_id"].to_numpy(dtype=int)
        self._xy = table[["x_px", "y_px"]].to_numpy(dtype=float)
        self._known = frozenset(self._ids.tolist())
        self._intervals = analysis.summary.intervals
        self._rejected = analysis.summary.request.corrections.rejected

    def track(self, item: PointTrack | Verdict) -> int | None:
        """Return the number that a mark's track has; None if it is not there."""
        frame, x, y = item.program_frame, item.program_x_px, item.program_y_px
        if frame is None or x is None or y is None:
            return item.program_track if item.program_track in self._known else None
        first, last = np.searchsorted(self._frames, [frame, frame + 1])
        if first == last:
            return None
        away = np.hypot(*(self._xy[first:last] - [x, y]).T)
        nearest = int(away.argmin())
        near = away[nearest] <= REJECTED_WITHIN_PX
        return int(self._ids[first + nearest]) if near else None

    def taken_in(self, number: int) -> bool:
        """Return whether results were made without this track, as the person wished."""
        words = (f"track {number} rejected", f"track {number} replaced")
        return any(one.what in words for one in self._rejected)

    def interval(self, start: int, end: int) -> int | None:
        """Return the interval that shares most frames with a span; None without any."""
        shared = {
            one.index: min(end, one.end_frame) - max(start, one.start_frame)
            for one in self._intervals
        }
        best = max(shared, key=lambda k: shared[k], default=None)
        return best if best is not None and shared[best] >= 0 else None


def _matched(item: AnyItem, places: _Places) -> tuple[AnyItem, str]:
    """Return a mark with its numbers as they are now, and what is to be said if it has none."""
    if isinstance(item, PointTrack | Verdict) and item.program_track is not None:
        found = places.track(item)
        if found is None and places.taken_in(item.program_track):
            return item, ""
        what = f"track {item.program_track}"
        name = "program_track"
    elif isinstance(item, IntervalMark) and item.program_interval is not None:
        found = places.interval(item.start_frame, item.end_frame)
        what, name = f"interval {item.program_interval + 1}", "program_interval"
    elif isinstance(item, Verdict) and item.program_frame is not None:
        found = places.interval(item.program_frame, item.program_frame)
        what, name = f"the {item.about} at frame {item.program_frame}", "program_interval"
    else:
        return item, ""
    others = tuple(flag for flag in item.flags if flag != UNMATCHED)
    if found is None:
        marked = item.model_copy(update={"flags": (*others, UNMATCHED)})
        return marked, f"{_said(item)} {what}: the results no longer have it."
    if others == item.flags and found == getattr(item, name):
        return item, ""
    return item.model_copy(update={"flags": others, name: found}), ""


def _said(item: AnyItem) -> str:
    if isinstance(item, Verdict):
        return "Accepted" if item.accepted else "Rejected"
    return f"Point {item.id} in place of" if isinstance(item, PointTrack) else "Bounds of"
