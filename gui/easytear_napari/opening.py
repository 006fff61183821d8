"""Everything that must be known of a video before it can be annotated."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from easytear.analysis import Analysis, read_results
from easytear.annotate import AnnotationSession, VideoRef, annotation_path
from easytear.annotate.review import Doubt, review_queue
from easytear.annotate.video import find_video, video_ref
from easytear.errors import AnnotationError
from easytear.progress import Progress
from easytear.video import FrameReader
from easytear_napari.state import Annotator

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
    """

    video: Path
    results: Path | None = None
    annotations: Path | None = None
    annotator: str = ""
    blind: bool = False

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
        return Opened(request, video, None, [])
    progress.update(1, 3, "reading the results")
    analysis = read_results(request.results)
    if analysis.summary.video.sha256 != video.sha256:
        raise AnnotationError(
            f"{request.results}: are the results of another video than {request.video}."
        )
    progress.update(2, 3, "looking for what to review")
    return Opened(request, video, analysis, review_queue(analysis))


def begin(opened: Opened) -> Annotator:
    """Open the annotation file.

    Raises
    ------
    EasyTearError
        If it is open elsewhere, or belongs to another person or video.
    """
    request = opened.request
    session = AnnotationSession.open(request.file(), request.annotator, opened.video)
    annotator = Annotator(
        opened.video,
        session,
        request.results,
        opened.analysis,
        list(opened.doubts),
        blind=request.blind,
    )
    if opened.analysis is not None:
        annotator.refresh_doubts()
    return annotator


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
