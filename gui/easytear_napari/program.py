"""What is drawn of the program's result, and of region and limbus, in the chosen coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from easytear.annotate.model import EllipseMark, RegionMark
from easytear.base.geometry import Ellipse, FloatArray
from easytear.results import IntervalResult
from easytear_napari.state import Annotator

DOUBT_FULL_PX: Final = 4.0
"""Expected error at which a track is drawn in the colour of doubt."""


@dataclass(frozen=True)
class EyeShape:
    """A shape drawn in eye coordinates.

    `owner` is the mark that it shows, None for the program's; `key` changes whenever it must be
    drawn anew; `yx` are the vertices napari wants, `drawn` napari's name for the kind.
    """

    kind: str
    owner: int | None
    key: int
    yx: FloatArray
    drawn: str


class ProgramShapes:
    """Looks up what to draw for a frame.

    Parameters
    ----------
    annotator : Annotator
        The state.
    """

    def __init__(self, annotator: Annotator) -> None:
        self._a = annotator

    def tracks(self, without: set[int]) -> tuple[FloatArray, FloatArray]:
        """Return napari's tracks (m, 4) and each row's doubt (0 sure, 1 doubtful)."""
        a = self._a
        if a.analysis is None or not a.program_shown:
            return np.zeros((0, 4)), np.zeros(0)
        table = a.drawn_tracks[~a.drawn_tracks["track_id"].isin(without)]
        if a.alone and a.doubt is not None and a.doubt.program_track is not None:
            table = a.drawn_tracks[a.drawn_tracks["track_id"] == a.doubt.program_track]
        xy = ["x_eye_px", "y_eye_px"] if a.stabilised else ["x_px", "y_px"]
        rows = table[["track_id", "frame", xy[1], xy[0]]].to_numpy(dtype=float)
        error = {d.program_track: d.error_px for d in a.every_doubt if d.program_track is not None}
        doubt = table["track_id"].map(error).fillna(0.0).to_numpy(dtype=float)
        return rows, np.clip(doubt / DOUBT_FULL_PX, 0.0, 1.0)

    def under_review(self) -> list[FloatArray]:
        """Return the way of the track under review, and its place in this frame if it has one.

        In image coordinates, or in the eye's while that is held still.
        """
        a = self._a
        doubt = a.doubt
        if a.analysis is None or not a.program_shown or doubt is None:
            return []
        table = a.drawn_tracks[a.drawn_tracks["track_id"] == doubt.program_track]
        names = ["x_eye_px", "y_eye_px"] if a.stabilised else ["x_px", "y_px"]
        way = table[names].to_numpy(dtype=float)
        frames = table["frame"].to_numpy(dtype=float)
        if len(way) < 2:
            return []
        if not frames[0] <= a.frame <= frames[-1]:
            return [way]
        here = np.array([[np.interp(a.frame, frames, way[:, axis]) for axis in (0, 1)]])
        return [way, here]

    def interval(self) -> IntervalResult | None:
        """Return the program's interval that the present frame is in, hidden or not."""
        return None if self._a.eye is None else self._a.eye.interval_at(self._a.frame)

    def eye_shapes(self) -> list[EyeShape]:
        """Return region and limbus for the present frame: the person's, else the program's."""
        one, shapes = self.interval(), []
        for region in self._a.document.of(RegionMark):
            part = self._a.part(region)
            if part is not None:
                first = part.keyframes[0]
                points = self._to_eye(np.array(first.points), first.frame)
                shapes.append(EyeShape("region", part.id, hash(part), points[:, ::-1], "polygon"))
        for mark in self._a.document.of(EllipseMark):
            limbus = self._a.part(mark)
            if limbus is not None:
                key = limbus.keyframes[0]
                centre = self._to_eye(np.array([[key.x_px, key.y_px]]), key.frame)[0]
                x, y = (float(v) for v in centre)
                moved = Ellipse(x, y, key.rx_px, key.ry_px, key.angle_deg)
                corners = ellipse_corners(moved)
                shapes.append(EyeShape(mark.kind, mark.id, hash(limbus), corners, "ellipse"))
        if one is None or not self._a.program_shown:
            return shapes
        owned = {s.kind for s in shapes}
        if one.region and "region" not in owned:
            points = np.array(one.region)[:, ::-1]
            shapes.append(EyeShape("region", None, one.index, points, "polygon"))
        if one.iris is not None and "limbus" not in owned:
            corners = ellipse_corners(one.iris.ellipse())
            shapes.append(EyeShape("limbus", None, one.index, corners, "ellipse"))
        return [*shapes, *self._breaks(one)]

    def _breaks(self, one: IntervalResult) -> list[EyeShape]:
        """Return the rims of the film breaks that are there in the present frame."""
        found = () if one.film_break is None else one.film_break.breaks
        time_s = self._a.video.time_s
        now = time_s[self._a.frame] if self._a.frame < len(time_s) else np.inf
        return [
            EyeShape("break", None, n, np.array(rim.outline)[:, ::-1], "polygon")
            for n, rim in enumerate(found)
            if rim.start_s <= now and len(rim.outline) > 2
        ]

    def eye_affine(self) -> FloatArray:
        """Return napari's (3, 3) transform from eye coordinates to what is shown, (y, x)."""
        affine = np.eye(3)
        if self._a.stabilised or self._a.eye is None:
            return affine
        matrix = self._a.eye.matrix(self._a.frame)
        if matrix is None:
            return affine
        (a, b, c), (d, e, f) = matrix
        return np.array([[e, d, f], [b, a, c], [0.0, 0.0, 1.0]])

    def to_image(self, points: FloatArray, frame: int) -> FloatArray:
        """Return points in eye coordinates in the image of a frame."""
        if self._a.eye is None:
            return points
        moved = self._a.eye.to_image(points, frame)
        return moved if np.isfinite(moved).all() else points

    def _to_eye(self, points: FloatArray, frame: int) -> FloatArray:
        if self._a.eye is None:
            return points
        moved = self._a.eye.to_eye(points, frame)
        return moved if np.isfinite(moved).all() else points


def ellipse_corners(ellipse: Ellipse) -> FloatArray:
    """Return the (4, 2) corners (y, x) of the box round an ellipse, as napari draws it."""
    box = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=float)
    box *= [ellipse.rx_px, ellipse.ry_px]
    angle = np.deg2rad(ellipse.angle_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    xy: FloatArray = box @ turn.T + [ellipse.x_px, ellipse.y_px]
    return xy[:, ::-1]


def corners_ellipse(yx: FloatArray) -> Ellipse:
    """Return the ellipse whose box has these corners; the inverse of `ellipse_corners`."""
    xy = yx[:, ::-1]
    centre = xy.mean(axis=0)
    along, across = xy[1] - xy[0], xy[3] - xy[0]
    angle = float(np.rad2deg(np.arctan2(along[1], along[0])))
    half = (float(np.hypot(*along)) / 2, float(np.hypot(*across)) / 2)
    return Ellipse(float(centre[0]), float(centre[1]), *half, angle)
