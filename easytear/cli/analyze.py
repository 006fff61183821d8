"""`easytear analyze`: videos to numbers, plots and overlays."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.base.errors import EasyTearError
from easytear.cli.app import EXIT_NOTHING, EXIT_OK, EXIT_SOME
from easytear.cli.asking import Asked, refuse
from easytear.cli.console import say
from easytear.cli.options import (
    USUAL_WORKERS,
    AnnotationsFile,
    CorrectionsFile,
    End,
    FrameRate,
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
from easytear.cli.overwrite import Overwrite, refuse_another_video
from easytear.cli.processors import allowed_workers
from easytear.cli.produce import How, produce
from easytear.workers.pool import WorkerPool

if TYPE_CHECKING:
    from easytear.request.devices import Device
    from easytear.request.request import Request
    from easytear.results import Summary


@dataclass(frozen=True)
class _Task:
    """What is the same for every video of one call."""

    out: Path
    asked: Asked
    request: Request
    device: Device | None
    earlier: Path | None
    annotations: Path | None
    how: How


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("analyze")(analyze_command)


_Videos = Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Videos to analyse.")]
_Out = Annotated[Path, typer.Option("-o", "--out", help="Folder for the results: OUT/<video>/.")]
_Overlay = Annotated[bool, typer.Option("--overlay", help="Also write overlay.mp4.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the summaries as JSON on stdout.")]
_Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Log what is done.")]
_Earlier = Annotated[
    Path | None,
    typer.Option(help="Results of the same video: only what changed since then runs again."),
]


def analyze_command(
    videos: _Videos,
    out: _Out = Path("results"),
    config: SettingsFile = None,
    mm_per_px: Scale = None,
    hvid: IrisWidth = None,
    device: Instrument = None,
    fps: FrameRate = None,
    overlay: _Overlay = False,
    start: Start = None,
    end: End = None,
    overwrite: Overwrite = False,
    as_json: _Json = False,
    workers: Workers = None,
    quiet: Quiet = False,
    verbose: _Verbose = False,
    settings: OtherSettings = None,
    label: Labels = None,
    request: RequestFile = None,
    corrections: CorrectionsFile = None,
    earlier: _Earlier = None,
    annotations: AnnotationsFile = None,
    progress_json: ProgressJson = False,
) -> None:
    """Analyse videos: blinks, eye, front, tracks, spread law, area, thickness, report.

    Exit code: 0 all analysed, 1 nothing could be analysed, 2 wrong use, 3 some of several
    videos failed.
    """
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING)
    asked = Asked(
        request=request,
        config=config,
        settings=tuple(settings or ()),
        labels=tuple(label or ()),
        corrections=corrections,
        mm_per_px=mm_per_px,
        hvid_mm=hvid,
        device=device,
        fps=fps,
        start_s=start,
        end_s=end,
    )
    _check_use(videos, earlier, annotations)
    asked.check()
    _check_places(videos, out, overwrite=overwrite)
    with WorkerPool(allowed_workers(workers, USUAL_WORKERS) - 1) as pool:
        how = How(pool, overlay=overlay, quiet=quiet, progress_json=progress_json)
        task = _Task(out, asked, asked.of(), asked.profile(), earlier, annotations, how)
        done, failed = _analyze_all(videos, task)
    _tell(done, as_json=as_json, quiet=quiet)
    if failed:
        raise typer.Exit(EXIT_SOME if done else EXIT_NOTHING)
    raise typer.Exit(EXIT_OK)


def _check_places(videos: list[Path], out: Path, *, overwrite: bool) -> None:
    from easytear.results import results_folder

    for video in videos:
        refuse_another_video(video, results_folder(video, out), overwrite)


def _tell(done: list[tuple[Summary, Path]], *, as_json: bool, quiet: bool) -> None:
    if as_json:
        _print_json(done)
    elif not quiet:
        from easytear.cli.tables import print_summary

        for summary, folder in done:
            print_summary(summary, folder)


def _check_use(videos: list[Path], earlier: Path | None, annotations: Path | None) -> None:
    names = [video.stem for video in videos]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        refuse(
            f"two videos are named {twice[0]} and would share a results folder; "
            "use 'easytear batch', or analyse them into different folders"
        )
    if len(videos) > 1 and (earlier or annotations):
        refuse("--earlier and --annotations belong to one video; give one")


def _with_device(video: Path, task: _Task, device: Device) -> Request:
    """Return the request with the instrument in it; say how the video differs from its videos."""
    from easytear.video import FrameReader

    with FrameReader(video, task.request.settings.video.fps or None) as reader:
        facts = reader.facts
    if not task.how.quiet:
        for remark in device.remarks(facts.width_px, facts.height_px, facts.fps_mean):
            say(f"note: {remark}")
    return task.asked.with_device(task.request, device, facts.width_px)


def _analyze_all(videos: list[Path], task: _Task) -> tuple[list[tuple[Summary, Path]], int]:
    done: list[tuple[Summary, Path]] = []
    failed = 0
    for video in videos:
        try:
            done.append(_analyze_one(video, task))
        except EasyTearError as error:
            failed += 1
            say(f"easytear: {error}")
    return done, failed


def _analyze_one(video: Path, task: _Task) -> tuple[Summary, Path]:
    task.how.pool.prepare("importlib:import_module", "easytear.engine")
    from easytear.results import read_results, results_folder
    from easytear.video.dicom import labels_of

    request = task.request if task.device is None else _with_device(video, task, task.device)
    request = request.but(labels={**labels_of(video), **request.labels})
    folder = results_folder(video, task.out)
    earlier = None if task.earlier is None else read_results(task.earlier)
    return produce(request, video, folder, task.how, earlier, task.annotations), folder


def _print_json(done: list[tuple[Summary, Path]]) -> None:
    from easytear.results import summary_json

    summaries = [json.loads(summary_json(summary)) for summary, _ in done]
    payload = summaries[0] if len(summaries) == 1 else summaries
    typer.echo(json.dumps(payload, indent=2, ensure_ascii=True))
