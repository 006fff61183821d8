"""Follow the film through one interval."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from easytear.base.geometry import BoolArray, FloatArray
from easytear.base.progress import SILENT, Progress
from easytear.base.stabilized import StabilisedFrames
from easytear.request.settings.film import TrackSettings
from easytear.track.field import velocity_field
from easytear.track.records import FilmTracks, VelocityField
from easytear.track.tracks import smooth_tracks, tabulate
from easytear.track.walk import FilmWalk

# A track that was measured fewer times tells nothing about its noise.
_LEAST_LOOKS = 5


def follow_film(
    frames: StabilisedFrames,
    film_mask: BoolArray,
    lower_edge_px: FloatArray,
    mm_per_px: float,
    settings: TrackSettings,
    *,
    eye_sd_px: float = 0.0,
    look: Callable[[int], None] | None = None,
    progress: Progress = SILENT,
) -> tuple[FilmTracks, VelocityField]:
    """Follow film points through one interval.

    Parameters
    ----------
    frames : StabilisedFrames
        The interval's frames, the eye held still; asked for in rising order.
    film_mask : (H, W) bool array
        Where film texture can be trusted.
    lower_edge_px : (W,) float array
        y of the lower border of the exposed cornea; NaN where unknown.
    mm_per_px : float
        Scale.
    settings : TrackSettings
        How points are followed.
    eye_sd_px : float
        Standard deviation of the eye's motion, which every point shares.
    look : callable, optional
        Called with the number of each frame that is looked at, after it was.
    progress : Progress
        Told how far the work is.

    Returns
    -------
    FilmTracks
        Tracks in eye coordinates, frame pixels.
    VelocityField
        The film's velocity at the frames looked at.
    """
    walk = FilmWalk(frames, film_mask, lower_edge_px, mm_per_px, settings, eye_sd_px)
    log = walk.run(look, progress)
    time_s = np.asarray(frames.time_s, float) - frames.time_s[0]
    scale, visited = walk.scale, np.asarray(walk.visited, int)
    table = tabulate(log, time_s, scale.mm_per_px, _LEAST_LOOKS)
    del walk, log  # their pictures and measurements
    tracks = smooth_tracks(table, time_s, scale, eye_sd_px / scale.factor)
    return tracks, velocity_field(tracks, visited, frames.shape, mm_per_px)
