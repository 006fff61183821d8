"""`easytear batch`: a folder of videos to one table."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.base.errors import MissingExtraError
from easytear.cli.app import EXIT_NOTHING, EXIT_OK, EXIT_SOME
from easytear.cli.console import say
from easytear.workers.pool import processors

if TYPE_CHECKING:
    from easytear.request.settings import Settings
    from easytear.study.local import Stop
    from easytear.study.plan import Order
    from easytear.study.record import StudyRecord

EXIT_INTERRUPTED = 130
PAGE = "study.html"
NO_LIMIT_S = 1e9
"""Thirty years: what `--time-limit inf` means to a program that writes JSON."""
CLUSTER_MEMORY_MB = 4096.0


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("batch")(batch)
    app.command("study")(study)


def batch(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Folder with the videos.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the study.")],
    workers: Annotated[
        int | None, typer.Option(min=1, help="Videos at a time; one per core without it.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads per video; cores / workers without it.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Settings (TOML).")
    ] = None,
    name_pattern: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX",
            help="Finds columns in the paths: named groups subject, eye, visit, date, any other.",
        ),
    ] = None,
    clinical: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="FILE.csv", help="Clinical data."),
    ] = None,
    glob: Annotated[
        list[str] | None, typer.Option(help="Which files are videos; may be given again.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Column that tells the groups.")] = None,
    min_quality: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Intervals of a lower quality score are left out of averages; "
            "quality.low_score of the settings without it.",
        ),
    ] = None,
    mm_per_px: Annotated[float | None, typer.Option(help="Scale of all videos.")] = None,
    hvid: Annotated[
        float | None, typer.Option(metavar="MM", help="Iris width of all eyes; 11.7 without it.")
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            max=100_000,
            help="Frames per second as the camera took all videos, where the files do not tell.",
        ),
    ] = None,
    anonymise: Annotated[
        bool, typer.Option("--anonymise", help="Codes in place of names; the key stands apart.")
    ] = False,
    allow_column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A clinical column that may stand in an anonymised study; may be given again.",
        ),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try again what failed before.")
    ] = False,
    keep_older: Annotated[
        bool,
        typer.Option("--keep-older", help="Keep results of another version of EasyTear."),
    ] = False,
    time_limit: Annotated[
        float, typer.Option(min=0.1, metavar="S", help="Longest time of one video, in seconds.")
    ] = 3600.0,
    memory_limit: Annotated[
        float | None,
        typer.Option(
            min=1,
            metavar="MB",
            help="Memory of one video; without it 80 % / workers, on a cluster 4096.",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="tcp://HOST:PORT", help="Run on this Dask scheduler's workers."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
    analyser: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Analyse every video in a folder and make one table, with statistics and a page.

    What is done already is not done again; a run that was stopped goes on where it stood.
    Exit: 0 all done, 3 some failed, 1 none, 2 usage, 130 interrupted.
    """
    _check_scale(mm_per_px, hvid)
    _need_extra()
    from easytear.cli.study_progress import StudyProgress
    from easytear.study.batch import Choices, Workforce, run_study
    from easytear.study.plan import ANALYSER, Order
    from easytear.study.tasks import Limits

    cores = processors()
    # More than one worker a processor gains nothing and takes memory; a cluster has its own.
    workers = (workers or cores) if scheduler else min(workers or cores, cores)
    settings = _settings(config, fps)
    choices = Choices(
        clinical,
        by,
        settings.quality.low_score if min_quality is None else min_quality,
        tuple(allow_column or ()),
    )
    out = Path(os.path.abspath(out))  # `-o .` and `-o ..` have names, too, and a place beside them
    order = Order(
        source=folder,
        study=out,
        settings=settings,
        limits=Limits(
            time_s=min(time_limit, NO_LIMIT_S),
            memory_mb=memory_limit or _memory_mb(workers, scheduler),
        ),
        mm_per_px=mm_per_px,
        hvid_mm=hvid,
        globs=tuple(glob or ()),
        pattern=_pattern(name_pattern),
        anonymise=anonymise,
        retry_failed=retry_failed,
        keep_older=keep_older,
        threads=threads or (1 if scheduler else max(1, cores // workers)),
        analyser=analyser or ANALYSER,
    )
    if dry_run:
        _say_plan(order)
        return
    force = Workforce(workers, scheduler)
    with StudyProgress(quiet) as shown, _ctrl_c(shown.note) as stop:
        record = run_study(order, choices, force, shown, stop)
    _say_end(out, record)
    interrupted = stop.soon and record.counts["waiting"] > 0
    raise typer.Exit(EXIT_INTERRUPTED if interrupted else _exit_code(record))


def study(
    folder: Annotated[
        Path, typer.Argument(metavar="STUDY", exists=True, file_okay=False, help="The study.")
    ],
    by: Annotated[str | None, typer.Option(help="Column that tells the groups.")] = None,
) -> None:
    """Make tables, statistics and page of a study again from its results."""
    _need_extra()
    from easytear.study.batch import again

    record = again(folder, by)
    _say_end(folder, record)
    raise typer.Exit(_exit_code(record))


def _check_scale(mm_per_px: float | None, hvid: float | None) -> None:
    if mm_per_px is not None and hvid is not None:
        raise typer.BadParameter("give either --mm-per-px or --hvid, not both.")
    if mm_per_px is not None and not 0.0005 <= mm_per_px <= 0.5:
        raise typer.BadParameter("--mm-per-px must be between 0.0005 and 0.5.")
    if hvid is not None and not 8.0 <= hvid <= 15.0:
        raise typer.BadParameter("--hvid must be between 8 and 15 mm.")


def _need_extra() -> None:
    """Refuse to begin what could not be ended: the page's packages are imported last."""
    for name in ("psutil", "pyarrow", "statsmodels"):
        if find_spec(name) is None:
            raise MissingExtraError(
                f"studies need the package {name}; install it with pip install 'easytear[study]'."
            )


def _memory_mb(workers: int, scheduler: str | None) -> float:
    """Return what one video may take so that all running ones leave the computer room.

    Nothing is known of a cluster's computers: there it is the same for all.
    """
    if scheduler is not None:
        return CLUSTER_MEMORY_MB
    import psutil

    return 0.8 * float(psutil.virtual_memory().total) / 1024.0**2 / workers


def _settings(config: Path | None, fps: float | None) -> Settings:
    from easytear.request.settings import Settings, check_installed, load_settings, with_fps

    settings = load_settings(config) if config else Settings()
    check_installed(settings)
    return with_fps(settings, fps)


def _pattern(text: str | None) -> re.Pattern[str] | None:
    from easytear.study.batch import taken_names
    from easytear.study.names import compile_pattern

    try:
        return compile_pattern(text, taken_names())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--name-pattern") from error


@contextmanager
def _ctrl_c(say: Callable[[str], None]) -> Iterator[Stop]:
    """Turn Ctrl-C into the wish to stop: once softly, twice (or a kill) at once."""
    from easytear.study.local import Stop

    stop = Stop()

    def asked(_signal: int, _frame: object) -> None:
        stop.ask()
        if stop.now:
            say("stopping at once")
        else:
            say("stopping when the running videos have ended; Ctrl-C again to stop at once")

    def told_to_end(_signal: int, _frame: object) -> None:
        while not stop.now:
            stop.ask()

    before = signal.signal(signal.SIGINT, asked), signal.signal(signal.SIGTERM, told_to_end)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def _say_plan(order: Order) -> None:
    from easytear.study.plan import hash_memory, make_plan

    plan = make_plan(order, hash_memory(order, keep=False))
    for path, reason in plan.skipped:
        typer.echo(f"skip     {path}: {reason}")
    waiting = {task.name for task in plan.tasks}
    for entry in plan.entries:
        state = "analyse" if entry.name in waiting else "done"
        if entry.outcome is not None and entry.outcome.status == "failed":
            state = "failed"
        typer.echo(f"{state:8} {entry.path} -> {entry.name}")
    failed = sum(e.outcome is not None and e.outcome.status == "failed" for e in plan.entries)
    done = len(plan.entries) - len(waiting) - failed
    typer.echo(
        f"{len(waiting)} to analyse, {done} done, {failed} failed before"
        f"{' (see --retry-failed)' if failed else ''}, {len(plan.skipped)} skipped"
    )


def _say_end(folder: Path, record: StudyRecord) -> None:
    for video in record.videos:
        if video.state == "failed":
            say(f"failed: {video.name}: {video.error}")
    counts = record.counts
    waiting = f", {counts['waiting']} still to do" if counts["waiting"] else ""
    typer.echo(f"{counts['done']} done, {counts['failed']} failed{waiting}: {folder / PAGE}")


def _exit_code(record: StudyRecord) -> int:
    if record.counts["done"] == len(record.videos):
        return EXIT_OK
    return EXIT_SOME if record.counts["done"] else EXIT_NOTHING
