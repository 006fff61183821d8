"""Options that commands share, each with its words and limits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ResultsPlace = Annotated[
    Path,
    typer.Argument(metavar="RESULTS", help="A results folder, a folder of several, or a study."),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--config", help="Settings (TOML) [the defaults]."),
]
OtherSettings = Annotated[
    list[str] | None, typer.Option("--set", metavar="GROUP.NAME=VALUE", help="One other setting.")
]
Labels = Annotated[
    list[str] | None,
    typer.Option(
        "--label",
        metavar="NAME=VALUE",
        help="Of the recording: subject, eye, visit, date, instrument, operator, notes ...",
    ),
]
IrisWidth = Annotated[
    float | None,
    typer.Option("--hvid", metavar="MM", help="Measured iris width in mm [11.7, the mean]."),
]
Scale = Annotated[
    float | None,
    typer.Option("--mm-per-px", help="Scale, where it is known: millimetres per pixel."),
]
Instrument = Annotated[
    str | None,
    typer.Option(
        "--device", help="Instrument, or a file with its profile; 'easytear doctor --devices'."
    ),
]
FrameRate = Annotated[
    float | None,
    typer.Option(
        "--fps",
        min=0.1,
        max=100_000,
        help="Frames per second as the camera took them, where the file does not tell (video.fps).",
    ),
]
Start = Annotated[float | None, typer.Option("--start", help="Analyse from this second on.")]
End = Annotated[float | None, typer.Option("--end", help="Analyse up to this second.")]
RequestFile = Annotated[
    Path | None,
    typer.Option("--request", help="All that is asked for (JSON), or a summary.json with it."),
]
CorrectionsFile = Annotated[
    Path | None,
    typer.Option("--corrections", help="Corrections (JSON): a list, or a summary.json with it."),
]
AnnotationsFile = Annotated[
    Path | None, typer.Option("--annotations", help="An annotation file, as napari saves it.")
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        help="Processes that share a video's intervals; without it 2, or 1 on one processor.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be done and why; do nothing.")
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no table.")]
ProgressJson = Annotated[
    bool, typer.Option("--progress-json", help="Progress as lines of JSON on standard error.")
]

USUAL_WORKERS = 2
"""Each further process takes some 200 MB."""
