"""What a person corrected, as tables and decisions that can be measured again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from easytear.annotate.decisions import corrections_of, needs_video, notes_of, rejected, scale_of
from easytear.annotate.eye import EyeFrames
from easytear.annotate.film import FilmMotion
from easytear.annotate.interpolate import drawn_fronts, point_path
from easytear.annotate.model import ANNOTATOR_SD_PX, Annotations, PointTrack, Verdict
from easytear.base.errors import AnnotationError
from easytear.base.geometry import FloatArray
from easytear.base.progress import SILENT, Progress
from easytear.engine import analyze, remeasure
from easytear.request.scale import Calibration
from easytear.results import FRONT, TRACKS, Analysis, empty_table, shape_table

_STEP_PX = 8.0


def take_in(
    analysis: Analysis,
    document: Annotations,
    video: Path | None = None,
    progress: Progress = SILENT,
) -> Analysis:
    """Return the analysis measured again with what a person corrected.

    Moved intervals, redrawn regions and pupils need the video; intervals that are not touched
    are taken over. Everything else is measured from the corrected tables, by the same code.

    Parameters
    ----------
    analysis : Analysis
        The program's result.
    document : Annotations
        A person's annotations of the same video.
    video : Path, optional
        The video file, needed only as said above.
    progress : Progress
        Told how far the work is; may raise `Cancelled`.

    Raises
    ------
    AnnotationError
        If the annotations are of another video, or the video is needed and not given.
    """
    check_same_video(analysis, document)
    changes = corrections_of(document, analysis)
    scale = scale_of(document)
    if needs_video(changes):
        if video is None:
            name = analysis.summary.video.path
            raise AnnotationError(f"{name}: moved intervals and regions need the video itself.")
        before = analysis
        analysis = analyze(
            video,
            analysis.summary.request.settings,
            calibration=scale or _given_scale(analysis),
            corrections=changes,
            reuse=analysis,
            progress=progress,
        )
        document = _still_valid(document, before, analysis)
    film = FilmMotion(analysis.tracks)
    return remeasure(
        analysis,
        calibration=scale,
        corrections=changes,
        tracks=corrected_tracks(analysis, document, film),
        front=corrected_front(analysis, document, film),
        notes=notes_of(document, analysis),
    )


def measured_by(analysis: Analysis, document: Annotations) -> Analysis:
    """Return what comes out when a person's points alone stand for the tracks.

    The front is the person's too where they drew one, else the program's: it says which film
    the headline is about.
    """
    check_same_video(analysis, document)
    film = FilmMotion(analysis.tracks)
    own = annotated_tracks(analysis, document, film)
    front = corrected_front(analysis, document, film)
    return remeasure(analysis, tracks=own, front=front, notes=notes_of(document, analysis))


def check_same_video(analysis: Analysis, document: Annotations) -> None:
    """Raise `AnnotationError` unless the annotations are of the analysed video."""
    known = document.video.sha256
    if known is not None and known != analysis.summary.video.sha256:
        raise AnnotationError(
            f"{document.video.name}: the annotations are of another video than "
            f"{analysis.summary.video.path}; give those that belong together."
        )
    count = analysis.summary.video.frame_count
    if document.video.frame_count not in (None, count):
        raise AnnotationError(
            f"{document.video.name}: the annotations count {document.video.frame_count} frames, "
            f"the results {count}; give those that belong together."
        )


def corrected_tracks(
    analysis: Analysis, document: Annotations, film: FilmMotion | None = None
) -> pd.DataFrame:
    """Return tracks.csv with rejected tracks left out and the person's points added."""
    kept = analysis.tracks[~analysis.tracks["track_id"].isin(rejected(document))]
    own = annotated_tracks(analysis, document, film)
    if own.empty:
        return shape_table(kept, TRACKS)
    joined = pd.concat([kept, own], ignore_index=True) if len(kept) else own
    return shape_table(joined, TRACKS)


def annotated_tracks(
    analysis: Analysis, document: Annotations, film: FilmMotion | None = None
) -> pd.DataFrame:
    """Return the person's points as tracks.csv, with new track numbers.

    Keyframes count as observed, frames between them as predicted.
    """
    eye, time_s = EyeFrames(analysis), frame_times(analysis)
    next_id = int(analysis.tracks["track_id"].max()) + 1 if len(analysis.tracks) else 0
    scale = analysis.summary.calibration.mm_per_px
    parts = [
        part
        for n, point in enumerate(document.of(PointTrack))
        for part in _track_rows(point, next_id + n, eye, time_s, scale, film)
    ]
    return shape_table(pd.concat(parts), TRACKS) if parts else empty_table(TRACKS)


def frame_times(analysis: Analysis) -> FloatArray:
    """Return the presentation time of every frame of the analysed video."""
    table = analysis.frames.sort_values("frame")
    return np.asarray(table["time_s"].to_numpy(dtype=float))


def corrected_front(
    analysis: Analysis, document: Annotations, film: FilmMotion | None = None
) -> pd.DataFrame:
    """Return front.csv with the person's line wherever they drew one."""
    eye, time_s = EyeFrames(analysis), frame_times(analysis)
    drawn, keyed = drawn_fronts(document, time_s.tolist(), film)
    columns = _columns(analysis)
    parts = [
        _front_rows(points, frame, frame in keyed, eye, time_s, columns)
        for frame, points in drawn.items()
    ]
    parts = [part for part in parts if len(part)]
    kept = analysis.front[~analysis.front["frame"].isin([int(p["frame"].iloc[0]) for p in parts])]
    if not parts:
        return shape_table(kept, FRONT)
    joined = pd.concat([kept, *parts] if len(kept) else parts, ignore_index=True)
    return shape_table(joined.sort_values(["interval", "frame", "x_eye_px"]), FRONT)


def _given_scale(analysis: Analysis) -> Calibration | None:
    scale = analysis.summary.calibration
    if scale.source in (None, "hvid") or scale.mm_per_px is None:
        return None
    return Calibration(
        mm_per_px=scale.mm_per_px, mm_per_px_sd=scale.mm_per_px_sd, source=scale.source
    )


def _track_rows(
    point: PointTrack,
    track_id: int,
    eye: EyeFrames,
    time_s: FloatArray,
    mm_per_px: float | None,
    film: FilmMotion | None,
) -> Iterable[pd.DataFrame]:
    """Yield a table for each interval that a point is seen in."""
    frames, places = point_path(point, time_s.tolist(), film)
    keyed = np.array([key.frame for key in point.keyframes if not key.outside])
    for one in eye.intervals:
        inside = (frames >= one.start_frame) & (frames <= one.end_frame)
        if not inside.any():
            continue
        here, image = frames[inside], places[inside]
        own = np.concatenate(
            [eye.to_eye(p[None], int(f)) for p, f in zip(image, here, strict=True)]
        )
        speed = _speed(own, time_s[here], mm_per_px)
        yield pd.DataFrame(
            {
                "interval": one.index,
                "track_id": track_id,
                "frame": here,
                "time_s": time_s[here],
                "x_px": image[:, 0],
                "y_px": image[:, 1],
                "x_eye_px": own[:, 0],
                "y_eye_px": own[:, 1],
                "vx_mm_s": speed[:, 0],
                "vy_mm_s": -speed[:, 1],
                "sd_px": ANNOTATOR_SD_PX,
                "observed": np.isin(here, keyed),
            }
        )


def _speed(places: FloatArray, time_s: FloatArray, mm_per_px: float | None) -> FloatArray:
    if len(places) < 2 or mm_per_px is None:
        return np.full_like(places, np.nan)
    return np.asarray(np.gradient(places, time_s, axis=0) * mm_per_px)


def _columns(analysis: Analysis) -> dict[int, FloatArray]:
    """Return the columns of each interval's front, so that a drawn line keeps to them."""
    grouped = analysis.front.groupby("interval")["x_eye_px"]
    return {int(str(index)): np.unique(x.to_numpy(dtype=float)) for index, x in grouped}


def _front_rows(
    points: FloatArray,
    frame: int,
    keyed: bool,
    eye: EyeFrames,
    time_s: FloatArray,
    columns: dict[int, FloatArray],
) -> pd.DataFrame:
    one = eye.interval_at(frame)
    if one is None:
        return empty_table(FRONT)
    line = eye.to_eye(points, frame)
    line = line[np.argsort(line[:, 0], kind="stable")]
    x = columns.get(one.index, np.empty(0))
    if len(x) < 2:
        x = np.arange(0.0, line[-1, 0] + 1.0, _STEP_PX)
    first, last = line[0, 0], line[-1, 0]
    spacing = float(np.median(np.diff(x)))
    low = np.arange(x[0] - spacing, first, -spacing)[::-1]
    high = np.arange(x[-1] + spacing, last, spacing)
    x = np.concatenate([low, x, high])
    x = x[(x >= first) & (x <= last)]
    return pd.DataFrame(
        {
            "interval": one.index,
            "frame": frame,
            "time_s": time_s[frame],
            "x_eye_px": x,
            "y_eye_px": np.interp(x, line[:, 0], line[:, 1]),
            "sd_px": ANNOTATOR_SD_PX,
            "observed": keyed,
        }
    )


def _still_valid(document: Annotations, before: Analysis, after: Analysis) -> Annotations:
    """Leave out verdicts on tracks that the new analysis of an interval no longer has."""
    names = ["interval", "track_id", "frame", "x_px", "y_px"]
    old, new = (a.tracks[names].groupby("track_id").first() for a in (before, after))
    both = old.join(new, rsuffix="_new", how="inner")
    same = both[[f"{n}_new" for n in old.columns]].to_numpy() == both[old.columns].to_numpy()
    known = set(both.index[same.all(axis=1)])
    kept = []
    for item in document.items:
        if isinstance(item, Verdict) and item.program_track not in known:
            continue
        if isinstance(item, PointTrack) and item.program_track not in known:
            item = item.model_copy(update={"program_track": None})
        kept.append(item)
    return document.model_copy(update={"items": tuple(kept)})
