"""The ways in which the front can be found: EasyTear's own, and those of other packages."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Final, Protocol

import numpy as np

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.base.progress import SILENT, Progress
from easytear.base.stabilized import StabilisedFrames
from easytear.request.settings.film import FRONT_METHODS, OWN_FRONT_METHOD, FrontSettings
from easytear.segment.front import find_front
from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks, VelocityField

log = logging.getLogger(__name__)

FAILED: Final = "front_method_failed"
"""Flag of an interval whose front could not be looked for."""
_WIDEST_STEP_PX = 8.0
"""Columns of an empty front: their largest distance in the results format."""


@dataclass(frozen=True)
class FilmSeen:
    """What a front method is given of one interval.

    Attributes
    ----------
    frames : StabilisedFrames
        The interval's frames, the eye held still.
    tracks, field : FilmTracks, VelocityField
        The film's points, and its velocity.
    film_mask : (H, W) bool array
        Where film texture can be trusted.
    lower_edge_px : (W,) float array
        y of the lower border of the exposed cornea, eye coordinates; NaN where unknown.
    pupil : Ellipse or None
        The pupil in the first frame.
    mm_per_px : float
        Scale.
    """

    frames: StabilisedFrames
    tracks: FilmTracks
    field: VelocityField
    film_mask: BoolArray
    lower_edge_px: FloatArray
    pupil: Ellipse | None
    mm_per_px: float


class FrontMethod(Protocol):
    """A way to find the front of one interval."""

    def __call__(
        self, seen: FilmSeen, settings: FrontSettings, progress: Progress = SILENT
    ) -> FilmFront:
        """Return the front in every frame of the interval."""
        ...


def front_by(seen: FilmSeen, settings: FrontSettings, progress: Progress = SILENT) -> FilmFront:
    """Find the front by the method that the settings name.

    A method of another package that fails costs the front alone: it is empty, with a flag, and
    the log says why.
    """
    if settings.method == OWN_FRONT_METHOD:
        return _own(seen, settings, progress)
    try:
        (point,) = entry_points(group=FRONT_METHODS, name=settings.method)
        method: FrontMethod = point.load()
        return _checked(method(seen, settings, progress), len(seen.frames))
    except Exception:
        log.warning("the front method %s failed", settings.method, exc_info=True)
        return _nothing(seen)


def _own(seen: FilmSeen, settings: FrontSettings, progress: Progress) -> FilmFront:
    return find_front(
        seen.frames,
        seen.tracks,
        seen.field,
        seen.film_mask,
        seen.pupil,
        seen.mm_per_px,
        settings,
        progress=progress,
    )


def _checked(front: object, count: int) -> FilmFront:
    if not isinstance(front, FilmFront):
        raise TypeError(f"it returned {type(front).__name__}, not a FilmFront")
    shape = (count, len(front.x_px))
    if any(np.shape(part) != shape for part in (front.y_px, front.sd_px, front.observed)):
        raise ValueError(f"y_px, sd_px and observed must have the shape {shape}")
    return front


def _nothing(seen: FilmSeen) -> FilmFront:
    x_px = np.arange(_WIDEST_STEP_PX / 2, seen.frames.shape[1], _WIDEST_STEP_PX)
    unknown = np.full((len(seen.frames), len(x_px)), np.nan)
    return FilmFront(x_px, unknown, unknown.copy(), np.zeros(unknown.shape, bool), (FAILED,))
