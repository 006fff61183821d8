"""`easytear annotate`: opens a video, and its results, for annotation in napari."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from easytear.base.errors import MissingExtraError, UsageError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("annotate")(annotate)


def annotate(
    video: Annotated[Path | None, typer.Argument(metavar="[VIDEO]", help="The video file.")] = None,
    results: Annotated[
        Path | None, typer.Option(help="Its results folder, to review and correct.")
    ] = None,
    annotations: Annotated[
        Path | None,
        typer.Option(
            help="The annotation file [in the results folder, or beside the video, by your name]."
        ),
    ] = None,
    annotator: Annotated[
        str | None, typer.Option(help="Your name [the name you log in with].")
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="Show nothing of the program's result.")
    ] = False,
    assignment: Annotated[
        Path | None,
        typer.Option(help="Instead of a video: what you are to read, from 'easytear assign'."),
    ] = None,
) -> None:
    """Annotate a video or review its results in napari."""
    if find_spec("napari") is None or find_spec("easytear_napari") is None:
        raise MissingExtraError(
            "napari is not installed; install it with: pip install 'easytear[napari]'."
        )
    if (video is None) == (assignment is None):
        raise UsageError("Give a video, or --assignment FILE.")
    start = import_module("easytear_napari.start")
    start.start(
        video,
        results=results,
        annotations=annotations,
        annotator=annotator,
        blind=blind,
        assignment=assignment,
    )
