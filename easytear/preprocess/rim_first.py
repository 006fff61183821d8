"""The pupil where its own edge is weak: the limbus is found first, the pupil within it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from easytear.base.geometry import BoolArray, ByteArray, Ellipse
from easytear.preprocess.discs import Disc, disc_near
from easytear.preprocess.irises import iris_places
from easytear.preprocess.limbus import HALO, USUAL_RATIO, Limbus, limbus_in
from easytear.preprocess.polar import polar_of

_LOOKED_AT = 6
"""Pictures, spread over all, in which the limbus is looked for."""

_PLACES = 2
_RATIOS = (1.0, USUAL_RATIO)
"""What was found by its edge is a pupil, or the iris itself."""

SEEN_EVIDENCE = 20.0
"""A limbus that speaks for itself, without a pupil in it: on skin, rooms and shut lids up to 16 was
reached."""

_WITHIN = (1.8, 2.5, 3.5, 4.9, 6.8)
"""Width of the iris over that of the pupils that are looked for in it; a fit reaches the next."""


def limbus_first(pictures: Sequence[ByteArray], valid: BoolArray) -> Limbus | None:
    """Return the limbus that is seen in several pictures whatever is within it; None without one.

    Parameters
    ----------
    pictures : sequence of (height, width) uint8 arrays
        Grey pictures, reflections filled.
    valid : (height, width) bool array
        What of them is picture.
    """
    some = list(pictures[:: max(1, len(pictures) // _LOOKED_AT)])
    found: list[Limbus] = []
    for place in iris_places(some, valid, _PLACES):
        for ratio in _RATIOS:
            radius = place.rx_px / ratio
            if radius * USUAL_RATIO < 0.04 * max(valid.shape):
                continue
            centre = Ellipse(place.x_px, place.y_px, radius, radius)
            polar = polar_of(some, [centre] * len(some), valid)
            limbus = limbus_in(polar, radius)
            if limbus is not None and limbus.evidence > SEEN_EVIDENCE:
                found.append(limbus)
    if not found:
        return None
    # A pupil has an edge all round as well, often the clearer one; about it the limbus is seen too.
    best = max(found, key=lambda one: one.evidence)
    around = [one for one in found if _holds(one.ellipse, best.ellipse)]
    return max(around, key=lambda one: one.evidence, default=best)


def _holds(outer: Ellipse, inner: Ellipse) -> bool:
    apart = float(np.hypot(outer.x_px - inner.x_px, outer.y_px - inner.y_px))
    return outer.rx_px > HALO * inner.rx_px and apart < 0.3 * outer.rx_px


def discs_within(pictures: Sequence[ByteArray], limbus: Limbus) -> list[list[Disc]]:
    """Return each picture's dark discs about the middle of an iris."""
    e = limbus.ellipse
    factor = max(1.0, e.rx_px / 120.0)
    found: list[list[Disc]] = []
    for picture in pictures:
        small = cv2.resize(
            picture, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA
        ).astype(np.uint8)
        discs = []
        for ratio in _WITHIN:
            disc = disc_near(small, picture.shape[1], e.x_px, e.y_px, e.rx_px / ratio)
            if disc is not None and disc.radius_px * HALO < e.rx_px:
                discs.append(disc)
        found.append(discs)
    return found
