"""An analysis to its folder: tables, page and overlay, all of them or none."""

from __future__ import annotations

from pathlib import Path

from easytear.analysis import Analysis, write_results
from easytear.progress import SILENT, Part, Progress


def deliver(
    analysis: Analysis,
    folder: Path,
    video: Path | None,
    *,
    overlay: bool = False,
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
    progress : Progress
        Told how far the work is. When it cancels, the folder keeps its older results.
    """
    from easytear.report.overlay import write_overlay
    from easytear.report.page import write_report

    page_share = 0.2 if overlay else 1.0

    def pictures(aside: Path) -> None:
        write_report(analysis, aside, video, progress=Part(progress, 0.0, page_share))
        if overlay and video is not None:
            part = Part(progress, page_share, 1.0)
            write_overlay(analysis, video, aside / "overlay.mp4", progress=part)

    write_results(analysis, folder, pictures)
