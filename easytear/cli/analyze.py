"""`easytear analyze`: videos to numbers, plots and overlays."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.base.errors import EasyTearError
from easytear.cli.app import EXIT_NOTHING, EXIT_OK, EXIT_SOME, EXIT_USAGE
from easytear.cli.console import say
from easytear.cli.overwrite import Overwrite, refuse_another_video
from easytear.cli.progress import show_progress
from easytear.workers.pool import WorkerPool, processors

if TYPE_CHECKING:
    from easytear.request.corrections import Corrections
    from easytear.request.devices import Device
    from easytear.request.scale import Calibration
    from easytear.request.settings import Settings
    from easytear.results import Summary

USUAL_WORKERS = 2
"""Each further process takes some 200 MB."""


@dataclass(frozen=True)
class _Task:
    """What is the same for every video of one call."""

    out: Path
    settings: Settings
    calibration: Calibration | None
    device: Device | None
    hvid_mm: float | None
    start_s: float | None
    end_s: float | None
    overlay: bool
    corrections: Corrections | None
    reuse: Path | None
    quiet: bool
    progress_json: bool
    pool: WorkerPool


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("analyze")(analyze_command)


_Videos = Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Videos to analyse.")]
_Out = Annotated[Path, typer.Option("-o", "--out", help="Folder for the results: OUT/<video>/.")]
_Config = Annotated[Path | None, typer.Option(help="Settings (TOML); see 'easytear settings'.")]
_MmPerPx = Annotated[
    float | None, typer.Option(help="Scale, when it is known: millimetres per pixel.")
]
_Hvid = Annotated[
    float | None, typer.Option(help="Measured iris width in mm (default: 11.7, the mean).")
]
_Device = Annotated[
    str | None,
    typer.Option(help="Instrument, or a file with its profile; 'easytear doctor --devices'."),
]
_Fps = Annotated[
    float | None,
    typer.Option(
        min=0.1,
        max=100_000,
        help="Frames per second as the camera took them, where the file does not tell (video.fps).",
    ),
]
_Overlay = Annotated[bool, typer.Option("--overlay", help="Also write overlay.mp4.")]
_Start = Annotated[float | None, typer.Option(help="Analyse from this second on.")]
_End = Annotated[float | None, typer.Option(help="Analyse up to this second.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the summaries as JSON on stdout.")]
_Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Processes that share a video's intervals; without it 2, or 1 on one processor.",
    ),
]
_Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no table.")]
_Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Log what is done.")]
_HiddenFile = Annotated[Path | None, typer.Option(hidden=True)]
_ProgressJson = Annotated[bool, typer.Option("--progress-json", hidden=True)]


def analyze_command(
    videos: _Videos,
    out: _Out = Path("results"),
    config: _Config = None,
    mm_per_px: _MmPerPx = None,
    hvid: _Hvid = None,
    device: _Device = None,
    fps: _Fps = None,
    overlay: _Overlay = False,
    start: _Start = None,
    end: _End = None,
    overwrite: Overwrite = False,
    as_json: _Json = False,
    workers: _Workers = None,
    quiet: _Quiet = False,
    verbose: _Verbose = False,
    corrections: _HiddenFile = None,
    reuse: _HiddenFile = None,
    scale: _HiddenFile = None,
    progress_json: _ProgressJson = False,
) -> None:
    """Analyse videos: blinks, eye, front, tracks, spread law, area, thickness, report.

    Exit code: 0 all analysed, 1 nothing could be analysed, 2 wrong use, 3 some of several
    videos failed.
    """
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING)
    _check_use(videos, mm_per_px, hvid, start, end)
    _check_places(videos, out, overwrite=overwrite)
    with WorkerPool(min(workers or USUAL_WORKERS, processors()) - 1) as pool:
        task = _Task(
            out=out,
            settings=_settings(config, fps),
            calibration=_calibration(mm_per_px, scale),
            device=_device(device),
            hvid_mm=hvid,
            start_s=start,
            end_s=end,
            overlay=overlay,
            corrections=None if corrections is None else _load_corrections(corrections),
            reuse=reuse,
            quiet=quiet,
            progress_json=progress_json,
            pool=pool,
        )
        done, failed = _analyze_all(videos, task)
    _tell(done, as_json=as_json, quiet=quiet)
    if failed:
        raise typer.Exit(EXIT_SOME if done else EXIT_NOTHING)
    raise typer.Exit(EXIT_OK)


def _check_places(videos: list[Path], out: Path, *, overwrite: bool) -> None:
    from easytear.results import results_folder

    for video in videos:
        refuse_another_video(video, results_folder(video, out), overwrite)


def _settings(config: Path | None, fps: float | None) -> Settings:
    from easytear.request.settings import Settings, load_settings, with_fps

    return with_fps(Settings() if config is None else load_settings(config), fps)


def _tell(done: list[tuple[Summary, Path]], *, as_json: bool, quiet: bool) -> None:
    if as_json:
        _print_json(done)
    elif not quiet:
        from easytear.cli.tables import print_summary

        for summary, folder in done:
            print_summary(summary, folder)


def _check_use(
    videos: list[Path],
    mm_per_px: float | None,
    hvid: float | None,
    start: float | None,
    end: float | None,
) -> None:
    names = [video.stem for video in videos]
    twice = sorted({name for name in names if names.count(name) > 1})
    problem = None
    if twice:
        problem = (
            f"two videos are named {twice[0]} and would share a results folder; "
            "use 'easytear batch', or analyse them into different folders"
        )
    elif mm_per_px is not None and hvid is not None:
        problem = "give either --mm-per-px or --hvid, not both"
    elif mm_per_px is not None and not 0.0005 <= mm_per_px <= 0.5:
        problem = "--mm-per-px must be between 0.0005 and 0.5"
    elif hvid is not None and not 8.0 <= hvid <= 15.0:
        problem = "--hvid must be between 8 and 15 mm"
    elif start is not None and end is not None and end <= start:
        problem = "--end must be later than --start"
    if problem:
        say(f"easytear: {problem}.")
        raise typer.Exit(EXIT_USAGE)


def _calibration(mm_per_px: float | None, scale: Path | None) -> Calibration | None:
    """Return the scale that was given: a number, or a window's file with its uncertainty."""
    from pydantic import ValidationError

    from easytear.request.scale import Calibration

    if mm_per_px is not None:
        return Calibration(mm_per_px=mm_per_px, mm_per_px_sd=None, source="user")
    try:
        return None if scale is None else Calibration.model_validate_json(scale.read_bytes())
    except (OSError, ValidationError) as error:
        raise EasyTearError(f"{scale}: cannot be read as a scale.") from error


def _device(named: str | None) -> Device | None:
    """Return the instrument's profile; an unknown one is wrong use."""
    if named is None:
        return None
    from easytear.request.devices import device

    try:
        return device(named)
    except EasyTearError as error:
        say(f"easytear: {error}")
        raise typer.Exit(EXIT_USAGE) from error


def _device_scale(video: Path, task: _Task) -> Calibration | None:
    """Return the scale of the instrument, if nobody gave another; say how the video differs."""
    assert task.device is not None
    from easytear.video import FrameReader

    with FrameReader(video, task.settings.video.fps or None) as reader:
        facts = reader.facts
    if not task.quiet:
        for remark in task.device.remarks(facts.width_px, facts.height_px, facts.fps_mean):
            say(f"note: {remark}")
    return task.device.scale(facts.width_px) if task.hvid_mm is None else None


def _load_corrections(path: Path) -> Corrections:
    from pydantic import ValidationError

    from easytear.request.corrections import Corrections

    try:
        return Corrections.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise EasyTearError(f"{path}: cannot be read as corrections.") from error


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
    task.pool.prepare("importlib:import_module", "easytear.engine")
    from easytear.base.progress import Part
    from easytear.engine import analyze_into
    from easytear.results import read_results, results_folder, spool_folder

    calibration = task.calibration
    if task.device is not None and calibration is None:
        calibration = _device_scale(video, task)
    folder = results_folder(video, task.out)
    with (
        spool_folder(folder) as place,
        show_progress(video.name, quiet=task.quiet, as_json=task.progress_json) as progress,
    ):
        results = analyze_into(
            place,
            video,
            task.settings,
            calibration=calibration,
            hvid_mm=task.hvid_mm,
            corrections=task.corrections,
            start_s=task.start_s,
            end_s=task.end_s,
            reuse=None if task.reuse is None else read_results(task.reuse),
            pool=task.pool,
            progress=Part(progress, 0.0, 0.7 if task.overlay else 0.9),
        )
        # Tables take much to load: not before the film is measured.
        from easytear.report.deliver import deliver

        rest = Part(progress, 0.7 if task.overlay else 0.9, 1.0)
        deliver(results, folder, video, overlay=task.overlay, pool=task.pool, progress=rest)
    return results.summary, folder


def _print_json(done: list[tuple[Summary, Path]]) -> None:
    from easytear.results import summary_json

    summaries = [json.loads(summary_json(summary)) for summary, _ in done]
    payload = summaries[0] if len(summaries) == 1 else summaries
    typer.echo(json.dumps(payload, indent=2, ensure_ascii=True))
