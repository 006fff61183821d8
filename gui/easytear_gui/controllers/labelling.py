"""What a person says of a recording, and why they corrected it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog

from easytear_gui.results.recording import FIELDS
from easytear_gui.session import decide
from easytear_gui.study.guess import guess_pattern

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow

WHY = (
    "The program missed the edge",
    "Blink or lid movement inside",
    "The eye moved",
    "Glare or lashes over the film",
    "Measured with another instrument",
)
"""Offered as reasons of a correction; any other can be written."""


class Labelling(QObject):
    """Labels of recordings, and reasons of corrections."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self._panel = window.workspace.recording
        self._panel.labelled.connect(self.label)
        self._panel.names_asked.connect(self.read_names)
        self._document.videos_changed.connect(self.show)
        window.workspace.analysis_changed.connect(self.show)  # comes with every video that opens
        self._document.decisions_changed.connect(lambda _: self.show())
        self._document.record_changed.connect(lambda _: self.show())
        window.list.selectionModel().selectionChanged.connect(lambda *_: self.show())
        window.workspace.detail.why_asked.connect(self.ask_why)
        window.actions_["say_why"].triggered.connect(lambda: self.ask_why())
        window.actions_["recording"].triggered.connect(self.show_panel)

    # --- labels --------------------------------------------------------------------------
    def show(self) -> None:
        """Show what is known of the open recording."""
        key = self._window.open_key
        known = {v.key: v.decisions.labels for v in self._document.session.videos}
        keys = self._window.list.selected_keys()
        self._panel.show_labels(known.get(key or "", {}), len(keys) if key in keys else 1)

    def show_panel(self) -> None:
        """Bring the labels to the front, ready to be written."""
        self._window.overseeing.show_table(False)
        self._window.workspace.side.setCurrentWidget(self._panel)
        self._panel.lines[FIELDS[0][0]].setFocus()

    def label(self, name: str, text: str) -> None:
        """Say something of the open recording, or of all that are selected with it."""
        key = self._window.open_key
        keys = self._window.list.selected_keys()
        if key is None:
            return
        about = keys if key in keys else [key]
        title = {n: t for n, t, _ in FIELDS}.get(name, name).lower()
        text_of = {k: {name: text.strip() or None} for k in about}
        self._say(text_of, f"set {title}")

    def _say(self, labels: Mapping[str, Mapping[str, str | None]], text: str) -> None:
        """Give videos labels, in one step that can be undone."""
        session = self._document.session
        for key, own in labels.items():
            video = session.video(key)
            after = decide.label(video.decisions, own)
            session = session.with_video(video.model_copy(update={"decisions": after}))
        self._document.change(text, session)

    def read_names(self) -> None:
        """Fill in subject, eye and visit where they are not known, from the names of the files."""
        from easytear.study.names import compile_pattern, read_names

        videos = self._document.session.videos
        paths = _relative([v.path for v in videos])
        pattern = guess_pattern(list(paths.values()))
        if not pattern:
            self._window.opening.complain(
                "The names of the videos do not tell subjects, eyes or visits: enter them by hand."
            )
            return
        found = read_names(list(paths.values()), compile_pattern(pattern))
        new: dict[str, dict[str, str | None]] = {}
        for video in videos:
            told = found[paths[video.path]]
            known = video.decisions.labels
            fresh: dict[str, str | None] = {}
            fresh |= {n: v for n, v in told.items() if v and not known.get(n)}
            if fresh:
                new[video.key] = fresh
        self._say(new, "read labels from the names")
        count = len(new)
        self._window.statusBar().showMessage(
            f"Labels read from the names of {count} video{'s' * (count != 1)}.", 8000
        )

    # --- reasons -------------------------------------------------------------------------
    def ask_why(self) -> None:
        """Ask why the selected interval was corrected."""
        key, interval = self._window.open_key, self._window.workspace.interval
        if key is None:
            return
        corrections = decide.reasoned(self._document.session.video(key).decisions, interval)
        if not corrections:
            self._window.statusBar().showMessage(
                "Nothing of this interval is corrected: there is nothing to give a reason for.",
                8000,
            )
            return
        known = next((one.why for one in corrections if one.why), "")
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(f"Interval {interval + 1}")
        dialog.setLabelText("Why did you correct it? It stands beside the correction.")
        dialog.setComboBoxItems([*([known] if known and known not in WHY else []), *WHY])
        dialog.setComboBoxEditable(True)
        dialog.setTextValue(known or WHY[0])
        dialog.textValueSelected.connect(lambda why: self.say_why(key, interval, why))
        dialog.open()

    def say_why(self, key: str, interval: int, why: str) -> None:
        """Give the corrections of an interval a reason."""
        decisions = self._document.session.video(key).decisions
        after = decide.say_why(decisions, interval, why.strip() or None)
        self._document.decide(key, after, f"say why interval {interval + 1} was corrected")


def _relative(paths: list[Path]) -> dict[Path, str]:
    """Return paths below the folder that all of them share, with `/` between the parts."""
    shared = Path(os.path.commonpath([p.parent for p in paths]))
    return {p: p.relative_to(shared).as_posix() for p in paths}
