"""What this video's lid looks like, and its edge between that skin and eye or lashes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.preprocess.lid_view import CODING_NOISE, ROWS
from easytear.preprocess.open_eye import Cells, Light, OpenEye, Stretch, departure

LASHES_MM = 2.5
"""Lashes and their shadow reach this far below the margin."""
LASHES_FIRM = 0.1
"""How firmly the usual length of the lashes holds, per row squared: a wave of film or a shadow
below the lid outweighs some rows, not the whole reach."""
TOUCHING_MM = 1.0
"""An upper lid that comes so near to the lower one has gone nine tenths of its way."""
EYE_BELOW_MM = 1.8
"""Lashes over the lower lid reach as far as this above it when the lids touch (half of what they
do on an open eye); what is no skin for longer is an eye behind lashes, and the blink partial."""
ANYTHING = 5.5
"""Minus the logarithm of the likelihood of a cell that can look like anything, against the open
eye's: brightness within 128 levels, contrast within three e-folds."""
EYE_OUTLIERS, SKIN_OUTLIERS = 0.1, 0.2
"""Share of cells that are not as the open eye, or the skin, usually is."""
LEAST_ROWS = 2.0
"""Evidence that a lid must have, in rows of cells (0.5 mm) that all speak for it."""


@dataclass(frozen=True)
class Edges:
    """Result of one search: (n,) each, in rows of the eye-aligned cells."""

    edge: NDArray[np.intp]
    evidence: FloatArray
    gain: FloatArray
    offset: FloatArray
    focus: FloatArray
    alike: FloatArray


@dataclass(frozen=True)
class LidLook:
    """What the lid looks like at the usual light: (2, 1, columns) mean and deviation."""

    mean: Cells
    sd: Cells


def light_level(cells: NDArray[np.uint8], opened: BoolArray, valid: BoolArray) -> FloatArray:
    """Return each frame's light against the usual, (n,), bridged where the eye is not open."""
    known = np.flatnonzero(opened)
    if not len(known) or not valid.any():
        return np.ones(len(cells))
    mean = np.array([float(cells[k, 0][valid].mean()) for k in known])
    level = np.interp(np.arange(len(cells)), known, mean)
    out: FloatArray = level / max(float(np.median(mean)), 1.0)
    return np.clip(out, 0.1, 10.0)


def lid_look(
    eye: OpenEye, found: Edges, no_lid: BoolArray, level: FloatArray, mm_per_row: float
) -> LidLook | None:
    """Return what lids look like in the frames that they clearly cover; None where none are."""
    deep = (found.evidence > 0.25 * ROWS) & ~no_lid
    if deep.sum() < 2:
        return None
    lashes = LASHES_MM / mm_per_row if math.isfinite(mm_per_row) else 0.1 * ROWS
    seen: list[list[Cells]] = [[], []]
    for stretch in eye.stretches():
        cells = _at_usual_light(stretch.cells, level[stretch.frames])
        for k, frame in enumerate(stretch.frames):
            if not deep[frame]:
                continue
            # The margin itself, its lashes and their shadow are not the lid's skin.
            last = int(found.edge[frame] - lashes)
            part = cells[k, :, max(last // 3, 0) : max(last, 1)]
            for channel in (0, 1):
                seen[channel].append(part[channel])
    means, sds = [], []
    for channel, floor in ((0, 6.0), (1, 0.2)):
        values = np.concatenate(seen[channel])
        middle = np.median(values, axis=0)
        means.append(middle)
        sds.append(np.maximum(1.48 * np.median(np.abs(values - middle), axis=0), floor))
    mean, sd = np.stack(means)[:, None], np.stack(sds)[:, None]
    return LidLook(mean.astype(np.float32), sd.astype(np.float32))


def refined(
    eye: OpenEye,
    sd: Cells,
    found: Edges,
    look: LidLook,
    level: FloatArray,
    mm_per_row: float,
    begin: int,
    lowest: NDArray[np.intp],
    bottom: int,
) -> tuple[NDArray[np.intp], FloatArray]:
    """Return the edges between the lid's skin above and eye or lashes below, (n,).

    Also how much better skin explains what lies above, (n,); 0 where no lid was found.

    Lashes hang below the margin and are neither eye nor skin: the first search takes them for
    lid, here they are a third appearance that may be anything. An edge at the `lowest` row that
    it can have, the pupil's top, stays there; covered parts begin not below row `begin`. Where
    no eye shows at all down to the `bottom` row, the lower lid, the lids touch, unless what is
    no skin reaches too far up for lashes alone.
    """
    reach = round(LASHES_MM / mm_per_row) if math.isfinite(mm_per_row) else ROWS // 6
    touching = TOUCHING_MM / mm_per_row if math.isfinite(mm_per_row) else 0.0
    sums: dict[int, FloatArray] = {}
    for stretch in eye.stretches():
        covered = np.flatnonzero(found.evidence[stretch.frames] >= LEAST_ROWS)
        if not len(covered):
            continue
        gain = _skin_gain(stretch, covered, sd, look, found, level)
        total = np.concatenate([np.zeros((len(gain), 1)), np.cumsum(gain, axis=1)], axis=1)
        sums |= dict(zip(stretch.frames[covered].tolist(), total, strict=True))
    free = {f: _lashes_below(found.edge[f], total, reach) for f, total in sums.items()}
    midway = [n for f, n in free.items() if ROWS // 4 < found.edge[f] < 7 * ROWS // 8]
    usual = float(np.median(midway)) if midway else 0.5 * reach
    edge = found.edge.copy()
    skin = np.zeros(len(edge))
    for f, total in sums.items():
        last = int(found.edge[f])
        least = np.minimum.accumulate(total)
        least[begin:] = least[begin]
        skin[f] = float((total - least)[max(last - reach, 0) : last + 1].max())
        low = min(last, bottom)
        count = _lashes_below(low, total, reach, usual)
        if last >= bottom - touching:
            if _no_skin(total, low, count) > EYE_BELOW_MM / mm_per_row:
                edge[f] = low - count
        elif last < lowest[f]:
            edge[f] = last - count
    return edge, skin


def _no_skin(sums: FloatArray, low: int, count: int) -> float:
    """Return how many of the `count` rows above `low` are no skin, in rows that are none at all."""
    return float(sums[low - count] - sums[low]) / -math.log(SKIN_OUTLIERS)


def _lashes_below(edge: int, sums: FloatArray, reach: int, usual: float | None = None) -> int:
    """Return how many rows above `edge` are lashes; near the `usual` number where one is known."""
    count = np.arange(min(reach, int(edge)) + 1)
    score = sums[edge - count]
    if usual is not None:
        score = score - LASHES_FIRM * (count - usual) ** 2
    return int(np.argmax(score))


def _skin_gain(
    stretch: Stretch,
    chosen: NDArray[np.intp],
    sd: Cells,
    look: LidLook,
    found: Edges,
    level: FloatArray,
) -> FloatArray:
    """Return how much better skin explains each row than eye or lashes, (m, ROWS)."""
    frames = stretch.frames[chosen]
    part = replace(
        stretch,
        frames=frames,
        cells=stretch.cells[chosen],
        weight=stretch.weight[chosen],
        light=Light(
            *(p[stretch.frames[chosen], None] for p in (found.gain, found.offset, found.focus))
        ),
    )
    eye = _mixed(0.5 * departure(part, 0, sd), EYE_OUTLIERS)
    off = (_at_usual_light(part.cells, level[frames]) - look.mean) / look.sd
    reference = part.references[0]
    width = np.log(look.sd / np.hypot(sd, 0.25 * (reference.high - reference.low))).sum(axis=0)
    skin = _mixed(0.5 * (off**2).sum(axis=1) + width, SKIN_OUTLIERS)
    gain = (np.minimum(eye, ANYTHING) - skin) * part.weight
    out: FloatArray = gain.mean(axis=2)
    return out


def _at_usual_light(cells: Cells, level: FloatArray) -> Cells:
    """Return cells (m, 2, rows, columns) as they would be at the usual light."""
    out = cells.copy()
    out[:, 0] /= level[:, None, None].astype(np.float32)
    fine = np.maximum(np.exp(out[:, 1]) - CODING_NOISE, 0.0)
    out[:, 1] = np.log(fine / level[:, None, None] + CODING_NOISE)
    return out


def _mixed(cost: FloatArray, outliers: float) -> FloatArray:
    """Return minus the logarithm of a likelihood mixed with a share of anything."""
    out: FloatArray = -np.logaddexp(np.log(1.0 - outliers) - cost, math.log(outliers) - ANYTHING)
    return out
