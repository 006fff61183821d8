"""How far the upper lid covers the eye: a lid is an edge that travels, above which no open eye is.

In every frame the lowest edge is sought above which the cells depart from the open eye and below
which they are explained by it, light and focus allowed to change as a whole. Frames found to be
covered then tell what this video's lid looks like, and the edge is sought again between the two
appearances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.preprocess.lid_skin import LEAST_ROWS, Edges, lid_look, light_level, refined
from easytear.preprocess.lid_view import COLUMNS, ROWS, LidView
from easytear.preprocess.light import light_steps
from easytear.preprocess.motion import PupilTrace
from easytear.preprocess.open_eye import (
    FIT_FROM,
    Cells,
    OpenEye,
    Stretch,
    departure,
    restlessness,
)

IRIS_RADIUS_MM = 5.85
"""Half the mean width of the iris (Ruefer 2005): turns pixels into rough millimetres."""
UPPER_REST_MM = 4.0
"""Usual height of the upper lid's margin above the pupil's centre, eye open (margin reflex
distance 1: 4 to 5 mm, less where the patient looks at a lamp). Used where the lid at rest lies
outside of the picture; 0.5 mm more or less changes a closure by at most 0.05."""
LOWER_REST_MM = 5.4
"""The lower lid's margin below the pupil's centre (margin reflex distance 2: 5 to 5.5 mm)."""
HALF_WIDTH = 0.85
"""Columns within this share of the iris's radius are looked at: there the lids' margins are flat
and the eye is exposed from lid to lid."""

HALF, WHOLE = 0.5, 0.75
"""A rim is whole with three quarters of it in view, in a poor picture with what is usual there;
half of a pupil is never a whole one."""

VOTE = 2.0
"""Greatest say of a cell, as a logarithm of likelihoods: one cell can be film, glint or lash."""
OPEN_SHARE = 0.25
"""A row speaks for a lid when more than this share of it departs from the open eye. Skin that is
as bright as the iris matches it in half of the cells; the open eye departs from itself in few."""


@dataclass(frozen=True)
class LidSignal:
    """How the lids cover the eye, and the light: (n,) arrays.

    Attributes
    ----------
    closure : (n,) float array
        Share of the way from its resting place to the lower lid that the upper lid has come.
    edge_row : (n,) float array
        The lid's edge in rows of the view; NaN where no lid is seen.
    evidence : (n,) float array
        How much speaks for a lid, in rows of cells.
    pupil_whole : (n,) bool array
        True where all of the pupil is in view.
    opened : (n,) bool array
        Frames that served as the open eye.
    gain, offset, focus : (n,) float arrays
        Light and focus against the open eye of the seconds about (1, 0, 0: the same); offset in
        grey levels, focus as a logarithm of the fine contrast.
    alike : (n,) float array
        Correlation of the frame's pattern with the open eye's, -1 to 1.
    light_steps : (n,) bool array
        Frames after which the light of the whole picture is another, or before which it was.
    mm_per_row : float
        Size of a row; NaN where no eye was located.
    travel_mm : float
        The lid's way from rest to lower lid; NaN unknown.
    """

    closure: FloatArray
    edge_row: FloatArray
    evidence: FloatArray
    pupil_whole: BoolArray
    opened: BoolArray
    gain: FloatArray
    offset: FloatArray
    focus: FloatArray
    alike: FloatArray
    light_steps: BoolArray
    mm_per_row: float
    travel_mm: float


def lid_signal(
    cells: NDArray[np.uint8],
    trace: PupilTrace,
    time_s: FloatArray,
    view: LidView,
    blank: BoolArray | None = None,
) -> LidSignal:
    """Return how far the upper lid covers the eye in every frame.

    Parameters
    ----------
    cells : (n, 2, ROWS, COLUMNS) uint8 array
        The frames in the view, from `LidView.cells`.
    trace : PupilTrace
        The pupil in each frame.
    time_s : (n,) float array
        Presentation times.
    view : LidView
        Where the lids are watched.
    blank : (n,) bool array, optional
        Pictures that show nothing: the lids are as before or after, whichever is the more open.
    """
    whole = pupil_whole(trace)
    opened = whole if whole.sum() >= 3 else np.ones(len(cells), bool)
    shift = _shift(trace, whole, view)
    centre = _pupil_centre(trace, whole, view)
    mm_per_row = _mm_per_row(trace, whole, view)
    eye = OpenEye(
        cells, shift, opened, np.asarray(time_s, float), _columns(centre[0], view), view.valid
    )
    sd = restlessness(eye)
    limits = _Limits.of(trace, whole, view, centre[1], shift, mm_per_row)
    found = _search(eye, sd, limits)
    level = light_level(cells, opened & ~(found.evidence >= LEAST_ROWS), view.valid)
    # A picture that shows nothing shows no skin either.
    no_lid = whole if blank is None else whole | blank
    look = lid_look(eye, found, no_lid, level, mm_per_row)
    if look is not None:
        low = _lower_lid(centre[1], mm_per_row, view)
        bottom = int(np.clip(round(low), 1, ROWS)) if math.isfinite(low) else ROWS
        edge, skin = refined(
            eye, sd, found, look, level, mm_per_row, limits.begin, limits.lowest, bottom
        )
        # Film under the brow, lashes that bob: another picture, but no skin.
        evidence = np.where(whole & (skin <= 0), 0.0, found.evidence)
        found = replace(found, edge=edge, evidence=evidence)
    edge_row = np.where(found.evidence >= LEAST_ROWS, found.edge + shift[:, 1], np.nan)
    if blank is not None and blank.any() and not blank.all():
        edge_row = _bridged(edge_row, blank)
    rest, low = _ways(edge_row, centre[1], mm_per_row, view)
    closure = np.clip((edge_row - rest) / (low - rest), 0.0, 1.0)
    return LidSignal(
        closure=np.nan_to_num(closure),
        edge_row=edge_row,
        evidence=found.evidence,
        pupil_whole=whole,
        opened=opened,
        gain=found.gain,
        offset=found.offset,
        focus=found.focus,
        alike=found.alike,
        light_steps=light_steps(cells, view.valid, blank),
        mm_per_row=mm_per_row,
        travel_mm=(low - rest) * mm_per_row,
    )


def pupil_whole(trace: PupilTrace) -> BoolArray:
    """Return where all of the pupil is in view, (n,): its rim as usual, but for an eighth.

    Lashes, reflections and noise hide some of the rim always; a lid hides more.
    """
    with np.errstate(invalid="ignore"):
        pupil = trace.seen(trace.usual())
        if not pupil.any():
            return pupil
        usual = float(np.quantile(trace.support[pupil], 0.75))
        seen: BoolArray = pupil & (trace.support > np.clip(usual - 0.125, HALF, WHOLE))
        if seen.any():
            seen &= trace.support >= float(np.median(trace.support[seen])) - 0.125
    return seen


def _shift(trace: PupilTrace, whole: BoolArray, view: LidView) -> FloatArray:
    """Return the eye's displacement in cells, (n, 2), bridged where the pupil is not seen."""
    shift = np.zeros((len(whole), 2))
    known = np.flatnonzero(whole)
    if len(known) < 3:
        return shift
    width, height = view.cell_px
    turn = -1.0 if view.upside_down else 1.0
    every = np.arange(len(whole))
    for axis, (place, size) in enumerate(((trace.x_px, width), (trace.y_px, turn * height))):
        usual = float(np.median(place[known]))
        shift[:, axis] = np.interp(every, known, (place[known] - usual) / size)
    return shift


def _pupil_centre(trace: PupilTrace, whole: BoolArray, view: LidView) -> tuple[float, float]:
    """Return the pupil's usual centre in cells (column, row); NaN unknown."""
    x, y = view.pupil_px
    if whole.sum() >= 3:
        x, y = float(np.median(trace.x_px[whole])), float(np.median(trace.y_px[whole]))
    return (x - view.box[0]) / view.cell_px[0], float(view.row_of(y))


def _mm_per_row(trace: PupilTrace, whole: BoolArray, view: LidView) -> float:
    """Return the size of a row of cells; where no iris is known, from a usual pupil of 4 mm."""
    if math.isfinite(view.iris_radius_px):
        return view.cell_px[1] * IRIS_RADIUS_MM / view.iris_radius_px
    if whole.sum() < 3:
        return math.nan
    return view.cell_px[1] * 2.0 / float(np.median(trace.radius_px[whole]))


def _columns(centre: float, view: LidView) -> slice:
    """Return the columns over the iris; all of them where no eye was located."""
    half = HALF_WIDTH * view.iris_radius_px / view.cell_px[0]
    if not (math.isfinite(centre) and math.isfinite(half)):
        return slice(0, COLUMNS)
    first = int(np.clip(round(centre - half), 0, COLUMNS - 4))
    return slice(first, int(np.clip(round(centre + half) + 1, first + 4, COLUMNS)))


@dataclass(frozen=True)
class _Limits:
    """Where an edge can be, in eye-aligned rows.

    `begin` is the lowest row that a covered part can begin at, `lowest` (n,) that of its edge.
    """

    begin: int
    lowest: NDArray[np.intp]

    @classmethod
    def of(
        cls,
        trace: PupilTrace,
        whole: BoolArray,
        view: LidView,
        centre: float,
        shift: FloatArray,
        mm_per_row: float,
    ) -> _Limits:
        # A lid comes from above the pupil; where all of the pupil is seen, its edge is above it.
        begin = centre - 1.5 / mm_per_row
        begin = int(np.clip(begin, 1, ROWS)) if math.isfinite(begin) else ROWS
        radius = trace.radius_px / view.cell_px[1]
        top = view.row_of(trace.y_px) - 0.8 * radius - shift[:, 1]
        lowest = np.where(whole, np.clip(np.nan_to_num(top), 0, ROWS), ROWS)
        return cls(begin, lowest.astype(np.intp))


def _search(eye: OpenEye, sd: Cells, limits: _Limits) -> Edges:
    """Return the edge in every frame."""
    parts = [_search_stretch(s, sd, limits) for s in eye.stretches()]
    return Edges(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _search_stretch(
    stretch: Stretch, sd: Cells, limits: _Limits
) -> tuple[NDArray[np.intp], FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    count = len(stretch.frames)
    lowest = limits.lowest[stretch.frames]
    best = np.full(count, -np.inf)
    edge, fit = np.zeros(count, np.intp), np.zeros(count, np.intp)
    evidence = np.zeros(count)
    for number in range(len(FIT_FROM)):
        eye_cost = np.minimum(0.5 * departure(stretch, number, sd), 2.0 * VOTE)
        vote = (eye_cost / VOTE - 1.0) * stretch.weight
        rows = _row_votes(vote)
        at, gain, total = _best_edge(rows, limits.begin, lowest)
        better = total > best + 1e-6
        best = np.where(better, total, best)
        edge, evidence = np.where(better, at, edge), np.where(better, gain, evidence)
        fit = np.where(better, number, fit)
    mine = np.arange(count)
    light = stretch.light
    return (
        edge,
        evidence,
        light.gain[mine, fit],
        light.offset[mine, fit],
        light.focus[mine, fit],
        _alike(stretch),
    )


def _row_votes(vote: FloatArray) -> FloatArray:
    """Return what each row says, (m, ROWS): -0.5 all open eye, 0 a quarter departs, 1 lid."""
    share = 0.5 * (vote.mean(axis=2) + 1.0)
    out: FloatArray = np.minimum(2.0 * (share - OPEN_SHARE), 1.0)
    return out


def _best_edge(
    rows: FloatArray, begin: int, lowest: NDArray[np.intp]
) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
    """Return the edge, the evidence for a lid above it, and for the whole division, (m,) each.

    Rows are covered from some row not below `begin` down to the edge: above it the picture may
    be skin that a lid does not change.
    """
    sums = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(rows, axis=1)], axis=1)
    least = np.minimum.accumulate(sums, axis=1)
    least[:, begin:] = least[:, begin : begin + 1]
    covered = sums - least
    covered[np.arange(ROWS + 1)[None, :] > lowest[:, None]] = -np.inf
    edge = np.argmax(covered, axis=1)
    evidence = covered[np.arange(len(rows)), edge]
    return edge, evidence, evidence - sums[:, -1]


def _alike(stretch: Stretch) -> FloatArray:
    """Return the correlation of each frame's brightness pattern with the open eye's, (m,)."""
    weight = stretch.weight
    total = np.maximum(weight.sum(axis=(1, 2)), 1.0)
    best = np.full(len(weight), -1.0)

    def centred(values: Cells) -> Cells:
        mean = (values * weight).sum(axis=(1, 2)) / total
        out: Cells = (values - mean[:, None, None]) * weight
        return out

    own = centred(stretch.cells[:, 0])
    for reference in stretch.references:
        other = centred(np.broadcast_to(reference.usual[0], own.shape))
        size = np.sqrt((own**2).sum(axis=(1, 2)) * (other**2).sum(axis=(1, 2)))
        best = np.maximum(best, (own * other).sum(axis=(1, 2)) / np.maximum(size, 1e-6))
    return best


def _bridged(edge_row: FloatArray, blank: BoolArray) -> FloatArray:
    """Return the edges with those of blank frames from the frames beside: the more open ones."""
    seen = np.flatnonzero(~blank)
    place = np.searchsorted(seen, np.flatnonzero(blank))
    before = edge_row[seen[np.clip(place - 1, 0, len(seen) - 1)]]
    after = edge_row[seen[np.clip(place, 0, len(seen) - 1)]]
    out = edge_row.copy()
    out[blank] = np.minimum(before, after)
    return out


def _ways(
    edge_row: FloatArray, pupil_row: float, mm_per_row: float, view: LidView
) -> tuple[float, float]:
    """Return the rows where the upper lid rests and where it meets the lower lid.

    The resting lid is often outside of the picture: anatomy then says where it is. Where it is
    within, the highest edges seen in blinks say that it cannot be far above them.
    """
    edges = edge_row[np.isfinite(edge_row)]
    if not (math.isfinite(pupil_row) and math.isfinite(mm_per_row)):
        # Nothing tells where the lower lid is: the lowest edges do, if they come far enough.
        deepest = float(np.quantile(edges, 0.95)) if len(edges) else float(ROWS)
        return 0.0, max(deepest, 0.8 * ROWS)
    rest = pupil_row - UPPER_REST_MM / mm_per_row
    low = _lower_lid(pupil_row, mm_per_row, view)
    deepest = edges[np.abs(edges - low) < 1.0 / mm_per_row]
    if len(deepest):
        low = float(np.median(deepest))
    return rest, low


def _lower_lid(pupil_row: float, mm_per_row: float, view: LidView) -> float:
    """Return the row of the lower lid's margin: at the limbus, else where anatomy has it."""
    if math.isfinite(view.iris_bottom_px):
        return float(view.row_of(view.iris_bottom_px))
    return pupil_row + LOWER_REST_MM / mm_per_row
