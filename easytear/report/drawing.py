"""What was found, drawn into a picture: front with its band, film points with tails."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from easytear.base.geometry import ByteArray, FloatArray, eye_to_image_matrices
from easytear.results import Analysis, IntervalResult
from easytear.show import palette

TAIL_S = 0.25
"""How far back in time a point's tail reaches."""

_NEARBY_S = 0.15
_BAND_SD = 1.96
_SHIFT_BITS = 4  # drawing to a sixteenth of a pixel


@dataclass(frozen=True)
class Found:
    """What one interval holds for one frame, in eye coordinates.

    Attributes
    ----------
    front_x, front_y, front_sd, front_measured : (c,) arrays
        The front's samples, x rising; measured within 0.15 s of this frame, or predicted.
    tails : list of (k, 2) float arrays
        Each measured film point's way to where it is now, oldest first.
    predicted : (p, 2) float array
        Where the points are that were not measured within 0.15 s of this frame.
    """

    front_x: FloatArray
    front_y: FloatArray
    front_sd: FloatArray
    front_measured: NDArray[np.bool_]
    tails: list[FloatArray]
    predicted: FloatArray


def frames_around(rows: pd.DataFrame, shown: Collection[int]) -> NDArray[np.int_]:
    """Return the frames that a `Finder` must know of to tell what was found in those shown.

    Parameters
    ----------
    rows : pandas.DataFrame
        The interval's rows of frames.csv.
    shown : collection of int
        Frames to be drawn.
    """
    frame, time_s = rows["frame"].to_numpy(int), rows["time_s"].to_numpy(float)
    needed = np.zeros(len(frame), bool)
    for now in time_s[np.isin(frame, list(shown))]:
        needed |= (time_s >= now - TAIL_S - 1e-6) & (time_s <= now + _NEARBY_S + 1e-6)
    return frame[needed]


class Finder:
    """Looks up front and film points of one interval, frame by frame.

    Parameters
    ----------
    analysis : Analysis
        The results.
    interval : IntervalResult
        One of its intervals.
    """

    def __init__(self, analysis: Analysis, interval: IntervalResult) -> None:
        front = analysis.front[analysis.front["interval"] == interval.index]
        self._front = front.sort_values(["frame", "x_eye_px"], kind="stable")
        self._front_frame = self._front["frame"].to_numpy()
        self._front_measured = _measured_nearby(self._front, "x_eye_px")
        tracks = analysis.tracks[analysis.tracks["interval"] == interval.index]
        tracks = tracks.sort_values(["track_id", "frame"], kind="stable")
        self._tail_start = _tail_starts(tracks)
        self._measured = _measured_nearby(tracks, "track_id")
        self._points = tracks[["x_eye_px", "y_eye_px"]].to_numpy(float)
        self._rows = pd.Series(np.arange(len(tracks))).groupby(tracks["frame"].to_numpy()).groups

    def at(self, frame: int) -> Found:
        """Return what was found in one frame (video's count)."""
        low, high = np.searchsorted(self._front_frame, [frame, frame + 1])
        front = self._front.iloc[low:high]
        rows = self._rows.get(frame)
        here = np.array([] if rows is None else rows, dtype=int)
        seen = self._measured[here]
        return Found(
            front["x_eye_px"].to_numpy(float),
            front["y_eye_px"].to_numpy(float),
            front["sd_px"].to_numpy(float),
            self._front_measured[low:high],
            [self._points[self._tail_start[row] : row + 1] for row in here[seen]],
            self._points[here[~seen]],
        )


def _tail_starts(tracks: pd.DataFrame) -> NDArray[np.int_]:
    """Return the row at which each row's tail begins; rows are sorted by track, then time."""
    track = pd.factorize(tracks["track_id"])[0]
    time_s = tracks["time_s"].to_numpy(float)
    # one rising axis for all tracks: no tail reaches into the track before
    along = track * (2.0 * TAIL_S + (np.ptp(time_s) if len(time_s) else 0.0)) + time_s
    starts: NDArray[np.int_] = np.searchsorted(along, along - TAIL_S - 1e-9)
    return starts


def _measured_nearby(table: pd.DataFrame, what: str) -> NDArray[np.bool_]:
    """Return which rows lie close in time to a measured one of the same `what` (a column).

    Slow film is looked at some ten times a second only; between two looks nothing is in doubt.
    """
    measured = table["time_s"].where(table["observed"]).groupby(table[what])
    since = table["time_s"] - measured.ffill()
    until = measured.bfill() - table["time_s"]
    least: FloatArray = np.fmin(since.to_numpy(float), until.to_numpy(float))
    return least <= _NEARBY_S


def frame_matrix(row: Mapping[Hashable, Any], interval: IntervalResult) -> FloatArray:
    """Return the matrix from eye coordinates to the image of a frame, by its row of frames.csv."""
    if interval.pupil is None:
        return eye_to_image_matrices(0.0, 0.0, 0.0, (0.0, 0.0))
    return eye_to_image_matrices(
        float(row["eye_dx_px"]),
        float(row["eye_dy_px"]),
        float(row["eye_rotation_deg"]),
        (interval.pupil.x_px, interval.pupil.y_px),
    )


def scaled(matrix: FloatArray, factor: float) -> FloatArray:
    """Return the matrix to a picture enlarged by `factor`; pixel centres stay pixel centres."""
    out: FloatArray = matrix * factor
    out[:, 2] += (factor - 1) / 2
    return out


def mapped(points: FloatArray, matrix: FloatArray) -> FloatArray:
    """Return (n, 2) points moved by a (2, 3) matrix."""
    out: FloatArray = points @ matrix[:, :2].T + matrix[:, 2]
    return out


def draw(picture: ByteArray, found: Found, matrix: FloatArray, *, thickness: int = 1) -> None:
    """Draw front and points into a blue-green-red picture, in place.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array
        The picture.
    found : Found
        What to draw.
    matrix : (2, 3) float array
        From eye coordinates to the picture.
    thickness : int
        Of the lines, in pixels.
    """
    _draw_tails(picture, found, matrix, thickness)
    _draw_front(picture, found, matrix, thickness)


def _fixed(points: FloatArray) -> NDArray[np.int32]:
    limited = np.clip(points, -8000, 8000)
    return np.round(limited * (1 << _SHIFT_BITS)).astype(np.int32)


def _draw_tails(picture: ByteArray, found: Found, matrix: FloatArray, thickness: int) -> None:
    hue = palette.blue_green_red(palette.TRACKS)
    for point in _fixed(mapped(found.predicted, matrix)):
        _dot(picture, point, 1.0, (hue[0] // 2, hue[1] // 2, hue[2] // 2))
    if not found.tails:
        return
    ends = np.cumsum([len(tail) for tail in found.tails])
    points = _fixed(mapped(np.concatenate(found.tails), matrix))
    lines = np.split(points, ends[:-1])
    cv2.polylines(picture, lines, False, hue, thickness, cv2.LINE_AA, _SHIFT_BITS)
    for point in points[ends - 1]:
        _dot(picture, point, 1.2 + 0.6 * thickness, hue)


def _dot(
    picture: ByteArray, point: NDArray[np.int32], radius_px: float, hue: tuple[int, int, int]
) -> None:
    centre, radius = (int(point[0]), int(point[1])), int(radius_px * (1 << _SHIFT_BITS))
    cv2.circle(picture, centre, radius, hue, -1, cv2.LINE_AA, _SHIFT_BITS)


def _draw_front(picture: ByteArray, found: Found, matrix: FloatArray, thickness: int) -> None:
    if not len(found.front_x):
        return
    hue = palette.blue_green_red(palette.FRONT)
    step = np.median(np.diff(found.front_x)) if len(found.front_x) > 1 else 8.0
    breaks = np.flatnonzero(np.diff(found.front_x) > 1.5 * step) + 1
    pieces = np.split(np.arange(len(found.front_x)), breaks)
    _shade_band(picture, found, pieces, matrix)
    for piece in pieces:
        line = mapped(np.column_stack([found.front_x[piece], found.front_y[piece]]), matrix)
        for run in _runs(found.front_measured[piece]):
            part = [_fixed(line[run[0] : run[-1] + 2])]
            width = thickness
            if found.front_measured[piece][run[0]]:
                # dark below the bright line, so that it shows on a pale film too
                dark, width = (25, 25, 25), thickness + 1
                cv2.polylines(picture, part, False, dark, width + 2, cv2.LINE_AA, _SHIFT_BITS)
            cv2.polylines(picture, part, False, hue, width, cv2.LINE_AA, _SHIFT_BITS)


def _shade_band(
    picture: ByteArray, found: Found, pieces: list[NDArray[np.int_]], matrix: FloatArray
) -> None:
    outlines = []
    for piece in pieces:
        x, y = found.front_x[piece], found.front_y[piece]
        half = _BAND_SD * np.nan_to_num(found.front_sd[piece])
        upper, lower = np.column_stack([x, y - half]), np.column_stack([x, y + half])
        outlines.append(mapped(np.concatenate([upper, lower[::-1]]), matrix))
    heights = np.concatenate(outlines)[:, 1]
    top = int(np.clip(heights.min() - 2, 0, picture.shape[0]))
    part = picture[top : int(np.clip(heights.max() + 3, top, picture.shape[0]))]
    if not part.size:
        return
    shaded, hue = part.copy(), palette.blue_green_red(palette.FRONT)
    for outline in outlines:
        corners = [_fixed(outline - [0, top])]
        cv2.fillPoly(shaded, corners, hue, cv2.LINE_AA, _SHIFT_BITS)
    cv2.addWeighted(shaded, 0.3, part, 0.7, 0, dst=part)


def _runs(flags: NDArray[np.bool_]) -> list[NDArray[np.int_]]:
    """Return runs of equal values as index arrays."""
    return np.split(np.arange(len(flags)), np.flatnonzero(np.diff(flags)) + 1)
