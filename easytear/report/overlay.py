"""The overlay video: what was found, drawn over the eye, with time and blinks below."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from easytear.base.geometry import ByteArray, FloatArray
from easytear.base.progress import SILENT, Progress
from easytear.report.breaks import draw_breaks
from easytear.report.drawing import Finder, draw, frame_matrix, mapped
from easytear.results import IntervalResult, Results
from easytear.show import palette
from easytear.video import FrameReader, VideoWriter, deinterlace

OVERLAY: Final = "overlay.mp4"

_AROUND_S = 1.0 + 1e-6  # the frame a second away belongs to it
_BAR_PX = 30
_MARGIN_PX = 10
_DARK = (30, 26, 24)
_PALE = (225, 225, 225)
_QUALITY = 21.0
_KEYS = {"g": "60"}  # key frames close enough together for a browser's slider


def write_overlay(
    results: Results,
    video: Path,
    path: Path,
    *,
    stabilised: bool = True,
    progress: Progress = SILENT,
) -> None:
    """Write the overlay video: H.264 that plays in a browser, frame times kept.

    It begins a second before what was analysed and ends a second after it.

    Parameters
    ----------
    results : Results
        What to draw.
    video : Path
        The video they belong to.
    path : Path
        The file to write.
    stabilised : bool
        Hold the eye still, interval by interval; else show the frames as they are.
    progress : Progress
        Told how far the work is; nothing is left when it cancels.

    Raises
    ------
    VideoError
        If the video cannot be read or the file not be written.
    """
    with FrameReader(video, results.summary.video.fps_given) as reader:
        facts = reader.facts
        painter = _Painter(results, facts.width_px, facts.height_px, stabilised=stabilised)
        height = facts.height_px + _BAR_PX
        size = facts.width_px, height
        first, stop = _stretch(results, facts.time_s)
        with VideoWriter(path, *size, fps=facts.fps_mean, crf=_QUALITY, options=_KEYS) as out:
            for one in reader.pictures(first, stop):
                painted = painter.paint(one.frame, one.time_s, one.colour())
                out.write(painted, one.time_s - facts.time_s[first])
                progress.update(one.frame + 1 - first, stop - first, "drawing the overlay")


def _stretch(results: Results, time_s: FloatArray) -> tuple[int, int]:
    """Return the first frame to show, and the one after the last."""
    frames = results.frames
    known = frames.loc[frames["interval"].notna() | frames["is_blink"], "time_s"]
    if known.empty:
        return 0, len(time_s)
    ends = [known.min() - _AROUND_S, known.max() + _AROUND_S]
    first, stop = np.searchsorted(time_s, ends)
    return int(first), int(stop)


class _Painter:
    """Paints one frame after the other."""

    def __init__(self, results: Results, width: int, height: int, *, stabilised: bool) -> None:
        self._size = (width, height)
        self._stabilised = stabilised
        self._fields = "interlaced" in results.summary.flags
        self._rows = {int(row["frame"]): row for row in results.frames.to_dict("records")}
        self._intervals = {result.index: result for result in results.summary.intervals}
        self._results = results
        self._finder: tuple[int, Finder] | None = None
        self._duration_s = max(results.summary.video.duration_s, 1e-6)
        self._bar = self._empty_bar(results)

    def paint(self, frame: int, time_s: float, picture: ByteArray) -> ByteArray:
        """Return the frame with everything drawn, the bar below."""
        row = self._rows.get(frame)
        if self._fields:
            picture = deinterlace(picture)
        label = ""
        if row is not None and row["interval"] in self._intervals:
            result = self._intervals[int(row["interval"])]
            picture = self._paint_interval(picture, row, result, frame)
            label = f"interval {result.index + 1}   {time_s - result.start_s:5.2f} s after opening"
        elif row is not None and row["is_blink"]:
            label = "blink"
            corner = (self._size[0] - 1, self._size[1] - 1)
            cv2.rectangle(picture, (0, 0), corner, palette.blue_green_red(palette.BLINK), 6)
        return np.concatenate([picture, self._paint_bar(time_s, label)])

    def _paint_interval(
        self,
        picture: ByteArray,
        row: dict[Hashable, Any],
        result: IntervalResult,
        frame: int,
    ) -> ByteArray:
        matrix = frame_matrix(row, result)
        if self._stabilised:
            still = cv2.warpAffine(
                picture, matrix, self._size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            )
            picture = np.asarray(still, np.uint8)
            matrix = np.eye(2, 3)
        if result.region is not None:
            outline = np.round(mapped(np.array(result.region), matrix)).astype(np.int32)
            hue = palette.blue_green_red(palette.REGION)
            cv2.polylines(picture, [outline], True, hue, 1, cv2.LINE_AA)
        draw(picture, self._found(result).at(frame), matrix)
        draw_breaks(picture, result, float(row["time_s"]), matrix)
        return picture

    def _found(self, result: IntervalResult) -> Finder:
        """Return what was found in one interval; only that of the latest is kept."""
        if self._finder is None or self._finder[0] != result.index:
            self._finder = (result.index, Finder(self._results.of(result.index), result))
        return self._finder[1]

    def _x(self, time_s: float) -> int:
        share = min(max(time_s / self._duration_s, 0.0), 1.0)
        return round(_MARGIN_PX + share * (self._size[0] - 2 * _MARGIN_PX))

    def _empty_bar(self, results: Results) -> ByteArray:
        """Draw the time line: intervals as bands, blinks as grey blocks."""
        bar = np.full((_BAR_PX, self._size[0], 3), _DARK, np.uint8)
        for result in self._intervals.values():
            hue = palette.blue_green_red(palette.TRACKS)
            ends = (self._x(result.start_s), 22), (self._x(result.end_s), 25)
            cv2.rectangle(bar, *ends, hue, -1)
        frames = results.frames
        times = frames["time_s"].to_numpy(float)
        for first, last in _stretches(frames["is_blink"].to_numpy(bool)):
            ends = (self._x(times[first]), 20), (self._x(times[last]) + 1, 27)
            cv2.rectangle(bar, *ends, palette.blue_green_red(palette.BLINK), -1)
        return bar

    def _paint_bar(self, time_s: float, label: str) -> ByteArray:
        bar = self._bar.copy()
        x = self._x(time_s)
        cv2.line(bar, (x, 17), (x, 29), (255, 255, 255), 2, cv2.LINE_AA)
        _write(bar, f"{time_s:6.2f} s", _MARGIN_PX)
        _write(bar, label, _MARGIN_PX + 90)
        return bar


def _write(bar: ByteArray, text: str, x: int) -> None:
    cv2.putText(bar, text, (x, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.42, _PALE, 1, cv2.LINE_AA)


def _stretches(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Return first and last place of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]
