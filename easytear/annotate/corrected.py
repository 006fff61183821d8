"""What a person corrected, measured again: annotations to a request, a request to results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from easytear.annotate.decisions import request_of, track_edits
from easytear.annotate.film import FilmMotion
from easytear.annotate.model import Annotations
from easytear.annotate.rematch import rematched
from easytear.base.errors import AnnotationError
from easytear.base.geometry import FloatArray
from easytear.base.progress import SILENT, Part, Progress
from easytear.engine import run
from easytear.request.corrections import Corrections
from easytear.request.request import Request
from easytear.request.work import work
from easytear.results import TRACKS, Analysis, empty_table


def apply_annotations(
    analysis: Analysis,
    document: Annotations,
    video: Path | None = None,
    progress: Progress = SILENT,
) -> Analysis:
    """Return the analysis measured again with what a person corrected.

    Parameters
    ----------
    analysis : Analysis
        The program's result, or one that was corrected before.
    document : Annotations
        A person's annotations of the same video.
    video : Path, optional
        The video file, needed where frames must be looked at again: for moved intervals, redrawn
        regions, limbi and pupils.
    progress : Progress
        Told how far the work is; may raise `Cancelled`.

    Raises
    ------
    AnnotationError
        If the annotations are of another video, or the video is needed and not given.
    """
    return apply_and_tell(analysis, document, video, progress)[0]


def apply_and_tell(
    analysis: Analysis,
    document: Annotations,
    video: Path | None = None,
    progress: Progress = SILENT,
) -> tuple[Analysis, tuple[str, ...]]:
    """Return what `apply_annotations` does, and what of the annotations found no match.

    Intervals, regions, limbi and pupils are taken in first. Verdicts and replacements are then
    matched by place and time to the tracks that are there afterwards.
    """
    base = without_edits(analysis, document, video, Part(progress, 0.0, 0.3))
    known = rematched(document, base)
    request = request_of(known.document, base)
    check_video(base, request, video)
    place = video or Path(base.summary.video.path)
    own = {"rejected": (), "tracks": (), "fronts": ()}
    seen = request.but(corrections=request.corrections.model_copy(update=own))
    todo = work(base.summary.request, seen, len(base.summary.intervals))
    if todo.needs_video and request != seen:
        base = run(seen, place, base, progress=Part(progress, 0.3, 0.7))
        known = rematched(known.document, base)
        edits = track_edits(known.document, base, FilmMotion(base.tracks))
        film = {name: getattr(edits, name) for name in own}
        request = seen.but(corrections=seen.corrections.model_copy(update=film))
    return run(request, place, base, progress=Part(progress, 0.7, 1.0)), known.lost


def without_edits(
    analysis: Analysis,
    document: Annotations,
    video: Path | None = None,
    progress: Progress = SILENT,
) -> Analysis:
    """Return the analysis with the program's own tracks and front, which the annotations mean.

    Raises
    ------
    AnnotationError
        As `apply_annotations`.
    """
    check_same_video(analysis, document)
    before = analysis.summary.request.corrections
    own = before.model_copy(update={"rejected": (), "tracks": (), "fronts": ()})
    if own == before:
        return analysis
    request = analysis.summary.request.but(corrections=own)
    check_video(analysis, request, video)
    place = video or Path(analysis.summary.video.path)
    return run(request, place, analysis, progress=progress)


def measured_by(analysis: Analysis, document: Annotations) -> Analysis:
    """Return what comes out when a person's points alone stand for the tracks.

    The front is the person's too where they drew one, else the program's: it says which film
    the headline is about.
    """
    check_same_video(analysis, document)
    document = rematched(document, analysis).document
    edits = track_edits(document, analysis, FilmMotion(analysis.tracks))
    own = Corrections(tracks=edits.tracks, fronts=edits.fronts)
    base = replace(analysis, tracks=empty_table(TRACKS))
    request = base.summary.request.but(corrections=own)
    return run(request, Path(analysis.summary.video.path), base, remeasure=True)


def check_video(analysis: Analysis, request: Request, video: Path | None) -> None:
    """Raise `AnnotationError` if a request needs the video and it is not there."""
    summary = analysis.summary
    todo = work(summary.request, request, len(summary.intervals))
    if todo.needs_video and (video is None or not video.is_file()):
        raise AnnotationError(
            f"{video or summary.video.path}: is not there; moved intervals and redrawn shapes need "
            "the video itself."
        )


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


def frame_times(analysis: Analysis) -> FloatArray:
    """Return the presentation time of every frame of the analysed video."""
    table = analysis.frames.sort_values("frame")
    return np.asarray(table["time_s"].to_numpy(dtype=float))
