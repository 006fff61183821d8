"""`easytear doctor`: what is installed, what is missing, and how to get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from easytear.request.devices import Device

_SIGNS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "missing": ("MISSING", "bold red")}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    devices: Annotated[
        bool, typer.Option("--devices", help="List the instruments that are known, and stop.")
    ] = False,
    licences: Annotated[
        bool,
        typer.Option("--licences", help="List the licences of all that is installed, and stop."),
    ] = False,
) -> None:
    """Check the installation: versions, codecs, display; exits 1 where something is missing."""
    if devices:
        _list_devices()
        return
    if licences:
        _list_licences()
        return
    from rich.console import Console
    from rich.table import Table

    from easytear.cli.checks import check_all

    checks = check_all()
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for check in checks:
        word, style = _SIGNS[check.state]
        table.add_row(f"[{style}]{word}[/]", check.name, check.detail)
    console = Console(highlight=False)
    console.print(table)
    remedies = [check.remedy for check in checks if check.remedy]
    if remedies:
        console.print("\nTo get what is missing:", style="bold")
        for remedy in dict.fromkeys(remedies):
            console.print(f"  {remedy}", markup=False, soft_wrap=True)
    if any(check.state == "missing" for check in checks):
        raise typer.Exit(1)
    console.print("\nReady to analyse videos.", style="bold")


def _list_licences() -> None:
    """Print each package's licence, and what that means for who hands a bundle on."""
    from easytear.cli.console import console
    from easytear.cli.licences import GPL, licences

    out = console()
    for one in licences():
        remark = f"; {one.remark}" if one.remark else ""
        out.print(f"{one.package} {one.version}: {one.licence}{remark}", soft_wrap=True)
    out.print(f"\n{GPL}", soft_wrap=True)


def _list_devices() -> None:
    """Print every instrument: what is known of it, and where that was read."""
    from rich.console import Console
    from rich.markup import escape
    from rich.padding import Padding

    from easytear.base.errors import EasyTearError
    from easytear.request.devices import DEVICES_VARIABLE, devices, user_folder

    try:
        known = devices()
    except EasyTearError as error:
        from easytear.cli.console import say

        say(f"easytear: {error}")
        raise typer.Exit(1) from error
    console = Console(highlight=False)
    for one in known.values():
        about = ", ".join(part for part in (one.maker, one.kind) if part)
        console.print(f"[bold]{escape(one.key)}[/]  {escape(one.name)} ({escape(about)})")
        for line in _device_lines(one):
            console.print(Padding(escape(line), (0, 0, 0, 4)))
    console.print(
        f"\nYour own: files of this kind (.toml) in {user_folder()}, in a folder named in "
        f"{DEVICES_VARIABLE}, or one file given to --device.",
        soft_wrap=True,
    )


def _device_lines(one: Device) -> list[str]:
    from easytear.request.devices import FACTS

    lines = [f"{FACTS[name]}: {_said(value)}" for name, value in one.facts.items()]
    if one.mm_per_px is None:
        lines.append("scale: not published; it comes from the iris, or from a ruler")
    lines += [one.note] if one.note else []
    return lines + [f"[{source.title}] {source.url or ''}".rstrip() for source in one.sources]


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
