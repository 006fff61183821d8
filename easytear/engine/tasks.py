"""What is done for one interval by itself, in whichever process has time."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from easytear.base.geometry import Ellipse
from easytear.base.progress import Part, Progress
from easytear.engine.earlier import Earlier, with_velocities
from easytear.engine.edits import with_edits
from easytear.engine.entries import Measured
from easytear.engine.eye import Watched, look_at_eye
from easytear.engine.memory import give_back
from easytear.engine.observation import Observation
from easytear.engine.region import FoldedCornea
from easytear.engine.source import Source
from easytear.engine.tables import front_columns, tracks_columns
from easytear.engine.threads import one_thread
from easytear.engine.working import seen_in_file
from easytear.preprocess.locate import EyeLocation
from easytear.preprocess.records import EyeInInterval, Interval
from easytear.request.request import Request
from easytear.request.settings import Settings
from easytear.request.work import FILM_EDITS
from easytear.results import Columns, Exclusion, SpooledTables, as_written, spool

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

    `followed_mm_per_px` sets the distances film is looked for in, `mm_per_px` what is measured,
    both of the file's pixels; `place` is the folder where the tables go.
    """

    source: Source
    watched: Watched
    number: int
    cornea: FoldedCornea
    request: Request
    followed_mm_per_px: float
    mm_per_px: float | None
    excluded: Exclusion | None
    place: Path

    @one_thread()
    def __call__(self, progress: Progress) -> tuple[SpooledTables, Measured]:
        """Do it."""
        from easytear.engine.earlier import as_kept
        from easytear.engine.observe_film import see_film

        seen = see_film(
            self.source,
            self.watched,
            self.number,
            self.cornea.unfolded(),
            self.followed_mm_per_px * self.source.reduction.ratio,
            self.request.settings,
            Part(progress, 0.0, _FILM_SHARE),
        )
        seen = seen_in_file(seen, self.source.reduction)
        give_back()
        progress.update(_FILM_SHARE, 1.0, "measuring")
        tracks: Columns = as_written(tracks_columns(seen, self.mm_per_px))
        front: Columns = as_written(front_columns(seen))
        seen, tracks, front = with_edits(as_kept(seen), tracks, front, self.request.corrections)
        done = _measured(
            seen, tracks, front, self.mm_per_px, self.request, self.excluded, self.place
        )
        del seen
        give_back()
        return done


@dataclass(frozen=True)
class AgainTask:
    """Measure one interval again from what was found in it, and spool its long tables."""

    seen: Observation
    tracks: Columns
    front: Columns
    request: Request
    mm_per_px: float | None
    excluded: Exclusion | None
    place: Path

    @classmethod
    def of(
        cls,
        earlier: Earlier,
        number: int,
        request: Request,
        mm_per_px: float | None,
        excluded: Exclusion | None,
        place: Path,
    ) -> AgainTask:
        """Return the task for an interval of earlier results."""
        old = earlier.analysis.summary.calibration.mm_per_px
        factor = 1.0 if old is None or mm_per_px is None else mm_per_px / old
        seen, front = earlier.observation(number), earlier.front(number)
        tracks = earlier.tracks(number, factor)
        before = earlier.analysis.summary.request.corrections
        # Earlier edits of these kinds stand in the tables already: `work` sees to that.
        if before.of(number, *FILM_EDITS) != request.corrections.of(number, *FILM_EDITS):
            seen, tracks, front = with_edits(seen, tracks, front, request.corrections)
        return cls(seen, tracks, front, request, mm_per_px, excluded, place)

    @one_thread()
    def __call__(self, progress: Progress) -> tuple[SpooledTables, Measured]:
        """Do it."""
        progress.update(0.0, 1.0, "measuring again")
        return _measured(
            self.seen,
            self.tracks,
            self.front,
            self.mm_per_px,
            self.request,
            self.excluded,
            self.place,
        )


def keep(
    earlier: Earlier, number: int, excluded: Exclusion | None, place: Path
) -> tuple[SpooledTables, Measured]:
    """Return an interval of earlier results as it is, but for whether it is left out."""
    tables = spool(place, f"interval-{number}", earlier.tracks(number), earlier.front(number))
    result = earlier.results[number].model_copy(update={"excluded": excluded})
    return tables, Measured(result, earlier.frames(number))


def _measured(
    seen: Observation,
    tracks: Columns,
    front: Columns,
    mm_per_px: float | None,
    request: Request,
    excluded: Exclusion | None,
    place: Path,
) -> tuple[SpooledTables, Measured]:
    """Measure one interval, and put its rows of the long tables into files in `place`."""
    from easytear.engine.measure import measure_interval

    measured = measure_interval(seen, mm_per_px, request.settings, excluded)
    tracks = as_written(with_velocities(tracks, seen, mm_per_px))
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
