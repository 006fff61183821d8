"""Second look at one interval: the film, its texture and its thickness."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.base.progress import Progress
from easytear.engine.eye import Watched
from easytear.engine.film_breaks import see_breaks
from easytear.engine.film_stages import observe_film
from easytear.engine.observation import Observation
from easytear.engine.region import as_kept
from easytear.engine.source import Source
from easytear.engine.stabilise import StabilisedInterval
from easytear.measure.streak import streak_angle_deg
from easytear.measure.thickness import ThicknessReading, below_front, measure_thickness
from easytear.preprocess.events import visibility_flags, visible_s
from easytear.preprocess.records import Cornea, EyeInInterval
from easytear.request.settings import Settings
from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks

THICKNESS_AT_S = (0.3, 2.01, 0.25)
"""First, last and step of the pictures that thickness is read from."""

THICKNESS_MARGIN_MM = 0.15

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
    reading, over_time = _thickness(frames, film.front, cornea, mm_per_px, settings)
    breaks, broken = (None, None)
    if len(film.tracks):  # a film that nobody saw cannot be seen to break
        gamma = settings.thickness.gamma
        breaks, broken = see_breaks(source, watched, number, cornea, film.tracks, mm_per_px, gamma)
    return Observation(
        index=number,
        interval=interval,
        time_s=frames.time_s,
        eye=eye,
        cornea=as_kept(cornea),
        tracks=_as_sure_as_the_eye(film.tracks, eye),
        front=film.front,
        thickness_nm=over_time,
        thickness=reading.thickness,
        sharpness=watched.sharpness[span.start - source.first : span.stop - source.first],
        streak_angle_deg=streak_angle_deg(_film_picture(frames), cornea.film_mask),
        breaks=breaks,
        broken_fraction=broken,
        flags=(*reading.flags, *visibility_flags(watched.events, span.start, frames.time_s)),
        watched_s=round(visible_s(watched.events, span.start, frames.time_s), 3),
    )


def _as_sure_as_the_eye(tracks: FilmTracks, eye: EyeInInterval) -> FilmTracks:
    """Return the tracks with the doubt about the eye's rotation in their standard deviations."""
    turn_sd_deg = eye.motion.rotation_sd_deg
    if turn_sd_deg is None or eye.pupil is None:
        return tracks
    away_px = np.hypot(tracks.x_px - eye.pupil.x_px, tracks.y_px - eye.pupil.y_px)
    turned_px = np.deg2rad(turn_sd_deg)[tracks.frame] * away_px
    return replace(tracks, sd_px=np.hypot(tracks.sd_px, turned_px))


def _thickness(
    frames: StabilisedInterval,
    front: FilmFront,
    cornea: Cornea,
    mm_per_px: float,
    settings: Settings,
) -> tuple[ThicknessReading, FloatArray]:
    """Return the thickness of the film below the front, and its value in every frame."""
    since = frames.time_s[: frames.early] - frames.time_s[0]
    at = np.unique(np.searchsorted(since, np.arange(*THICKNESS_AT_S)).clip(0, len(since) - 1))
    margin_px = THICKNESS_MARGIN_MM / mm_per_px
    reading = measure_thickness(
        frames.time_s[at],
        np.array([frames.colour(int(k)) for k in at]),
        np.array([below_front(cornea.film_mask, front, int(k), margin_px) for k in at]),
        settings.thickness,
    )
    over = np.full(len(frames), np.nan)
    known = np.isfinite(reading.median_nm)
    if known.any():
        seen = slice(int(at[known][0]), int(at[known][-1]) + 1)
        over[seen] = np.interp(
            frames.time_s[seen], frames.time_s[at[known]], reading.median_nm[known]
        )
    return reading, over


def _film_picture(frames: StabilisedInterval) -> FloatArray:
    """Return a picture of the film without the still iris, which the early mean shows."""
    early = range(frames.early)
    mean = np.mean([frames.grey(k) for k in early[:: max(len(early) // 12, 1)]], axis=0)
    at = int(np.searchsorted(frames.time_s, frames.time_s[0] + STREAK_AT_S))
    picture: FloatArray = frames.grey(min(at, frames.early - 1)) - mean
    return picture
