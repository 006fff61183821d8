"""`easytear quantities`: every quantity, or a document brought up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from easytear.cli.console import tell


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(quantities)


def quantities(
    write: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Bring the table of quantities in a Markdown document up to date."
        ),
    ] = None,
) -> None:
    """List every quantity of an interval with unit and meaning, those of extensions too."""
    from easytear.show.dictionary import quantities_table, write_quantities

    if write is None:
        tell(quantities_table())
        return
    from easytear.base.errors import UsageError

    try:
        write_quantities(write)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{write}: holds no place for the quantities, or cannot be written ({error})."
        ) from error
    tell(f"{write}: up to date")
