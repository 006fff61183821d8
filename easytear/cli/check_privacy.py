"""`easytear check-privacy`: what in a folder could tell who somebody is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.cli.console import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from easytear.sharing.finds import Find

EXIT_FOUND = 3
_MOST_A_KIND = 12


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check-privacy")(check_privacy)


def check_privacy(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", exists=True, file_okay=False, help="Where to look."),
    ],
    word: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A name that must not be there; may be given again."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, metavar="KEY.csv", help="Look for every original in it."
        ),
    ] = None,
    harmless: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD", help="A name in the key that is an ordinary word, too."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every place, not the first of each kind.")
    ] = False,
) -> None:
    """List what in a folder could tell who somebody is, where, or when.

    Metadata of videos and pictures, sound, paths, names of accounts, e-mail addresses, dates, file
    times, and writing in pictures and videos. Exits 0 if nothing is found, 3 if anything is.
    """
    from easytear.sharing.check import check_folder
    from easytear.sharing.finds import Wanted
    from easytear.study.names import Codes

    words = tuple(word or ()) + (tuple(Codes(key).originals()) if key else ())
    finds = check_folder(folder, Wanted(words, frozenset(harmless or ())))
    say_finds(finds, None if every else _MOST_A_KIND)
    if finds:
        raise typer.Exit(EXIT_FOUND)
    console().print(f"{folder}: nothing found that could tell who somebody is.", soft_wrap=True)


def say_finds(finds: Sequence[Find], most: int | None = _MOST_A_KIND) -> None:
    """Print what was found, one kind after the other."""
    from easytear.base.text import printable

    out = console()
    by_kind: dict[str, list[Find]] = {}
    for one in finds:
        by_kind.setdefault(one.kind, []).append(one)
    for kind, members in by_kind.items():
        out.print(f"{kind} ({sum(one.count for one in members)})")
        for one in members[:most]:
            times = f" ({one.count} times)" if one.count > 1 else ""
            out.print(f"  {printable(one.place)}: {printable(one.what)}{times}", soft_wrap=True)
        if most is not None and len(members) > most:
            out.print(f"  and {len(members) - most} more; --all lists them")
