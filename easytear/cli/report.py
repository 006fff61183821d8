"""`easytear report`: the page, and the overlay video, made again from results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from easytear.cli.console import say
from easytear.cli.progress import show_progress


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report_command)


def report_command(
    folder: Annotated[Path, typer.Argument(metavar="OUT/VIDEO", help="A results folder.")],
    overlay: Annotated[bool, typer.Option("--overlay", help="Also make overlay.mp4.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Overlay on the frames as they are, the eye moving.")
    ] = False,
    video: Annotated[
        Path | None, typer.Option(help="Where the video is now, if it was moved.")
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
) -> None:
    """Make the page (and the overlay video) again from results."""
    from easytear.base.progress import Part
    from easytear.report import OVERLAY, write_overlay, write_report
    from easytear.report.source import find_video
    from easytear.results.stored import open_results

    results = open_results(folder)
    found, why = find_video(results, folder, video, needed=overlay)
    if found is None:
        say(why)
    with show_progress(folder.name, quiet=quiet, as_json=False) as progress:
        share = 0.3 if overlay else 1.0
        write_report(results, folder, found, Part(progress, 0.0, share))
        if overlay and found is not None:
            path = folder / OVERLAY
            rest = Part(progress, share, 1.0)
            write_overlay(results, found, path, stabilised=not raw, progress=rest)
