"""Both films from onset, side by side: held still, in the same millimetres, at the same time."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from easytear.base.geometry import ByteArray, FloatArray, eye_to_image_matrices
from easytear.base.progress import SILENT, Progress
from easytear.compare.figures import COLOURS, onset_s
from easytear.report.breaks import draw_breaks
from easytear.report.drawing import Finder, draw, frame_matrix
from easytear.report.figures import interval_frames
from easytear.results import Analysis, IntervalResult
from easytear.show import palette
from easytear.video import FrameReader, VideoWriter, deinterlace

OVERLAY: Final = "compare.mp4"

_PANEL_PX: Final = (640, 480)
_GAP_PX: Final = 8
_BAR_PX: Final = 40
_BEFORE_S: Final = 0.3
_DARK: Final = (30, 26, 24)
_PALE: Final = (225, 225, 225)
_MOST_FPS: Final = 60.0
_QUALITY: Final = 20.0
_KEYS: Final = {"g": "60"}


@dataclass(frozen=True)
class SideVideo:
    """One side: its results, the interval to show, its video, and what to call it."""

    analysis: Analysis
    interval: IntervalResult
    video: Path
    name: str


def write_side_by_side(a: SideVideo, b: SideVideo, path: Path, progress: Progress = SILENT) -> None:
    """Write a video of both films from onset: H.264 that plays in a browser.

    Both eyes are held still, with their pupils at the same place, in the same millimetres (where
    a scale is unknown, at the same width of the picture). The shorter one stays at its last
    picture, dimmed. Nothing is left when `progress` cancels.

    Raises
    ------
    VideoError
        If a video cannot be read or the file not be written.
    """
    size = 2 * _PANEL_PX[0] + _GAP_PX, _PANEL_PX[1] + _BAR_PX
    with ExitStack() as stack:
        players = [
            stack.enter_context(_Player(one, hue)) for one, hue in zip((a, b), COLOURS, strict=True)
        ]
        scale = _px_per_mm(players)
        for player in players:
            player.aim(scale)
        _meet(players)
        fps = min(max(player.reader.facts.fps_mean for player in players), _MOST_FPS)
        start = max(-_BEFORE_S, *(player.first_s for player in players))
        end = max(player.last_s for player in players)
        out = stack.enter_context(VideoWriter(path, *size, fps=fps, crf=_QUALITY, options=_KEYS))
        count = int((end - start) * fps) + 1
        gap = np.full((_PANEL_PX[1], _GAP_PX, 3), _DARK, np.uint8)
        for k in range(count):
            since = start + k / fps
            left, right = (player.at(since) for player in players)
            films = np.concatenate([left, gap, right], axis=1)
            bar = _bar(size[0], since, start, end, scale)
            out.write(np.concatenate([films, bar]), k / fps)
            progress.update(k + 1, count, "drawing both films")


def _px_per_mm(players: list[_Player]) -> float | None:
    """Return the panels' scale: the wider view fits; None where a scale is unknown."""
    wanted = [player.view_mm() for player in players]
    if any(one is None for one in wanted):
        return None
    width, height = (max(one[axis] for one in wanted if one is not None) for axis in (0, 1))
    return min(_PANEL_PX[0] / width, _PANEL_PX[1] / height)


def _meet(players: list[_Player]) -> None:
    """Move both views so that the pupils are at one place of their panels."""
    pupils = [pupil for player in players if (pupil := player.pupil()) is not None]
    if len(pupils) < len(players):
        return
    middle: FloatArray = np.mean(pupils, axis=0)
    for player, pupil in zip(players, pupils, strict=True):
        player.move(middle - pupil)


class _Player:
    """Gives one side's picture at a time since onset."""

    def __init__(self, side: SideVideo, hue: str) -> None:
        self._side, self._hue = side, hue
        summary = side.analysis.summary
        self.reader = FrameReader(side.video, summary.video.fps_given)
        self._mm_per_px = summary.calibration.mm_per_px
        self._fields = "interlaced" in summary.flags
        rows = interval_frames(side.analysis, side.interval)
        self._rows = rows.to_dict("records")
        self._since: FloatArray = rows["time_s"].to_numpy(float) - onset_s(side.interval)
        self._finder = Finder(side.analysis.of(side.interval.index), side.interval)
        self._pictures = self.reader.pictures(
            side.interval.start_frame, side.interval.end_frame + 1
        )
        self._place, self._shown = -1, np.zeros((*_PANEL_PX[::-1], 3), np.uint8)
        self._still = eye_to_image_matrices(0.0, 0.0, 0.0, (0.0, 0.0))

    def __enter__(self) -> _Player:
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.close()

    @property
    def first_s(self) -> float:
        """Time since onset of the first picture."""
        return float(self._since[0])

    @property
    def last_s(self) -> float:
        """Time since onset of the last picture."""
        return float(self._since[-1])

    def view_mm(self) -> tuple[float, float] | None:
        """Return width and height of what the camera saw, in millimetres."""
        if self._mm_per_px is None:
            return None
        facts = self.reader.facts
        return facts.width_px * self._mm_per_px, facts.height_px * self._mm_per_px

    def aim(self, px_per_mm: float | None) -> None:
        """Choose the way from eye coordinates to the panel: the picture's centre to its centre."""
        facts = self.reader.facts
        centre = (facts.width_px - 1) / 2, (facts.height_px - 1) / 2
        if px_per_mm is None or self._mm_per_px is None:
            factor = min(_PANEL_PX[0] / facts.width_px, _PANEL_PX[1] / facts.height_px)
        else:
            factor = px_per_mm * self._mm_per_px
        middle = (_PANEL_PX[0] - 1) / 2, (_PANEL_PX[1] - 1) / 2
        self._still = np.array(
            [[factor, 0.0, middle[0] - factor * centre[0]],
             [0.0, factor, middle[1] - factor * centre[1]]]
        )  # fmt: skip

    def pupil(self) -> FloatArray | None:
        """Return where the pupil's centre is in the panel; None where it is unknown."""
        pupil = self._side.interval.pupil
        if pupil is None:
            return None
        there: FloatArray = self._still @ np.array([pupil.x_px, pupil.y_px, 1.0])
        return there

    def move(self, by_px: FloatArray) -> None:
        """Move the view by so many pixels of the panel."""
        self._still[:, 2] += by_px

    def at(self, since_s: float) -> ByteArray:
        """Return the panel at a time since onset; times rise from call to call."""
        wanted = int(np.searchsorted(self._since, since_s + 1e-6, side="right")) - 1
        wanted = min(max(wanted, 0), len(self._rows) - 1)
        while self._place < wanted:
            picture = next(self._pictures)
            self._place += 1
            if self._place == wanted:
                self._shown = self._panel(picture.colour(), self._rows[wanted], picture.frame)
        panel = self._shown
        if since_s > self.last_s + 0.05:
            panel = (panel * 0.45).astype(np.uint8)
            _write(panel, f"ended after {self.last_s:.2f} s", (14, _PANEL_PX[1] - 14), 0.5)
        return panel

    def _panel(self, picture: ByteArray, row: dict[Any, Any], frame: int) -> ByteArray:
        """Return a frame with its eye held still, what was found drawn in."""
        if self._fields:
            picture = deinterlace(picture)
        whole = np.vstack([frame_matrix(row, self._side.interval), [0.0, 0.0, 1.0]])
        there = self._still @ np.linalg.inv(whole)
        panel = np.asarray(
            cv2.warpAffine(picture, there, _PANEL_PX, flags=cv2.INTER_LINEAR), np.uint8
        )
        draw(panel, self._finder.at(frame), self._still)
        draw_breaks(panel, self._side.interval, float(row["time_s"]), self._still)
        hue = palette.blue_green_red(self._hue)
        cv2.rectangle(panel, (0, 0), (_PANEL_PX[0] - 1, 25), _DARK, -1)
        cv2.rectangle(panel, (0, 0), (6, 25), hue, -1)
        _write(panel, self._side.name, (14, 18), 0.5)
        return panel


def _bar(width: int, since: float, start: float, end: float, scale: float | None) -> ByteArray:
    """Return the strip below: time since onset, and a millimetre."""
    bar = np.full((_BAR_PX, width, 3), _DARK, np.uint8)
    _write(bar, f"{since:+.2f} s since onset", (12, 17), 0.5)
    left, right = 12, width - 12
    x = [left + round((t - start) / max(end - start, 1e-6) * (right - left)) for t in (0.0, since)]
    cv2.line(bar, (left, 30), (right, 30), (90, 90, 90), 2)
    cv2.line(bar, (x[0], 25), (x[0], 35), palette.blue_green_red(palette.FRONT), 2)
    cv2.line(bar, (x[1], 23), (x[1], 37), (255, 255, 255), 2, cv2.LINE_AA)
    if scale is not None:
        end_x = right - 80
        cv2.line(bar, (end_x - round(scale), 12), (end_x, 12), _PALE, 3)
        _write(bar, "1 mm, both", (end_x + 8, 17), 0.42)
    else:
        _write(bar, "scale unknown", (right - 120, 17), 0.42)
    return bar


def _write(picture: ByteArray, text: str, at: tuple[int, int], size: float) -> None:
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, _PALE, 1, cv2.LINE_AA)
