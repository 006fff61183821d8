"""The film as one picture: frames carried back along its motion, the still eye taken out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.base.scattered import FILM_REACH_MM, local_linear
from easytear.track.records import FilmTracks

_GRID_MM = 0.25
# Where no track is near, those within so many times the usual reach speak.
_WIDE = 2.5
_WIDE_WEIGHT = 0.3


class TrackIndex:
    """Tracks by frame, for displacements between any two frames."""

    def __init__(self, tracks: FilmTracks) -> None:
        self._order = np.argsort(tracks.frame, kind="stable")
        self._frame = tracks.frame[self._order]
        self._tracks = tracks
        self._xy = np.column_stack([tracks.x_px, tracks.y_px])

    def rows(self, frame: int) -> np.ndarray[tuple[int], np.dtype[np.int_]]:
        """Return the rows of one frame, rising by track."""
        a, b = np.searchsorted(self._frame, [frame, frame + 1])
        return self._order[a:b]

    def positions(self, frame: int) -> FloatArray:
        """Return positions (n, 2) of the points that were measured in one frame."""
        rows = self.rows(frame)
        return np.asarray(self._xy[rows[self._tracks.observed[rows]]])

    def between(self, start: int, stop: int) -> tuple[FloatArray, FloatArray]:
        """Return where points were in one frame (n, 2), and how far they are in another."""
        a, b = self.rows(start), self.rows(stop)
        _, i, j = np.intersect1d(
            self._tracks.track[a], self._tracks.track[b], assume_unique=True, return_indices=True
        )
        here = self._xy[a[i]]
        return here, self._xy[b[j]] - here


def displacement_map(
    here: FloatArray,
    moved: FloatArray,
    shape: tuple[int, int],
    cell_px: float,
    mm_per_px: float,
) -> FloatArray:
    """Return the displacement (h, w, 2) in cells on a picture of coarser cells; NaN unknown.

    Parameters
    ----------
    here, moved : (n, 2) float arrays
        Positions and displacements in frame pixels.
    shape : (int, int)
        Height and width of the picture in cells.
    cell_px : float
        Frame pixels per cell.
    mm_per_px : float
        Scale of the frames.
    """
    step = _GRID_MM / mm_per_px
    x = np.arange(0.0, shape[1] * cell_px + step, step)
    y = np.arange(0.0, shape[0] * cell_px + step, step)
    if len(here) < 3:
        return np.full((*shape, 2), np.nan, np.float32)
    reach = np.array(FILM_REACH_MM) / mm_per_px
    same = np.ones(len(here))
    coarse = local_linear(x, y, here, moved, same, reach)
    # Beside the tracks, as above the front where the film has less to follow: a wider mean.
    wide = local_linear(x, y, here, moved, same, _WIDE * reach, _WIDE_WEIGHT)
    coarse = np.where(np.isfinite(coarse), coarse, wide) / cell_px
    known = np.isfinite(coarse[..., 0])
    rows = ((np.arange(shape[0]) + 0.5) * cell_px - 0.5) / step
    columns = ((np.arange(shape[1]) + 0.5) * cell_px - 0.5) / step
    map_x, map_y = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
    filled = np.where(known[..., None], coarse, 0.0).astype(np.float32)
    fine = cv2.remap(filled, map_x, map_y, cv2.INTER_LINEAR)
    share = cv2.remap(known.astype(np.float32), map_x, map_y, cv2.INTER_LINEAR)
    result = fine / np.maximum(share, 1e-6)[..., None]
    result[share < 0.5] = np.nan
    return np.asarray(result)


@dataclass(frozen=True)
class Shot:
    """One frame, in cells, for the material picture.

    Attributes
    ----------
    colour : (h, w, 3) float32 array
        Blue, green, red.
    fine : (h2, w2) float32 array
        Fine texture, in finer cells.
    seen : (h, w) bool array
        What the frame's image covers.
    to_frame, to_reference : (h, w, 2) float arrays
        The film's displacement from the reference frame to this one and back, in cells.
    """

    colour: FloatArray
    fine: FloatArray
    seen: BoolArray
    to_frame: FloatArray
    to_reference: FloatArray


@dataclass(frozen=True)
class MaterialPicture:
    """What the film looks like at the reference frame, the still eye taken out.

    Attributes
    ----------
    colour : (h, w, 3) float array
        Blue, green, red of the film relative to its mean over time at the same place.
    energy : (h, w) float array
        Local standard deviation of the fine texture that all frames share.
    brightness : (h, w) float array
        Brightness of eye and film together.
    known : (h, w) bool array
        Which cells are known from at least half of the frames.
    """

    colour: FloatArray
    energy: FloatArray
    brightness: FloatArray
    known: BoolArray


def material_picture(shots: list[Shot], blur_cells: float) -> MaterialPicture:
    """Join frames along the film's motion.

    A frame is a still layer plus a film layer that moves. In turns, each is the mean over time
    of the frames minus the other, at rest in its own coordinates; at the front, which has
    passed over still eye, the film layer then keeps the step and not the iris.

    Parameters
    ----------
    shots : list of Shot
        The frames.
    blur_cells : float
        Standard deviation of the window in which texture energy is taken.
    """
    forward = [_Map(s.to_frame) for s in shots]
    inverse = [_Map(s.to_reference) for s in shots]
    weight = [
        f.known & (f.warp(s.seen.astype(np.float32)) > 0.99)
        for f, s in zip(forward, shots, strict=True)
    ]
    still_weight = [i.known & s.seen for i, s in zip(inverse, shots, strict=True)]
    film = np.zeros_like(shots[0].colour)
    still = film
    for _ in range(4):
        rest = (s.colour - i.warp(film) for s, i in zip(shots, inverse, strict=True))
        seen = _mean(rest, still_weight, film)
        part = (f.warp(s.colour - seen) for s, f in zip(shots, forward, strict=True))
        film, still = _mean(part, weight, film), seen
    known = np.sum(weight, axis=0) >= 0.5 * len(shots)
    energy = _fine_energy(shots, weight, blur_cells)
    return MaterialPicture(film, energy, (film + still).mean(axis=2), known)


def _fine_energy(shots: list[Shot], weight: list[BoolArray], blur_cells: float) -> FloatArray:
    """Return the local standard deviation of what all frames' fine texture has in common."""
    height, width = weight[0].shape
    ratio = round(shots[0].fine.shape[1] / width)
    size = (width * ratio, height * ratio)
    total = np.zeros(size[::-1], np.float32)
    square = np.zeros_like(total)
    count = np.zeros_like(total)
    for shot, w in zip(shots, weight, strict=True):
        large = cv2.resize(np.nan_to_num(shot.to_frame).astype(np.float32), size) * ratio
        share = cv2.resize(w.astype(np.float32), size, interpolation=cv2.INTER_NEAREST)
        fine = _Map(large).warp(shot.fine) * share
        total += fine
        square += fine**2
        count += share
    # The mean's square holds the noise's share too: take out what single frames scatter by.
    count = np.maximum(count, 2.0)
    common = (total**2 - square) / (count * (count - 1.0))
    small = cv2.resize(common, (width, height), interpolation=cv2.INTER_AREA)
    window = cv2.GaussianBlur(small, (0, 0), blur_cells)
    noise = cv2.GaussianBlur(
        cv2.resize(square / count**2, (width, height), interpolation=cv2.INTER_AREA),
        (0, 0),
        blur_cells,
    )
    return np.asarray(np.sqrt(np.maximum(window, 0.0) + 0.1 * noise))


class _Map:
    """A displacement map made ready for warping."""

    def __init__(self, displacement: FloatArray) -> None:
        height, width = displacement.shape[:2]
        self.known: BoolArray = np.isfinite(displacement[..., 0])
        filled = np.where(self.known[..., None], displacement, np.zeros((), displacement.dtype))
        x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        self._x = (x + filled[..., 0]).astype(np.float32, copy=False)
        self._y = (y[:, None] + filled[..., 1]).astype(np.float32, copy=False)

    def warp(self, image: FloatArray) -> FloatArray:
        """Return the image looked up at each cell's displaced place."""
        return np.asarray(
            cv2.remap(image, self._x, self._y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        )


def _mean(
    images: Iterable[FloatArray], weight: Sequence[BoolArray], like: FloatArray
) -> FloatArray:
    """Return the mean of images where their weights are True, of the form of `like`."""
    total = np.zeros_like(like)
    count = np.zeros(total.shape[:2], np.float32)
    for image, w in zip(images, weight, strict=True):
        cv2.accumulate(image, total, w.view(np.uint8))
        count += w
    return np.asarray(total / np.maximum(count, 1.0)[..., None])
