"""What is shown when: frame-exact steps, and play by the video's own times."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from easytear.base.geometry import ByteArray, FloatArray
from easytear_gui.player.decoder import Decoder

if TYPE_CHECKING:
    from easytear.video import VideoFacts

SPEEDS: Final = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
_TICK_MS = 5


class Player(QObject):
    """Plays one video.

    Signals
    -------
    opened, failed(text) : after `load`
    shown(frame, image) : a frame that is to be drawn now
    state_changed : playing, or speed
    """

    opened = Signal()
    failed = Signal(str)
    shown = Signal(int, object)
    state_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.time_s: FloatArray = np.zeros(0)
        self.facts: VideoFacts | None = None
        self.frame = -1
        self.speed, self.direction, self.playing = 1.0, 1, False
        self._decoder: Decoder | None = None
        self._asked = -1
        self._clock = QElapsedTimer()
        self._start_s = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.time_s)

    def load(self, path: Path | None, fps: float | None = None) -> None:
        """Open a video in place of the present one; None closes it. `fps`: its true rate."""
        self.pause()
        if self._decoder is not None:
            self._decoder.close()
            self._decoder.deleteLater()
        self._decoder, self.frame, self._asked = None, -1, -1
        self.time_s, self.facts = np.zeros(0), None
        if path is None:
            return
        decoder = Decoder(path, fps, self)
        decoder.opened.connect(self._opened)
        decoder.failed.connect(self._failed)
        decoder.ready.connect(self._ready)
        self._decoder = decoder
        decoder.start()

    # --- moving --------------------------------------------------------------------------
    def seek(self, frame: int) -> None:
        """Show exactly this frame (the nearest there is)."""
        if self._decoder is None or not len(self):
            return
        frame = min(max(frame, 0), len(self) - 1)
        self._asked = frame
        if self.playing:
            self._restart_clock(frame)
        image = self._decoder.cached(frame)
        if image is not None:
            self._decoder.near(frame, self.direction)
            self._show(frame, image)
        else:
            self._decoder.want(frame, self.direction)

    def seek_time(self, time_s: float) -> None:
        """Show the frame that is on the screen at this time."""
        self.seek(self.frame_at(time_s))

    def frame_at(self, time_s: float) -> int:
        """Return the frame that is on the screen at this time."""
        return int(np.searchsorted(self.time_s, time_s + 1e-9, side="right")) - 1

    def step(self, frames: int) -> None:
        """Pause and go on by so many frames."""
        self.pause()
        self.seek((self.frame if self._asked < 0 else self._asked) + frames)

    # --- playing -------------------------------------------------------------------------
    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play(1)

    def play(self, direction: int) -> None:
        """Play forward (1) or backward (-1); from the other end where it is at one."""
        if self._decoder is None or not len(self):
            return
        if direction > 0 and self.frame >= len(self) - 1:
            self.seek(0)
        self.direction, self.playing = direction, True
        self._restart_clock(max(self.frame, 0))
        self._timer.start()
        self.state_changed.emit()

    def pause(self) -> None:
        """Stop where it is."""
        self._timer.stop()
        if self.playing:
            self.playing, self.direction = False, 1
            self.state_changed.emit()

    def shuttle(self, direction: int) -> None:
        """J and L: play this way, and faster when it plays this way already."""
        if self.playing and self.direction == direction:
            self.set_speed(SPEEDS[min(SPEEDS.index(self.speed) + 1, len(SPEEDS) - 1)])
        else:
            self.play(direction)

    def set_speed(self, speed: float) -> None:
        """Set the speed as a multiple of the video's own."""
        self.speed = speed
        if self.playing:
            self._restart_clock(self.frame)
        self.state_changed.emit()

    # --- inside --------------------------------------------------------------------------
    def _tick(self) -> None:
        decoder = self._decoder
        if decoder is None or self.frame < 0:
            return
        run = 1e-9 * self._clock.nsecsElapsed() * self.speed * self.direction
        frame = min(max(self.frame_at(self._start_s + run), 0), len(self) - 1)
        if frame == self.frame:
            at_end = frame == (len(self) - 1 if self.direction > 0 else 0)
            if at_end:
                self.pause()
            return
        image = decoder.cached(frame)
        if image is None:  # the decoder is behind: let the clock wait for it
            if self._asked != frame:
                self._asked = frame
                decoder.want(frame, self.direction)
            self._restart_clock(frame)
            return
        self._asked = frame
        decoder.near(frame, self.direction)
        self._show(frame, image)

    def _restart_clock(self, frame: int) -> None:
        self._start_s = float(self.time_s[frame])
        self._clock.start()

    def _show(self, frame: int, image: ByteArray) -> None:
        self.frame = frame
        self.shown.emit(frame, image)

    def _opened(self, facts: VideoFacts) -> None:
        if self.sender() is self._decoder:
            self.facts = facts
            self.time_s = np.asarray(facts.time_s, dtype=float)
            self.opened.emit()
            self.seek(0)

    def _failed(self, text: str) -> None:
        if self.sender() is self._decoder:
            self.pause()
            self.failed.emit(text)

    def _ready(self, frame: int, image: ByteArray) -> None:
        if self.sender() is self._decoder and frame == self._asked:
            self._show(frame, image)
