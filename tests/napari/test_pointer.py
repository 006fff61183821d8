"""A point is set where the hand was when the key went down, however late the window is."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QKeyEvent, QMouseEvent
from qtpy.QtWidgets import QApplication

from easytear.annotate.model import PointTrack

SPOTS = np.column_stack([np.linspace(60, 260, 12), 90 + 60 * np.sin(np.arange(12))])


def queue_up(canvas, place, key):
    """Put a move and a key press behind one another, as they wait while a window is busy."""
    none, quiet = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    there = QPointF(canvas.mapToGlobal(place))
    move = QMouseEvent(QEvent.Type.MouseMove, QPointF(place), there, none, none, quiet)
    QApplication.postEvent(canvas, move)
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.postEvent(canvas, QKeyEvent(kind, key, quiet))


def test_keys_that_waited_take_the_place_they_were_pressed_at(person):
    anna = person()
    anna.go(20)
    for x, y in SPOTS:
        queue_up(anna.canvas, anna.at(x, y), Qt.Key.Key_A)
    anna.until(lambda: len(anna.items) == len(SPOTS))
    places = np.array([p.keyframes[0].points[0] for p in anna.items])
    assert np.abs(places - SPOTS).max() < anna.pixel()


def test_a_zoom_under_a_still_hand_counts(person):
    anna = person()
    anna.go(20)
    anna.point_to(160, 120)
    anna.camera.zoom *= 2
    anna.camera.center = (0, 100, 140)
    anna.key("A")
    place = anna.items[0].keyframes[0].points[0]
    pixel = anna.at(*place)
    hand = anna.panel.pointer._at
    assert abs(pixel.x() - hand.x()) <= 1
    assert abs(pixel.y() - hand.y()) <= 1


@pytest.mark.parametrize("way", ["left", "3d", "grid"])
def test_where_the_hand_is_not_known_nothing_is_placed(person, way):
    anna = person()
    anna.point_to(160, 120)
    if way == "left":
        QApplication.sendEvent(anna.canvas, QEvent(QEvent.Type.Leave))
    elif way == "3d":
        anna.viewer.dims.ndisplay = 3
    else:
        getattr(anna.viewer, "canvas", anna.viewer).grid.enabled = True
    anna.key("A")
    assert not [i for i in anna.items if isinstance(i, PointTrack)]
    assert "pointer" in anna.said
