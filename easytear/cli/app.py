"""The typer application: commands are added by name, and errors become one sentence."""

from __future__ import annotations

import gc
import sys
from importlib import import_module

import typer
from rich.console import Console

from easytear import __version__
from easytear.base.errors import EasyTearError, SettingsError, UsageError

EXIT_OK, EXIT_NOTHING, EXIT_USAGE, EXIT_SOME = 0, 1, 2, 3

COMMANDS: tuple[str, ...] = (
    "analyze",
    "apply",
    "report",
    "info",
    "batch",
    "annotate",
    "agree",
    "convert",
    "gui",
    "simulate",
    "settings",
    "quantities",
    "doctor",
)
"""Modules of this package that register commands, in the order of the help page."""

app = typer.Typer(
    name="easytear",
    help="How the tear film's lipid layer spreads after a blink: from a video to numbers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"easytear {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Hold the options that every command shares."""


for _name in COMMANDS:
    import_module(f"easytear.cli.{_name}").register(app)


def main() -> None:
    """Run the command line; what a person can mend is told in one sentence, without traceback."""
    try:
        app()
    except EasyTearError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"easytear: {error}", markup=False
        )
        sys.exit(EXIT_USAGE if isinstance(error, SettingsError | UsageError) else EXIT_NOTHING)
    finally:
        # The system frees what is left; to look for cycles in it first takes a third of a second.
        gc.freeze()
