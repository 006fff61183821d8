"""Analyse a video: from its frames to everything that the results format holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from easytear.analysis import (
    FRAMES,
    Analysis,
    Summary,
    shape_table,
)
from easytear.calibration import Calibration, scale_from_iris
from easytear.corrections import Corrections
from easytear.crew import Crew
from easytear.pipeline.again import reusable
from easytear.pipeline.eye import Watched, watch
from easytear.pipeline.measure import Measured, exclusions, measure_interval, scale_info
from easytear.pipeline.notes import notes_of
from easytear.pipeline.provenance import software
from easytear.pipeline.region import redrawn
from easytear.pipeline.source import Source
from easytear.pipeline.tables import front_table, tracks_table
from easytear.pipeline.tasks import EyeTask, FilmTask, LoadTask
from easytear.pipeline.threads import one_thread
from easytear.preprocess.records import Cornea
from easytear.progress import SILENT, Part, Progress
from easytear.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

ROUGH_WIDTH_MM = 12.0
"""A picture shows about this much of the eye; only where the iris gives no scale."""

_WATCH_SHARE = 0.25


@one_thread()
def analyze(
    video: Path,
    settings: Settings | None = None,
    *,
    calibration: Calibration | None = None,
    hvid_mm: float | None = None,
    corrections: Corrections | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    reuse: Analysis | None = None,
    crew: Crew | None = None,
    progress: Progress = SILENT,
) -> Analysis:
    """Analyse a video.

    Parameters
    ----------
    video : Path
        The video file.
    settings : Settings, optional
        Defaults where absent.
    calibration : Calibration, optional
        A known scale; without it the scale comes from the iris width.
    hvid_mm : float, optional
        This person's measured iris width in millimetres; the population mean without it.
    corrections : Corrections, optional
        A person's decisions, taken in and noted in the summary.
    start_s, end_s : float, optional
        Analyse only this stretch of the video (`time_s` of the results format).
    reuse : Analysis, optional
        An earlier analysis of the same video with the same settings: what was seen in intervals
        that the corrections do not touch is taken over from it, and measured again.
    crew : Crew, optional
        Other processes among which the intervals are shared out; the results are the same.
    progress : Progress
        Told how far the work is; may raise `Cancelled`.

    Returns
    -------
    Analysis
        Everything that the results format holds; nothing is written.

    Raises
    ------
    VideoError
        If the video cannot be opened, has no picture, or is too short.
    Cancelled
        If `progress` asks to stop.
    """
    settings = settings or Settings()
    corrections = corrections or Corrections()
    source = Source(video, start_s, end_s)
    crew = crew or Crew()
    watched = watch(source, settings, corrections, crew, Part(progress, 0.0, _WATCH_SHARE))
    rest = Part(progress, _WATCH_SHARE, 1.0)
    watched, corneas = _look_again(source, watched, settings, corrections, crew)
    scale = calibration or _scale(corneas, hvid_mm)
    mm_per_px = None if scale is None else scale.mm_per_px
    rough = ROUGH_WIDTH_MM / source.shape[1] if mm_per_px is None else mm_per_px
    excluded = exclusions(corrections)
    kept = reusable(reuse, settings, corrections)
    fresh = [number for number in range(len(corneas)) if number not in kept]
    tasks = [
        FilmTask(source, watched, k, corneas[k], settings, rough, mm_per_px, excluded.get(k))
        for k in fresh
    ]
    found = crew.run(tasks, _lengths(watched, fresh), rest, LoadTask())
    done = dict(zip(fresh, found, strict=True))
    for number, old in kept.items():
        done[number] = old, measure_interval(old, mm_per_px, settings, excluded.get(number))
    seen, measured = zip(*(done[k] for k in sorted(done)), strict=True) if done else ((), ())
    summary = Summary(
        video=source.info(),
        software=software(),
        config=settings.model_dump(mode="json"),
        calibration=scale_info(scale),
        intervals=tuple(m.result for m in measured),
        flags=source.flags(),
        corrections=notes_of(corrections),
    )
    progress.update(1.0, 1.0, "done")
    frames = _frames_table(source, watched, measured)
    return Analysis(summary, frames, tracks_table(seen, mm_per_px), front_table(seen))


def _look_again(
    source: Source, watched: Watched, settings: Settings, corrections: Corrections, crew: Crew
) -> tuple[Watched, list[Cornea]]:
    """Look at the eye of each interval again, with what a person drew."""
    irises = {edit.interval: edit.ellipse() for edit in corrections.irises}
    pupils = {edit.interval: edit.ellipse() for edit in corrections.pupils}
    regions = {edit.interval: np.array(edit.polygon, float) for edit in corrections.regions}
    tasks = []
    for number, (interval, first) in enumerate(zip(watched.intervals, watched.eyes, strict=True)):
        known = replace(first, pupil=pupils[number]) if number in pupils else first
        tasks.append(EyeTask(source, interval, known, settings, irises.get(number)))
    found = crew.run(tasks, _lengths(watched, range(len(tasks))))
    corneas = [
        redrawn(cornea, regions[number]) if number in regions else cornea
        for number, (_, cornea) in enumerate(found)
    ]
    return replace(watched, eyes=tuple(eye for eye, _ in found)), corneas


def _scale(corneas: Sequence[Cornea], hvid_mm: float | None) -> Calibration | None:
    """Return the video's scale from the irises of its intervals: one eye, one width."""
    found = [c for c in corneas if c.iris is not None]
    if not found:
        return None
    widths = np.array([2.0 * c.iris.rx_px for c in found if c.iris is not None])
    sd = np.array([c.iris_width_sd_px for c in found])
    middle = int(np.argsort(widths)[len(widths) // 2])
    return scale_from_iris(float(widths[middle]), float(sd[middle]), hvid_mm)


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
