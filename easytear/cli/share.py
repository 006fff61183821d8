"""`easytear share`: a study made into a dataset that may be given away."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from easytear.base.regular import read_text
from easytear.cli.app import EXIT_NOTHING, EXIT_SOME
from easytear.cli.check_privacy import say_finds
from easytear.cli.console import console, say
from easytear.cli.progress import show_progress

if TYPE_CHECKING:
    from easytear.sharing.burnt_in import Box
    from easytear.sharing.dataset import Choices


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("share")(share)


def share(
    study: Annotated[
        Path, typer.Argument(metavar="STUDY", exists=True, file_okay=False, help="The study.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DATASET", help="Folder to make.")],
    videos: Annotated[
        Literal["none", "masked", "as-is"],
        typer.Option(help="Recordings: none, with writing covered, or as stored."),
    ] = "none",
    confirm: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="The code at the end of the page that was looked at."),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of the recordings, if moved."),
    ] = None,
    allow_column: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A clinical column that may go out; may be given again."),
    ] = None,
    mask: Annotated[
        list[str] | None,
        typer.Option(metavar="X,Y,W,H", help="A place to cover in every picture, in pixels."),
    ] = None,
    harmless: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD", help="A name of the study that is an ordinary word, too."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the dataset.")] = None,
    licence: Annotated[str, typer.Option(help="Its licence, an SPDX name as CC-BY-4.0.")] = "",
    author: Annotated[
        list[str] | None, typer.Option(help="Who gives it away; may be given again.")
    ] = None,
    about: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="How collected, consent, limits (text)."),
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
) -> None:
    """Make a dataset of a study that may be given away: codes for names, no metadata, no dates.

    It is made aside first, with a page of all pictures and words that would leave. Whoever has
    looked at it gives the code at its end; only then is DATASET written. Exit: 0 written, 3 waits
    to be looked at, 1 not private or cannot be used, 2 usage.
    """
    from easytear.sharing import dataset as sharing
    from easytear.sharing.card import About

    if mask and videos != "masked":
        raise typer.BadParameter("needs --videos masked.", param_hint="--mask")
    study, out = Path(os.path.abspath(study)), Path(os.path.abspath(out))
    if confirm is None:
        told = About(
            licence=licence,
            authors=tuple(author or ()),
            words=_words(about) if about else "",
            videos=videos,
        )
        choices = sharing.Choices(
            told.model_copy(update={"title": title}) if title else told,
            source,
            tuple(allow_column or ()),
            tuple(_box(text) for text in mask or ()),
            tuple(harmless or ()),
        )
        confirm = _looked_at(study, out, choices, quiet)
    sharing.confirm(study, out, confirm)
    console().print(f"Written: {out}", soft_wrap=True)


def _words(about: Path) -> str:
    from easytear.base.errors import UsageError

    try:
        return read_text(about, "annotation_mb")
    except (OSError, ValueError) as error:
        raise UsageError(f"{about}: cannot be read as text in UTF-8; save it as such.") from error


def _box(text: str) -> Box:
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not X,Y,WIDTH,HEIGHT in pixels.", param_hint="--mask"
        ) from error
    return x, y, width, height


def _looked_at(study: Path, out: Path, choices: Choices, quiet: bool) -> str:
    """Make the dataset aside, and ask for the code of its page; exit where nobody is there."""
    from easytear.sharing.dataset import NotPrivateError, prepare

    try:
        with show_progress(study.name, quiet=quiet) as progress:
            page = prepare(study, out, choices, progress)
    except NotPrivateError as error:
        say_finds(error.finds, None)
        say(f"easytear: {error}")
        raise typer.Exit(EXIT_NOTHING) from error
    console().print(f"Look at every picture and word in {page}", soft_wrap=True)
    if sys.stdin.isatty():
        return str(typer.prompt("The code at its end, if all of it may be seen by anybody"))
    console().print("then run the command again with --confirm CODE: the code is at its end.")
    raise typer.Exit(EXIT_SOME)
