"""`easytear assign`: who reads which intervals of a study."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.base.errors import UsageError
from easytear.base.text import no_formula
from easytear.cli.agree import annotation_files
from easytear.cli.console import tell
from easytear.cli.overwrite import Overwrite, refuse_existing

if TYPE_CHECKING:
    from easytear.results import Analysis


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("assign")(assign)


def assign(
    results: Annotated[
        Path,
        typer.Argument(
            metavar="RESULTS", help="A results folder, a folder that holds several, or a study."
        ),
    ],
    readers: Annotated[list[str], typer.Argument(metavar="READER...", help="Names of readers.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for one file a reader.")],
    protocol: Annotated[
        str,
        typer.Option(
            help="original: five points below the front, every tenth frame, one interval a video; "
            "dense: ten points, every fifth frame, all intervals."
        ),
    ] = "original",
    each: Annotated[
        int | None, typer.Option(min=1, help="Readers of each interval [all of them].")
    ] = None,
    gold: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Gold standard, or a folder of them: its intervals are hidden in every reader's.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws order and readers.")] = 0,
    overwrite: Overwrite = False,
) -> None:
    """Share the intervals of a study among readers, gold intervals hidden among them.

    A reader opens theirs with: easytear annotate --assignment FILE
    """
    from easytear.annotate.convert import read_told
    from easytear.annotate.readers.assignment import (
        KEY,
        key_rows,
        write_assignment,
    )
    from easytear.annotate.readers.assignment import (
        assign as shared,
    )
    from easytear.annotate.readers.protocol import PROTOCOLS
    from easytear.base.atomic import atomic_write

    if protocol not in PROTOCOLS:
        raise UsageError(f"{protocol}: is no protocol; there are {', '.join(PROTOCOLS)}.")
    standards = [read_told(file).document for file in annotation_files(gold or [])]
    analyses = _analyses(results)
    _refuse_same_names(analyses)
    plan = shared(
        analyses,
        readers,
        PROTOCOLS[protocol],
        each=len(readers) if each is None else each,
        gold=standards,
        seed=seed,
    )
    files = {name: _file_name(name) for name in readers}
    if len(set(files.values())) < len(files):
        raise UsageError("Two readers' names are too much alike for file names; change one.")
    for name in (*files.values(), KEY):
        refuse_existing(output / name, overwrite)
    output.mkdir(parents=True, exist_ok=True)
    for one in plan.assignments:
        write_assignment(one, output / files[one.reader])
        tell(f"{output / files[one.reader]}: {len(one.items)} intervals")
    with (
        atomic_write(output / KEY) as aside,
        aside.open("w", encoding="utf-8", newline="") as table,
    ):
        csv.writer(table).writerows([no_formula(c) for c in r] for r in key_rows(plan, files))
    tell(f"{output / KEY}: which ones are gold; not for readers")


def _file_name(reader: str) -> str:
    from easytear.annotate.readers.assignment import SUFFIX

    return (re.sub(r"[^\w]+", "-", reader.lower()).strip("-_") or "reader") + SUFFIX


def _analyses(results: Path) -> list[Analysis]:
    from easytear.results import read_results, result_folders

    found = result_folders(results)
    if not found:
        raise UsageError(f"{results}: holds no results; run 'easytear analyze' first.")
    return [read_results(folder) for folder in found]


def _refuse_same_names(analyses: list[Analysis]) -> None:
    """Refuse videos of one name: a reader's files are named after them."""
    seen: dict[str, str] = {}
    for one in analyses:
        path = one.summary.video.path
        other = seen.setdefault(Path(path).stem.casefold(), path)
        if other != path:
            raise UsageError(f"{other}, {path}: have the same name; rename one of the videos.")
