"""When frames are taken, and which spread of the film belongs to which time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.simulate.lids import lower_lid
from easytear.simulate.motion import FilmMotion
from easytear.simulate.scene import Scene, Spread

TICKS_PER_S = 90_000
"""Time base of the written files."""
RESTING_S = 30.0
"""How long ago the film came to rest that was there before the video started."""


@dataclass(frozen=True)
class Stretch:
    """The film's motion from one closing of the lid to the next.

    Attributes
    ----------
    number : int
        From 0.
    start_s : float
        When this film first can be seen.
    open_s : float
        When the lid had opened before it.
    motion : FilmMotion
        Its displacement.
    seen_from_onset : bool
        False for the film that was there before the video started.
    """

    number: int
    start_s: float
    open_s: float
    motion: FilmMotion
    seen_from_onset: bool


def frame_times(scene: Scene) -> FloatArray:
    """Return the frames' times in seconds, the first 0, on the files' time base."""
    cam = scene.camera
    count = max(round(cam.duration_s * cam.fps), 2)
    rng = np.random.default_rng([scene.seed, 808])
    jitter = cam.frame_jitter * rng.uniform(-1.0, 1.0, count)
    jitter[0] = 0.0
    times = (np.arange(count) + jitter) / cam.fps
    ticks: FloatArray = np.round(times * TICKS_PER_S) / TICKS_PER_S
    return ticks


def film_stretches(scene: Scene) -> tuple[Stretch, ...]:
    """Return the stretches of film, in order of time."""
    film, mm, lid = scene.film, scene.camera.mm_per_px, lower_lid(scene)
    stretches: list[Stretch] = []
    blinks = scene.lids.blinks
    if not blinks or blinks[0].start_s > 0:
        law, onset, open_s = film.before, 0.0, -0.05
        seen = law is not None
        if law is None:
            law = film.spreads[0] if film.spreads else Spread()
            law, onset, open_s = law.model_copy(update={"seed": 9000}), -RESTING_S, -RESTING_S
        motion = FilmMotion(law, onset + law.delay_s, mm, lid)
        stretches.append(Stretch(0, -1.0, open_s, motion, seen))
    for number, blink in enumerate(blinks):
        law = film.spreads[number % len(film.spreads)] if film.spreads else Spread()
        motion = FilmMotion(law, blink.end_s + law.delay_s, mm, lid)
        opened = blink.end_s - 0.5 * blink.opening_s
        closed = blink.start_s + blink.closing_s + 0.5 * blink.closed_s
        stretches.append(Stretch(len(stretches), closed, opened, motion, True))
    return tuple(stretches)
