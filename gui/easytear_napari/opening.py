"""Everything that must be known of a video before it can be annotated."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from easytear.annotate import AnnotationSession, VideoRef, annotation_path
from easytear.annotate.interpolate import simplified
from easytear.annotate.readers.assignment import Assigned
from easytear.annotate.readers.protocol import ORIGINAL, Protocol
from easytear.annotate.review import Doubt, review_queue
from easytear.annotate.video import find_video, video_ref
from easytear.base.errors import AnnotationError
from easytear.base.progress import Progress
from easytear.results import TRACKS, Analysis, empty_table, read_results
from easytear.video import FrameReader
from easytear_napari.state import Annotator

DRAWN_PX: Final = 0.7
"""So far may a drawn track be from the true one."""

HOME_FOLDER: Final = "EasyTear annotations"


@dataclass(frozen=True)
class Request:
    """What is to be opened.

    Attributes
    ----------
    video : Path
        The video file.
    results : Path or None
        Folder of its results.
    annotations : Path or None
        The annotation file; by default in the results folder, else beside the video, under
        the person's name.
    annotator : str
        The person.
    blind : bool
        Whether the program's result is hidden at first.
    protocol : Protocol
        What is marked in an interval.
    assigned : tuple of Assigned
        The intervals of this video that the person is to read.
    """

    video: Path
    results: Path | None = None
    annotations: Path | None = None
    annotator: str = ""
    blind: bool = False
    protocol: Protocol = ORIGINAL
    assigned: tuple[Assigned, ...] = ()

    def file(self) -> Path:
        """Return where the annotations are."""
        if self.annotations is not None:
            return self.annotations
        folder = self.results or self.video.parent
        if not os.access(folder, os.W_OK):
            folder = Path.home() / HOME_FOLDER
        return annotation_path(folder, self.video.stem, self.annotator)


@dataclass(frozen=True)
class Opened:
    """What was found out about a request, in the background."""

    request: Request
    video: VideoRef
    analysis: Analysis | None
    doubts: list[Doubt]
    drawn_tracks: pd.DataFrame


def prepare(request: Request, progress: Progress) -> Opened:
    """Read the video's identity and its results.

    Raises
    ------
    EasyTearError
        If the video or the results cannot be read, or do not belong together.
    """
    progress.update(0, 3, "reading the video")
    with FrameReader(request.video) as reader:
        video = video_ref(reader)
    if request.results is None:
        return Opened(request, video, None, [], empty_table(TRACKS))
    progress.update(1, 3, "reading the results")
    analysis = read_results(request.results)
    if analysis.summary.video.sha256 != video.sha256:
        raise AnnotationError(
            f"{request.results}: are the results of another video than {request.video}."
        )
    progress.update(2, 3, "looking for what to review")
    return Opened(request, video, analysis, review_queue(analysis), thinned(analysis.tracks))


def begin(opened: Opened) -> Annotator:
    """Open the annotation file.

    Raises
    ------
    EasyTearError
        If it is open elsewhere, or belongs to another person or video.

    Notes
    -----
    A file that was begun without sight of the program's result goes on so.
    """
    request = opened.request
    session = AnnotationSession.open(request.file(), request.annotator, opened.video)
    begun_blind = bool(session.document.items) and not session.document.program_shown
    annotator = Annotator(
        opened.video,
        session,
        request.results,
        opened.analysis,
        list(opened.doubts),
        opened.drawn_tracks,
        blind=request.blind or begun_blind,
        protocol=request.protocol,
        assigned=request.assigned,
    )
    if opened.analysis is not None:
        annotator.refresh_doubts()
    return annotator


def begun(annotator: Annotator, opened: Opened) -> str:
    """Return what is said when the work begins."""
    words = f"{len(annotator.document.items)} marks in {annotator.session.path.name}."
    if opened.analysis is not None and not annotator.program_shown:
        words += " Blind: nothing of the program's result is shown; P shows it."
    return words


def default_annotator() -> str:
    """Return the name that the person logs in with."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "annotator"


def request_for_results(results: Path, annotator: str) -> Request:
    """Return the request for a results folder, with the video that it tells of.

    Raises
    ------
    EasyTearError
        If there are no whole results, or the video cannot be found.
    """
    analysis = read_results(results)
    video = find_video(analysis, results)
    if video is None:
        raise AnnotationError(
            f"{results}: the video {analysis.summary.video.path} is not there any more; "
            "put it beside the results folder, or open it with 'easytear annotate VIDEO'."
        )
    return Request(video, results=results, annotator=annotator)


def thinned(tracks: pd.DataFrame) -> pd.DataFrame:
    """Return tracks with only the rows that their drawing needs; napari slows with each one."""
    table = tracks.sort_values(["track_id", "frame"], ignore_index=True)
    ids = table["track_id"].to_numpy()
    frames = table["frame"].to_numpy(dtype=int)
    places = table[["x_px", "y_px", "x_eye_px", "y_eye_px"]].to_numpy(dtype=float)
    starts = np.flatnonzero(np.diff(ids, prepend=ids[0] - 1)) if len(ids) else np.zeros(0, int)
    kept = [
        start + np.array(simplified(frames[start:stop], places[start:stop], DRAWN_PX), dtype=int)
        for start, stop in zip(starts, [*starts[1:], len(ids)], strict=True)
    ]
    return table.iloc[np.concatenate(kept)] if kept else table
