"""What is done for one interval by itself, in whichever process has time."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from easytear.base.geometry import Ellipse
from easytear.base.progress import Part, Progress
from easytear.engine.entries import Measured
from easytear.engine.eye import Watched, look_at_eye
from easytear.engine.memory import give_back
from easytear.engine.observation import Observation
from easytear.engine.region import FoldedCornea
from easytear.engine.source import Source
from easytear.engine.tables import front_columns, tracks_columns
from easytear.engine.threads import one_thread
from easytear.preprocess.locate import EyeLocation
from easytear.preprocess.records import EyeInInterval, Interval
from easytear.request.settings import Settings
from easytear.results import Exclusion, SpooledTables, spool

_FILM_SHARE = 0.85


@dataclass(frozen=True)
class EyeTask:
    """Look at one interval's eye again; see `look_at_eye`."""

    source: Source
    interval: Interval
    eye: EyeInInterval
    settings: Settings
    iris: Ellipse | None
    location: EyeLocation

    @one_thread()
    def __call__(self, progress: Progress) -> tuple[EyeInInterval, FoldedCornea]:
        """Do it."""
        eye, cornea = look_at_eye(
            self.source, self.interval, self.eye, self.settings, self.iris, self.location
        )
        give_back()
        progress.update(1.0, 1.0)
        return eye, FoldedCornea.of(cornea)


@dataclass(frozen=True)
class FilmTask:
    """Follow the film through interval `number`, measure it, and spool its long tables.

    `rough_mm_per_px` sets the distances film is looked for in, `mm_per_px` what is measured;
    `place` is the folder where the tables go.
    """

    source: Source
    watched: Watched
    number: int
    cornea: FoldedCornea
    settings: Settings
    rough_mm_per_px: float
    mm_per_px: float | None
    excluded: Exclusion | None
    place: Path

    @one_thread()
    def __call__(self, progress: Progress) -> tuple[SpooledTables, Measured]:
        """Do it."""
        from easytear.engine.observe_film import see_film

        seen = see_film(
            self.source,
            self.watched,
            self.number,
            self.cornea.unfolded(),
            self.rough_mm_per_px,
            self.settings,
            Part(progress, 0.0, _FILM_SHARE),
        )
        give_back()
        progress.update(_FILM_SHARE, 1.0, "measuring")
        done = measure_and_spool(seen, self.mm_per_px, self.settings, self.excluded, self.place)
        del seen
        give_back()
        return done


def measure_and_spool(
    seen: Observation,
    mm_per_px: float | None,
    settings: Settings,
    excluded: Exclusion | None,
    place: Path,
) -> tuple[SpooledTables, Measured]:
    """Measure one interval, and put its rows of the long tables into files in `place`."""
    from easytear.engine.measure import measure_interval

    measured = measure_interval(seen, mm_per_px, settings, excluded)
    tracks, front = tracks_columns(seen, mm_per_px), front_columns(seen)
    return spool(place, f"interval-{seen.index}", tracks, front), measured


def load_film() -> None:
    """Load what film is followed and measured with.

    It takes a second, which the first look at a video need not wait for.
    """
    for name in ("easytear.engine.observe_film", "easytear.engine.measure"):
        import_module(name)


@dataclass(frozen=True)
class LoadTask:
    """Load what tables and figures are made with, so that this helper can draw the page's."""

    def __call__(self, progress: Progress) -> None:
        """Do it."""
        for name in ("pandas", "matplotlib.backends.backend_svg"):
            import_module(name)
        import_module("easytear.report.figures").warm_up()
