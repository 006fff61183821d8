"""An analysis to its folder: tables, page and overlay, all of them or none."""

from __future__ import annotations

from pathlib import Path

from easytear.analysis import Analysis, write_results
from easytear.crew import Crew
from easytear.progress import SILENT, Part, Progress
from easytear.report.overlay import OVERLAY, write_overlay
from easytear.report.page import write_report

_PAGE_SHARE = 0.3
"""Share of the time that the page takes beside the overlay."""


def deliver(
    analysis: Analysis,
    folder: Path,
    video: Path | None,
    *,
    overlay: bool = False,
    crew: Crew | None = None,
    progress: Progress = SILENT,
) -> None:
    """Write results, page and (if asked for) overlay into a results folder.

    Parameters
    ----------
    analysis : Analysis
        What to write.
    folder : Path
        The results folder of this video.
    video : Path or None
        The video, for the pictures of the page; None when it is out of reach.
    overlay : bool
        Also render `overlay.mp4` (needs the video).
    crew : Crew, optional
        Its helpers draw the page's figures.
    progress : Progress
        Told how far the work is. When it cancels, the folder keeps its older results.
    """
    share = _PAGE_SHARE if overlay else 1.0

    def pictures(aside: Path) -> None:
        write_report(analysis, aside, video, Part(progress, 0.0, share), crew)
        if overlay and video is not None:
            write_overlay(analysis, video, aside / OVERLAY, progress=Part(progress, share, 1.0))
        progress.update(1.0, 1.0, "writing the results")

    write_results(analysis, folder, pictures)
