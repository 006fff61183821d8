"""Analyse a video: from its frames to everything that the results format holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypedDict, Unpack

import numpy as np

from easytear.base.progress import SILENT, Part, Progress
from easytear.engine.entries import Measured, blink_entries, exclusions, scale_info
from easytear.engine.eye import Watched, watch
from easytear.engine.memory import give_back
from easytear.engine.provenance import software
from easytear.engine.region import FoldedCornea, redrawn
from easytear.engine.remeasure import observation, reusable
from easytear.engine.source import Source
from easytear.engine.tasks import EyeTask, FilmTask, LoadTask, load_film, measure_and_spool
from easytear.engine.threads import one_thread
from easytear.measure.scaled import with_scale
from easytear.request.corrections import Corrections
from easytear.request.request import Request, ScaleRequest
from easytear.request.scale import Calibration, scale_from_iris
from easytear.request.settings import Settings
from easytear.results import (
    FRAMES,
    Analysis,
    Exclusion,
    SpooledAnalysis,
    SpooledTables,
    Summary,
    numbered,
    shape_table,
)
from easytear.workers.pool import WorkerPool

if TYPE_CHECKING:
    import pandas as pd

ROUGH_WIDTH_MM = 12.0
"""A picture shows about this much of the eye; only where the iris gives no scale."""

_WATCH_SHARE = 0.25


class Options(TypedDict, total=False):
    """What `analyze` can be told; everything may be left out.

    Attributes
    ----------
    calibration : Calibration or None
        A known scale; without it the scale comes from the iris width.
    hvid_mm : float or None
        This person's measured iris width in millimetres; the population mean without it.
    corrections : Corrections or None
        A person's decisions, taken in and noted in the summary.
    start_s, end_s : float or None
        Analyse only this stretch of the video (`time_s` of the results format).
    reuse : Analysis or None
        An earlier analysis of the same video with the same settings: what was seen in intervals
        that the corrections do not touch is taken over from it, and measured again.
    pool : WorkerPool or None
        Other processes among which the intervals are shared out; the results are the same.
    progress : Progress
        Told how far the work is; may raise `Cancelled`.
    """

    calibration: Calibration | None
    hvid_mm: float | None
    corrections: Corrections | None
    start_s: float | None
    end_s: float | None
    reuse: Analysis | None
    pool: WorkerPool | None
    progress: Progress


def analyze(video: Path, settings: Settings | None = None, **options: Unpack[Options]) -> Analysis:
    """Analyse a video.

    Parameters
    ----------
    video : Path
        The video file.
    settings : Settings, optional
        Defaults where absent.
    **options : Options
        Scale, stretch, corrections, helpers, progress: see `Options`.

    Returns
    -------
    Analysis
        Everything that the results format holds, in memory; nothing is written.

    Raises
    ------
    VideoError
        If the video cannot be opened, has no picture, or is too short.
    Cancelled
        If `progress` asks to stop.
    """
    with TemporaryDirectory(prefix="easytear-") as place:
        return analyze_into(Path(place), video, settings, **options).whole()


@one_thread()
def analyze_into(
    place: Path, video: Path, settings: Settings | None = None, **options: Unpack[Options]
) -> SpooledAnalysis:
    """Analyse a video, its long tables put into files: memory hardly grows with its length.

    Parameters
    ----------
    place : Path
        A folder for these files; the caller's to remove when the analysis is no longer needed.
    video, settings, **options
        As in `analyze`, as are the errors.
    """
    if unknown := options.keys() - Options.__annotations__.keys():
        raise TypeError(f"analyze() knows no option {', '.join(sorted(unknown))}")
    settings = settings or Settings()
    corrections = options.get("corrections") or Corrections()
    pool = options.get("pool") or WorkerPool()
    progress = options.get("progress", SILENT)
    source = Source(video, options.get("start_s"), options.get("end_s"), settings.video.fps or None)
    pool.prepare("easytear.video.cache:remember", source.reader.known)
    watched = watch(source, settings, corrections, pool, Part(progress, 0.0, _WATCH_SHARE))
    give_back()
    watched, corneas = _look_again(source, watched, settings, corrections, pool)
    scale = options.get("calibration") or _scale(corneas, options.get("hvid_mm"))
    film = _Film(source, watched, corneas, settings, scale, exclusions(corrections), place)
    earlier = options.get("reuse")
    kept = reusable(earlier, settings, corrections)
    done = film.measured(kept, pool, Part(progress, _WATCH_SHARE, 1.0))
    if earlier is not None:
        done |= {number: film.measured_again(earlier, number) for number in kept}
    measured = [done[number][1] for number in sorted(done)]
    known_scale = scale_info(scale, *_iris_px(corneas))
    summary = Summary(
        video=source.info(),
        software=software(),
        request=_request(settings, options),
        calibration=known_scale,
        blinks=blink_entries(watched.blinks, source.time_s),
        intervals=tuple(with_scale(m.result, known_scale) for m in measured),
        flags=(*source.flags(), *watched.flags),
        events=source.events(),
    )
    progress.update(1.0, 1.0, "done")
    spooled = numbered((number, done[number][0]) for number in sorted(done))
    return SpooledAnalysis(summary, _frames_table(source, watched, measured), spooled)


@dataclass(frozen=True)
class _Film:
    """The film of all intervals, to be followed and measured."""

    source: Source
    watched: Watched
    corneas: Sequence[FoldedCornea]
    settings: Settings
    scale: Calibration | None
    excluded: Mapping[int, Exclusion]
    place: Path

    def measured(
        self, kept: Collection[int], pool: WorkerPool, progress: Progress
    ) -> dict[int, tuple[SpooledTables, Measured]]:
        """Return what comes of each interval but those `kept`."""
        fresh = [number for number in range(len(self.corneas)) if number not in kept]
        tasks = [self._task(number) for number in fresh]
        found = pool.run(tasks, _lengths(self.watched, fresh), progress, LoadTask())
        return dict(zip(fresh, found, strict=True))

    def measured_again(self, earlier: Analysis, number: int) -> tuple[SpooledTables, Measured]:
        """Return what comes of an interval in which nothing is looked for again."""
        seen = observation(earlier, number)
        excluded = self.excluded.get(number)
        return measure_and_spool(seen, self._mm_per_px, self.settings, excluded, self.place)

    def _task(self, number: int) -> FilmTask:
        known = self._mm_per_px
        return FilmTask(
            self.source,
            self.watched,
            number,
            self.corneas[number],
            self.settings,
            ROUGH_WIDTH_MM / self.source.shape[1] if known is None else known,
            known,
            self.excluded.get(number),
            self.place,
        )

    @property
    def _mm_per_px(self) -> float | None:
        return None if self.scale is None else self.scale.mm_per_px


def _look_again(
    source: Source, watched: Watched, settings: Settings, corrections: Corrections, pool: WorkerPool
) -> tuple[Watched, list[FoldedCornea]]:
    """Look at the eye of each interval again, with what a person drew."""
    irises = {edit.interval: edit.ellipse() for edit in corrections.irises}
    pupils = {edit.interval: edit.ellipse() for edit in corrections.pupils}
    regions = {edit.interval: np.array(edit.polygon, float) for edit in corrections.regions}
    tasks = []
    for number, (interval, first) in enumerate(zip(watched.intervals, watched.eyes, strict=True)):
        known = replace(first, pupil=pupils[number]) if number in pupils else first
        tasks.append(
            EyeTask(source, interval, known, settings, irises.get(number), watched.location)
        )
    found = pool.run(tasks, _lengths(watched, range(len(tasks))), meanwhile=load_film)
    corneas = [
        FoldedCornea.of(redrawn(cornea.unfolded(), regions[number]))
        if number in regions
        else cornea
        for number, (_, cornea) in enumerate(found)
    ]
    return replace(watched, eyes=tuple(eye for eye, _ in found)), corneas


def _request(settings: Settings, options: Options) -> Request:
    """Return what was asked for as the summary holds it."""
    known = options.get("calibration")
    return Request(
        start_s=options.get("start_s"),
        end_s=options.get("end_s"),
        scale=ScaleRequest(value=options.get("hvid_mm"))
        if known is None
        else ScaleRequest.given(known),
        settings=settings,
        corrections=options.get("corrections") or Corrections(),
    )


def _iris_px(corneas: Sequence[FoldedCornea]) -> tuple[float | None, float | None]:
    """Return the width of the iris and its standard deviation: one eye, one width."""
    found = [c for c in corneas if c.iris is not None]
    if not found:
        return None, None
    widths = np.array([2.0 * c.iris.rx_px for c in found if c.iris is not None])
    sd = np.array([c.iris_width_sd_px for c in found])
    middle = int(np.argsort(widths)[len(widths) // 2])
    return float(widths[middle]), float(sd[middle])


def _scale(corneas: Sequence[FoldedCornea], hvid_mm: float | None) -> Calibration | None:
    """Return the video's scale from the irises of its intervals."""
    width, sd = _iris_px(corneas)
    if width is None or sd is None:
        return None
    return scale_from_iris(width, sd, hvid_mm)


def _lengths(watched: Watched, numbers: Sequence[int]) -> list[float]:
    """Return how many frames each interval has."""
    chosen = [watched.intervals[number] for number in numbers]
    return [float(i.end_frame - i.start_frame + 1) for i in chosen]


def _frames_table(source: Source, watched: Watched, measured: Sequence[Measured]) -> pd.DataFrame:
    """Return frames.csv: every frame of the video, with what is known of it."""
    import pandas as pd

    count = len(source.time_s)
    table = pd.DataFrame({"frame": np.arange(count), "time_s": source.time_s})
    blink = np.zeros(count, bool)
    for one in watched.blinks:
        blink[one.start_frame : one.end_frame + 1] = True
    sharpness = np.full(count, np.nan)
    sharpness[source.first : source.stop] = watched.sharpness
    known = [pd.DataFrame(m.frames) for m in measured]
    if known:
        rows = pd.concat(known).drop(columns=["time_s", "sharpness"])
        table = table.merge(rows, on="frame", how="left")
    table["is_blink"] = blink
    table["sharpness"] = sharpness
    return shape_table(table, FRAMES)
