"""An analysis to its folder: tables, page and overlay, all of them or none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from easytear.base.progress import SILENT, Part, Progress
from easytear.report.overlay import OVERLAY, write_overlay
from easytear.report.page import write_report
from easytear.results import Results, TablePart, write_part, write_results
from easytear.workers.pool import WorkerPool

_PAGE_SHARE = 0.3
"""Share of the time that the page takes beside the overlay."""


@dataclass(frozen=True)
class TablesTask:
    """Write one piece of the long tables."""

    part: TablePart
    number: int
    aside: Path

    def __call__(self, progress: Progress) -> None:
        """Do it."""
        write_part(self.part, self.number, self.aside)


def deliver(
    results: Results,
    folder: Path,
    video: Path | None,
    *,
    overlay: bool = False,
    pool: WorkerPool | None = None,
    progress: Progress = SILENT,
) -> None:
    """Write results, page and (if asked for) overlay into a results folder.

    Parameters
    ----------
    results : Results
        What to write.
    folder : Path
        The results folder of this video.
    video : Path or None
        The video, for the pictures of the page; None when it is out of reach.
    overlay : bool
        Also render `overlay.mp4` (needs the video).
    pool : WorkerPool, optional
        Its helpers draw the page's figures and write tables.
    progress : Progress
        Told how far the work is. When it cancels, the folder keeps its older results.
    """
    share = _PAGE_SHARE if overlay else 1.0
    pool = pool or WorkerPool()

    def tables(aside: Path) -> None:
        parts = results.parts()
        given = [pool.submit(TablesTask(part, number, aside)) for number, part in enumerate(parts)]
        told = Part(progress, 0.5 * share, share)
        for place, one in enumerate(reversed(given)):  # helpers take the first ones
            told.update(place, len(given), "writing the tables")
            one.here()
        for one in given:
            one.result()

    def also(aside: Path) -> None:
        page = Part(progress, 0.0, 0.5 * share)
        write_report(results, aside, video, page, pool, meanwhile=lambda: tables(aside))
        if overlay and video is not None:
            write_overlay(results, video, aside / OVERLAY, progress=Part(progress, share, 1.0))
        progress.update(1.0, 1.0, "writing the results")

    write_results(results, folder, also)
