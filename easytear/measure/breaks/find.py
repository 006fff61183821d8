"""Film breaks from the film's look: places that turn dark at once, and stay so.

A hole in the lipid layer returns less light than the film that was there. The iris behind it, as
bright as the film and as patterned, stays the same: only the change of a place against its own
look a moment before tells a hole from a dark piece of iris. Three other things change a place's
brightness and are kept apart:

- light and focus change the whole picture: a plane is taken out of every look;
- what stands still in the picture and not on the eye (lashes, their mirror images, reflections)
  moves over the eye's coordinates as the eye moves, and the film's pattern as the film flows: a
  break is darker than anything that was, the moment before, on the way of either;
- the film's pattern also changes by itself: it brightens as often as it darkens, so that the
  largest brightening of the same film, told by the mirrored rule, says how much it can do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from scipy import ndimage

from easytear.base.geometry import BoolArray, FloatArray
from easytear.measure.breaks.look import GRID_MM, FilmLook
from easytear.measure.breaks.records import BreakReading, FoundBreak
from easytear.measure.breaks.shape import kind_of, outline

CELL: Final = 4
"""Grid steps of a cell of 0.25 mm."""

LEAST_MM2: Final = 0.05
LASTS_S: Final = 0.5
"""A break is at least so large, and lasts at least so long."""

SETTLED_S: Final = 1.0
"""From so long after the eye opened a place has a look of its own: before, the film flows faster
than 1 mm/s and carries its pattern over a cell in less than a quarter of a second."""

GAP_S: Final = 1.2
"""Between the look before and the look after: a rim of 0.2 mm/s passes a cell in that time."""

CLEARLY: Final = 2.0
"""A break becomes darker than the film's own pattern gets brighter by this factor."""

TIMES_USUAL: Final = 6.0
"""What film usually changes, times this, is nothing to speak of: changes have longer tails than
noise (Student's t of four degrees of freedom is beyond six once in two hundred places)."""

LEAST_CHANGE: Final = 0.03
"""Share of the light below which nothing is told: 8-bit pictures step by 1 to 2 %."""

CALM: Final = 5.0
"""A limit higher than usual by this factor: the film still flows too fast to be watched."""

NEAR_MM: Final = 0.15
"""How far places are compared at least: the pattern's own flow and the eye's doubt."""

STAYS: Final = 0.7
STAYS_S: Final = 2.0
"""So much of it must still be dark so long after: what passes by is no break."""

EDGE_MM: Final = 0.3
UPPER_MM: Final = 0.5
"""Nothing is told so near the edge of what is watched, and below the upper lid and its lashes."""


_THINNED: Final = 7
"""Every so many places are enough for a plane."""


@dataclass(frozen=True)
class _Steps:
    """Changes of every place: `step` against its own look before, `sure` against all near it.

    All are (m, h, w); `at` are the looks (m,) that they belong to.
    """

    at: FloatArray
    step: FloatArray
    sure: FloatArray
    bright: FloatArray


def find_breaks(
    look: FilmLook,
    time_s: FloatArray,
    eye_px: FloatArray,
    film_px: FloatArray,
    mm_per_px: float,
) -> BreakReading | None:
    """Find the film breaks of one interval.

    Parameters
    ----------
    look : FilmLook
        The film's look; the interval begins at its first time.
    time_s : (n,) float array
        Times of the interval's frames.
    eye_px : (n, 2) float array
        Where the eye has moved since the interval's first frame (x, y).
    film_px : (n, 2) float array
        How far the film has moved over the eye since then.
    mm_per_px : float
        Scale.

    Returns
    -------
    BreakReading or None
        None where the interval is too short or too little of the cornea can be watched.
    """
    watched = _watched(look)
    times = look.time_s
    if len(times) < 4 or watched.sum() * GRID_MM**2 < 1.0:
        return None
    each = float(np.median(np.diff(times)))
    lasts, gap = max(round(LASTS_S / each), 2), max(round(GAP_S / each), 1)
    settled = int(np.searchsorted(times, times[0] + SETTLED_S))
    if settled + 3 * lasts + 1 >= len(times):
        return None
    ways = [
        np.column_stack([np.interp(times, time_s, way[:, k]) for k in (0, 1)]) / look.step_px
        # what stands still in the picture moves against the eye
        for way in (-eye_px, film_px)
    ]
    fine = levelled(look, watched)
    steps = _steps(fine, watched, ways, lasts, gap, settled)
    limit = _limit(steps, watched, lasts)
    calm = np.flatnonzero(limit <= CALM * np.median(limit))
    found = _grown(steps, fine, watched, limit, lasts)
    area = look.step_px**2
    mid = times[np.minimum(steps.at.astype(int) + lasts // 2, len(times) - 1)]
    breaks = [_told(one, look, mid, time_s, area, mm_per_px) for one in found]
    return BreakReading(
        watched_from_s=float(mid[calm[0]]),
        watched_until_s=float(mid[-1]),
        watched_px2=float(watched.sum()) * area,
        breaks=tuple(sorted((b for b in breaks if b is not None), key=lambda b: b.start_s)),
    )


def _watched(look: FilmLook) -> BoolArray:
    """Return where a break can be told: film that every look covers, away from edges."""
    there = look.inside & np.isfinite(look.light).all(axis=0)
    edge = round(EDGE_MM / GRID_MM)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * edge + 1, 2 * edge + 1))
    whole = cv2.morphologyEx(there.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    inner = cv2.erode(whole, kernel, borderValue=0) > 0
    upper = round(UPPER_MM / GRID_MM)
    top = np.argmax(whole > 0, axis=0)
    rows = np.arange(there.shape[0])[:, None]
    below: BoolArray = rows >= (top + upper)[None, :]
    return inner & there & below


def levelled(look: FilmLook, watched: BoolArray) -> FloatArray:
    """Return each look's light over its usual light, (n, h, w), as if the lamp were steady.

    Lamps and focus multiply: a plane is taken out of the logarithm. The film's light is added to
    the iris's: a hole then takes the same from bright and from dark places.
    """
    log = np.log(np.maximum(look.light, 1e-4)).astype(np.float32)
    usual = np.median(log[:, watched], axis=0)
    h, w = watched.shape
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
    plane = np.stack([np.ones_like(x), x, y], axis=-1)
    inside = plane[watched][::_THINNED]
    for one in log:
        rest = (one[watched] - usual)[::_THINNED]
        weight = np.ones(len(rest))
        for _ in range(4):
            found = np.linalg.lstsq(inside * weight[:, None], rest * weight, rcond=None)[0]
            away = rest - inside @ found
            usual_size = 1.4826 * float(np.median(np.abs(away))) + 1e-6
            weight = 1.0 / np.sqrt(1.0 + (away / usual_size) ** 2)
        one -= (plane @ found).astype(np.float32)
    light: FloatArray = np.exp(np.nan_to_num(log, nan=0.0) - np.median(usual))
    return light


def _cells(fine: FloatArray, watched: BoolArray) -> FloatArray:
    """Return means over cells about every grid point, of what is watched in them."""
    share = np.maximum(cv2.blur(watched.astype(np.float32), (CELL, CELL)), 1e-3)
    out: FloatArray = np.stack(
        [
            cv2.blur(np.where(watched, one, 0.0).astype(np.float32), (CELL, CELL)) / share
            for one in fine
        ]
    )
    return out


def _steps(
    fine: FloatArray,
    watched: BoolArray,
    ways: Sequence[FloatArray],
    lasts: int,
    gap: int,
    settled: int,
) -> _Steps:
    """Return the changes of every place at every look that has one before and one after.

    `ways` are the ways in grid steps of all that moves over the eye.
    """
    cells = _cells(fine, watched)
    at = np.arange(settled + 2 * lasts, len(fine) - lasts + 1)
    step, sure, bright = (np.zeros((len(at), *watched.shape), np.float32) for _ in range(3))
    for row, k in enumerate(at):
        after = cells[k : k + lasts].mean(axis=0)
        window = slice(max(k - gap - lasts, settled), max(k - gap, settled + lasts))
        before = cells[window].mean(axis=0)
        shifts = [way[k : k + lasts].mean(axis=0) - way[window].mean(axis=0) for way in ways]
        lowest, highest = _extremes(before, watched, shifts)
        step[row] = np.where(watched, after - before, 0.0)
        sure[row] = np.where(watched, np.minimum(after - lowest, 0.0), 0.0)
        bright[row] = np.where(watched, np.maximum(after - highest, 0.0), 0.0)
    return _Steps(at.astype(float), step, sure, bright)


def _extremes(
    before: FloatArray, watched: BoolArray, shifts: Sequence[FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and highest look before, near each place and back along each way."""
    reach = round(NEAR_MM / GRID_MM)
    away = [[round(float(v)) for v in shift] for shift in shifts]
    middle = reach + max(abs(v) for shift in away for v in shift)
    kernel = np.zeros((2 * middle + 1, 2 * middle + 1), np.uint8)
    for dx, dy in away:
        cv2.line(kernel, (middle, middle), (middle - dx, middle - dy), 1, 2 * reach + 1)
    cv2.circle(kernel, (middle, middle), reach, 1, -1)
    low = cv2.erode(np.where(watched, before, 1e3).astype(np.float32), kernel)
    high = cv2.dilate(np.where(watched, before, -1e3).astype(np.float32), kernel)
    return np.asarray(low, np.float32), np.asarray(high, np.float32)


def _limit(steps: _Steps, watched: BoolArray, lasts: int) -> FloatArray:
    """Return by how much a place must darken at each step to be a break, (m,).

    While the film flows fast its pattern changes much; the limit follows it.
    """
    inside = steps.step[:, watched]
    usual = np.array(
        [1.4826 * np.median(one[one > 0]) if (one > 0).any() else 0.0 for one in inside]
    )
    brightest = np.quantile(steps.bright[:, watched], 0.999, axis=1)
    own = np.maximum(np.maximum(brightest, TIMES_USUAL * usual), LEAST_CHANGE)
    limit: FloatArray = ndimage.maximum_filter1d(own, 2 * lasts + 1)
    return limit


def _grown(
    steps: _Steps, fine: FloatArray, watched: BoolArray, limit: FloatArray, lasts: int
) -> list[BoolArray]:
    """Return each break's mask over time, (m, h, w): where it lies open at each step."""
    least = LEAST_MM2 / GRID_MM**2
    taken = np.zeros(watched.shape, bool)
    found: list[BoolArray] = []
    for row in range(len(steps.at)):
        seeds = (steps.sure[row] < -limit[row]) & ~taken
        if seeds.sum() < 3:
            continue
        dark = (steps.step[row] < -limit[row]) & ~taken
        count, labels, sizes, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8))
        for number in range(1, count):
            mine = labels == number
            if sizes[number, cv2.CC_STAT_AREA] < least or (seeds & mine).sum() < 3:
                continue
            if not _clear(np.asarray(mine), row, steps, limit, lasts):
                continue
            grown = _grow(np.asarray(mine), row, steps, fine, watched, lasts)
            if grown is None:
                continue
            taken |= _widened(np.asarray(grown.any(axis=0)), 4)
            found.append(grown)
    return found


def _clear(seed: BoolArray, row: int, steps: _Steps, limit: FloatArray, lasts: int) -> bool:
    """Return whether a candidate's darkest tenth goes clearly beyond the limit, then or soon."""
    soon = slice(row, row + round((GAP_S / LASTS_S + 1.0) * lasts))
    darkest = np.quantile(steps.sure[soon][:, seed], 0.1, axis=1)
    return bool((darkest < -CLEARLY * limit[soon]).any())


def _grow(
    seed: BoolArray, row: int, steps: _Steps, fine: FloatArray, watched: BoolArray, lasts: int
) -> BoolArray | None:
    """Return a break's mask over time from where it was first told; None if it does not stay.

    Its depth is what its darkest half has lost; a place belongs to it once it has lost half of
    that. It grows from look to look, by places that touch it.
    """
    k0 = int(steps.at[row])
    gap = max(round(GAP_S / LASTS_S * lasts), 1)
    before = np.median(fine[max(k0 - gap - lasts, 0) : k0 - gap + 1], axis=0)
    early = fine[k0 : k0 + lasts].mean(axis=0) - before
    depth = -float(np.median(np.sort(early[seed])[: max(int(seed.sum() / 2), 1)]))
    if depth <= 0:
        return None
    masks = np.zeros((len(steps.at), *watched.shape), bool)
    level = before.copy()
    inside = np.zeros(watched.shape, bool)
    start = max(row - gap, 0)
    near = _widened(seed, 1)
    for place in range(start, len(steps.at)):
        k = int(steps.at[place])
        now = fine[k : k + lasts].mean(axis=0)
        dark = watched & (now - level < -0.5 * depth)
        if place <= row:
            inside |= dark & near
        else:
            inside |= _touching(dark, inside)
            outside = ~_widened(inside, 3)
            level[outside] += 0.1 * (now - level)[outside]  # the pattern's slow fading
        masks[place] = inside & dark if place > row else inside
        inside = masks[place] | (inside & dark)
    end = min(row + round(STAYS_S / LASTS_S * lasts), len(steps.at) - 1)
    settled = masks[min(row + lasts, len(steps.at) - 1)] | masks[row]
    size = settled.sum()
    if not size or (masks[end] & settled).sum() < STAYS * size or masks[-1].sum() < 0.5 * size:
        return None
    return masks


def _touching(dark: BoolArray, inside: BoolArray) -> BoolArray:
    """Return the dark places within two grid steps of a break."""
    return dark & _widened(inside, 2)


def _widened(mask: BoolArray, steps: int) -> BoolArray:
    """Return a mask grown by so many grid steps."""
    kernel = np.ones((2 * steps + 1, 2 * steps + 1), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0, bool)


def _told(
    masks: BoolArray,
    look: FilmLook,
    mid_s: FloatArray,
    time_s: FloatArray,
    cell_px2: float,
    mm_per_px: float,
) -> FoundBreak | None:
    """Return one break as it is told; None where it never is large enough for long enough."""
    sizes = masks.sum(axis=(1, 2)).astype(float)
    least = LEAST_MM2 / mm_per_px**2 / cell_px2
    large = np.flatnonzero(sizes >= least)
    if not len(large):
        return None
    area = np.interp(time_s, mid_s, sizes * cell_px2)
    area[time_s < mid_s[0]] = 0.0
    last = masks[-1] if masks[-1].any() else masks[int(sizes.argmax())]
    rows, columns = np.nonzero(last)
    return FoundBreak(
        kind=kind_of(columns * GRID_MM, rows * GRID_MM, GRID_MM),
        start_s=float(mid_s[large[0]]),
        x_px=float(look.x_px(columns.mean())),
        y_px=float(look.y_px(rows.mean())),
        outline_px=outline(last, look),
        area_px2=area,
    )
