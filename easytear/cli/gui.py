"""`easytear gui`: the desktop app."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import typer

from easytear.base.errors import MissingExtraError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="gui")(gui)


def gui(
    videos: list[Path] = typer.Argument(  # noqa: B008 - typer's way
        None, metavar="[VIDEO ...]", help="Videos, folders, or one session (.easytear) to open."
    ),
) -> None:
    """Open the desktop app."""
    try:
        run = import_module("easytear_gui.app").run
    except ImportError as error:
        raise MissingExtraError(
            f"The desktop app needs packages that are not installed ({error.name}): "
            "pip install 'easytear[gui]'."
        ) from error
    raise typer.Exit(run(videos or []))
