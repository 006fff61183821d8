"""Where the protocol's points begin, as it is suggested to the person."""

from __future__ import annotations

import numpy as np

from easytear.annotate.interpolate import shape_at
from easytear.annotate.readers.protocol import places
from easytear.base.geometry import FloatArray
from easytear_napari.keymap import KEYS
from easytear_napari.state import Annotator


def suggested(a: Annotator) -> FloatArray:
    """Return the places (k, 2) still to be taken in the present frame, image coordinates.

    Those of the assignment, in its first frame; else below the person's own front, or the
    program's while that is shown. A point of the interval that begins nearby takes a place.
    """
    if not a.places_shown:
        return np.zeros((0, 2))
    found = _assigned(a)
    if found is None:
        found = _below_front(a)
    parts = [part for part in map(a.part, a.points()) if part is not None]
    begun = np.array([part.keyframes[0].points[0] for part in parts]).reshape(-1, 2)
    if not len(found) or not len(begun):
        return found
    near = np.linalg.norm(found[:, None] - begun[None], axis=2).min(axis=1)
    left: FloatArray = found[near > _reach(found)]
    return left


def why_none(a: Annotator) -> str:
    """Return why no places are suggested, and what to do."""
    if _assigned(a) is not None:
        return "Every suggested place is taken, or belongs to another frame."
    if a.analysis is None or a.analysis.summary.calibration.mm_per_px is None:
        return "Where to put points is known with a scale only; analyse the video first."
    return f"Draw the front first ({KEYS['front']}): points begin just below it."


def _assigned(a: Annotator) -> FloatArray | None:
    """Return the assignment's places in this frame; None where it suggests none at all."""
    own = [one for one in a.assigned if one.start_frame <= a.frame <= one.end_frame and one.places]
    if not own:
        return None
    here = own[0].places if own[0].first_frame == a.frame else ()
    return np.array(here, dtype=float).reshape(-1, 2)


def _below_front(a: Annotator) -> FloatArray:
    scale = None if a.analysis is None else a.analysis.summary.calibration.mm_per_px
    own = a.own_front()
    part = None if own is None else a.part(own)
    line = None if part is None else shape_at(part, a.frame, a.video.time_s, a.film)
    if line is None and a.program_shown:
        line = a.program_front(a.frame)
    if line is None or scale is None:
        return np.zeros((0, 2))
    return places(line, a.protocol, scale)


def _reach(found: FloatArray) -> float:
    """Return how near a point must begin to take a place: half the way to the next one."""
    if len(found) < 2:
        return 25.0
    gaps = np.hypot(*np.diff(found, axis=0).T)
    return float(gaps.min()) / 2
