"""napari's own ways to delete, rename, reorder, transform and open: followed, or prevented.

One session a viewer, tied to the video that is on the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtCore import QTimer

from easytear_napari.layers import Layers
from easytear_napari.reader import METADATA


def video_of(layer: Any) -> str | None:
    """Return the path of the video that a layer shows, None for other layers."""
    said = layer.metadata.get(METADATA, {})
    return said.get("video") if isinstance(layer, Image) and isinstance(said, dict) else None


class Following:
    """Watches a viewer's layers for what is done to them with napari's own tools.

    Parameters
    ----------
    viewer : Viewer
        The viewer.
    layers : callable
        Returns the layers of the present session, None without one.
    opened : callable
        Takes up a video's layer that was opened or shown again.
    ended : callable
        Ends the session: its video was deleted.
    say : callable
        Tells the person something.
    """

    def __init__(
        self,
        viewer: Viewer,
        layers: Callable[[], Layers | None],
        opened: Callable[[Any], None],
        ended: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._viewer = viewer
        self._layers, self._opened, self._ended, self._say = layers, opened, ended, say
        self._watched: list[Any] = []
        events = viewer.layers.events
        events.inserted.connect(self._inserted)
        events.removed.connect(self._removed)
        events.reordered.connect(self._reordered)
        for layer in viewer.layers:
            self._watch(layer)

    def close(self) -> None:
        """Watch no more."""
        events = self._viewer.layers.events
        events.inserted.disconnect(self._inserted)
        events.removed.disconnect(self._removed)
        events.reordered.disconnect(self._reordered)
        for layer in self._watched:
            layer.events.visible.disconnect(self._shown)
            layer.events.mode.disconnect(self._mode)
        self._watched.clear()

    def _watch(self, layer: Any) -> None:
        if layer not in self._watched:
            layer.events.visible.connect(self._shown)
            layer.events.mode.connect(self._mode)
            self._watched.append(layer)

    def _inserted(self, event: Any) -> None:
        layer = event.value
        self._watch(layer)
        if METADATA in layer.metadata and video_of(layer) is None and self._strange(layer):
            # Tracks that the reader brings: the session shows them itself, or hides them.
            layer.visible = False
        elif video_of(layer) is not None:
            self._opened(layer)

    def _strange(self, layer: Any) -> bool:
        ours = self._layers()
        return ours is None or layer not in ours.own

    def _shown(self, event: Any) -> None:
        layer, ours = event.source, self._layers()
        if layer.visible and video_of(layer) is not None and ours is not None:
            self._opened(layer)

    def _mode(self, event: Any) -> None:
        """Keep a layer from being moved away from the film that its marks are on."""
        layer, ours = event.source, self._layers()
        if str(layer.mode) == "transform" and ours is not None and layer in ours.own:
            QTimer.singleShot(0, lambda: setattr(layer, "mode", "pan_zoom"))
            self._say(f"'{layer.name}' lies on the film and cannot be moved away from it.")

    def _removed(self, event: Any) -> None:
        layer, ours = event.value, self._layers()
        if ours is None or layer not in ours.own:
            return
        if layer is ours.video:
            self._ended()
        else:
            QTimer.singleShot(0, lambda: self._put_back(layer))

    def _put_back(self, layer: Any) -> None:
        ours = self._layers()
        if ours is None or layer in self._viewer.layers or layer not in ours.own:
            return
        if ours.video not in self._viewer.layers:
            return  # all of them are being taken away, as at the window's end
        ours.put_back()
        self._say(
            f"'{layer.name}' shows marks of yours and was put back. Delete a mark with D or "
            "Shift+D, or hide the layer."
        )

    def _reordered(self, _event: Any = None) -> None:
        ours = self._layers()
        if ours is None or ours.video not in self._viewer.layers:
            return
        at = self._viewer.layers.index(ours.video)
        below = [n for n, one in enumerate(self._viewer.layers) if one in ours.own and n < at]
        if below:
            QTimer.singleShot(0, lambda: self._lower(ours.video))

    def _lower(self, video: Any) -> None:
        if video in self._viewer.layers:
            self._viewer.layers.move(self._viewer.layers.index(video), 0)
            self._say("The video stays below the marks: above them it would hide them.")
