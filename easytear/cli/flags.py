"""`easytear flags`: what the short words in results mean, and what to do about them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from easytear.cli.console import console, tell


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(flags)


def flags(
    flag: Annotated[
        list[str] | None, typer.Argument(metavar="[FLAG]...", help="Which; all without it.")
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Bring the table of flags in a Markdown document up to date."
        ),
    ] = None,
) -> None:
    """Say what a flag means, what to do when filming, and what in the program."""
    from easytear.base.errors import UsageError
    from easytear.show.dictionary import write_flags
    from easytear.show.flags import SENTENCES
    from easytear.show.remedies import REMEDIES

    if write is not None:
        try:
            write_flags(write)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{write}: holds no place for the flags, or cannot be written ({error})."
            ) from error
        tell(f"{write}: up to date")
        return
    out = console()
    for name in flag or SENTENCES:
        plain = name if name in SENTENCES else name.removeprefix("video_")
        if plain not in SENTENCES:
            raise UsageError(f"{name}: is no flag; 'easytear flags' lists them.")
        out.print(f"{plain}: {SENTENCES[plain]}", soft_wrap=True)
        for place, text in zip(("filming", "program"), REMEDIES[plain], strict=True):
            if text:
                out.print(f"    {place}: {text}", soft_wrap=True)
