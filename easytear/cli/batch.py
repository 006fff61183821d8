"""`easytear batch`: a folder of videos to one table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.cli.console import say
from easytear.cli.options import (
    DryRun,
    FrameRate,
    IrisWidth,
    ProgressJson,
    Quiet,
    Scale,
    SettingsFile,
)
from easytear.cli.processors import allowed_workers
from easytear.workers.pool import processors

if TYPE_CHECKING:
    import regex

    from easytear.request.settings import Settings
    from easytear.study.batch import Choices, Workforce
    from easytear.study.given import Given
    from easytear.study.plan import Order
    from easytear.study.tasks import Limits

NO_LIMIT_S = 1e9
"""Thirty years: what `--time-limit inf` means to a program that writes JSON."""
CLUSTER_MEMORY_MB = 4096.0


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("batch")(batch)
    app.command("study")(study)


_Folder = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="Folder with the videos.")
]
_Out = Annotated[Path, typer.Option("-o", "--out", help="Folder of the study.")]
_Videos = Annotated[
    int | None, typer.Option(min=1, help="Videos at a time; one per core without it.")
]
_Threads = Annotated[
    int | None, typer.Option(min=1, help="Threads per video; cores / workers without it.")
]
_NamePattern = Annotated[
    str | None,
    typer.Option(
        metavar="REGEX",
        help="Finds columns in the paths: named groups subject, eye, visit, date, any other.",
    ),
]
_Clinical = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, metavar="FILE", help="Clinical CSV or XLSX."),
]
_Glob = Annotated[
    list[str] | None, typer.Option(help="Which files are videos; may be given again.")
]
_By = Annotated[str | None, typer.Option(help="Column that tells the groups.")]
_MinQuality = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        help="Intervals of a lower quality score are left out of averages; "
        "quality.low_score of the settings without it.",
    ),
]
_Anonymise = Annotated[
    bool, typer.Option("--anonymise", help="Codes in place of names; the key stands apart.")
]
_AllowColumn = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="A clinical column that may stand in an anonymised study; may be given again.",
    ),
]
_Missing = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODE",
        help="Means in the clinical file that nothing is known (999); may be given again.",
    ),
]
_RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Try again what failed before.")]
_KeepOlder = Annotated[
    bool,
    typer.Option("--keep-older", help="Keep results of another version of EasyTear."),
]
_TimeLimit = Annotated[
    float, typer.Option(min=0.1, metavar="S", help="Longest time of one video, in seconds.")
]
_MemoryLimit = Annotated[
    float | None,
    typer.Option(
        min=1,
        metavar="MB",
        help="Memory of one video; without it 80 % / workers, on a cluster 4096.",
    ),
]
_Scheduler = Annotated[
    str | None,
    typer.Option(metavar="tcp://HOST:PORT", help="Run on this Dask scheduler's workers."),
]
_Forget = Annotated[
    bool,
    typer.Option("--forget", help="Nothing that was given for this study before holds."),
]
_Analyser = Annotated[str | None, typer.Option(hidden=True)]


def batch(
    folder: _Folder,
    out: _Out,
    workers: _Videos = None,
    threads: _Threads = None,
    config: SettingsFile = None,
    name_pattern: _NamePattern = None,
    clinical: _Clinical = None,
    glob: _Glob = None,
    by: _By = None,
    min_quality: _MinQuality = None,
    mm_per_px: Scale = None,
    hvid: IrisWidth = None,
    fps: FrameRate = None,
    anonymise: _Anonymise = False,
    allow_column: _AllowColumn = None,
    missing: _Missing = None,
    retry_failed: _RetryFailed = False,
    keep_older: _KeepOlder = False,
    time_limit: _TimeLimit = 3600.0,
    memory_limit: _MemoryLimit = None,
    scheduler: _Scheduler = None,
    forget: _Forget = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    progress_json: ProgressJson = False,
    analyser: _Analyser = None,
) -> None:
    """Analyse every video in a folder and make one table, with statistics and a page.

    What is done already is not done again; a run that was stopped goes on where it stood.
    What was given before (pattern, clinical file, scale, settings ...) holds until it is changed.
    Exit: 0 all done, 3 some failed, 1 none done or usable, 2 usage, 130 or 143 interrupted.
    """
    _check_scale(mm_per_px, hvid)
    from easytear.study.batch import Choices, Workforce
    from easytear.study.given import Given, changes_of, read_given
    from easytear.study.plan import ANALYSER, Order

    out = Path(os.path.abspath(out))  # `-o .` and `-o ..` have names, too, and a place beside them
    earlier = Given() if forget else read_given(out, anonymise)
    settings = _settings(config, earlier, fps)
    asked = Given(
        name_pattern=name_pattern,
        clinical=os.path.abspath(clinical) if clinical else None,
        allow_columns=tuple(allow_column or ()),
        missing=tuple(missing or ()),
        globs=tuple(glob or ()),
        by=by,
        min_quality=min_quality,
        mm_per_px=mm_per_px,
        hvid_mm=hvid,
        settings=changes_of(settings),
    )
    given, kept = asked.over(earlier)
    if config is None and earlier.settings:
        kept = (*kept, "settings")
    force = Workforce(*_workers(workers, threads, scheduler), scheduler)
    order = Order(
        source=folder,
        study=out,
        settings=settings,
        limits=_limits(time_limit, memory_limit, force),
        mm_per_px=given.mm_per_px,
        hvid_mm=given.hvid_mm,
        globs=given.globs,
        pattern=_pattern(given.name_pattern),
        anonymise=anonymise,
        retry_failed=retry_failed,
        keep_older=keep_older,
        threads=force.threads,
        analyser=analyser or ANALYSER,
    )
    low = settings.quality.low_score if given.min_quality is None else given.min_quality
    file = Path(given.clinical) if given.clinical else None
    choices = Choices(file, given.by, low, given.allow_columns, given.missing, given, kept)
    if dry_run:
        _dry_run(order, choices)
    else:
        _run(order, choices, force, quiet, progress_json)


def _dry_run(order: Order, choices: Choices) -> None:
    from easytear.cli.study_words import say_plan
    from easytear.study.batch import preview

    say_plan(preview(order, choices, say))


def _run(
    order: Order, choices: Choices, force: Workforce, quiet: bool, as_json: bool = False
) -> None:
    from easytear.cli.stopping import listening
    from easytear.cli.study_progress import StudyProgress
    from easytear.cli.study_words import exit_code, say_end
    from easytear.study.batch import run_study

    with StudyProgress(quiet, as_json=as_json) as shown, listening(shown) as ending:
        record = run_study(order, choices, force, shown, ending.stop)
    say_end(order.study, record)
    interrupted = ending.stop.soon and record.counts["waiting"] > 0
    raise typer.Exit(ending.code if interrupted else exit_code(record))


def study(
    folder: Annotated[
        Path, typer.Argument(metavar="STUDY", exists=True, file_okay=False, help="The study.")
    ],
    by: _By = None,
) -> None:
    """Make tables, statistics and page of a study again from its results."""
    from easytear.cli.study_words import exit_code, say_end
    from easytear.study.batch import again

    record = again(folder, by)
    say_end(folder, record)
    raise typer.Exit(exit_code(record))


def _check_scale(mm_per_px: float | None, hvid: float | None) -> None:
    if mm_per_px is not None and hvid is not None:
        raise typer.BadParameter("give either --mm-per-px or --hvid, not both.")
    if mm_per_px is not None and not 0.0005 <= mm_per_px <= 0.5:
        raise typer.BadParameter("--mm-per-px must be between 0.0005 and 0.5.")
    if hvid is not None and not 8.0 <= hvid <= 15.0:
        raise typer.BadParameter("--hvid must be between 8 and 15 mm.")


def _workers(workers: int | None, threads: int | None, scheduler: str | None) -> tuple[int, int]:
    """Return how many videos are analysed at a time, and by how many threads each."""
    cores = processors()
    if scheduler:
        return workers or cores, threads or 1
    number = allowed_workers(workers, cores)
    return number, threads or max(1, cores // number)


def _limits(time_s: float, memory_mb: float | None, force: Workforce) -> Limits:
    """Return the limits of a video: all running ones leave the computer room.

    Nothing is known of a cluster's computers: there it is the same for all.
    """
    from easytear.study.tasks import Limits

    if memory_mb is None and force.scheduler is not None:
        memory_mb = CLUSTER_MEMORY_MB
    if memory_mb is None:
        import psutil

        memory_mb = 0.8 * float(psutil.virtual_memory().total) / 1024.0**2 / force.workers
    return Limits(time_s=min(time_s, NO_LIMIT_S), memory_mb=memory_mb)


def _settings(config: Path | None, earlier: Given, fps: float | None) -> Settings:
    from easytear.request.settings import check_installed, load_settings, with_fps

    settings = load_settings(config) if config else earlier.settings_of()
    check_installed(settings)
    return with_fps(settings, fps)


def _pattern(text: str | None) -> regex.Pattern[str] | None:
    from easytear.study.begin import taken_names
    from easytear.study.names import compile_pattern

    try:
        return compile_pattern(text, taken_names())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--name-pattern") from error
