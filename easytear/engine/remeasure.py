"""Measure again from what results hold, without the video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from easytear.base.errors import ResultsError
from easytear.engine.entries import Measured, exclusions, scale_info
from easytear.engine.observation import Observation
from easytear.engine.region import edge_columns, polygon_mask, redrawn
from easytear.engine.tables import (
    front_from_table,
    motion_from_table,
    tracks_columns,
    tracks_from_table,
)
from easytear.measure.scaled import with_scale
from easytear.preprocess.records import Blink, Cornea, EyeInInterval, Interval
from easytear.request.corrections import Corrections
from easytear.request.request import Request, ScaleRequest
from easytear.request.scale import Calibration
from easytear.request.settings import Settings
from easytear.results import (
    FRAMES,
    FRONT,
    TRACKS,
    Analysis,
    Columns,
    CorrectionNote,
    IntervalResult,
    ScaleInfo,
    shape_table,
)

if TYPE_CHECKING:
    import pandas as pd


def remeasure(
    analysis: Analysis,
    settings: Settings | None = None,
    *,
    calibration: Calibration | None = None,
    corrections: Corrections | None = None,
    tracks: pd.DataFrame | None = None,
    front: pd.DataFrame | None = None,
    notes: Sequence[CorrectionNote] = (),
) -> Analysis:
    """Measure again from observations that exist, without the video.

    The same measuring code as in `analyze` runs on the tables: use it after tracks or front
    were corrected, the scale was set, or an interval was excluded.

    Parameters
    ----------
    analysis : Analysis
        What was found in the video.
    settings : Settings, optional
        New measuring settings; those of the analysis without it.
    calibration : Calibration, optional
        A new scale.
    corrections : Corrections, optional
        Exclusions, and redrawn regions and irises. Moved intervals need the video: `analyze`.
    tracks, front : pandas.DataFrame, optional
        Corrected tables (columns of the results format) that replace those of the analysis.
    notes : sequence of CorrectionNote
        Who changed what; kept in the summary beside the earlier notes.

    Raises
    ------
    ResultsError
        If `corrections` move an interval.
    """
    corrections = corrections or Corrections()
    if corrections.intervals:
        name = analysis.summary.video.path
        raise ResultsError(f"{name}: moved intervals need the video; analyse it again with them.")
    settings = settings or analysis.summary.request.settings
    looked = Analysis(
        analysis.summary,
        analysis.frames,
        analysis.tracks if tracks is None else shape_table(tracks, TRACKS),
        analysis.front if front is None else shape_table(front, FRONT),
    )
    scale = scale_info(calibration) if calibration else analysis.summary.calibration
    measured = _measured(looked, settings, scale, corrections, fresh_front=front is not None)
    summary = analysis.summary.model_copy(
        update={
            "request": _changed(analysis.summary.request, settings, calibration, corrections),
            "calibration": scale,
            "intervals": tuple(with_scale(m.result, scale) for m in measured),
            "earlier_notes": tuple(dict.fromkeys((*analysis.summary.earlier_notes, *notes))),
        }
    )
    frames = _refilled(analysis.frames, [m.frames for m in measured])
    return Analysis(summary, frames, _rescaled(looked, scale.mm_per_px), looked.front)


def _changed(
    request: Request,
    settings: Settings,
    calibration: Calibration | None,
    corrections: Corrections,
) -> Request:
    """Return the request with what is asked for now."""
    old = request.corrections
    names = type(old).model_fields
    joined = {name: (*getattr(old, name), *getattr(corrections, name)) for name in names}
    unique = {name: tuple(dict.fromkeys(edits)) for name, edits in joined.items()}
    changes: dict[str, Any] = {"settings": settings, "corrections": Corrections(**unique)}
    if calibration is not None:
        changes["scale"] = ScaleRequest.given(calibration)
    return request.but(**changes)


def _measured(
    analysis: Analysis,
    settings: Settings,
    scale: ScaleInfo,
    corrections: Corrections,
    *,
    fresh_front: bool,
) -> list[Measured]:
    """Return every interval measured from what the tables hold."""
    from easytear.engine.measure import measure_interval

    excluded = exclusions(corrections)
    return [
        measure_interval(
            _corrected(observation(analysis, k, fresh_front=fresh_front), corrections),
            scale.mm_per_px,
            settings,
            excluded.get(k, analysis.summary.intervals[k].excluded),
        )
        for k in range(len(analysis.summary.intervals))
    ]


def observation(analysis: Analysis, number: int, *, fresh_front: bool = False) -> Observation:
    """Return what was seen in one interval, from its results.

    `fresh_front` drops what was noted about the program's own front: a person's stands instead.
    """
    result = analysis.summary.intervals[number]
    frames = analysis.frames
    rows = frames[(frames["frame"] >= result.start_frame) & (frames["frame"] <= result.end_frame)]
    time_s = rows["time_s"].to_numpy(float)
    before = result.blink_before
    blink = None if before is None else Blink(before.start_frame, before.end_frame, before.complete)
    tracks, front = analysis.tracks, analysis.front
    return Observation(
        index=number,
        interval=Interval(result.start_frame, result.end_frame, blink),
        time_s=time_s,
        eye=EyeInInterval(
            pupil=None if result.pupil is None else result.pupil.ellipse(),
            motion=motion_from_table(rows),
            pupil_radius_px=np.full(len(rows), np.nan),
        ),
        cornea=_cornea(result, analysis),
        tracks=tracks_from_table(tracks[tracks["interval"] == number], result.start_frame, time_s),
        front=front_from_table(
            front[front["interval"] == number],
            result.start_frame,
            len(rows),
            () if fresh_front else result.observed.front_flags,
        ),
        thickness_nm=rows["thickness_nm"].to_numpy(float),
        thickness=result.thickness,
        sharpness=rows["sharpness"].to_numpy(float),
        streak_angle_deg=result.streak_angle_deg,
        flags=result.observed.flags,
    )


def reusable(earlier: Analysis | None, settings: Settings, corrections: Corrections) -> list[int]:
    """Return the intervals of an earlier analysis in which nothing has to be looked for again.

    None can be taken over when the settings are others, or when intervals were moved before and
    are not now; an interval whose bounds, region or iris a person changed is looked at again.
    """
    if earlier is None or earlier.summary.request.settings != settings:
        return []
    noted = {n for n in corrections.notes() if n.what != "exclusion"}
    before = {n for n in earlier.summary.notes if n.what != "exclusion"}
    touched = {note.interval for note in noted ^ before}
    if None in touched:
        return []
    return [k for k in range(len(earlier.summary.intervals)) if k not in touched]


def _cornea(result: IntervalResult, analysis: Analysis) -> Cornea:
    video = analysis.summary.video
    shape = (video.height_px, video.width_px)
    region = None if result.region is None else np.array(result.region, float)
    mask = np.zeros(shape, bool) if region is None else polygon_mask(region, shape)
    return Cornea(
        iris=None if result.iris is None else result.iris.ellipse(),
        iris_width_sd_px=np.nan,
        region=region,
        region_mask=mask,
        film_mask=mask,
        lower_edge_px=edge_columns(result.observed.lower_edge, video.width_px),
    )


def _corrected(seen: Observation, corrections: Corrections) -> Observation:
    cornea = seen.cornea
    for region in corrections.regions:
        if region.interval == seen.index:
            cornea = redrawn(cornea, np.array(region.polygon, float))
    for iris in corrections.irises:
        if iris.interval == seen.index:
            cornea = replace(cornea, iris=iris.ellipse())
    return replace(seen, cornea=cornea)


def _refilled(frames: pd.DataFrame, measured: list[Columns]) -> pd.DataFrame:
    """Return frames.csv with the measured columns anew."""
    import pandas as pd

    if not measured:
        return frames
    out = frames.set_index("frame")
    fresh = (
        pd.concat([pd.DataFrame(m) for m in measured]).set_index("frame").drop(columns=["interval"])
    )
    out.loc[fresh.index, fresh.columns] = fresh
    return shape_table(out.reset_index(), FRAMES)


def _rescaled(analysis: Analysis, mm_per_px: float | None) -> pd.DataFrame:
    """Return tracks.csv with velocities at the new scale.

    The filter's velocities are kept where there are any; a person's tracks have none, and get
    theirs from their positions.
    """
    import pandas as pd

    before = analysis.summary.calibration.mm_per_px
    if before == mm_per_px and not analysis.tracks["vx_mm_s"].isna().any():
        return analysis.tracks
    table = analysis.tracks.sort_values(["interval", "track_id", "frame"], ignore_index=True)
    seen = [observation(analysis, k) for k in range(len(analysis.summary.intervals))]
    fresh = [tracks_columns(one, mm_per_px) for one in seen]
    factor = np.nan if before is None or mm_per_px is None else mm_per_px / before
    for name in ("vx_mm_s", "vy_mm_s"):
        velocity = np.concatenate([np.zeros(0), *(columns[name] for columns in fresh)])
        table[name] = (table[name] * factor).fillna(pd.Series(velocity))
    return table
