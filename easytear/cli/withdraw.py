"""`easytear withdraw`: one person taken out of a study and of what was shared of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.cli.app import EXIT_SOME
from easytear.cli.console import console

if TYPE_CHECKING:
    from collections.abc import Sequence


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("withdraw")(withdraw)


def withdraw(
    study: Annotated[
        Path,
        typer.Argument(metavar="STUDY", exists=True, file_okay=False, help="Study or dataset."),
    ],
    subject: Annotated[
        str, typer.Option(metavar="CODE", help="Who: as in study.csv, or the code there.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take everything of one person out of a study and of the datasets made from it.

    Folders, tables, pages, remembered hashes and the key lose the person, and later runs leave
    them out. Exit: 0 all is gone, 3 something is left (it is said what), 1 or 2 nothing was done.
    """
    if not yes:
        typer.confirm(
            f"Remove everything of {subject} from {study}? It cannot come back", abort=True
        )
    from easytear.sharing.withdraw import withdraw as take_out

    report = take_out(Path(os.path.abspath(study)), subject)
    out = console()
    out.print(f"{report.videos} videos taken out of {study}", soft_wrap=True)
    _say("taken out of dataset", report.datasets)
    _say("not where it was put, withdraw there too", report.away)
    _say("not made by EasyTear, remove it yourself", report.left)
    _say("still tells of the person", report.still)
    _say("recording, left to you", report.recordings)
    if report.receipt.name:
        out.print(f"receipt: {report.receipt}", soft_wrap=True)
    if report.away or report.left or report.still:
        raise typer.Exit(EXIT_SOME)


def _say(what: str, places: Sequence[Path | str]) -> None:
    from easytear.base.text import printable

    for place in places:
        console().print(f"{what}: {printable(str(place))}", soft_wrap=True)
