"""What lies over a frame, as arrays in eye coordinates, made quick to look up by frame."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.request.corrections import Corrections
from easytear.results import Analysis
from easytear.results.model import EllipseInfo, IntervalResult
from easytear_gui.player.motion import frame_motions

TAIL_FRAMES = 15
GRID_PX = 36.0
ARROW_S = 0.25
"""Velocity arrows show the way of this time."""

_GAP_PX = 16.5


@dataclass(frozen=True)
class Tails:
    """Tracks of one frame: `points` (n, 2), and `lines` (m, 2) joined where `join` is true."""

    points: FloatArray
    observed: BoolArray
    lines: FloatArray
    join: BoolArray


@dataclass(frozen=True)
class FrontLine:
    """Pieces of the front: (k, 2) points each with (k,) standard deviations."""

    pieces: list[FloatArray]
    sd_px: list[FloatArray]


@dataclass
class OverlayData:
    """Everything that can be drawn over a video's frames.

    Parameters
    ----------
    analysis : Analysis
        The results.
    """

    analysis: Analysis
    motions: FloatArray = field(init=False)
    _interval_of: NDArray[np.int_] = field(init=False)
    _tracks: FloatArray = field(init=False)
    _front: FloatArray = field(init=False)
    _shown: list[IntervalResult] = field(init=False)

    def __post_init__(self) -> None:
        """Sort the tables by frame."""
        self.motions = frame_motions(self.analysis)
        self._shown = list(self.analysis.summary.intervals)
        count = len(self.analysis.frames)
        self._interval_of = np.full(count, -1)
        for position, interval in enumerate(self.analysis.summary.intervals):
            self._interval_of[interval.start_frame : interval.end_frame + 1] = position
        columns = ["frame", "track_id", "x_eye_px", "y_eye_px", "vx_mm_s", "vy_mm_s", "observed"]
        self._tracks = _sorted(self.analysis.tracks, columns)
        front = ["frame", "x_eye_px", "y_eye_px", "sd_px", "observed"]
        self._front = _sorted(self.analysis.front, front)

    def set_edits(self, corrections: Corrections) -> None:
        """Show a person's shapes in place of the results' at once."""
        drawn = {e.interval: e for e in corrections.irises}
        outlines = {e.interval: e for e in corrections.regions}
        self._shown = []
        for interval in self.analysis.summary.intervals:
            changes: dict[str, object] = {}
            if interval.index in drawn:
                shape = drawn[interval.index].ellipse()
                changes["iris"] = EllipseInfo(**asdict(shape))
            if interval.index in outlines:
                changes["region"] = outlines[interval.index].polygon
            self._shown.append(interval.model_copy(update=changes) if changes else interval)

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.motions)

    def interval_at(self, frame: int) -> IntervalResult | None:
        """Return the interval that a frame is in."""
        if not 0 <= frame < len(self):
            return None
        position = self._interval_of[frame]
        return None if position < 0 else self._shown[position]

    def motion(self, frame: int) -> FloatArray:
        """Return a frame's (2, 3) map from eye to image coordinates."""
        motion: FloatArray = self.motions[min(max(frame, 0), len(self) - 1)]
        return motion

    def tails(self, frame: int) -> Tails:
        """Return the tracks that live in a frame with their last half second."""
        interval = self.interval_at(frame)
        start = frame if interval is None else max(frame - TAIL_FRAMES, interval.start_frame)
        rows = _between(self._tracks, start, frame)
        now = rows[rows[:, 0] == frame]
        rows = rows[np.isin(rows[:, 1], now[:, 1])]
        rows = rows[np.lexsort((rows[:, 0], rows[:, 1]))]
        join = np.append(rows[1:, 1] == rows[:-1, 1], False) if len(rows) else np.zeros(0, bool)
        return Tails(now[:, 2:4], now[:, 6] > 0, rows[:, 2:4], join)

    def front(self, frame: int) -> FrontLine:
        """Return the front in a frame, cut where columns are missing."""
        rows = _between(self._front, frame, frame)
        rows = rows[np.argsort(rows[:, 1])]
        cuts = np.flatnonzero(np.diff(rows[:, 1]) > _GAP_PX) + 1
        pieces = [p for p in np.split(rows, cuts) if len(p) > 1]
        sds = [np.nan_to_num(p[:, 3]) for p in pieces]
        return FrontLine([p[:, 1:3] for p in pieces], sds)

    def breaks(self, frame: int) -> list[FloatArray]:
        """Return the rims of the film breaks that are there in a frame, (n, 2) points each."""
        interval = self.interval_at(frame)
        if interval is None or interval.film_break is None:
            return []
        now_s = float(self.analysis.frames["time_s"].iloc[frame])
        there = [one for one in interval.film_break.breaks if one.start_s <= now_s]
        return [np.array(one.outline, float) for one in there if len(one.outline) > 2]

    @property
    def has_breaks(self) -> bool:
        """Whether the film breaks anywhere in the video."""
        intervals = self.analysis.summary.intervals
        return any(one.film_break is not None and one.film_break.breaks for one in intervals)

    def arrows(self, frame: int) -> FloatArray:
        """Return the velocity on a grid as (n, 4) arrows x0, y0, x1, y1.

        The median of the tracks in each cell, as the way gone in `ARROW_S` at this speed.
        """
        mm_per_px = self.analysis.summary.calibration.mm_per_px
        rows = _between(self._tracks, frame - 1, frame + 1)
        rows = rows[np.isfinite(rows[:, 2:6]).all(axis=1)]
        if mm_per_px is None or not len(rows):
            return np.empty((0, 4))
        cells = np.floor(rows[:, 2:4] / GRID_PX).astype(int)
        x, y, u, v = _cell_medians(cells[:, 0] * 10_000 + cells[:, 1], rows[:, 2:6]).T
        way = ARROW_S / mm_per_px
        return np.column_stack([x, y, x + u * way, y - v * way])


def _sorted(table: pd.DataFrame, columns: list[str]) -> FloatArray:
    values: FloatArray = table[columns].to_numpy(dtype=float, na_value=np.nan)
    return values[np.argsort(values[:, 0], kind="stable")]


def _cell_medians(cell: NDArray[np.int_], values: FloatArray) -> FloatArray:
    """Return the (lower) median of each column in each cell that holds at least two rows."""
    _, first, size = np.unique(np.sort(cell), return_index=True, return_counts=True)
    middle = (first + (size - 1) // 2)[size >= 2]
    columns = [column[np.lexsort((column, cell))][middle] for column in values.T]
    return np.column_stack(columns)


def _between(rows: FloatArray, first: int, last: int) -> FloatArray:
    start, stop = np.searchsorted(rows[:, 0], [first, last + 0.5])
    return rows[start:stop]
