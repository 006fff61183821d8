"""The film in one interval: its tracks, its velocity and its front, in one walk."""

from __future__ import annotations

from dataclasses import dataclass

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.base.progress import SILENT, Part, Progress
from easytear.base.stabilized import StabilisedFrames
from easytear.engine.memory import give_back
from easytear.request.settings import Settings
from easytear.segment.methods import FilmSeen, front_by
from easytear.segment.records import FilmFront
from easytear.track.film import follow_film
from easytear.track.records import FilmTracks, VelocityField


@dataclass(frozen=True)
class FilmObservation:
    """What was seen of the film in one interval."""

    tracks: FilmTracks
    field: VelocityField
    front: FilmFront


def observe_film(
    frames: StabilisedFrames,
    film_mask: BoolArray,
    lower_edge_px: FloatArray,
    pupil: Ellipse | None,
    mm_per_px: float,
    settings: Settings,
    *,
    eye_sd_px: float = 0.0,
    progress: Progress = SILENT,
) -> FilmObservation:
    """Follow the film through one interval and find its front.

    Parameters
    ----------
    frames : StabilisedFrames
        The interval's frames, the eye held still.
    film_mask : (H, W) bool array
        Where film texture can be trusted.
    lower_edge_px : (W,) float array
        y of the lower border of the exposed cornea; NaN where unknown.
    pupil : Ellipse or None
        The pupil in the first frame.
    mm_per_px : float
        Scale.
    settings : Settings
        All settings.
    eye_sd_px : float
        Standard deviation of the eye's motion.
    progress : Progress
        Told how far the work is.
    """
    tracks, field = follow_film(
        frames,
        film_mask,
        lower_edge_px,
        mm_per_px,
        settings.tracks,
        eye_sd_px=eye_sd_px,
        progress=Part(progress, 0.0, 0.9),
    )
    give_back()
    seen = FilmSeen(frames, tracks, field, film_mask, lower_edge_px, pupil, mm_per_px)
    front = front_by(seen, settings.front, Part(progress, 0.9, 1.0))
    return FilmObservation(tracks, field, front)
