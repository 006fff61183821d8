"""The lipid front: the upper edge of the spreading layer, per column and frame."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.base.progress import SILENT, Progress
from easytear.base.stabilized import StabilisedFrames
from easytear.request.settings.film import FrontSettings
from easytear.segment.carry import Carried, Sighting, carry, hold, on_columns
from easytear.segment.edge import find_edge, joined
from easytear.segment.material import (
    MaterialPicture,
    Shot,
    TrackIndex,
    displacement_map,
    material_picture,
)
from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks, VelocityField

IntArray = NDArray[np.int_]

# Width of a cell of the material picture.
_CELL_MM = 0.035
# Distance of the front's columns, and their largest (results format).
_COLUMN_MM = 0.08
_COLUMN_PX = 8.0
# How many frames make up the material picture, and at what share of their span it is taken.
_SHOTS = 10
_REFERENCE = 0.35
# Film counts as moving where its displacement differs by so much (mm) between places: an error
# of the eye's motion is the same everywhere; or where it is twice as far.
_LEAST_MOTION_MM = 0.15
# A column is seen in a frame where so many points of the film were measured so near (mm).
_NEAR_MM = 0.75
_NEAR_POINTS = 3


@dataclass(frozen=True)
class _Cells:
    """The grid of the material picture."""

    px: int
    shape: tuple[int, int]
    mm: float

    def to_frame(self, cell: FloatArray) -> FloatArray:
        return np.asarray((cell + 0.5) * self.px - 0.5)

    def coarse(self, mask: BoolArray) -> BoolArray:
        """Return which cells' middles a mask (H, W) of the frame holds."""
        rows, columns = (np.arange(n) * self.px + self.px // 2 for n in self.shape)
        return mask[np.ix_(rows, columns)]


def find_front(
    frames: StabilisedFrames,
    tracks: FilmTracks,
    field: VelocityField,
    film_mask: BoolArray,
    pupil: Ellipse | None,
    mm_per_px: float,
    settings: FrontSettings,
    *,
    progress: Progress = SILENT,
) -> FilmFront:
    """Find the upper edge of the spreading layer in one interval.

    The front is material: it is found once, in a picture of the film joined from many frames
    along its motion, and carried through the interval by the tracks around it.

    Parameters
    ----------
    frames : StabilisedFrames
        The interval's frames; only early ones are asked for.
    tracks : FilmTracks
        The film's tracks.
    field : VelocityField
        The film's velocity; its frames are those in which the tracks were measured.
    film_mask : (H, W) bool array
        Where film texture can be trusted.
    pupil : Ellipse or None
        The pupil, on whose edge no front can be told.
    mm_per_px : float
        Scale.
    settings : FrontSettings
        How the front is found.
    progress : Progress
        Told how far the work is.
    """
    n, (_, width) = len(frames), frames.shape
    spacing = min(_COLUMN_MM / mm_per_px, _COLUMN_PX)
    x_px = np.arange(spacing / 2, width, spacing)
    time = np.asarray(frames.time_s) - frames.time_s[0]
    shots_at = _shot_frames(time, min(frames.early, n), field.frame, settings)
    index = TrackIndex(tracks)
    if len(shots_at) < 4:
        return _nothing(n, x_px, "front_not_visible")
    reference = int(shots_at[round(_REFERENCE * (len(shots_at) - 1))])
    if not _film_moves(index, int(shots_at[0]), int(shots_at[-1]), mm_per_px):
        # "At rest" is said only of film that rests to the end: a late one moves after the shots.
        later = _film_moves(index, int(shots_at[-1]), int(field.frame[-1]), mm_per_px)
        return _nothing(n, x_px, "front_not_visible" if later else "film_not_moving")
    cells = _cells(frames.shape, mm_per_px)
    picture = _picture(frames, shots_at, reference, index, cells, mm_per_px, progress)
    edge = find_edge(picture, cells.coarse(film_mask), cells.mm)
    points = np.column_stack(
        [cells.to_frame(np.arange(len(edge.row), dtype=float)), cells.to_frame(edge.row)]
    )
    sure = joined(edge.row, edge.sure, cells.mm)
    points = points[sure]
    sd = edge.sd[sure] * cells.px
    if len(points) * cells.mm < settings.least_width_mm:
        return _nothing(n, x_px, "front_not_visible")
    knots = _knots(field.frame, time, reference)
    carried = carry(points, reference, knots, index, mm_per_px)
    y, y_sd = hold(carried, [Sighting(reference, np.zeros(len(points)), sd)], mm_per_px)
    visible = _Visible(film_mask, pupil, index, mm_per_px)
    return _sample(carried, y, y_sd, x_px, n, field.frame, visible, mm_per_px)


def _nothing(n: int, x_px: FloatArray, flag: str) -> FilmFront:
    unknown = np.full((n, len(x_px)), np.nan)
    return FilmFront(x_px, unknown, unknown.copy(), np.zeros(unknown.shape, bool), (flag,))


def _cells(shape: tuple[int, int], mm_per_px: float) -> _Cells:
    px = max(1, round(_CELL_MM / mm_per_px))
    return _Cells(px, (shape[0] // px, shape[1] // px), px * mm_per_px)


def _shot_frames(
    time: FloatArray, early: int, looked_at: IntArray, settings: FrontSettings
) -> IntArray:
    """Return the frames of the material picture: evenly over the set stretch of time."""
    good = looked_at[
        (looked_at < early)
        & (time[looked_at] >= settings.from_s)
        & (time[looked_at] <= settings.until_s)
    ]
    if len(good) <= _SHOTS:
        return np.asarray(good)
    return np.asarray(good[np.unique(np.linspace(0, len(good) - 1, _SHOTS).round().astype(int))])


def _film_moves(index: TrackIndex, first: int, last: int, mm_per_px: float) -> bool:
    """Return whether points moved differently in different places, or far, as film does."""
    for start in (first, (first + last) // 2):
        _, moved = index.between(start, last)
        if len(moved) >= 10:
            low, high = np.quantile(moved[:, 1], [0.1, 0.9])
            far = float(np.median(np.hypot(*moved.T)))
            if max(high - low, 0.5 * far) * mm_per_px > _LEAST_MOTION_MM:
                return True
    return False


def _picture(
    frames: StabilisedFrames,
    shots_at: IntArray,
    reference: int,
    index: TrackIndex,
    cells: _Cells,
    mm_per_px: float,
    progress: Progress,
) -> MaterialPicture:
    shots = []
    for k, frame in enumerate(shots_at):
        shots.append(_shot(frames, int(frame), reference, index, cells, mm_per_px))
        progress.update(k + 1, len(shots_at), "finding the front")
    return material_picture(shots, 0.12 / cells.mm)


def _shot(
    frames: StabilisedFrames,
    frame: int,
    reference: int,
    index: TrackIndex,
    cells: _Cells,
    mm_per_px: float,
) -> Shot:
    height, width = cells.shape
    cut = frames.colour(frame)[: height * cells.px, : width * cells.px]
    colour = cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    # Texture of 0.02 to 0.05 mm; at most two pixels for each cell's width are kept of it.
    grey = cv2.cvtColor(cut, cv2.COLOR_BGR2GRAY)
    if cells.px > 2:
        grey = cv2.resize(grey, (2 * width, 2 * height), interpolation=cv2.INTER_AREA)
    px = grey.shape[1] / width
    small = [
        cv2.GaussianBlur(grey.astype(np.float32), (0, 0), s / cells.mm * px) for s in (0.012, 0.03)
    ]
    seen = cv2.resize(
        frames.seen(frame)[: cut.shape[0], : cut.shape[1]].astype(np.uint8),
        (width, height),
        interpolation=cv2.INTER_NEAREST,
    )
    to_frame = displacement_map(*index.between(reference, frame), cells.shape, cells.px, mm_per_px)
    back = displacement_map(*index.between(frame, reference), cells.shape, cells.px, mm_per_px)
    return Shot(np.asarray(colour), np.asarray(small[0] - small[1]), seen > 0, to_frame, back)


def _knots(looked_at: IntArray, time: FloatArray, reference: int) -> IntArray:
    """Return the frames between which the front is carried: close while the film is fast."""
    chosen = [int(looked_at[0])]
    for frame in looked_at[1:]:
        gap = 0.03 if time[frame] < 0.7 else 0.1 if time[frame] < 2.0 else 0.25
        if time[frame] - time[chosen[-1]] >= gap or frame in (reference, looked_at[-1]):
            chosen.append(int(frame))
    return np.unique(np.array(chosen))


class _Visible:
    """Where a front can be told."""

    def __init__(
        self, film_mask: BoolArray, pupil: Ellipse | None, index: TrackIndex, mm_per_px: float
    ) -> None:
        self._mask = film_mask
        self._pupil = pupil.scaled(1.1) if pupil is not None else None
        self._index = index
        self._near = _NEAR_MM / mm_per_px

    def at(self, frame: int, x: FloatArray, y: FloatArray) -> BoolArray:
        """Return whether the front at (x, y), (n,) each, can be told in a frame."""
        height, width = self._mask.shape
        known = np.isfinite(x + y)
        column = np.clip(np.nan_to_num(x).round().astype(int), 0, width - 1)
        row = np.nan_to_num(y).round().astype(int)
        visible = known & (row >= 0) & (row < height)
        visible &= self._mask[np.clip(row, 0, height - 1), column]
        if self._pupil is not None:
            visible &= ~(self._pupil.level(np.nan_to_num(x), np.nan_to_num(y)) < 1.0)
        tracked = self._index.positions(frame)
        if len(tracked) < _NEAR_POINTS:
            return np.zeros(len(x), bool)
        place = np.column_stack([np.nan_to_num(x), np.nan_to_num(y)])
        distance, _ = cKDTree(tracked).query(place, k=_NEAR_POINTS)
        return np.asarray(visible & (np.asarray(distance)[:, -1] < self._near))


def _sample(
    carried: Carried,
    y: FloatArray,
    sd: FloatArray,
    x_px: FloatArray,
    n: int,
    looked_at: IntArray,
    visible: _Visible,
    mm_per_px: float,
) -> FilmFront:
    """Put the carried line on columns at its frames and between them."""
    at_knots = np.full((len(carried.frame), len(x_px), 2), np.nan)
    for k, frame in enumerate(carried.frame):
        line = on_columns(x_px, carried.xy[k, :, 0], np.column_stack([y[k], sd[k]]), mm_per_px)
        line[~visible.at(int(frame), x_px, line[:, 0])] = np.nan
        at_knots[k] = line
    all_y, all_sd = np.full((n, len(x_px)), np.nan), np.full((n, len(x_px)), np.nan)
    for k in range(len(carried.frame)):
        a, b = int(carried.frame[k]), int(carried.frame[min(k + 1, len(carried.frame) - 1)])
        share = (np.arange(a, b) - a)[:, None] / max(b - a, 1)
        last = at_knots[min(k + 1, len(at_knots) - 1)]
        all_y[a:b] = at_knots[k, :, 0] * (1 - share) + last[:, 0] * share
        all_sd[a:b] = at_knots[k, :, 1] * (1 - share) + last[:, 1] * share
    final = int(carried.frame[-1])
    all_y[final], all_sd[final] = at_knots[-1].T
    observed = np.isfinite(all_y)
    measured = np.zeros(n, bool)
    measured[looked_at] = True
    observed &= measured[:, None]
    flags = () if np.isfinite(all_y).any() else ("front_not_visible",)
    return FilmFront(x_px, all_y, all_sd, observed, flags)
