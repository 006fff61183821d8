"""Irises by their outer edge: places where many edges point away from one centre.

Film that shines over the pupil, or a lamp's image on it, leave little of the pupil's own edge; the
limbus on both sides is still there. Every edge that brightens votes for the centres of the irises
whose limbus it may be.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, ByteArray, Ellipse, FloatArray
from easytear.preprocess.discs import log_brightness
from easytear.preprocess.limbus import ASPECT

_SMALL = 240
"""Pictures are searched with their longer side reduced to about this."""

_RADII = (0.05, 0.75)
"""Half widths of irises that are looked for, as shares of the longer side."""

_STEP = 1.12
_LEVEL_RADIUS = 36.0
"""Edges are told at the pyramid's level at which a radius is no more than this: soft limbi too."""

_SIDES = 0.8
"""Edges steeper than this (sine of their direction) are more often a lid's than the limbus'."""

_SPREAD = 0.07
"""Votes for one iris differ by this share of its radius."""

_PAD = 0.6
"""Centres are looked for so far outside the picture, as a share of the radius."""


def iris_places(pictures: Sequence[ByteArray], valid: BoolArray, most: int) -> list[Ellipse]:
    """Return where irises may be, the likeliest first.

    Parameters
    ----------
    pictures : sequence of (height, width) uint8 arrays
        Grey pictures in which the eye is at about the same place; reflections filled.
    valid : (height, width) bool array
        What of them is picture.
    most : int
        How many places at most.
    """
    factor = max(max(valid.shape) / _SMALL, 1.0)
    size = (max(round(valid.shape[1] / factor), 1), max(round(valid.shape[0] / factor * ASPECT), 1))
    if min(size) < 12 or not valid.any():
        return []
    mask = cv2.resize(valid.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
    # Stretched by the usual aspect an iris is round.
    levels = [
        log_brightness(cv2.resize(p, size, interpolation=cv2.INTER_AREA).astype(np.uint8), mask)
        for p in pictures
    ]
    known = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=1)
    shrink = 1.0
    longer = max(valid.shape) / factor
    low, high = _RADII[0] * longer, _RADII[1] * longer
    found: list[tuple[float, Ellipse]] = []
    for radius in np.geomspace(low, high, int(np.log(high / low) / np.log(_STEP)) + 1):
        while radius / shrink > _LEVEL_RADIUS:
            levels = [cv2.pyrDown(level).astype(np.float32) for level in levels]
            known = cv2.resize(known, levels[0].shape[::-1], interpolation=cv2.INTER_NEAREST)
            shrink *= 2.0
        votes = sum(_votes(level, known > 0, radius / shrink) for level in levels)
        found += _peaks(np.asarray(votes) / len(levels), radius, shrink, factor)
    found.sort(key=lambda one: -one[0])
    kept: list[Ellipse] = []
    for _, one in found:
        if len(kept) < most and all(not _same(one, other) for other in kept):
            kept.append(one)
    return kept


def _votes(level: NDArray[np.float32], known: BoolArray, radius: float) -> FloatArray:
    """Return the share of a circle's rim that votes for each centre, `_PAD` wider around."""
    soft = cv2.GaussianBlur(level, (0, 0), 1.2)
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=0.125)
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=0.125)
    size = np.hypot(gx, gy) + 1e-6
    usual = 2.0 * float(np.median(size[known])) if known.any() else 1.0
    weight = size**2 / (size**2 + usual**2)
    weight *= np.where(np.abs(gy) > _SIDES * size, 0.5, 1.0)
    weight[~known] = 0.0
    weight[:2] = weight[-2:] = weight[:, :2] = weight[:, -2:] = 0.0
    rows, columns = np.nonzero(weight > 0.1)
    pad = int(_PAD * radius)
    share = 1.0 / size[rows, columns]
    x = np.round(columns - radius * gx[rows, columns] * share).astype(int) + pad
    y = np.round(rows - radius * gy[rows, columns] * share).astype(int) + pad
    height, width = level.shape[0] + 2 * pad, level.shape[1] + 2 * pad
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    votes = np.bincount(
        y[inside] * width + x[inside], weight[rows, columns][inside], height * width
    ).reshape(height, width)
    sigma = max(1.0, _SPREAD * radius)
    near = cv2.GaussianBlur(votes, (0, 0), sigma) * (2.0 * np.pi * sigma**2)
    # An edge is about three pixels wide.
    return np.asarray(near / (3.0 * 2.0 * np.pi * radius), float)


def _peaks(
    votes: FloatArray, radius: float, shrink: float, factor: float
) -> list[tuple[float, Ellipse]]:
    pad = int(_PAD * radius / shrink)
    wide = 2 * max(1, int(0.3 * radius / shrink)) + 1
    top = cv2.dilate(votes.astype(np.float32), np.ones((wide, wide), np.uint8))
    rows, columns = np.nonzero((votes >= top * (1 - 1e-6)) & (votes > 0.05))
    order = np.argsort(-votes[rows, columns])[:4]
    half = radius * factor
    # By chance alone the shares of large circles scatter less.
    sure = float(np.sqrt(radius))
    return [
        (
            sure * float(votes[rows[k], columns[k]]),
            Ellipse(
                ((columns[k] - pad + 0.5) * shrink) * factor - 0.5,
                ((rows[k] - pad + 0.5) * shrink) * factor / ASPECT - 0.5,
                half,
                half / ASPECT,
            ),
        )
        for k in order
    ]


def _same(one: Ellipse, other: Ellipse) -> bool:
    apart = float(np.hypot(one.x_px - other.x_px, one.y_px - other.y_px))
    near = apart < 0.25 * min(one.rx_px, other.rx_px)
    return near and abs(float(np.log(one.rx_px / other.rx_px))) < 0.25
