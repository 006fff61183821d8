"""Analyse a video: from its frames to everything that the results format holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from easytear.analysis import (
    FRAMES,
    Analysis,
    Summary,
    shape_table,
)
from easytear.calibration import Calibration, scale_from_iris
from easytear.corrections import Corrections
from easytear.pipeline.again import reusable
from easytear.pipeline.eye import Watched, look_at_eye, watch
from easytear.pipeline.look import see_film
from easytear.pipeline.measure import Measured, exclusions, measure_interval, scale_info
from easytear.pipeline.notes import notes_of
from easytear.pipeline.provenance import software
from easytear.pipeline.region import redrawn
from easytear.pipeline.source import Source
from easytear.pipeline.tables import front_table, tracks_table
from easytear.pipeline.threads import one_thread
from easytear.preprocess.records import Cornea
from easytear.progress import SILENT, Part, Progress
from easytear.settings import Settings

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
    watched = watch(source, settings, corrections, Part(progress, 0.0, _WATCH_SHARE))
    watched, corneas = _look_again(source, watched, settings, corrections)
    scale = calibration or _scale(corneas, hvid_mm)
    rough = ROUGH_WIDTH_MM / source.shape[1] if scale is None else scale.mm_per_px
    kept = reusable(reuse, settings, corrections)
    seen = []
    parts = _parts(Part(progress, _WATCH_SHARE, 1.0), watched)
    for number, (cornea, part) in enumerate(zip(corneas, parts, strict=True)):
        if number in kept:
            seen.append(kept[number])
        else:
            seen.append(see_film(source, watched, number, cornea, rough, settings, part))
    mm_per_px = None if scale is None else scale.mm_per_px
    excluded = exclusions(corrections)
    measured = [measure_interval(s, mm_per_px, settings, excluded.get(s.index)) for s in seen]
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
    source: Source, watched: Watched, settings: Settings, corrections: Corrections
) -> tuple[Watched, list[Cornea]]:
    """Look at the eye of each interval again, with what a person drew."""
    irises = {edit.interval: edit.ellipse() for edit in corrections.irises}
    pupils = {edit.interval: edit.ellipse() for edit in corrections.pupils}
    regions = {edit.interval: np.array(edit.polygon, float) for edit in corrections.regions}
    eyes, corneas = [], []
    for number, (interval, first) in enumerate(zip(watched.intervals, watched.eyes, strict=True)):
        known = replace(first, pupil=pupils[number]) if number in pupils else first
        eye, cornea = look_at_eye(source, interval, known, settings, irises.get(number))
        eyes.append(eye)
        corneas.append(redrawn(cornea, regions[number]) if number in regions else cornea)
    return replace(watched, eyes=tuple(eyes)), corneas


def _scale(corneas: Sequence[Cornea], hvid_mm: float | None) -> Calibration | None:
    """Return the video's scale from the irises of its intervals: one eye, one width."""
    found = [c for c in corneas if c.iris is not None]
    if not found:
        return None
    widths = np.array([2.0 * c.iris.rx_px for c in found if c.iris is not None])
    sd = np.array([c.iris_width_sd_px for c in found])
    middle = int(np.argsort(widths)[len(widths) // 2])
    return scale_from_iris(float(widths[middle]), float(sd[middle]), hvid_mm)


def _parts(progress: Progress, watched: Watched) -> list[Part]:
    """Return each interval's share of the progress, by its length."""
    lengths = np.array([i.end_frame - i.start_frame + 1 for i in watched.intervals], float)
    stops = np.cumsum(lengths) / max(lengths.sum(), 1.0)
    return [Part(progress, a, b) for a, b in zip([0.0, *stops[:-1]], stops, strict=True)]


def _frames_table(source: Source, watched: Watched, measured: Sequence[Measured]) -> pd.DataFrame:
    """Return frames.csv: every frame of the video, with what is known of it."""
    count = len(source.time_s)
    table = pd.DataFrame({"frame": np.arange(count), "time_s": source.time_s})
    blink = np.zeros(count, bool)
    for one in watched.blinks:
        blink[one.start_frame : one.end_frame + 1] = True
    sharpness = np.full(count, np.nan)
    sharpness[source.first : source.stop] = watched.sharpness
    known = [m.frames for m in measured if len(m.frames)]
    if known:
        rows = pd.concat(known).drop(columns=["time_s", "sharpness"])
        table = table.merge(rows, on="frame", how="left")
    table["is_blink"] = blink
    table["sharpness"] = sharpness
    return shape_table(table, FRAMES)
