"""The table of all videos: filled, opened, saved."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog

from easytear.base.errors import EasyTearError
from easytear.results import read_summary
from easytear.results.files import SUMMARY
from easytear.results.model import Summary
from easytear_gui.overview.export import KINDS
from easytear_gui.overview.rows import Row
from easytear_gui.session.model import State, Video

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow

_log = logging.getLogger(__name__)
_Stamp = tuple[Path, int, int]
_SOON_MS = 150


class Overseeing(QObject):
    """Keeps the table of all videos up to date."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self._panel = window.overview
        self._known: dict[str, tuple[_Stamp, Summary]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SOON_MS)
        self._timer.timeout.connect(self._refresh)
        for signal in (
            self._document.videos_changed,
            self._document.record_changed,
            self._document.decisions_changed,
        ):
            signal.connect(self._soon)
        self._panel.opened.connect(self._open)
        self._panel.closed.connect(lambda: self.show_table(False))
        self._panel.export_asked.connect(self.ask_export)
        window.actions_["overview"].toggled.connect(self.show_table)

    def show_table(self, on: bool) -> None:
        """Show the table of all videos, or the open video again."""
        window = self._window
        window.actions_["overview"].setChecked(on)
        if not self._document.session.videos:
            return
        if on:
            self.fill()
        window.stack.setCurrentWidget(self._panel if on else window.workspace)
        if on:
            self._panel.table.setFocus()

    def _soon(self, *_: object) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _refresh(self) -> None:
        many = len(self._document.session.videos) > 1
        self._window.counts_label.setText(self.counts() if many else "")
        self._window.counts_label.setVisible(many)
        if self._window.stack.currentWidget() is self._panel:
            self.fill()

    def _open(self, key: str, interval: int) -> None:
        self.show_table(False)
        self._window.list.open_key(key)
        if interval >= 0:
            self._window.workspace.go_to_later(interval)

    # --- filling -------------------------------------------------------------------------
    def fill(self) -> None:
        """Fill the table from what is known; results that are new are read."""
        rows = [row for video in self._document.session.videos for row in self._rows(video)]
        self._panel.show_rows(tuple(rows), self.counts())

    def counts(self) -> str:
        """Return in words how the videos stand: "26 done, 3 failed"."""
        states = Counter(self._document.record(v.key).state for v in self._document.session.videos)
        names = {
            State.DONE: "done",
            State.FAILED: "failed",
            State.RUNNING: "running",
            State.QUEUED: "waiting",
            State.NEW: "not analysed",
        }
        return ", ".join(f"{states[s]} {name}" for s, name in names.items() if states[s])

    def _rows(self, video: Video) -> list[Row]:
        record = self._document.record(video.key)
        model = self._window.list.videos
        name = model.name_of(video)
        left_out = {e.interval: e.reason for e in video.decisions.corrections.excluded}
        summary = self._summary(video.key)
        head = (video.key, name, str(video.path), record, model.words(video))
        labels = video.decisions.labels
        if summary is None or not summary.intervals:
            return [Row(*head, labels=labels)]
        return [Row(*head, i, left_out.get(i.index, ""), labels) for i in summary.intervals]

    def _summary(self, key: str) -> Summary | None:
        folder = self._document.results_of(key)
        if folder is None or self._document.record(key).state == State.FAILED:
            return None
        try:
            facts = (folder / SUMMARY).stat()
            stamp = (folder, facts.st_mtime_ns, facts.st_size)
            if key not in self._known or self._known[key][0] != stamp:
                self._known[key] = (stamp, read_summary(folder))
            return self._known[key][1]
        except (OSError, EasyTearError):
            _log.info("no summary of %s", folder, exc_info=True)
            return None

    # --- saving --------------------------------------------------------------------------
    def ask_export(self) -> None:
        """Ask where to save the table."""
        start = Path(str(self._window.opening.last_folder())) / "intervals.csv"
        file, kind = QFileDialog.getSaveFileName(
            self._window, "Save the table", str(start), ";;".join(KINDS.values())
        )
        if file:
            suffix = next((s for s, name in KINDS.items() if name == kind), ".csv")
            path = Path(file)
            self.save(path if path.suffix in KINDS else path.with_name(path.name + suffix))

    def save(self, file: Path) -> None:
        """Save what the table shows."""
        try:
            self._panel.save(file)
        except OSError as error:
            self._window.opening.complain(f"{file}: cannot be written ({error.strerror}).")
            return
        self._window.statusBar().showMessage(f"Saved {file}", 8000)
