"""The only way to numbers: a request and a video in, results out; what stands already is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from easytear.base.geometry import Ellipse
from easytear.base.progress import SILENT, Part, Progress
from easytear.engine.earlier import Earlier
from easytear.engine.entries import (
    Measured,
    blink_entries,
    blinking_entry,
    event_entries,
    exclusions,
    rescaled_blinks,
    scale_info,
)
from easytear.engine.eye import Watched, watch
from easytear.engine.frames import frames_again, frames_table
from easytear.engine.memory import give_back
from easytear.engine.provenance import software
from easytear.engine.region import FoldedCornea, redrawn
from easytear.engine.scale import reduction_of
from easytear.engine.source import Source
from easytear.engine.tasks import AgainTask, EyeTask, FilmTask, LoadTask, keep, load_film
from easytear.engine.threads import one_thread
from easytear.engine.working import ellipse_to_file, ellipse_to_working
from easytear.measure.scaled import with_scale
from easytear.preprocess.lids import IRIS_RADIUS_MM
from easytear.preprocess.records import EyeInInterval
from easytear.request.request import Request
from easytear.request.scale import IrisWidth, followed_scale, middle_width, scale_of
from easytear.request.settings import check_installed
from easytear.request.work import Work, check_known, work
from easytear.results import (
    Analysis,
    ScaleInfo,
    SpooledAnalysis,
    SpooledTables,
    Summary,
    numbered,
)
from easytear.workers.pool import WorkerPool

_WATCH_SHARE = 0.25

Done = tuple[SpooledTables, Measured]


def run(
    request: Request,
    video: Path,
    earlier: Analysis | None = None,
    *,
    remeasure: bool = False,
    pool: WorkerPool | None = None,
    progress: Progress = SILENT,
) -> Analysis:
    """Return what a video gives for a request.

    Parameters
    ----------
    request : Request
        What is asked for.
    video : Path
        The video file; it need not be there where nothing has to be looked at again.
    earlier : Analysis, optional
        Results of the same video for another request: only what the change touches runs again,
        and what comes out is the same, to the last digit, as without them.
    remeasure : bool
        Measure every interval of earlier results again, also where nothing asks for it: for
        tables that were changed by hand.
    pool : WorkerPool, optional
        Other processes among which the intervals are shared out; the results are the same.
    progress : Progress
        Told how far the work is; may raise `Cancelled`.

    Returns
    -------
    Analysis
        Everything that the results format holds, in memory; nothing is written.

    Raises
    ------
    VideoError
        If the video is needed and cannot be opened, has no picture, or is too short.
    ResultsError
        If the earlier results do not tell what the change needs.
    Cancelled
        If `progress` asks to stop.
    """
    with TemporaryDirectory(prefix="easytear-") as place:
        return run_into(
            Path(place), request, video, earlier, remeasure=remeasure, pool=pool, progress=progress
        ).whole()


@one_thread()
def run_into(
    place: Path,
    request: Request,
    video: Path,
    earlier: Analysis | None = None,
    *,
    remeasure: bool = False,
    pool: WorkerPool | None = None,
    progress: Progress = SILENT,
) -> SpooledAnalysis:
    """Return the same as `run`, long tables put into files: memory hardly grows with length.

    Parameters
    ----------
    place : Path
        A folder for these files, and for working pictures of the video while there is room on the
        disk; the caller's to remove when the results are no longer needed.
    request, video, earlier, remeasure, pool, progress
        As in `run`, as are the errors.
    """
    job = _Run(place, request, video, pool or WorkerPool(), progress)
    if earlier is None:
        check_installed(request.settings)
        return job.look(None, Work(everything=True))
    before = earlier.summary
    todo = work(before.request, request, len(before.intervals))
    if job.scale_again(before).followed_mm_per_px != before.calibration.followed_mm_per_px:
        todo = replace(todo, everything=before.calibration.followed_mm_per_px is not None)
    if remeasure and not todo.everything:
        todo = replace(todo, measure=frozenset(range(len(before.intervals))) - todo.look)
    check_known(before.request, todo, before.video.path)
    if todo.needs_video:
        check_installed(request.settings)
        return job.look(Earlier(earlier), todo)
    return job.again(Earlier(earlier), todo)


@dataclass(frozen=True)
class _Run:
    """One request for one video."""

    place: Path
    request: Request
    video: Path
    pool: WorkerPool
    progress: Progress

    def again(self, earlier: Earlier, todo: Work) -> SpooledAnalysis:
        """Return results in which nothing is looked at again."""
        before = earlier.analysis.summary
        scale = self.scale_again(before)
        done = self._without_video(earlier, range(len(earlier.results)), todo.measure, scale)
        summary = before.model_copy(
            update={
                "software": before.software if todo.nothing else software(),
                "request": self.request,
                "calibration": scale,
                "blinks": rescaled_blinks(before.blinks, before.calibration, scale),
                "intervals": tuple(with_scale(done[k][1].result, scale) for k in sorted(done)),
                "earlier_notes": before.earlier_notes if self.request.unknown else (),
            }
        )
        self.progress.update(1.0, 1.0, "done")
        frames = frames_again(earlier.analysis.frames, [done[k][1] for k in sorted(done)])
        return SpooledAnalysis(summary, frames, numbered((k, done[k][0]) for k in sorted(done)))

    def look(self, earlier: Earlier | None, todo: Work) -> SpooledAnalysis:
        """Return results in which all intervals, or those touched, are looked at again."""
        request = self.request
        fps = request.settings.video.fps or None
        source = Source(
            self.video,
            request.start_s,
            request.end_s,
            fps,
            reduction=reduction_of(self.video, request.settings.video.working_px_per_mm),
            place=self.place,
        )
        progress = self.progress
        self.pool.prepare("easytear.video.cache:remember", source.reader.known)
        first_look = Part(progress, 0.0, _WATCH_SHARE)
        watched = watch(source, request.settings, request.corrections, self.pool, first_look)
        give_back()
        every = frozenset(range(len(watched.intervals)))
        whole = earlier is None or todo.everything or len(every) != len(earlier.results)
        fresh = every if whole else todo.look
        eyes = self._eyes(source, watched, fresh)
        scale = self._scale(source, eyes, None if whole else earlier)
        if earlier is not None and earlier.followed_mm_per_px != scale.followed_mm_per_px:
            eyes |= self._eyes(source, watched, every - fresh)
            fresh = every
        seen = tuple(eyes[k][0] if k in eyes else eye for k, eye in enumerate(watched.eyes))
        watched = replace(watched, eyes=seen)
        corneas = {k: cornea for k, (_, cornea) in eyes.items() if k in fresh}
        done = self._films(source, watched, corneas, scale, Part(progress, _WATCH_SHARE, 1.0))
        if earlier is not None:
            done |= self._without_video(earlier, every - fresh, todo.measure, scale)
        measured = [done[k][1] for k in sorted(done)]
        summary = self._summary(source, watched, scale, measured)
        progress.update(1.0, 1.0, "done")
        spooled = numbered((k, done[k][0]) for k in sorted(done))
        table = frames_table(source, watched, measured)
        return SpooledAnalysis(summary, table, spooled, source.pictures())

    def _summary(
        self, source: Source, watched: Watched, scale: ScaleInfo, measured: Sequence[Measured]
    ) -> Summary:
        events = event_entries(watched.events, source.events())
        stretch = (source.first, source.stop)
        instructed = self.request.settings.blinks.instructed
        blinking, withheld = blinking_entry(
            watched.blinks, events, source.time_s, stretch, instructed=instructed
        )
        return Summary(
            video=source.info(),
            software=software(),
            request=self.request,
            calibration=scale,
            blinks=blink_entries(
                watched.blinks,
                source.time_s,
                _usual_px_per_mm(source, watched),
                scale.mm_per_px,
            ),
            intervals=tuple(with_scale(m.result, scale) for m in measured),
            flags=(*source.flags(), *watched.flags, *withheld),
            events=events,
            blinking=blinking,
        )

    def scale_again(self, before: Summary) -> ScaleInfo:
        """Return the scale, when no iris is looked at again."""
        known = before.calibration
        if self.request.scale.content() == before.request.scale.content():
            return known
        iris = IrisWidth(known.iris_px, known.iris_px_sd)
        if iris.px is None:
            iris = middle_width(
                [IrisWidth(2.0 * i.iris.rx_px, None) for i in before.intervals if i.iris]
            )
        return self._scale_info(iris, before.video.width_px)

    def _scale(
        self,
        source: Source,
        eyes: Mapping[int, tuple[EyeInInterval, FoldedCornea]],
        earlier: Earlier | None,
    ) -> ScaleInfo:
        """Return the scale from all irises: those seen now, and those of the earlier results."""
        to_file = source.reduction
        found = {
            k: _iris_width(ellipse_to_file(c.iris, to_file), c.iris_width_sd_px * to_file.ratio)
            for k, (_, c) in eyes.items()
        }
        for one in () if earlier is None else earlier.results:
            iris = None if one.iris is None else one.iris.ellipse()
            found.setdefault(one.index, _iris_width(iris, one.observed.iris_width_sd_px))
        widths = [found[k] for k in sorted(found)]
        return self._scale_info(middle_width(widths), to_file.file_shape[1])

    def _scale_info(self, iris: IrisWidth, width_px: int) -> ScaleInfo:
        followed = followed_scale(self.request.scale, iris, width_px)
        return scale_info(scale_of(self.request.scale, iris), iris, followed)

    def _eyes(
        self, source: Source, watched: Watched, numbers: Collection[int]
    ) -> dict[int, tuple[EyeInInterval, FoldedCornea]]:
        """Look at the eye of intervals again, with what a person drew."""
        drawn = self.request.corrections
        by = source.reduction
        irises = {e.interval: ellipse_to_working(e.ellipse(), by) for e in drawn.irises}
        pupils = {e.interval: ellipse_to_working(e.ellipse(), by) for e in drawn.pupils}
        regions = {e.interval: by.to_working(np.array(e.polygon, float)) for e in drawn.regions}
        tasks, order = [], sorted(numbers)
        for k in order:
            eye = watched.eyes[k]
            eye = replace(eye, pupil=pupils[k]) if k in pupils else eye
            settings, iris = self.request.settings, irises.get(k)
            tasks.append(
                EyeTask(source, watched.intervals[k], eye, settings, iris, watched.location)
            )
        found = self.pool.run(tasks, _lengths(watched, order), meanwhile=load_film)
        out = dict(zip(order, found, strict=True))
        for k in out.keys() & regions.keys():
            eye, cornea = out[k]
            out[k] = eye, FoldedCornea.of(redrawn(cornea.unfolded(), regions[k]))
        return out

    def _films(
        self,
        source: Source,
        watched: Watched,
        corneas: Mapping[int, FoldedCornea],
        scale: ScaleInfo,
        progress: Progress,
    ) -> dict[int, Done]:
        """Follow the film through intervals and measure it."""
        order = sorted(corneas)
        excluded = exclusions(self.request.corrections)
        assert scale.followed_mm_per_px is not None
        tasks = [
            FilmTask(
                source,
                watched,
                k,
                corneas[k],
                self.request,
                scale.followed_mm_per_px,
                scale.mm_per_px,
                excluded.get(k),
                self.place,
            )
            for k in order
        ]
        found = self.pool.run(tasks, _lengths(watched, order), progress, LoadTask())
        return dict(zip(order, found, strict=True))

    def _without_video(
        self,
        earlier: Earlier,
        numbers: Collection[int],
        measure: Collection[int],
        scale: ScaleInfo,
    ) -> dict[int, Done]:
        """Return intervals in which nothing is looked at: as they are, or measured again."""
        before = earlier.analysis.summary.calibration
        same = (scale.mm_per_px, scale.mm_per_px_sd) == (before.mm_per_px, before.mm_per_px_sd)
        again = [k for k in sorted(numbers) if k in measure or not same]
        excluded = exclusions(self.request.corrections)
        tasks = [
            AgainTask.of(earlier, k, self.request, scale.mm_per_px, excluded.get(k), self.place)
            for k in again
        ]
        lengths = [float(len(task.seen.time_s)) for task in tasks]
        found = self.pool.run(tasks, lengths, Part(self.progress, _WATCH_SHARE, 1.0))
        done = dict(zip(again, found, strict=True))
        for k in set(numbers) - set(again):
            done[k] = keep(earlier, k, excluded.get(k), self.place)
        return done


def _iris_width(iris: Ellipse | None, sd_px: float | None) -> IrisWidth:
    return IrisWidth(None if iris is None else 2.0 * iris.rx_px, sd_px)


def _usual_px_per_mm(source: Source, watched: Watched) -> float | None:
    """Return the file's pixels in a millimetre if the iris is a usual one: so lids are watched."""
    radius = watched.location.iris_radius_px * source.reduction.ratio
    return float(radius / IRIS_RADIUS_MM) if np.isfinite(radius) else None


def _lengths(watched: Watched, numbers: Sequence[int]) -> list[float]:
    """Return how many frames each interval has."""
    chosen = [watched.intervals[number] for number in numbers]
    return [float(i.end_frame - i.start_frame + 1) for i in chosen]
