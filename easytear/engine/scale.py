"""The working scale of a video, from a first look at small pictures of it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from easytear.engine.threads import one_thread
from easytear.preprocess.locate import locate_eye
from easytear.request.scale import MEAN_HVID_MM
from easytear.video.glance import Glance, glance, stored_geometry
from easytear.video.reduce import Reduction

_LOOK_PX: Final = 640
"""Longer side of the pictures of the first look: an eye that is large enough to follow a film on
is found in them."""

_WIDEST_MM: Final = 14.0
"""A picture whose longer side shows this much of an eye at the least is not looked at: an iris
that fills it, with little beside it, is the closest anybody films."""

_BLIND_PX: Final = 1280
"""Longer side of working pictures where no eye tells their scale."""


@one_thread()
def reduction_of(path: Path, px_per_mm: float) -> Reduction | None:
    """Return how a video's pictures are brought to `px_per_mm`; None where none can be read.

    It depends on the file alone, not on what else is known of the scale, so that a scale that is
    given later changes nothing that was seen.

    Raises
    ------
    VideoError
        If the file cannot be opened.
    """
    geometry = stored_geometry(path)
    if geometry is None or max(geometry.size) < _WIDEST_MM * px_per_mm:
        return None if geometry is None else Reduction(geometry)
    seen = glance(path, _LOOK_PX)
    found = None if seen is None else _iris_px(seen)
    if found is None:
        seen = glance(path, _LOOK_PX, everything=True)
        found = None if seen is None else _iris_px(seen)
    if seen is None:
        return None
    if found is None:
        return Reduction.to_scale(seen.geometry, max(seen.geometry.size), _BLIND_PX)
    return Reduction.to_scale(seen.geometry, found / MEAN_HVID_MM, px_per_mm)


def _iris_px(seen: Glance) -> float | None:
    """Return the width of the iris in the file's pixels, None where no eye is seen."""
    radius = locate_eye(seen.pictures).iris_radius_px
    return 2.0 * radius * seen.ratio if np.isfinite(radius) else None
