"""Results made and written: what `analyze` and `apply` have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from easytear.cli.console import tell
from easytear.cli.progress import show_progress
from easytear.workers.pool import WorkerPool

if TYPE_CHECKING:
    from easytear.base.progress import Progress
    from easytear.request.request import Request
    from easytear.results import Analysis, Results, Summary


@dataclass(frozen=True)
class How:
    """How results are made, whatever they are."""

    pool: WorkerPool
    overlay: bool = False
    quiet: bool = False
    progress_json: bool = False


def produce(
    request: Request,
    video: Path,
    folder: Path,
    how: How,
    earlier: Analysis | None = None,
    annotations: Path | None = None,
) -> Summary:
    """Run a request and write its results with their page into `folder`.

    Parameters
    ----------
    request : Request
        What is asked for.
    video : Path
        The video; it need not be there where nothing has to be looked at.
    folder : Path
        The results folder.
    how : How
        Processes, progress, and whether an overlay is wanted.
    earlier : Analysis, optional
        Results of the same video: only what changed runs again.
    annotations : Path, optional
        A person's annotations, taken in on top of the request.
    """
    how.pool.prepare("importlib:import_module", "easytear.engine")
    from easytear.base.progress import Part
    from easytear.results import spool_folder

    share = 0.7 if how.overlay else 0.9
    with (
        spool_folder(folder) as place,
        show_progress(video.name, quiet=how.quiet, as_json=how.progress_json) as progress,
    ):
        part = Part(progress, 0.0, share)
        results: Results
        lost: tuple[str, ...] = ()
        if annotations is None:
            from easytear.engine import run_into

            results = run_into(place, request, video, earlier, pool=how.pool, progress=part)
        else:
            results, lost = _annotated(request, video, earlier, annotations, part)
        # Tables take much to load: not before the film is measured.
        from easytear.report.deliver import deliver

        deliver(
            results,
            folder,
            video if video.is_file() else None,
            overlay=how.overlay,
            pool=how.pool,
            progress=Part(progress, share, 1.0),
        )
    for words in lost:
        tell(f"{annotations}: {words}", err=True)
    return results.summary


def _annotated(
    request: Request, video: Path, earlier: Analysis | None, file: Path, progress: Progress
) -> tuple[Analysis, tuple[str, ...]]:
    """Return the results with a person's annotations in them, and what found no match."""
    from easytear.annotate.corrected import apply_and_tell
    from easytear.annotate.files import read_annotations
    from easytear.base.progress import Part
    from easytear.engine import run

    document = read_annotations(file)
    base = run(request, video, earlier, progress=Part(progress, 0.0, 0.5))
    return apply_and_tell(base, document, video, Part(progress, 0.5, 1.0))
