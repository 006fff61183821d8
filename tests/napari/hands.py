"""A person at the window: everything goes through keys, clicks and what can be read there."""

from __future__ import annotations

import gc
from itertools import cycle

import numpy as np
from easytear_napari.opening import Request
from easytear_napari.panel import AnnotatePanel
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QInputDialog, QLineEdit

from easytear.annotate import read_annotations
from easytear.results import Analysis, write_results
from easytear.video import FrameReader, VideoWriter, content_hash
from tests.annotate import scene

KEYS = {
    "Home": Qt.Key.Key_Home,
    "End": Qt.Key.Key_End,
    "Up": Qt.Key.Key_Up,
    "Down": Qt.Key.Key_Down,
    "Right": Qt.Key.Key_Right,
    "Enter": Qt.Key.Key_Return,
    "[": Qt.Key.Key_BracketLeft,
    "]": Qt.Key.Key_BracketRight,
}

PATIENCE_MS = 120_000
"""Nothing here is about speed: a slow machine is waited for."""

WINDOW = (1120, 660)
"""Small: what the window draws, it draws without a graphics card."""

# Each viewer's end looks through every object for leaks: those of the imports need no look.
gc.collect()
gc.freeze()


class Person:
    def __init__(self, viewer, qtbot):
        self.viewer, self.bot = viewer, qtbot
        viewer.window.resize(*WINDOW)
        self.panel = AnnotatePanel(viewer)
        viewer.window.add_dock_widget(self.panel, name="Annotate and review", area="right")
        self.canvas = viewer.window._qt_viewer.canvas.native
        self.camera = getattr(viewer, "scene", viewer).camera

    def open(self, video, **request):
        before = self.panel.annotator
        self.panel.open(Request(video, **request))
        self.until(lambda: not self.panel.work.busy)
        if self.panel.annotator is not None and self.panel.annotator is not before:
            self.viewer.reset_view()
        return self

    def until(self, so):
        self.bot.waitUntil(so, timeout=PATIENCE_MS)

    @property
    def frame(self):
        return self.viewer.dims.current_step[0]

    @property
    def items(self):
        return self.panel.annotator.document.items

    @property
    def said(self):
        return self.panel.message.text()

    def go(self, frame):
        self.viewer.dims.set_current_step(0, frame)

    def key(self, name):
        modifier = Qt.KeyboardModifier.NoModifier
        while "+" in name:
            word, name = name.split("+", 1)
            modifier |= getattr(Qt.KeyboardModifier, f"{word}Modifier")
        key = KEYS.get(name) or getattr(Qt.Key, f"Key_{name}")
        QTest.keyClick(self.canvas, key, modifier)

    def keys(self, names):
        for name in names:
            self.key(name)

    def at(self, x, y):
        """Return where in the window a place in the image is."""
        size = np.array([self.canvas.width(), self.canvas.height()])
        centre = np.array(self.camera.center[-2:])[::-1]
        place = (np.array([x, y]) - centre) * self.camera.zoom + size / 2
        return QPoint(*(round(float(v)) for v in place))

    def pixel(self):
        """Return how many image pixels one pixel of the window is."""
        return 1.0 / self.camera.zoom

    def point_to(self, x, y):
        """Move there from aside, again until the viewer has seen it.

        A pointer that stays where it is sends no move, and VisPy passes over a move that comes
        within 10 ms of another.
        """
        there = self.at(x, y)
        moves = cycle((there + QPoint(3, 3), there))
        now = [None]

        def arrived():
            off = np.abs(np.array(self.viewer.cursor.position[-2:]) - [y, x]).max()
            if now[0] == there and off < 1.5 * self.pixel():
                return True
            now[0] = next(moves)
            QTest.mouseMove(self.canvas, now[0])
            return False

        self.until(arrived)

    def click(self, x, y):
        self.point_to(x, y)
        QTest.mouseClick(self.canvas, Qt.MouseButton.LeftButton, pos=self.at(x, y))

    def drag(self, start, stop):
        """Drag at a hand's pace: moves that come faster than the window draws are merged."""
        layer = self.viewer.layers.selection.active
        self.point_to(*start)
        self.until(lambda: layer.get_value(self.viewer.cursor.position, world=True) is not None)
        QTest.mousePress(self.canvas, Qt.MouseButton.LeftButton, pos=self.at(*start))
        for share in (0.2, 0.4, 0.6, 0.8, 0.9, 1.0, 1.0):
            way = np.array(start) + share * (np.array(stop) - np.array(start))
            self.move_pressed(self.at(*way))
        QTest.mouseRelease(self.canvas, Qt.MouseButton.LeftButton, pos=self.at(*stop))

    def move_pressed(self, place):
        there = self.canvas.mapToGlobal(place)
        button, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        moved = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(place),
            QPointF(there),
            none,
            button,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(self.canvas, moved)
        QApplication.processEvents()

    def answer(self, key, text):
        """Press a key that asks for text, and answer; None turns away."""
        asked = []

        def reply():
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QInputDialog):
                QTimer.singleShot(20, reply)
                return
            asked.append(dialog.labelText())
            if text is None:
                dialog.reject()
                return
            line = dialog.findChild(QLineEdit)
            line.selectAll()
            QTest.keyClick(line, Qt.Key.Key_Delete)
            QTest.keyClicks(line, text)
            QTest.keyClick(line, Qt.Key.Key_Return)

        QTimer.singleShot(0, reply)
        self.key(key)
        return asked[0]

    def press(self, button):
        """Click a button; where a box to tick is, which may be wider than what it says."""
        place = QPoint(min(12, button.width() // 2), button.height() // 2)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=place)

    def file(self):
        """Return what is written on the disk."""
        self.panel.save()
        return read_annotations(self.panel.annotator.session.path)

    def wait_for_work(self):
        self.until(lambda: not self.panel.work.busy)


def film_video(path):
    """Write the film of `tests.annotate.scene`: random texture carried by its motion."""
    random = np.random.default_rng(3)
    y, x = np.mgrid[:240, :320].astype(np.float32)
    waves = [
        [float(random.uniform(*ends)) for ends in ((0.15, 0.5), (0, np.pi), (0, 6))]
        for _ in range(24)
    ]
    with VideoWriter(path, 320, 240, fps=scene.FPS, crf=12) as writer:
        for frame in range(80):
            material = [part.astype(np.float32) for part in _material(x, y, frame)]
            grey = np.full(x.shape, 120.0, dtype=np.float32)
            for k, angle, phase in waves:
                along = material[0] * float(np.cos(angle)) + material[1] * float(np.sin(angle))
                grey += 9.0 * np.sin(k * along + phase)
            if not scene.START <= frame <= scene.END:
                grey[:] = 60.0
            picture = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
            writer.write(picture)
    return path


def _material(x, y, frame):
    """Return where the film at each pixel was in the interval's first frame."""
    dx, dy = scene.eye_shift(frame)
    a = np.deg2rad(scene.turn_deg(frame))
    u, v = x - scene.CENTRE[0] - dx, y - scene.CENTRE[1] - dy
    ex = scene.CENTRE[0] + u * np.cos(a) + v * np.sin(a)
    ey = scene.CENTRE[1] - u * np.sin(a) + v * np.cos(a)
    grown = 0.35 * (1 - np.exp(-(frame - scene.START) / scene.FPS / 0.6))
    return ex, (ey + 220.0 * grown) / (1 + grown)


def film_results(folder, video, held_back=()):
    """Write results of that video; tracks `held_back` follow the film at half its speed."""
    made = scene.analysis()
    tracks = made.tracks.copy()
    for track in held_back:
        rows = tracks["track_id"] == track
        for name in ("y_px", "y_eye_px"):
            places = tracks.loc[rows, name]
            tracks.loc[rows, name] = places.iloc[0] + 0.5 * (places - places.iloc[0])
    with FrameReader(video) as reader:
        count = reader.facts.frame_count
    told = made.summary.video.model_copy(
        update={"path": str(video), "sha256": content_hash(video), "frame_count": count}
    )
    summary = made.summary.model_copy(update={"video": told})
    write_results(Analysis(summary, made.frames, tracks, made.front), folder)
    return folder
