"""How the panel is laid out: its parts one below the other, what is said at the bottom."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from easytear_napari.assigned import AssignedList
from easytear_napari.sections import Header, Intervals, Keys, Outcome, PointList, Review, heading
from easytear_napari.timeline import Timeline


class PanelLayout(QWidget):
    """The panel without what it does."""

    def __init__(self) -> None:
        """Make all parts."""
        super().__init__()
        self.header, self.intervals, self.review = Header(), Intervals(), Review()
        self.point_list, self.outcome, self.keys = PointList(), Outcome(), Keys()
        self.to_read = AssignedList()
        self.timeline = Timeline()
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.bar, self.stop = QProgressBar(), QPushButton("Stop")
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(8)
        self.running = QWidget()
        row = QHBoxLayout(self.running)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar)
        row.addWidget(self.stop)
        self.running.setVisible(False)
        opening = QHBoxLayout()
        self.open_video = QPushButton("Open video…")
        self.open_results = QPushButton("Open results…")
        for button in (self.open_video, self.open_results):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            opening.addWidget(button)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(8, 4, 8, 8)
        column.addLayout(opening)
        column.addWidget(self.header)
        column.addWidget(self.to_read)
        column.addWidget(heading("Timeline"))
        for part in (
            self.timeline,
            self.intervals,
            self.review,
            self.point_list,
            self.outcome,
            self.keys,
        ):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 4)
        outer.addWidget(scroll)
        outer.addWidget(self.running)
        outer.addWidget(self.message)
        self.setMinimumWidth(360)
