"""What the window shows while the session is empty."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path, PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from easytear.base.regular import read_json
from easytear_gui.theme.colours import Colours
from easytear_gui.theme.icons import pixmap
from easytear_gui.widgets import label

_MOST_RECENT = 4
_MOST_UNFINISHED = 3


class Welcome(QWidget):
    """Where to drop videos, the samples, recent sessions.

    Signals
    -------
    add_asked, samples_asked, study_asked : the buttons
    session_asked(file) : a recent session, or one that was not finished
    """

    add_asked = Signal()
    samples_asked = Signal()
    study_asked = Signal()
    session_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drop_icon = label(centred=True)
        self.drop = QFrame()
        self.drop.setObjectName("drop")
        self.drop.setMinimumSize(520, 300)
        self.drop.setMaximumWidth(680)
        self.add_button = QPushButton("Add videos…")
        self.add_button.setObjectName("primary")
        self.samples_button = QPushButton("Try the sample videos")
        self.study_button = QPushButton("Open a folder as a study…")
        self.study_button.clicked.connect(self.study_asked)
        self.add_button.clicked.connect(self.add_asked)
        self.samples_button.clicked.connect(self.samples_asked)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        self._fill_drop()
        layout = QVBoxLayout(self)
        layout.addStretch(3)
        layout.addWidget(self.drop, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(14)
        holder = QWidget()
        holder.setMaximumWidth(680)
        holder.setMinimumWidth(520)
        holder.setLayout(self._recent)
        layout.addWidget(holder, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(4)

    def _fill_drop(self) -> None:
        title = label("Drop interferometry videos here", "big", centred=True)
        text = label(
            "Files or whole folders. Then press Analyse: EasyTear finds blinks, the eye, the\n"
            "lipid film and its front, and measures how the film spreads after each blink.",
            "hint",
            centred=True,
        )
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.add_button)
        buttons.addSpacing(8)
        buttons.addWidget(self.study_button)
        buttons.addSpacing(8)
        buttons.addWidget(self.samples_button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self.drop)
        layout.setContentsMargins(40, 34, 40, 34)
        layout.addStretch(1)
        layout.addWidget(self._drop_icon)
        layout.addSpacing(10)
        layout.addWidget(title)
        layout.addSpacing(6)
        layout.addWidget(text)
        layout.addSpacing(18)
        layout.addLayout(buttons)
        layout.addStretch(1)

    def set_colours(self, colours: Colours) -> None:
        """Take over a theme."""
        ratio = self.devicePixelRatioF()
        picture = pixmap("drop", colours.accent, round(52 * ratio))
        picture.setDevicePixelRatio(ratio)
        self._drop_icon.setPixmap(picture)

    def set_over(self, over: bool) -> None:
        """Show that files are held over the window."""
        self.drop.setProperty("over", over)
        self.drop.style().unpolish(self.drop)
        self.drop.style().polish(self.drop)

    def show_sessions(self, recent: list[Path], unfinished: list[Path]) -> None:
        """List recent sessions, and those that have no file of their own yet."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if unfinished:
            self._heading("Continue where you left off")
        for file in unfinished[:_MOST_UNFINISHED]:
            self._link(session_title(file), str(file), file)
        rest = unfinished[_MOST_UNFINISHED:]
        if rest:
            text = f"{len(rest)} older ones are in the menu: File, Unsaved sessions."
            self._recent.addWidget(label(text, "hint"))
        if recent:
            self._heading("Recent sessions")
        for file in recent[:_MOST_RECENT]:
            self._link(file.stem, str(file), file)

    def _heading(self, text: str) -> None:
        heading = label(text, "muted")
        heading.setContentsMargins(0, 8, 0, 2)
        self._recent.addWidget(heading)

    def _link(self, text: str, tip: str, file: Path) -> None:
        button = QPushButton(text)
        button.setObjectName(f"session-{file.stem}")
        button.setToolTip(tip)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setStyleSheet("text-align: left;")
        button.clicked.connect(lambda: self.session_asked.emit(file))
        self._recent.addWidget(button)


def session_title(file: Path) -> str:
    """Return in words what an unsaved session holds, and when it was left."""
    when = f"{datetime.fromtimestamp(file.stat().st_mtime).astimezone():%d %B, %H:%M}"
    try:
        videos = read_json(file, "annotation_mb")["videos"]
        first = PurePath(videos[0]["path"]).name
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return f"Unsaved session of {when}"
    more = f" and {len(videos) - 1} more" if len(videos) > 1 else ""
    return f"{first}{more}, unsaved, {when}"
