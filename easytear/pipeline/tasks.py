"""What is done for one interval by itself, in whichever process has time."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from easytear.analysis import Exclusion
from easytear.geometry import Ellipse
from easytear.pipeline.eye import Watched, look_at_eye
from easytear.pipeline.look import see_film
from easytear.pipeline.measure import Measured, measure_interval
from easytear.pipeline.memory import give_back
from easytear.pipeline.observation import Observation
from easytear.pipeline.source import Source
from easytear.pipeline.threads import one_thread
from easytear.preprocess.records import Cornea, EyeInInterval, Interval
from easytear.progress import Part, Progress
from easytear.settings import Settings

_FILM_SHARE = 0.85


@dataclass(frozen=True)
class EyeTask:
    """Look at one interval's eye again; see `look_at_eye`."""

    source: Source
    interval: Interval
    eye: EyeInInterval
    settings: Settings
    iris: Ellipse | None

    @one_thread()
    def __call__(self, progress: Progress) -> tuple[EyeInInterval, Cornea]:
        """Do it."""
        found = look_at_eye(self.source, self.interval, self.eye, self.settings, self.iris)
        give_back()
        progress.update(1.0, 1.0)
        return found


@dataclass(frozen=True)
class FilmTask:
    """Follow the film through interval `number` and measure it.

    `rough_mm_per_px` sets the distances film is looked for in, `mm_per_px` what is measured.
    """

    source: Source
    watched: Watched
    number: int
    cornea: Cornea
    settings: Settings
    rough_mm_per_px: float
    mm_per_px: float | None
    excluded: Exclusion | None

    @one_thread()
    def __call__(self, progress: Progress) -> tuple[Observation, Measured]:
        """Do it."""
        seen = see_film(
            self.source,
            self.watched,
            self.number,
            self.cornea,
            self.rough_mm_per_px,
            self.settings,
            Part(progress, 0.0, _FILM_SHARE),
        )
        give_back()
        progress.update(_FILM_SHARE, 1.0, "measuring")
        measured = measure_interval(seen, self.mm_per_px, self.settings, self.excluded)
        give_back()
        return seen, measured


@dataclass(frozen=True)
class LoadTask:
    """Load what tables and figures are made with, so that this helper can draw the page's."""

    def __call__(self, progress: Progress) -> None:
        """Do it."""
        for name in ("pandas", "matplotlib.backends.backend_svg", "easytear.report.figures"):
            import_module(name)
