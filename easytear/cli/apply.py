"""`easytear apply`: a decision taken into results that are there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.base.errors import ResultsError
from easytear.cli.asking import Asked
from easytear.cli.console import console, tell
from easytear.cli.options import (
    USUAL_WORKERS,
    AnnotationsFile,
    CorrectionsFile,
    DryRun,
    End,
    Instrument,
    IrisWidth,
    Labels,
    OtherSettings,
    ProgressJson,
    Quiet,
    RequestFile,
    Scale,
    SettingsFile,
    Start,
    Workers,
)
from easytear.cli.produce import How, produce
from easytear.workers.pool import WorkerPool, processors

if TYPE_CHECKING:
    from easytear.request.request import Request
    from easytear.request.work import Work
    from easytear.results import Analysis, Summary


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("apply")(apply_command)


_Folder = Annotated[Path, typer.Argument(metavar="OUT/VIDEO", help="A video's results folder.")]
_Out = Annotated[
    Path | None, typer.Option("-o", "--out", help="Write here; without it into the same folder.")
]
_Video = Annotated[
    Path | None, typer.Option(help="The video, if it is no longer where it was analysed.")
]


def apply_command(
    results: _Folder,
    out: _Out = None,
    video: _Video = None,
    config: SettingsFile = None,
    settings: OtherSettings = None,
    label: Labels = None,
    hvid: IrisWidth = None,
    mm_per_px: Scale = None,
    device: Instrument = None,
    corrections: CorrectionsFile = None,
    annotations: AnnotationsFile = None,
    request: RequestFile = None,
    start: Start = None,
    end: End = None,
    dry_run: DryRun = False,
    workers: Workers = None,
    quiet: Quiet = False,
    progress_json: ProgressJson = False,
) -> None:
    """Take a decision into results: only what it touches runs again.

    The numbers are the same, to the last digit, as if the video had been analysed so at once.
    """
    from easytear.results import read_results

    asked = Asked(
        request=request,
        config=config,
        settings=tuple(settings or ()),
        labels=tuple(label or ()),
        corrections=corrections,
        mm_per_px=mm_per_px,
        hvid_mm=hvid,
        device=device,
        start_s=start,
        end_s=end,
    )
    asked.check()
    earlier = read_results(results)
    before = earlier.summary
    wanted = asked.of(before.request)
    profile = asked.profile()
    if profile is not None:
        wanted = asked.with_device(wanted, profile, before.video.width_px)
    place = video or Path(before.video.path)
    if dry_run:
        _say(_planned(earlier, wanted, annotations, place), len(before.intervals))
        return
    if wanted == before.request and annotations is None and out is None:
        tell("Nothing changed: the results are as asked for.")
        return
    overlay = (results / "overlay.mp4").is_file() and place.is_file()
    with WorkerPool(min(workers or USUAL_WORKERS, processors()) - 1) as pool:
        how = How(pool, overlay=overlay, quiet=quiet, progress_json=progress_json)
        summary = produce(wanted, place, out or results, how, earlier, annotations)
    if not quiet:
        _tell(summary, out or results)


def _tell(summary: Summary, folder: Path) -> None:
    from easytear.cli.tables import print_summary

    print_summary(summary, folder)


def _planned(earlier: Analysis, wanted: Request, annotations: Path | None, video: Path) -> Work:
    from easytear.request.work import check_known, work

    before = earlier.summary
    if annotations is not None:
        from easytear.annotate.corrected import check_same_video
        from easytear.annotate.decisions import request_of
        from easytear.annotate.files import read_annotations

        document = read_annotations(annotations)
        check_same_video(earlier, document)
        wanted = request_of(document, earlier).but(settings=wanted.settings)
    todo = work(before.request, wanted, len(before.intervals))
    check_known(before.request, todo, before.video.path)
    if todo.needs_video and not video.is_file():
        raise ResultsError(f"{video}: is not there, and must be looked at again; give --video.")
    return todo


def _say(todo: Work, intervals: int) -> None:
    out = console()
    for reason in todo.reasons or ("nothing differs",):
        out.print(f"- {reason}")
    if todo.everything:
        out.print("runs again: everything")
    elif todo.nothing:
        out.print("runs again: nothing")
    else:
        parts = (("looked at", todo.look), ("measured", todo.measure))
        said = [f"{what} again: {_numbers(which, intervals)}" for what, which in parts if which]
        out.print("; ".join(said))


def _numbers(which: frozenset[int], intervals: int) -> str:
    if len(which) == intervals and intervals > 1:
        return "every interval"
    words = ", ".join(str(k + 1) for k in sorted(which))
    return f"interval{'s' * (len(which) > 1)} {words}"
