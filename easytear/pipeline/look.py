"""Second look at one interval: the film, its texture and its thickness."""

from __future__ import annotations

import numpy as np

from easytear.geometry import FloatArray
from easytear.measure.streak import streak_angle_deg
from easytear.pipeline.eye import Watched
from easytear.pipeline.film import observe_film
from easytear.pipeline.observation import Observation
from easytear.pipeline.region import as_kept
from easytear.pipeline.source import Source
from easytear.pipeline.stabilise import StabilisedInterval
from easytear.preprocess.records import Cornea
from easytear.progress import Progress
from easytear.settings import Settings

STREAK_AT_S = 0.8
"""The film's texture is judged here: in focus, and not yet spread out of sight."""


def see_film(
    source: Source,
    watched: Watched,
    number: int,
    cornea: Cornea,
    mm_per_px: float,
    settings: Settings,
    progress: Progress,
) -> Observation:
    """Follow the film through one interval.

    Parameters
    ----------
    source : Source
        The video.
    watched : Watched
        What the first look found.
    number : int
        Which interval.
    cornea : Cornea
        Its iris and exposed cornea.
    mm_per_px : float
        Scale that sets the distances film is looked for in; a rough one will do.
    settings : Settings
        How to follow.
    progress : Progress
        Told how far the work is.
    """
    interval, eye = watched.intervals[number], watched.eyes[number]
    span = slice(interval.start_frame, interval.end_frame + 1)
    frames = StabilisedInterval(
        source.frames(span.start, span.stop), source.time_s[span], source.shape, eye
    )
    sd = eye.motion.sd_px
    film = observe_film(
        frames,
        cornea.film_mask,
        cornea.lower_edge_px,
        eye.pupil,
        mm_per_px,
        settings,
        eye_sd_px=float(np.nanmedian(sd)) if np.isfinite(sd).any() else 0.0,
        progress=progress,
    )
    return Observation(
        index=number,
        interval=interval,
        time_s=frames.time_s,
        eye=eye,
        cornea=as_kept(cornea),
        tracks=film.tracks,
        front=film.front,
        thickness_nm=np.full(len(frames), np.nan),
        thickness=None,
        sharpness=watched.sharpness[span.start - source.first : span.stop - source.first],
        streak_angle_deg=streak_angle_deg(_film_picture(frames), cornea.film_mask),
    )


def _film_picture(frames: StabilisedInterval) -> FloatArray:
    """Return a picture of the film without the still iris, which the early mean shows."""
    early = range(frames.early)
    mean = np.mean([frames.grey(k) for k in early[:: max(len(early) // 12, 1)]], axis=0)
    at = int(np.searchsorted(frames.time_s, frames.time_s[0] + STREAK_AT_S))
    picture: FloatArray = frames.grey(min(at, frames.early - 1)) - mean
    return picture
