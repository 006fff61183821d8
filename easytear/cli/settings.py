"""`easytear settings`: every setting, or a file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.base.limits import LIMITS, VARIABLE, limit
from easytear.cli.console import tell

if TYPE_CHECKING:
    from easytear.request.settings import SettingInfo

_WIDTH_IN_FILE = 120


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(settings)


def settings(
    write: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a TOML file with every default to start from."),
    ] = None,
) -> None:
    """List every setting and every limit with unit, value, bounds and meaning."""
    from easytear.request.settings import Settings, describe_settings, dump_settings

    if write is None:
        _print(list(describe_settings()))
        return
    from easytear.base.errors import SettingsError
    from easytear.results import write_text

    if write.exists():
        raise SettingsError(f"{write}: exists already; choose another name or remove it.")
    try:
        write_text(write, dump_settings(Settings()))
    except OSError as error:
        raise SettingsError(f"{write}: cannot be written ({error.strerror}).") from error
    tell(f"{write}: written; change it, then analyze with --config {write}")


def _print(infos: list[SettingInfo]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = _WIDTH_IN_FILE
    group = ""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Setting", no_wrap=True)
    table.add_column("Default", no_wrap=True)
    table.add_column("Unit", no_wrap=True)
    table.add_column("Allowed", no_wrap=True)
    table.add_column("Meaning", overflow="fold", ratio=1)
    for info in infos:
        if info.group != group:
            group = info.group
            table.add_row(f"[{group}]", style="bold")
        table.add_row(
            info.name,
            _value(info.default),
            info.unit,
            _allowed(info),
            f"{info.label}. {info.description}",
        )
    table.add_row("[limits]", style="bold")
    for one in LIMITS:
        allowed = f"{one.lowest:.15g} to {one.highest:.15g}"
        table.add_row(one.name, f"{limit(one.name):.15g}", one.unit, allowed, one.description)
    console.print(table)
    console.print(
        "\nThe limits are this computer's, never those of a settings file or of results: change "
        "one with\n'easytear --limit NAME=VALUE COMMAND ...', or for good in the environment "
        f"({VARIABLE}='NAME=VALUE NAME=VALUE')."
    )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _allowed(info: SettingInfo) -> str:
    if info.choices:
        return " | ".join(info.choices)
    low, high = info.bounds
    if low is None and high is None:
        return "true | false" if isinstance(info.default, bool) else ""
    if high is None:
        return f"≥ {low}"
    if low is None:
        return f"≤ {high}"
    return f"{low} to {high}"
