"""The napari layers: mirrors of the state, and mouse edits taken back into it.

Six layers: the video, the program's tracks, the points, the front, what is under review, and
region with limbus. The last one is drawn in eye coordinates and moves with the eye by its
transform; all of them show the present frame alone (but the tracks, whose tails napari draws).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import numpy as np
from napari.layers import Image, Points, Shapes
from napari.viewer import Viewer

from easytear.annotate.decisions import rejected
from easytear.annotate.interpolate import shape_at
from easytear.annotate.model import FrontLine
from easytear.base.geometry import Ellipse, FloatArray
from easytear_napari import look
from easytear_napari.frames import VideoArray
from easytear_napari.making import make_points, make_shapes, make_tracks
from easytear_napari.mouse import MouseEdits
from easytear_napari.places import suggested
from easytear_napari.program import ProgramShapes, ellipse_corners
from easytear_napari.reader import METADATA
from easytear_napari.state import Annotator

SYMBOLS: Final = {"keyed": "disc", "between": "ring", "ghost": "cross"}
UNSEEN_PX: Final = 0.2
"""The eye's outlines are moved when it is further than this: each time costs new shaders."""
FAR: Final = np.array([[0.0, 0.0, 1.0], [1000.0, 0.0, 1.0], [0.0, 1000.0, 1.0]]).T
"""Places (y, x, 1) at which it is looked how far the eye went."""
NAMES: Final = ("video", "tracks", "region and limbus", "front", "points", "under review")
RING_PX: Final = 14.0
"""Radius on the screen of the ring about what is under review."""


class Layers(MouseEdits):
    """Shows an annotator's state in a viewer, and takes in what the mouse does there.

    Parameters
    ----------
    viewer : Viewer
        Where the layers are.
    annotator : Annotator
        The state.
    video : Image
        The layer that shows the video.
    new_front : callable
        Takes in a front that was drawn, image coordinates, and the frame it was drawn in.
    """

    def __init__(
        self,
        viewer: Viewer,
        annotator: Annotator,
        video: Image,
        new_front: Callable[[FloatArray, int], None],
    ) -> None:
        self._viewer = viewer
        self.new_front = new_front
        self._mirroring = False
        self.tracks = make_tracks(viewer)
        self.eye = make_shapes(viewer, NAMES[2])
        self.front = make_shapes(viewer, NAMES[3])
        self.review = make_shapes(viewer, NAMES[5])
        self.review.editable = False
        self.points = make_points(viewer)
        self.points.events.data.connect(self._points_edited)
        self.points.selected_data.events.items_changed.connect(self._points_chosen)
        self.front.events.data.connect(self._front_edited)
        self.eye.events.data.connect(self._eye_edited)
        self.follow(annotator, video)

    def follow(self, annotator: Annotator, video: Image) -> None:
        """Show another state in the same layers: drivers take it ill when layers are removed."""
        self._a = annotator
        self.put_back()
        self._ids: list[int] = []
        self._program = ProgramShapes(annotator)
        self._points_shown: tuple[tuple[int, str, bool], ...] = ()
        self._fronts_shown: list[str] = []
        self._looks: dict[Shapes, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._eye_shown: tuple[Any, ...] = ()
        self._affine: FloatArray = np.eye(3)
        self.eye.affine = self._affine
        self.video = video
        video.events.thumbnail.block()  # as in `_quietly`
        video.name = NAMES[0]
        self._leave_others(video)
        self._viewer.layers.selection.active = self.points
        self.points.mode = "select"

    def put_back(self) -> None:
        """Have every layer of marks in the viewer, also one that was deleted there."""
        with self._mirror():
            for layer in (self.tracks, self.eye, self.front, self.review, self.points):
                if layer not in self._viewer.layers:
                    self._viewer.layers.append(layer)

    def _leave_others(self, video: Image) -> None:
        """Hide what belongs to videos opened before."""
        for layer in self._viewer.layers:
            if METADATA in layer.metadata and layer not in self.own:
                layer.visible = False
                if isinstance(layer.data, VideoArray):
                    layer.data.store.forget()
        video.visible = True
        at = self._viewer.layers.index(video)
        if at:
            self._viewer.layers.move(at, 0)

    def chosen(self) -> list[int]:
        """Return the marks that are selected in the layer that is active."""
        layer = self._viewer.layers.selection.active
        picked = sorted(getattr(layer, "selected_data", ()))
        if layer is self.points:
            return [self._ids[n] for n in picked if n < len(self._ids)]
        if layer is self.front:
            owners = [self._fronts_shown[n] for n in picked if n < len(self._fronts_shown)]
            return [int(owner) for owner in owners if owner.isdigit()]
        if layer is self.eye:
            shapes = self._program.eye_shapes()
            found = [shapes[n].owner for n in picked if n < len(shapes)]
            return [owner for owner in found if owner is not None]
        return []

    @property
    def own(self) -> tuple[Any, ...]:
        """The layers on which keys are bound."""
        return self.video, self.tracks, self.eye, self.front, self.review, self.points

    # From the state to the layers

    def show_frame(self) -> None:
        """Show what belongs to the present frame."""
        with self._mirror():
            self._show_points()
            self._show_front()
            self._show_review()
            self._show_eye()

    def show_view(self) -> None:
        """Show or hide the program's result, and choose the coordinates of everything."""
        with self._mirror():
            data, doubt = self._program.tracks(rejected(self._a.document))
            self._set_tracks(data, doubt)
        self._eye_shown = ()
        self.show_frame()

    def show_verdicts(self) -> None:
        """Take rejected tracks off the screen."""
        with self._mirror():
            data, doubt = self._program.tracks(rejected(self._a.document))
            if len(data) != len(self.tracks.data):
                self._set_tracks(data, doubt)

    def clear(self) -> None:
        """Show nothing any more."""
        with self._mirror():
            self.points.data = np.zeros((0, 2))
            self._set_shapes(self.front, [], [], [])
            self._set_shapes(self.eye, [], [], [])
            self._set_shapes(self.review, [], [], [])
            self.tracks.visible = False

    def draw_front(self) -> None:
        """Let the person draw a front with the mouse."""
        self._viewer.layers.selection.active = self.front
        self.front.mode = "add_polyline"

    def _show_points(self) -> None:
        shown = self._a.shown_points()
        self._ids = [s.item_id for s in shown]
        places = np.array([self.to_view(s.place[None])[0] for s in shown]).reshape(-1, 2)
        layer = self.points
        wanted = tuple((s.item_id, s.state, s.item_id == self._a.current) for s in shown)
        if wanted == self._points_shown and np.array_equal(layer.data, places[:, ::-1]):
            return
        if layer.selected_data:
            layer.selected_data.clear()
        with self._quietly(layer):
            layer.data = places[:, ::-1]
        if wanted != self._points_shown:
            self._points_shown = wanted
            self._dress_points(wanted)
        layer.selected_data = {n for n, (_, _, now) in enumerate(wanted) if now}

    def _dress_points(self, wanted: tuple[tuple[int, str, bool], ...]) -> None:
        """Give the points their looks; done only when these change, as it takes longest."""
        if not wanted:
            return
        layer = self.points
        layer.symbol = [SYMBOLS[state] for _, state, _ in wanted]
        layer.size = [look.POINT_PX * (1.35 if now else 1.0) for _, _, now in wanted]
        layer.face_color = [
            look.CURRENT if now else (look.GHOST if state == "ghost" else look.OWN)
            for _, state, now in wanted
        ]
        layer.border_color = ["#202020"] * len(wanted)
        layer.features = {"name": [self._a.name_of(item_id) for item_id, _, _ in wanted]}

    def _show_front(self) -> None:
        lines, colours, shown = [], [], []
        if self._a.program_shown:
            line = self._a.program_front(self._a.frame)
            if line is not None:
                lines.append(line)
                colours.append(look.FRONT)
                shown.append("program")
        for front in self._a.document.of(FrontLine):
            part = self._a.part(front)
            if part is None:
                continue
            points = shape_at(part, self._a.frame, self._a.video.time_s, self._a.film)
            if points is not None:
                lines.append(points)
                colours.append(look.OWN)
                shown.append(str(front.id))
        self._fronts_shown = shown
        for line in self._ghost_fronts():
            lines.append(line)
            colours.append(look.GHOST_LINE)
            shown.append("ghost")
        paths = [self.to_view(line)[:, ::-1] for line in lines]
        self._set_shapes(self.front, paths, ["path"] * len(paths), colours)

    def _show_review(self) -> None:
        """Show the way of the track under review with a ring about it, and suggested places."""
        found = self._program.under_review()
        drawn = [way[:, ::-1] for way in found[:1]]
        scene = getattr(self._viewer, "scene", self._viewer)
        radius = RING_PX / max(float(scene.camera.zoom), 1e-3)
        rings = [Ellipse(float(x), float(y), radius, radius) for way in found[1:] for x, y in way]
        colours = [look.REVIEW] * (len(drawn) + len(rings))
        for x, y in self.to_view(suggested(self._a)).tolist():
            rings.append(Ellipse(x, y, radius / 2, radius / 2))
            colours.append(look.CURRENT)
        kinds = ["path"] * len(drawn) + ["ellipse"] * len(rings)
        drawn += [ellipse_corners(ring) for ring in rings]
        self._set_shapes(self.review, drawn, kinds, colours)

    def _ghost_fronts(self) -> list[FloatArray]:
        """Return the person's front as it is set last before this frame, and next after it."""
        own = self._a.own_front()
        part = None if own is None else self._a.part(own)
        keys = [] if part is None else [k for k in part.keyframes if not k.outside]
        if any(key.frame == self._a.frame for key in keys):
            return []
        before = [key for key in keys if key.frame < self._a.frame][-1:]
        after = [key for key in keys if key.frame > self._a.frame][:1]
        return [np.array(key.points) for key in (*before, *after)]

    def _show_eye(self) -> None:
        """Redraw region and limbus when they change; else only move them with the eye."""
        shapes = self._program.eye_shapes()
        wanted = tuple((s.kind, s.owner, s.key) for s in shapes)
        if wanted != self._eye_shown:
            self._eye_shown = wanted
            self._set_shapes(
                self.eye,
                [s.yx for s in shapes],
                [s.drawn for s in shapes],
                [look.OWN if s.owner else look.EYE[s.kind] for s in shapes],
            )
        affine = self._program.eye_affine()
        if np.abs((affine - self._affine) @ FAR).max() > UNSEEN_PX:
            self._affine = affine
            self.eye.affine = affine

    def to_view(self, points: FloatArray) -> FloatArray:
        """Return image points of the present frame as they are shown."""
        if self._a.stabilised and self._a.eye is not None:
            moved = self._a.eye.to_eye(points, self._a.frame)
            if np.isfinite(moved).all():
                return moved
        return points

    def from_view(self, points: FloatArray) -> FloatArray:
        """Return shown points as image points of the present frame."""
        if self._a.stabilised and self._a.eye is not None:
            moved = self._a.eye.to_image(points, self._a.frame)
            if np.isfinite(moved).all():
                return moved
        return points

    # Parts of the above

    @contextmanager
    def _mirror(self) -> Iterator[None]:
        """Keep what the state does to the layers from coming back as an edit."""
        before, self._mirroring = self._mirroring, True
        try:
            yield
        finally:
            self._mirroring = before

    @contextmanager
    def _quietly(self, layer: Points | Shapes) -> Iterator[None]:
        """Keep napari from doing in each frame what nobody sees.

        Thumbnails: to paint the layer list takes as long as to draw the film. Data: the viewer
        would look through the axes of all layers again. Highlight: compiles a shader; it is drawn
        in the active layer only.
        """
        with ExitStack() as quiet:
            quiet.enter_context(layer.events.thumbnail.blocker())
            quiet.enter_context(layer.events.data.blocker())
            if self._viewer.layers.selection.active is not layer:
                quiet.enter_context(layer.events.highlight.blocker())
            yield

    def _set_tracks(self, data: FloatArray, doubt: FloatArray) -> None:
        visible = len(data) > 0
        self.tracks.visible = visible
        if visible:
            self.tracks.color_by = "track_id"
            self.tracks.data = data
            self.tracks.features = {"doubt": doubt}
            self.tracks.color_by = "doubt"

    def _set_shapes(
        self, layer: Shapes, data: list[FloatArray], kinds: list[str], colours: list[str]
    ) -> None:
        if not data and not layer.nshapes:
            return
        looks = (tuple(kinds), tuple(colours))
        same = self._looks.get(layer) == looks and layer.nshapes == len(data)
        self._looks[layer] = looks
        with self._quietly(layer):
            # To empty the layer and to fill it takes twice as long as to change what is there.
            layer.data = data if same else []
            if data and not same:
                layer.add(
                    data,
                    shape_type=kinds,
                    edge_width=look.line_px(self._a.video.height_px),
                    edge_color=colours,
                    face_color="transparent",
                )
        if layer.selected_data:
            layer.selected_data = set()
