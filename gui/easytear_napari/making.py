"""Makes the napari layers as EasyTear wants them."""

from __future__ import annotations

from typing import Final

import numpy as np
from napari.layers import Points, Shapes, Tracks
from napari.utils.colormaps import Colormap
from napari.viewer import Viewer

from easytear_napari import look
from easytear_napari.reader import METADATA

TAIL: Final = 20
"""Frames of a track's tail."""


def make_tracks(viewer: Viewer) -> Tracks:
    """Return the layer of the program's tracks: the one that the reader made, or a new one."""
    nothing = np.array([[0, 0, 0, 0], [0, 1, 0, 0]], dtype=float)
    for known in viewer.layers:
        if isinstance(known, Tracks) and METADATA in known.metadata:
            known.colormaps_dict = {"doubt": _doubt_colours()}
            known.tail_length, known.tail_width, known.opacity = TAIL, 2, 0.8
            return known
    layer: Tracks = viewer.add_tracks(
        nothing,
        name="tracks",
        tail_length=TAIL,
        tail_width=2,
        opacity=0.8,
        features={"doubt": np.zeros(2)},
        colormaps_dict={"doubt": _doubt_colours()},
    )
    layer.color_by = "doubt"
    layer.visible = False
    return layer


def make_shapes(viewer: Viewer, name: str) -> Shapes:
    """Return an empty layer of lines."""
    layer: Shapes = viewer.add_shapes(
        ndim=2, name=name, edge_width=look.LINE_PX, face_color="transparent"
    )
    layer.current_edge_color = look.OWN
    layer.current_edge_width = look.LINE_PX
    return layer


def make_points(viewer: Viewer) -> Points:
    """Return an empty layer of points with their numbers."""
    layer: Points = viewer.add_points(
        np.zeros((0, 2)),
        ndim=2,
        name="points",
        canvas_size_limits=look.POINT_SCREEN_PX,
        size=look.POINT_PX,
        face_color=look.OWN,
        border_color="#202020",
        border_width=0.12,
        features={"name": np.zeros(0, dtype=object)},
        text={"string": "{name}", "size": 10, "color": look.OWN, "translation": [-9, 9]},
    )
    return layer


def _doubt_colours() -> Colormap:
    controls, colours = zip(*look.TRACK_COLOURS, strict=True)
    return Colormap(list(colours), controls=list(controls), name="doubt")
