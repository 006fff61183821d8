"""One video on the table: player, plots, intervals, and how they follow each other."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from easytear.request.corrections import Excluded
from easytear.request.settings import Settings
from easytear.results import Analysis, IntervalResult, read_results
from easytear_gui.background import Background
from easytear_gui.banner import Banner
from easytear_gui.player.panel import PlayerPanel
from easytear_gui.player.timeline import BlinkMark, Block
from easytear_gui.plots.curves import onset_s
from easytear_gui.plots.panel import PlotPanel
from easytear_gui.results.detail import Detail, joined_notes
from easytear_gui.results.recording import Recording
from easytear_gui.results.table import IntervalsTable
from easytear_gui.session.asked import request_of
from easytear_gui.session.model import Decisions
from easytear_gui.theme.colours import Colours
from easytear_gui.widgets import panel

_log = logging.getLogger(__name__)
_CURSOR_MS = 60
"""While the film plays, the cursor in the curves moves at most so often: they cost more to draw."""


class Workspace(QWidget):
    """Shows one video and its results.

    Signals
    -------
    interval_changed(index) : another interval is selected (-1: none)
    analysis_changed : results came or went
    """

    interval_changed = Signal(int)
    analysis_changed = Signal()

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self.path: Path | None = None
        self.analysis: Analysis | None = None
        self.decisions = Decisions()
        self._generation = 0
        self._interval = self._wanted = -1
        self._since_cursor = QElapsedTimer()
        self.banner = Banner()
        self.player = PlayerPanel()
        self.plots = PlotPanel()
        self.table = IntervalsTable()
        self.side = QTabWidget()
        self.side.setDocumentMode(True)
        self.detail = Detail()
        self.side.addTab(self.plots, "Curves")
        self.recording = Recording()
        self.side.addTab(self.detail, "Interval")
        self.side.addTab(self.recording, "Video")
        self._arrange()
        self.player.frame_shown.connect(self._frame_shown)
        self.player.timeline.picked.connect(self.select)
        self.plots.sought.connect(self.player.player.seek_time)
        self.table.picked.connect(self.go_to)

    def _arrange(self) -> None:
        self.top = QSplitter(Qt.Orientation.Horizontal)
        self.top.setChildrenCollapsible(False)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.banner)
        column.addWidget(self.player, 1)
        self.top.addWidget(left)
        self.top.addWidget(panel(self.side))
        self.top.setStretchFactor(0, 5)
        self.top.setStretchFactor(1, 4)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.top)
        self.split.addWidget(panel(self.table))
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 0)
        self.split.setSizes([700, 140])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.split)

    # --- what is shown -------------------------------------------------------------------
    def load(self, path: Path | None, results: Path | None, decisions: Decisions) -> None:
        """Open a video with its results, if there are any."""
        self.path, self.decisions = path, decisions
        self._interval = self._wanted = -1
        self.player.load(path, decisions.fps)
        self._show_analysis(None)
        self.load_results(results)

    def load_results(self, results: Path | None) -> None:
        """Read results in a thread and show them; None takes them away."""
        self._generation += 1
        if results is None:
            self._show_analysis(None)
            return
        generation = self._generation

        def done(analysis: Analysis) -> None:
            if generation == self._generation:
                self._show_analysis(analysis)

        def failed(error: Exception) -> None:
            if generation == self._generation:
                self._show_analysis(None)
                self.banner.say(str(error), "bad")

        self._background.run(lambda: read_results(results), done, failed)

    def set_decisions(self, decisions: Decisions) -> None:
        """Take over a person's decisions, without waiting for new results."""
        before, self.decisions = self.decisions, decisions
        if before.fps != decisions.fps:
            self.player.load(self.path, decisions.fps)
            self._show_analysis(self.analysis)
            return
        self._show_intervals()
        self._announce()

    def set_promise(self, text: str) -> None:
        """Say what stands where curves and numbers would be."""
        self.plots.set_empty(text)
        self.detail.set_empty(text)

    def set_colours(self, colours: Colours) -> None:
        """Take over a theme."""
        self.player.set_colours(colours)
        self.plots.set_colours(colours)
        self.table.intervals.colours = colours
        self._show_intervals()

    def _show_analysis(self, analysis: Analysis | None) -> None:
        self.analysis = analysis
        self.recording.show_summary(None if analysis is None else analysis.summary)
        self.player.show_analysis(analysis)
        intervals = analysis.summary.intervals if analysis is not None else ()
        indices = [i.index for i in intervals]
        if self._interval not in indices:
            self._interval = indices[0] if indices else -1
        self.plots.show_analysis(analysis, self._interval if indices else None)
        self._show_intervals()
        self._announce()
        self.analysis_changed.emit()
        if analysis is not None and self._wanted >= 0:
            wanted, self._wanted = self._wanted, -1
            self.go_to(wanted)

    def _show_intervals(self) -> None:
        analysis = self.analysis
        if analysis is None:
            self.table.show_intervals((), {})
            self.player.timeline.set_content(self.player.player.time_s, [], [])
            return
        overlays = self.player.canvas.overlays
        if overlays is not None:
            overlays.set_edits(self.decisions.corrections)
            self.player.canvas.update()
        excluded = self.excluded()
        self.table.show_intervals(analysis.summary.intervals, excluded)
        self.table.select(self._interval)
        times = analysis.frames["time_s"].to_numpy(float)
        shown = self.player.player.time_s if len(self.player.player) else times
        self.player.timeline.set_content(shown, self._blocks(excluded), _blinks(analysis))

    def excluded(self) -> dict[int, Excluded]:
        """Return the intervals that the person left out."""
        return {e.interval: e for e in self.decisions.corrections.excluded}

    def _blocks(self, excluded: dict[int, Excluded]) -> list[Block]:
        assert self.analysis is not None
        moved = {e.interval: e for e in self.decisions.corrections.intervals}
        blocks = []
        for i in self.analysis.summary.intervals:
            edit = moved.get(i.index)
            start, end = (
                (edit.start_frame, edit.end_frame) if edit else (i.start_frame, i.end_frame)
            )
            blocks.append(
                Block(i.index, start, end, i.quality.score, i.index in excluded, edit is not None)
            )
        return blocks

    # --- the selected interval -----------------------------------------------------------
    @property
    def interval(self) -> int:
        """The selected interval's index, -1 without one."""
        return self._interval

    def select(self, index: int) -> None:
        """Select an interval."""
        if index == self._interval or self.analysis is None:
            return
        self._interval = index
        self.table.select(index)
        self.plots.set_interval(index)
        self._announce()

    def go_to(self, index: int) -> None:
        """Select an interval and show the moment of its onset."""
        self.select(index)
        result = self.result()
        if result is not None:
            self.player.player.seek_time(max(onset_s(result), result.start_s))

    def go_to_later(self, index: int) -> None:
        """Go to an interval as soon as the results are read."""
        if self.analysis is not None:
            self.go_to(index)
        else:
            self._wanted = index

    def result(self) -> IntervalResult | None:
        """Return the selected interval's result, None without one."""
        if self.analysis is None:
            return None
        found = (i for i in self.analysis.summary.intervals if i.index == self._interval)
        return next(found, None)

    def step_interval(self, by: int) -> None:
        """Go to the next or previous interval."""
        if self.analysis is None:
            return
        indices = [i.index for i in self.analysis.summary.intervals]
        if self._interval in indices:
            position = min(max(indices.index(self._interval) + by, 0), len(indices) - 1)
            self.go_to(indices[position])

    def _announce(self) -> None:
        result = self.result()
        if self.analysis is None or result is None:
            self.detail.show_interval(None)
        else:
            summary = self.analysis.summary
            excluded = self.excluded().get(result.index)
            notes = joined_notes(request_of(self.decisions, Settings()).notes(), summary.notes)
            self.detail.show_interval(result, summary.calibration, notes, excluded)
        self.player.timeline.selected = self._interval
        self.player.timeline.update()
        self.interval_changed.emit(self._interval)

    def _frame_shown(self, frame: int) -> None:
        time_s = float(self.player.player.time_s[frame])
        if not self.player.player.playing or self._since_cursor.hasExpired(_CURSOR_MS):
            self._since_cursor.start()
            self.plots.set_time(time_s)
        overlays = self.player.canvas.overlays
        inside = overlays.interval_at(frame) if overlays is not None else None
        if inside is not None:
            self.select(inside.index)


def _blinks(analysis: Analysis) -> list[BlinkMark]:
    """Return the runs of blink frames; the summary says which of them are complete."""
    flags = analysis.frames["is_blink"].to_numpy(bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    known = [i.blink_before for i in analysis.summary.intervals if i.blink_before is not None]
    marks = []
    for start, stop in edges.reshape(-1, 2).tolist():
        same = [b for b in known if b.start_frame <= stop - 1 and b.end_frame >= start]
        marks.append(BlinkMark(start, stop - 1, all(b.complete for b in same)))
    return marks
