"""`easytear doctor`: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import typer

_SIGNS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "missing": ("MISSING", "bold red")}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor() -> None:
    """Check the installation: versions, codecs, display; exits 1 where something is missing."""
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
