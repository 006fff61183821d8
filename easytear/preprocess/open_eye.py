"""What the open eye looks like at any time, and how far a frame departs from it.

A frame is compared with the open eye of the seconds before and after it, the eye's own movement
taken out. Light that changes (lamps, exposure, flicker, a veil) is explained by one gain and one
offset of the whole picture, focus by one factor of the whole fine contrast; both are fitted on
the rows below the place where a lid's edge may be, so that a lid cannot pass for light, nor light
for a lid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.base.quantiles import median_of_stack
from easytear.preprocess.lid_view import COLUMNS, ROWS, unpacked

Cells = NDArray[np.float32]

FIT_FROM = tuple(range(0, ROWS - 7, 8))
"""Rows from which on light is fitted: the candidates for what a lid leaves free."""

_STRETCH_S = 0.25
"""Frames this close in time share their references."""
_WINDOW_S = 2.0
"""References are taken from this time before and after: film and focus change in seconds, and a
blink is over in a fraction of it, so that the median shows the open eye."""
_LEAST, _MOST = 5, 25
"""Number of frames in a reference."""
_KEPT = 400
"""Frames whose cells are kept with the eye held still: those of a window, at 24 kB each."""
_STRETCHES_KEPT = 160
"""Stretches whose references are kept (40 s of video), at 0.1 MB each."""
_SATURATED = 250.0
_PRIOR_ROWS = 3.0
"""Weight of "the light has not changed", in rows of cells."""
STEADY = 0.1
"""Light within this share of the seconds about is steady."""
VEIL = (-0.3, 1.0)
"""Least and greatest veil, as a share of the light that there was."""
_NEIGHBOURS = np.ones((3, 3), np.uint8)


class Reference(NamedTuple):
    """The open eye, (2, ROWS, columns) each: usual, least and greatest value about each cell.

    Values between `low` and `high` are explained by a shift of up to a cell (0.2 mm).
    """

    usual: Cells
    low: Cells
    high: Cells


class Light(NamedTuple):
    """Light and focus against the open eye: (m, k) for m frames and k rows fitted from."""

    gain: FloatArray
    offset: FloatArray
    focus: FloatArray


@dataclass(frozen=True)
class Stretch:
    """Some frames close together in time, in eye-aligned cells.

    Attributes
    ----------
    frames : (m,) int array
        Their numbers.
    cells : (m, 2, ROWS, columns) float32 array
        Brightness and logarithm of the fine contrast.
    weight : (m, ROWS, columns) float32 array
        1 where a cell can be used.
    references : tuple of two Reference
        The open eye before and after.
    light : Light
        Fitted on the rows from each of `FIT_FROM` on.
    """

    frames: NDArray[np.intp]
    cells: Cells
    weight: Cells
    references: tuple[Reference, Reference]
    light: Light


@dataclass(frozen=True)
class OpenEye:
    """All frames of a video, and which of them show the open eye.

    Attributes
    ----------
    cells : (n, 2, ROWS, COLUMNS) uint8 array
        From `LidView.cells`.
    shift : (n, 2) float array
        The eye's displacement in cells, x and y.
    opened : (n,) bool array
        Frames that show the open eye.
    time_s : (n,) float array
        Their times.
    columns : slice
        The columns over the iris.
    valid : (ROWS, COLUMNS) bool array
        Cells that show the scene.
    """

    cells: NDArray[np.uint8]
    shift: FloatArray
    opened: BoolArray
    time_s: FloatArray
    columns: slice
    valid: BoolArray
    _lately: dict[int, tuple[Cells, Cells]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _open: dict[int, tuple[tuple[Reference, Reference], Light]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def stretches(self, *, only_open: bool = False) -> Iterator[Stretch]:
        """Yield the video in stretches, in order; `only_open`: those with open frames."""
        number = np.floor((self.time_s - self.time_s[0]) / _STRETCH_S).astype(int)
        bounds = np.flatnonzero(np.diff(number)) + 1
        for frames in np.split(np.arange(len(number)), bounds):
            if not only_open or self.opened[frames].any():
                yield self._stretch(frames)

    def _stretch(self, frames: NDArray[np.intp]) -> Stretch:
        cells, weight = self._aligned(frames)
        found = self._open.get(int(frames[0]))
        if found is None:
            references = self._references(frames)
            usual = 0.5 * (references[0].usual + references[1].usual)
            found = references, _light(cells, usual, weight)
            if len(self._open) < _STRETCHES_KEPT:  # each is wanted several times
                self._open[int(frames[0])] = found
        return Stretch(frames, cells, weight, *found)

    def _references(self, frames: NDArray[np.intp]) -> tuple[Reference, Reference]:
        """Return the open eye before and after some frames."""
        before, after = self._exemplars(frames)
        shown = [self._aligned(chosen)[0] for chosen in (before, after)]
        # Exemplars of another light or focus are brought to a common one first.
        levels = [part.mean(axis=(2, 3), keepdims=True) for part in shown]
        common = np.median(np.concatenate(levels), axis=0)
        return _reference(shown[0], levels[0], common), _reference(shown[1], levels[1], common)

    def _exemplars(self, frames: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return open frames before and after, nearest in time."""
        known = np.flatnonzero(self.opened)
        if not len(known):
            known = np.arange(len(self.time_s))
        middle = float(self.time_s[frames].mean())
        away = np.abs(self.time_s[known] - middle)
        found = []
        for side in (known <= frames[-1], known >= frames[0]):
            # At the video's ends there is an open eye on one side only.
            chosen, far = (known[side], away[side]) if side.sum() >= _LEAST else (known, away)
            count = max(_LEAST, int((far < _WINDOW_S).sum()))
            near = np.sort(chosen[np.argsort(far, kind="stable")[:count]])
            found.append(near[:: max(1, len(near) // _MOST)])
        return found[0], found[1]

    def _aligned(self, frames: NDArray[np.intp]) -> tuple[Cells, Cells]:
        """Return the frames' cells with the eye held still, and which of them are known."""
        held = [self._held(int(frame)) for frame in frames]
        return np.stack([cells for cells, _ in held]), np.stack([weight for _, weight in held])

    def _held(self, frame: int) -> tuple[Cells, Cells]:
        """Return one frame's cells with the eye held still; an exemplar is wanted many times."""
        found = self._lately.get(frame)
        if found is None:
            found = self._lately[frame] = self._aligned_one(frame)
            if len(self._lately) > _KEPT:
                del self._lately[next(iter(self._lately))]
        return found

    def _aligned_one(self, frame: int) -> tuple[Cells, Cells]:
        cells = unpacked(self.cells[frame : frame + 1])[0]
        dx, dy = self.shift[frame]
        move = np.array([[1.0, 0.0, -dx], [0.0, 1.0, -dy]], np.float32)
        moved = [
            cv2.warpAffine(
                np.ascontiguousarray(channel),
                move,
                (COLUMNS, ROWS),
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for channel in cells
        ]
        valid = self.valid.astype(np.float32)
        weight = cv2.warpAffine(valid, move, (COLUMNS, ROWS), flags=cv2.INTER_LINEAR)
        usable = (weight > 0.99) & (moved[0] < _SATURATED)
        out = np.stack(moved)[..., self.columns].astype(np.float32)
        return out, usable[:, self.columns].astype(np.float32)


def _reference(cells: Cells, level: Cells, common: Cells) -> Reference:
    """Return the open eye that exemplars show, at the common level of brightness and contrast."""
    cells[:, 0] *= common[0] / np.maximum(level[:, 0], 1.0)
    cells[:, 1] += common[1] - level[:, 1]
    usual = median_of_stack(cells)
    low = np.stack([cv2.erode(channel, _NEIGHBOURS) for channel in usual])
    high = np.stack([cv2.dilate(channel, _NEIGHBOURS) for channel in usual])
    return Reference(usual, low.astype(np.float32), high.astype(np.float32))


def _light(cells: Cells, usual: Cells, weight: Cells) -> Light:
    """Return gain, offset and focus, each fitted on the rows from `FIT_FROM` on.

    Least squares with a prior: unchanged light, as certain as `_PRIOR_ROWS` rows of cells.
    """
    starts = list(FIT_FROM)

    def below(values: Cells) -> FloatArray:
        """Return the sums over the rows from each start on, (m, k)."""
        rows = values.sum(axis=2, dtype=np.float64)
        sums: FloatArray = np.cumsum(rows[:, ::-1], axis=1)[:, ::-1][:, starts]
        return sums

    grey, seen = usual[0], cells[:, 0]
    prior = _PRIOR_ROWS * weight.shape[2]
    count, sum_r, sum_f = below(weight), below(weight * grey), below(weight * seen)
    spread = prior * float(grey.var())
    sum_rr = below(weight * grey * grey) + spread
    sum_rf = below(weight * grey * seen) + spread
    firm = count + 0.3 * prior
    gain = (sum_rf * firm - sum_r * sum_f) / (sum_rr * firm - sum_r**2)
    gain = np.clip(gain, 0.25, 4.0)
    offset = (sum_f - gain * sum_r) / firm
    # A veil adds at most the light that there was. More, and anything even passes for the eye.
    mean = sum_r / np.maximum(count, 1.0)
    veil = np.clip(offset / np.maximum(gain * mean, 1.0), *VEIL) * mean
    fitted = sum_rr + 2.0 * veil * sum_r + veil**2 * firm
    gain = np.clip((sum_rf + veil * sum_f) / np.maximum(fitted, 1.0), 0.25, 4.0)
    offset = gain * veil
    focus = below(weight * (cells[:, 1] - usual[1])) / (count + prior)
    return Light(gain, offset, focus)


def departure(stretch: Stretch, fit: int, sd: Cells) -> FloatArray:
    """Return how far frames depart from the open eye, in standard deviations squared.

    Parameters
    ----------
    stretch : Stretch
        The frames.
    fit : int
        Which of the fits of light.
    sd : (2, ROWS, columns) float32 array
        The open eye's own restlessness.

    Returns
    -------
    (m, ROWS, columns) float array
        The lesser departure from the open eye before and after.
    """
    gain, offset, focus = (part[:, fit, None, None] for part in stretch.light)
    least: FloatArray | None = None
    for reference in stretch.references:
        bright = _beyond(
            stretch.cells[:, 0],
            gain * reference.low[0] + offset,
            gain * reference.high[0] + offset,
        )
        fine = _beyond(stretch.cells[:, 1], reference.low[1] + focus, reference.high[1] + focus)
        both = (bright / sd[0]) ** 2 + (fine / sd[1]) ** 2
        least = both if least is None else np.minimum(least, both)
    assert least is not None
    return least


def _beyond(values: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    out: FloatArray = np.maximum(np.maximum(low - values, values - high), 0.0)
    return out


def restlessness(eye: OpenEye) -> Cells:
    """Return the open eye's usual departure from its references, (2, ROWS, columns).

    Film, lashes that bob, noise: what open frames do of themselves is no sign of a lid.
    """
    seen: list[Cells] = []
    tones: list[float] = []
    for stretch in eye.stretches(only_open=True):
        # Frames of another light are restless for its sake.
        steady = np.abs(np.log(stretch.light.gain[:, 0])) < STEADY
        mine = np.flatnonzero(eye.opened[stretch.frames] & steady)
        if not len(mine):
            continue
        mine = mine[:: max(1, len(mine) // 4)]
        gain, offset, focus = (part[mine, 0, None, None] for part in stretch.light)
        bright, fine = (
            np.minimum(
                *(
                    _beyond(
                        stretch.cells[mine, channel],
                        scale * ref.low[channel] + move,
                        scale * ref.high[channel] + move,
                    )
                    for ref in stretch.references
                )
            )
            for channel, scale, move in ((0, gain, offset), (1, 1.0, focus))
        )
        seen.append(np.stack([bright, fine], axis=1).astype(np.float32))
        tones.append(float(np.ptp(np.quantile(stretch.references[0].usual[0], [0.05, 0.95]))))
    if not seen:
        return np.ones((2, ROWS, eye.columns.stop - eye.columns.start), np.float32)
    all_seen = np.concatenate(seen)
    # One standard deviation, and what one frame in thirty does (twice of it): film that has
    # just come up, lashes that have not settled.
    one, rare = np.quantile(all_seen, [0.84, 0.97], axis=0)
    usual = np.maximum(one, 0.6 * rare)
    usual[0] = np.maximum(usual[0], max(0.015 * float(np.median(tones)), 1.0))
    usual[1] = np.maximum(usual[1], 0.12)
    return np.stack([cv2.blur(channel, (3, 3)) for channel in usual]).astype(np.float32)
