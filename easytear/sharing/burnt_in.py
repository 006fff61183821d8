"""Text in pictures: names, dates and clocks that a recorder or a person wrote into them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, ByteArray
from easytear.preprocess.picture_mask import burnt_in_text

_CONTRAST_DN = 45.0
"""Writing is made to be read: its strokes stand out by this much from what is about them."""

_LETTERS = 4
"""So many signs of one height, evenly on one line, are writing; lashes and film are not so even."""

_LONGEST_SIDE = 1600
"""Larger pictures are looked at reduced to this; smaller letters could not be read anyway."""

_STROKES = (5, 11, 23)
"""Widest strokes looked for, in pixels: letters from some 8 px to some 150 px high."""


Box = tuple[int, int, int, int]
"""A rectangle: x, y, width, height in pixels."""


def text_in_picture(grey: ByteArray) -> list[Box]:
    """Return where writing stands in one picture, as rectangles (x, y, width, height).

    Writing is strokes of one brightness, in signs of one height that stand evenly on a line.

    Parameters
    ----------
    grey : (height, width) uint8 array
        The picture.
    """
    factor = min(1.0, _LONGEST_SIDE / max(grey.shape))
    small = grey if factor == 1.0 else cv2.resize(grey, None, fx=factor, fy=factor)
    found = [
        box
        for stroke in _STROKES
        if stroke < min(small.shape) // 2
        for operation in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT)
        for box in _lines(_signs(np.asarray(small, np.uint8), stroke, operation))
    ]
    return [_scaled(box, 1.0 / factor) for box in _joined(found)]


def _scaled(box: Box, factor: float) -> Box:
    x, y, w, h = (round(value * factor) for value in box)
    return x, y, w, h


def _signs(grey: ByteArray, stroke: int, operation: int) -> NDArray[np.float64]:
    """Return strokes of one brightness as rows of x, y, width, height, brightness."""
    kernel = np.ones((stroke, stroke), np.uint8)
    fine = cv2.morphologyEx(grey, operation, kernel)
    if float(fine.max()) < _CONTRAST_DN:
        return np.empty((0, 5))
    threshold = max(_CONTRAST_DN, 0.4 * float(np.quantile(fine, 0.999)))
    marks = (fine > threshold).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    if count > 20_000:  # noise, not writing
        return np.empty((0, 5))
    height, width = grey.shape
    rows = []
    for k in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[k])
        fits = 5 <= h <= 0.2 * height and w <= min(3 * h, width // 2) and area >= h
        if not fits or area > 0.9 * w * h > 4 * h:
            continue
        values = grey[y : y + h, x : x + w][labels[y : y + h, x : x + w] == k]
        core = np.quantile(values, 0.8 if operation == cv2.MORPH_TOPHAT else 0.2)
        rows.append((x, y, w, h, float(core)))
    return np.array(rows, float).reshape(-1, 5)


def _lines(signs: NDArray[np.float64]) -> Iterator[Box]:
    """Yield the rectangles of signs that stand evenly side by side."""
    order = signs[np.argsort(signs[:, 0])] if len(signs) else signs
    used = np.zeros(len(order), bool)
    for first in range(len(order)):
        if used[first]:
            continue
        line = _line_from(order, first, used)
        if len(line) >= _LETTERS and _is_even(order[line]):
            used[line] = True
            x, y = order[line, 0].min(), order[line, 1].min()
            right = (order[line, 0] + order[line, 2]).max()
            bottom = (order[line, 1] + order[line, 3]).max()
            yield (int(x), int(y), int(right - x), int(bottom - y))


def _line_from(signs: NDArray[np.float64], first: int, used: BoolArray) -> list[int]:
    """Return a sign and those that follow it to the right on its line."""
    line, height = [first], signs[first, 3]
    end, base = signs[first, 0] + signs[first, 2], signs[first, 1] + signs[first, 3]
    for k in range(first + 1, len(signs)):
        x, y, w, h, light = signs[k]
        if x - end > 1.6 * height:
            break
        level = abs(y + h - base) <= max(0.18 * height, 1.5)
        like = 0.6 <= h / height <= 1.7 and abs(light - signs[first, 4]) <= 30.0
        if level and like and not used[k] and x >= end - 0.3 * height:
            line.append(k)
            end, base = max(end, x + w), 0.5 * (base + y + h)
            height = 0.5 * (height + h)
    return line


def _is_even(line: NDArray[np.float64]) -> bool:
    """Tell whether signs are of one or two heights, of one brightness, and regularly apart."""
    heights = line[:, 3]
    tall = heights[heights > 0.8 * heights.max()]
    one_size = len(tall) >= 0.5 * len(line) and tall.std() <= 0.08 * tall.mean() + 0.5
    one_light = line[:, 4].std() <= 14.0
    bottoms = line[:, 1] + heights
    on_line = np.abs(bottoms - np.median(bottoms)).mean() <= max(0.06 * heights.max(), 0.7)
    steps = np.diff(line[:, 0] + 0.5 * line[:, 2])
    regular = steps.min() > 0 and np.quantile(steps, 0.75) <= 2.2 * max(np.median(steps), 1.0)
    wide = np.median(line[:, 2] / heights) > 0.3
    return bool(one_size and one_light and on_line and regular and wide)


def _joined(boxes: Sequence[Box]) -> list[Box]:
    """Return rectangles, those that overlap or nearly touch made one."""
    out: list[Box] = []
    for x, y, w, h in sorted(boxes):
        for k, (a, b, c, d) in enumerate(out):
            near = x <= a + c + d and a <= x + w + h and y <= b + d and b <= y + h
            if near:
                left, top = min(a, x), min(b, y)
                out[k] = (left, top, max(a + c, x + w) - left, max(b + d, y + h) - top)
                break
        else:
            out.append((x, y, w, h))
    return out if len(out) == len(boxes) else _joined(out)


def text_in_film(pictures: Sequence[ByteArray]) -> BoolArray:
    """Return where writing stands in a film, (height, width): what is there at any time.

    Two looks are joined: signs on a line in each picture, and what stays sharp and unchanged while
    the picture changes (`easytear.preprocess.picture_mask`). Digits of a clock that change stand
    beside those that do not; the rectangles are widened for them.

    Parameters
    ----------
    pictures : sequence of (height, width) uint8 arrays
        Grey frames spread over the film, in order.
    """
    shape = pictures[0].shape
    mask = np.zeros(shape, np.uint8)
    for start in range(0, len(pictures), 8):
        some = pictures[start : start + 8]
        if len(some) >= 3:
            mask |= burnt_in_text(np.stack(some)).astype(np.uint8)
    mask |= burnt_in_text(np.stack(list(pictures))).astype(np.uint8)
    for picture in pictures:
        for x, y, w, h in text_in_picture(picture):
            side = round(1.5 * h)
            top, left = max(y - h // 2, 0), max(x - side, 0)
            mask[top : y + h + h // 2 + 1, left : x + w + side] = 1
    return mask > 0


def rectangles(mask: BoolArray) -> list[Box]:
    """Return the pieces of a mask as rectangles (x, y, width, height)."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h, _ in stats[1:]]
