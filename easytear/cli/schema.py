"""`easytear schema`: the JSON Schema of every format."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from easytear.cli.console import tell


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("schema")(schema_command)


def schema_command(
    name: Annotated[
        str | None, typer.Argument(help="A format; without it they are listed.")
    ] = None,
) -> None:
    """Print the JSON Schema of a format."""
    from easytear.base.errors import UsageError
    from easytear.export.schemas import FORMATS, schema

    if name is None:
        width = max(len(one) for one in FORMATS)
        for one, (meaning, _) in FORMATS.items():
            tell(f"{one:<{width}}  {meaning}")
        return
    if name not in FORMATS:
        raise UsageError(f"{name}: is no format; there are {', '.join(FORMATS)}.")
    typer.echo(json.dumps(schema(name), indent=2, ensure_ascii=True))
