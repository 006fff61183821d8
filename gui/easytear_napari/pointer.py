"""Where the pointer is when a key is pressed.

napari's own cursor lags: it follows mouse moves with a delay, and Qt on X11 leaves moves out
while later ones wait behind a key. Here each move is noted as it comes, in its order with the
keys, and turned into a place of the film only when it is asked for, as the film is shown then.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from napari.viewer import Viewer
from qtpy.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt

from easytear.base.geometry import FloatArray

_MOVES: Final = (
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Enter,
    QEvent.Type.Wheel,
)


class Pointer(QObject):
    """Watches the pointer over a viewer's film.

    Parameters
    ----------
    viewer : Viewer
        The viewer.
    parent : QObject, optional
        As in Qt.
    """

    def __init__(self, viewer: Viewer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._canvas = viewer.window._qt_viewer.canvas.native
        self._at: QPointF | None = None
        self._keep_every_move()
        self._canvas.installEventFilter(self)

    @staticmethod
    def _keep_every_move() -> None:
        """Have Qt deliver moves in their order with keys: it leaves out all but the last."""
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note where the pointer is (called by Qt)."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self._let_napari_follow()
        if event.type() in _MOVES:
            self._at = event.position()  # type: ignore[attr-defined]
        elif event.type() == QEvent.Type.Leave:
            self._at = None
        return False

    def _let_napari_follow(self) -> None:
        """Have napari take in the last move before a click: it keeps moves back for a while.

        A vertex drawn by click stands where napari last saw the pointer.
        """
        emitter = self._viewer.window._qt_viewer.canvas._scene_canvas.events.mouse_move
        for callback in emitter.callbacks:
            flush = getattr(callback, "flush", None)
            if callable(flush):
                flush()

    def close(self) -> None:
        """Watch no more."""
        self._canvas.removeEventFilter(self)
        self._at = None

    def place(self) -> FloatArray | None:
        """Return (x, y) under the pointer in the film as it is shown; None if not known.

        It is not known while the pointer is elsewhere, and where the film is shown in 3D, turned
        or in a grid.
        """
        scene = getattr(self._viewer, "scene", self._viewer)
        if self._at is None or not self._lies_flat(scene):
            return None
        camera = scene.camera
        size = np.array([self._canvas.width(), self._canvas.height()], dtype=float)
        middle = np.array(camera.center[-2:], dtype=float)[::-1]
        at = np.array([self._at.x(), self._at.y()])
        place: FloatArray = (at - size / 2) / camera.zoom + middle
        return place

    def _lies_flat(self, scene: object) -> bool:
        dims = self._viewer.dims
        last_two = tuple(range(dims.ndim))[-2:]
        grid = getattr(self._viewer, "canvas", self._viewer).grid
        way = getattr(scene.camera, "orientation2d", ("down", "right"))  # type: ignore[attr-defined]
        return (
            dims.ndisplay == 2
            and tuple(dims.displayed) == last_two
            and not grid.enabled
            and tuple(str(getattr(w, "value", w)) for w in way) == ("down", "right")
        )
