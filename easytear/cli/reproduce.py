"""`easytear reproduce`: the kept request run again, and whether the same comes out."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.cli.console import console
from easytear.cli.produce import How, produce
from easytear.workers.pool import WorkerPool, processors

if TYPE_CHECKING:
    from easytear.results import Summary

EXIT_DIFFERS = 3
_USUAL_WORKERS = 2
_MOST_SAID = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reproduce")(reproduce_command)


def reproduce_command(
    results: Annotated[Path, typer.Argument(metavar="OUT/VIDEO", help="A results folder.")],
    video: Annotated[
        Path | None, typer.Argument(metavar="[VIDEO]", help="The video, if it was moved.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that share the intervals.")
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
) -> None:
    """Run the request kept in results again, and say whether they come out the same.

    Exits 0 if every number is the same to the last digit, 3 if not, and says which part differs.
    The results are not touched.
    """
    from easytear.base.errors import ResultsError
    from easytear.engine.provenance import software
    from easytear.results import read_results
    from easytear.results.differences import differences

    kept = read_results(results)
    place = video or Path(kept.summary.video.path)
    if not place.is_file():
        raise ResultsError(f"{place}: is not there; name the video after the results folder.")
    with TemporaryDirectory(prefix="easytear-") as folder:
        with WorkerPool(min(workers or _USUAL_WORKERS, processors()) - 1) as pool:
            produce(kept.summary.request, place, Path(folder) / "again", How(pool, quiet=quiet))
        again = read_results(Path(folder) / "again")
    found = differences(kept, again)
    out = console()
    for line in _provenance(kept.summary, again.summary, software()):
        out.print(f"  {line}", soft_wrap=True, markup=False)
    if not found:
        out.print("The same: every number, to the last digit.")
        return
    out.print(f"Not the same: {len(found)} parts differ.")
    for one in found[:_MOST_SAID]:
        out.print(f"- {one.sentence()}", soft_wrap=True, markup=False)
    if len(found) > _MOST_SAID:
        out.print(f"- and {len(found) - _MOST_SAID} more")
    raise typer.Exit(EXIT_DIFFERS)


def _provenance(kept: Summary, again: Summary, now: dict[str, str]) -> list[str]:
    """Return what the results came from, and what of that is another today."""
    same = kept.video.sha256 == again.video.sha256
    lines = [
        f"video {kept.video.sha256[:12]}: "
        + ("the same file" if same else f"another file now ({again.video.sha256[:12]})")
    ]
    for name in sorted(kept.software.keys() | now.keys()):
        before, today = (versions.get(name, "none") for versions in (kept.software, now))
        if before != today:
            lines.append(f"{name} {before}, now {today}")
    return lines
