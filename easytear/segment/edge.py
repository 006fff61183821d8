"""The front in one picture of the film: where two cues step in the same place."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.segment.material import MaterialPicture
from easytear.segment.path import best_path

IntArray = NDArray[np.int_]

# Half height of the boxes whose means are compared: coarse to find the front, fine to place it.
_COARSE_MM = 0.35
_FINE_MM = 0.1
# Width of the boxes.
_WIDE_MM = 0.12
# Steps of more robust standard deviations than this are all the same: sure.
_MOST_Z = 6.0
# What one millimetre up or down costs, as the logarithm of a likelihood: fingers are steep.
_CLIMB_COST = 20.0
# Both cues must step by so many robust standard deviations, within _AGREE_MM of the front.
_LEAST_COLOUR = 1.5
_LEAST_TEXTURE = 0.62
_AGREE_MM = 0.25
# How strong a cue may be taken to be. Texture is patchy, so that it may be weak on the front and
# strong beside it: it must not outvote colour.
_MOST_STRENGTH = (4.0, 1.5)
# An edge that parts film by less than this share of what another does is none beside it.
_AS_LIKELY = 0.5
# Sure columns further apart than this are stretches of their own, and belong together where the
# front climbs by no more between them than the gap is wide, and this.
_GAP_MM = 0.3
_LOOSE_MM = 0.5
# The path is found in so many turns, what both sides look like learnt from the turn before.
_TURNS = 4
# Both sides' looks are learnt from cells within this distance of it.
_LIKE_MM = 0.8
# The front is placed again, by the fine step, within this distance.
_PLACE_MM = 0.2


@dataclass(frozen=True)
class Edge:
    """The front in one picture.

    Attributes
    ----------
    row : (w,) float array
        Row of the front in each column of cells.
    sd : (w,) float array
        One standard deviation, in cells.
    sure : (w,) bool array
        Where both cues agree.
    score : float
        Logarithm of the likelihood ratio that both cues speak for it, less what climbs cost.
    """

    row: FloatArray
    sd: FloatArray
    sure: BoolArray
    score: float


def find_edge(picture: MaterialPicture, film: BoolArray, mm_per_cell: float) -> Edge:
    """Find the upper edge of the thick layer in a material picture.

    Two cues: the fine texture's energy, which is larger in the layer, and the film's colour.
    Which colour the layer has is not known beforehand: thicker film is brighter up to about
    80 nm and yellower up to about 120 nm, so both are tried, and each then gives way to what the
    cells on both sides of the edge look like: how likely each cell belongs to the layer.

    Parameters
    ----------
    picture : MaterialPicture
        The film at the reference frame.
    film : (h, w) bool array
        Where film texture can be trusted: there the scatter of steps is measured.
    mm_per_cell : float
        Scale of the cells.
    """
    scale = cv2.GaussianBlur(picture.brightness.astype(np.float32), (0, 0), 0.3 / mm_per_cell)
    colour = picture.colour / np.maximum(scale, 8.0)[..., None]
    texture = step_z(picture.energy, picture.known, film, mm_per_cell, _COARSE_MM)
    edges = [
        _follow_colour(colour, direction, texture, picture.known, film, mm_per_cell)
        for direction in (np.array([-1.0, 0.5, 0.5]), np.ones(3) / 3.0)
    ]
    parted = [_parted(colour, edge, picture.known, mm_per_cell) for edge in edges]
    return thick_edge(edges, parted, mm_per_cell)


def thick_edge(edges: list[Edge], parted: list[float], mm_per_cell: float) -> Edge:
    """Return that of several edges which is the thick layer's.

    A thin film that runs ahead has an edge, too, often a longer and sharper one. It is ahead:
    of two edges that both part two kinds of film, the lower one is the thick layer's. Where two
    have come to the same edge, the one that parts more surely follows it better.

    Parameters
    ----------
    edges : list of Edge
        What was found.
    parted : list of float
        How surely each edge parts what lies on its two sides.
    mm_per_cell : float
        Scale of the cells.
    """
    likely = [i for i, t in enumerate(parted) if t >= _AS_LIKELY * max(parted)]
    lowest = edges[max(likely, key=lambda i: _middle(edges[i]))]
    same = [i for i in likely if _same(edges[i], lowest, mm_per_cell)]
    return edges[max(same, key=lambda i: parted[i])]


def _follow_colour(
    colour: FloatArray,
    direction: FloatArray,
    texture: FloatArray,
    known: BoolArray,
    film: BoolArray,
    mm_per_cell: float,
) -> Edge:
    climb = _CLIMB_COST * mm_per_cell
    strength = np.array([1.5, 1.0])
    shade: FloatArray = colour @ direction
    least = 1e-9
    for turn in range(_TURNS):
        step = step_z(shade, known, film, mm_per_cell, _COARSE_MM, least)
        cues = [_clipped(step), _clipped(texture)]
        # A cue that is `s` on the edge and 0 beside it, with unit scatter, speaks for the edge
        # by s * z - s^2 / 2 (logarithm of the likelihood ratio).
        total = sum(s * z - 0.5 * s**2 for s, z in zip(strength, cues, strict=True))
        # The front ends at the limbus, the picture does not: a path forced to go on would follow
        # whatever there is, and what lies beside it there would be learnt as the layer's look.
        path = best_path(np.asarray(total), climb, free_ends=True)
        row, beside = path.row, known & path.inside[None, :]
        if turn < _TURNS - 1:
            columns = np.flatnonzero(path.inside & np.isfinite(step[row, np.arange(len(row))]))
            on_edge = [np.clip(z[row[columns], columns], -1.0, _MOST_Z) for z in cues]
            strength = np.minimum([_strong_half(z) for z in on_edge], _MOST_STRENGTH)
            # From -1 to 1 there is no larger step than 2: only that is as sure as can be.
            shade = belonging(colour, row, beside, mm_per_cell, shade)
            least = 2.0 / _MOST_Z
    direction = discriminant(colour, row, beside, mm_per_cell, direction)
    placed, sd = _place(colour @ direction, known, film, row, mm_per_cell)
    sure = path.inside & _agree(step, texture, row, mm_per_cell)
    return Edge(placed, sd, sure, path.score)


def _strong_half(z: FloatArray) -> float:
    """Return what a cue is like where there is an edge: its median over the stronger half."""
    if len(z) == 0:
        return 1.0
    return float(np.clip(np.median(z[z >= np.median(z)]), 0.3, _MOST_Z))


def _clipped(z: FloatArray) -> FloatArray:
    return np.clip(np.nan_to_num(z, nan=-1.0), -_MOST_Z, _MOST_Z)


def step_z(
    values: FloatArray,
    known: BoolArray,
    film: BoolArray,
    mm_per_cell: float,
    half_mm: float,
    least: float = 1e-9,
) -> FloatArray:
    """Return the step (h, w) from above to below each cell in robust standard deviations.

    The mean over a box below minus that over the box above; NaN where a quarter of either box
    is unknown. The standard deviation is that of the steps on the film: beside it, on sclera and
    lids, nothing moves and nothing steps, and how much of them a picture shows must not matter.
    One below `least` counts as `least`.
    """
    height = max(2, round(half_mm / mm_per_cell))
    width = max(1, round(_WIDE_MM / mm_per_cell)) | 1
    weight = known.astype(np.float32)
    sums = [
        cv2.boxFilter(
            np.asarray(image, np.float32),
            cv2.CV_32F,
            (width, height),
            anchor=(width // 2, row),
            normalize=True,
            borderType=cv2.BORDER_CONSTANT,
        )
        for image in (np.where(known, values, 0.0), weight)
        for row in (0, height - 1)
    ]
    below, above, n_below, n_above = sums
    enough = (n_below > 0.75) & (n_above > 0.75)
    step = below / np.maximum(n_below, 1e-6) - above / np.maximum(n_above, 1e-6)
    step[~enough] = np.nan
    if not enough.any():
        return np.asarray(step)
    usual = enough & film if (enough & film).any() else enough
    spread = 1.4826 * float(np.median(np.abs(step[usual])))
    return np.asarray(step / max(spread, least))


def belonging(
    colour: FloatArray, row: IntArray, known: BoolArray, mm_per_cell: float, fallback: FloatArray
) -> FloatArray:
    """Return how much each cell (h, w) looks like the layer below an edge: -1 not at all, 1 fully.

    Fisher's discriminant of the cells within 0.8 mm on both sides as a probability: the layer is
    marbled, and its brightest vein must not count as a stronger edge than the layer's own.
    """
    depth = (np.arange(len(colour))[:, None] - row[None, :]) * mm_per_cell
    below, above = _sides(colour, known, depth, _LIKE_MM)
    if len(below) < 50 or len(above) < 50:
        return fallback
    middle = 0.5 * (below.mean(axis=0) + above.mean(axis=0))
    return np.asarray(np.tanh(0.5 * (colour - middle) @ _parting(below, above)))


def _parting(below: FloatArray, above: FloatArray) -> FloatArray:
    """Return the direction (3,) in which log odds of two sides' colours (n, 3) grow by one."""
    within = (np.cov(below.T) + np.cov(above.T)) / 2.0
    apart = below.mean(axis=0) - above.mean(axis=0)
    solved: FloatArray = np.linalg.solve(within + 1e-3 * np.trace(within) * np.eye(3), apart)
    return solved


def discriminant(
    colour: FloatArray,
    row: IntArray,
    known: BoolArray,
    mm_per_cell: float,
    fallback: FloatArray,
) -> FloatArray:
    """Return the direction (3,) in colour space that tells the film below the edge from above.

    Fisher's linear discriminant of the cells from 0.05 to 0.4 mm on both sides.
    """
    depth = (np.arange(len(colour))[:, None] - row[None, :]) * mm_per_cell
    below, above = _sides(colour, known, depth)
    if len(below) < 50 or len(above) < 50:
        return fallback
    found = _parting(below, above)
    length = float(np.linalg.norm(found))
    return found / length if length > 0 else fallback


def joined(row: FloatArray, sure: BoolArray, mm_per_cell: float) -> BoolArray:
    """Return the sure columns (w,) that hang together with the widest stretch of them.

    The front is one line: a stretch beside it is part of it where the way there is not much
    steeper than wide. A short stretch far above or below lies on something else, such as the
    limbus or a lash.
    """
    columns = np.flatnonzero(sure)
    kept = np.zeros(len(sure), bool)
    if len(columns) == 0:
        return kept
    breaks = np.flatnonzero(np.diff(columns) * mm_per_cell > _GAP_MM) + 1
    runs = np.split(columns, breaks)
    widest = int(np.argmax([len(run) for run in runs]))
    kept[runs[widest]] = True
    for side in (runs[widest + 1 :], runs[:widest][::-1]):
        for run in side:
            near = run[0] if run[0] > runs[widest][0] else run[-1]
            end = _end_towards(kept, near)
            gap = abs(int(near) - end) * mm_per_cell
            climb = abs(float(row[near] - row[end])) * mm_per_cell
            if climb <= gap + _LOOSE_MM:
                kept[run] = True
    return kept


def _end_towards(kept: BoolArray, column: int) -> int:
    """Return the kept column nearest to another column."""
    columns = np.flatnonzero(kept)
    return int(columns[np.argmin(np.abs(columns - column))])


def _middle(edge: Edge) -> float:
    return float(np.median(edge.row[edge.sure])) if edge.sure.any() else -np.inf


def _same(one: Edge, other: Edge, mm_per_cell: float) -> bool:
    """Return whether two paths follow one edge, where both are sure."""
    both = one.sure & other.sure
    if not both.any():
        return one is other
    apart = float(np.median(np.abs(one.row - other.row)[both]))
    return apart * mm_per_cell <= _AGREE_MM


def _sides(
    colour: FloatArray, known: BoolArray, depth: FloatArray, far_mm: float = 0.4
) -> tuple[FloatArray, FloatArray]:
    """Return the colours (n, 3) of the cells 0.05 to `far_mm` below an edge, and above it."""
    below: FloatArray = colour[known & (depth > 0.05) & (depth < far_mm)]
    above: FloatArray = colour[known & (depth < -0.05) & (depth > -far_mm)]
    return below, above


def _parted(colour: FloatArray, edge: Edge, known: BoolArray, mm_per_cell: float) -> float:
    """Return how surely the colours on both sides of an edge differ.

    Hotelling's statistic but for a factor: the Mahalanobis distance of both sides' colours in
    the columns where the edge is sure, times the root of the number of these columns.
    """
    depth = (np.arange(len(colour))[:, None] - edge.row[None, :]) * mm_per_cell
    below, above = _sides(colour, known & edge.sure[None, :], depth)
    if len(below) < 50 or len(above) < 50:
        return 0.0
    apart = below.mean(axis=0) - above.mean(axis=0)
    return float(np.sqrt(edge.sure.sum() * (apart @ _parting(below, above))))


def _agree(colour: FloatArray, texture: FloatArray, row: IntArray, mm_per_cell: float) -> BoolArray:
    """Return the columns (w,) in which both cues step near the path."""
    reach = max(1, round(_AGREE_MM / mm_per_cell))
    columns = np.arange(len(row))
    sure = np.isfinite(colour[row, columns])
    for cue, width_mm, least in ((colour, 0.3, _LEAST_COLOUR), (texture, 2.0, _LEAST_TEXTURE)):
        near = np.stack(
            [cue[np.clip(row + d, 0, len(cue) - 1), columns] for d in range(-reach, reach + 1)]
        )
        # Texture is patchy: it is judged over the width of many patches (where 0.62 says as much
        # as 0.9 over half the width); averaged before the best is taken, so that noise is not
        # taken for agreement.
        width = max(1, round(width_mm / mm_per_cell)) | 1
        even = cv2.blur(np.nan_to_num(near, nan=-1.0).astype(np.float32), (width, 1))
        sure &= even.max(axis=0) > least
    return np.asarray(sure)


def _place(
    shade: FloatArray, known: BoolArray, film: BoolArray, row: IntArray, mm_per_cell: float
) -> tuple[FloatArray, FloatArray]:
    """Return the edge's row and its standard deviation, from the fine step near a path."""
    fine = step_z(shade, known, film, mm_per_cell, _FINE_MM)
    rows = np.arange(len(shade))[:, None]
    far = np.abs(rows - row[None, :]) * mm_per_cell > _PLACE_MM
    score = np.where(far, -100.0, np.clip(np.nan_to_num(fine, nan=-1.0), -30.0, 30.0))
    path = best_path(score, _CLIMB_COST * mm_per_cell).row
    columns = np.arange(len(path))
    inner = np.clip(path, 1, len(shade) - 2)
    a, b, c = (score[inner + d, columns] for d in (-1, 0, 1))
    bend = a - 2.0 * b + c
    offset = np.where(bend < 0, 0.5 * (a - c) / np.minimum(bend, -1e-6), 0.0)
    # A weak step is placed badly; and where coarse and fine steps disagree, nobody knows better.
    half = _FINE_MM / mm_per_cell
    apart = cv2.blur(np.abs(path - row)[None].astype(np.float32), (2 * round(half) + 1, 1))
    sd = np.hypot(half / np.maximum(b, 1.0), np.asarray(apart).ravel())
    return path + np.clip(offset, -0.5, 0.5), sd
