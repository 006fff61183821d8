"""Two films side by side, both counted from their onset."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from easytear.base.geometry import ByteArray
from easytear.results import Analysis
from easytear.results.model import IntervalResult
from easytear_gui import words
from easytear_gui.player.canvas import Canvas
from easytear_gui.player.overlays import OverlayData
from easytear_gui.player.player import Player
from easytear_gui.plots.curves import onset_s
from easytear_gui.widgets import label

_TICK_MS: Final = 33
_STEPS_PER_S: Final = 100
_BEFORE_S: Final = 0.5
"""So much before the onset is shown: the end of the blink."""


@dataclass(frozen=True)
class Film:
    """One of the two: its name, file, rate if a person gave one, and results."""

    name: str
    path: Path
    fps: float | None
    analysis: Analysis


class _Side(QWidget):
    """One film with the choice of its interval."""

    def __init__(self, film: Film) -> None:
        super().__init__()
        self.film = film
        self.player = Player(self)
        self.canvas = Canvas()
        self.canvas.overlays = OverlayData(film.analysis)
        self.canvas.set_waiting(f"Opening {film.path.name}")
        self.interval = QComboBox()
        self.interval.setAccessibleName(f"Interval of {film.name}")
        for result in film.analysis.summary.intervals:
            text = f"Interval {result.index + 1}, {words.quality(result.quality.score)}"
            self.interval.addItem(text, result)
        self.numbers = label(role="readout", wrap=True)
        head = QHBoxLayout()
        head.addWidget(label(film.name, "title"), 1)
        head.addWidget(self.interval)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.numbers)
        self.player.shown.connect(self._show)
        self.player.load(film.path, film.fps)
        self.interval.currentIndexChanged.connect(self._tell)
        self._tell()

    @property
    def result(self) -> IntervalResult:
        """The interval that is shown."""
        result: IntervalResult = self.interval.currentData()
        return result

    @property
    def onset_s(self) -> float:
        """When its spread starts (video time)."""
        return onset_s(self.result)

    @property
    def lasts_s(self) -> float:
        """How long it goes on after the onset."""
        return self.result.end_s - self.onset_s

    def show_since(self, since_s: float) -> None:
        """Show the moment so long after the onset, or the interval's last one."""
        end_s = min(self.onset_s + since_s, self.result.end_s)
        frame = self.player.frame_at(max(end_s, 0.0))
        if frame != self.player.frame:
            self.player.seek(frame)

    def _show(self, frame: int, image: ByteArray) -> None:
        self.canvas.show_frame(frame, image)

    def _tell(self) -> None:
        self.numbers.setText(words.fit_words(self.result.spread.y))


class SideBySide(QDialog):
    """Plays two films, each from its own onset.

    Parameters
    ----------
    films : two Film
        Both have at least one interval.
    """

    def __init__(self, films: tuple[Film, Film], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{films[0].name} beside {films[1].name}")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.sides = tuple(_Side(film) for film in films)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Time since the onset")
        self.time_label = label(role="readout")
        self.play = QPushButton("Play")
        self.play.setCheckable(True)
        self.play.setAutoDefault(False)
        self.play.setShortcut("Space")
        self._clock = QElapsedTimer()
        self._from_s = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        films_row = QHBoxLayout()
        for side in self.sides:
            films_row.addWidget(side, 1)
            side.player.opened.connect(self._show)
            side.interval.currentIndexChanged.connect(self._reach)
        line = QHBoxLayout()
        line.addWidget(self.play)
        line.addWidget(self.slider, 1)
        line.addWidget(self.time_label)
        layout = QVBoxLayout(self)
        layout.addLayout(films_row, 1)
        layout.addLayout(line)
        layout.addWidget(label(words.RESEARCH, "hint"))
        self.resize(1100, 560)
        self.slider.valueChanged.connect(self._show)
        self.slider.sliderPressed.connect(lambda: self.play.setChecked(False))
        self.play.toggled.connect(self._toggled)
        self._reach()

    @property
    def since_s(self) -> float:
        """Time since the onsets that is shown."""
        return self.slider.value() / _STEPS_PER_S

    def _reach(self) -> None:
        lasts = max(side.lasts_s for side in self.sides)
        self.slider.setRange(round(-_BEFORE_S * _STEPS_PER_S), round(lasts * _STEPS_PER_S))
        self.slider.setValue(0)
        self._show()

    def _show(self) -> None:
        for side in self.sides:
            if len(side.player):
                side.show_since(self.since_s)
        self.time_label.setText(f"{words.number(self.since_s)} s since the onset")

    def _toggled(self, on: bool) -> None:
        self.play.setText("Pause" if on else "Play")
        if not on:
            self._timer.stop()
            return
        if self.slider.value() >= self.slider.maximum():
            self.slider.setValue(self.slider.minimum())
        self._from_s = self.since_s
        self._clock.start()
        self._timer.start()

    def _tick(self) -> None:
        since = self._from_s + self._clock.elapsed() / 1000.0
        self.slider.setValue(round(since * _STEPS_PER_S))
        if self.slider.value() >= self.slider.maximum():
            self.play.setChecked(False)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._timer.stop()
        for side in self.sides:
            side.player.load(None)
        super().closeEvent(event)

    @override
    def done(self, result: int) -> None:
        """Close both films with the window."""
        self._timer.stop()
        for side in self.sides:
            side.player.load(None)
        super().done(result)
