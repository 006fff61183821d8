"""`easytear convert`: annotation files from one format to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from easytear.cli.console import tell
from easytear.cli.overwrite import Overwrite, refuse_existing


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("convert")(convert)


def convert(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Annotations: .json, CVAT .xml or .zip, .csv.")
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FILE", help="To write: .json, .xml or .csv."),
    ],
    video: Annotated[
        Path | None,
        typer.Option(
            help="The annotated video, to tie an imported file to it (content, frame times)."
        ),
    ] = None,
    annotator: Annotated[
        str | None, typer.Option(help="Who made them, when the file does not say.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="Which video of a CVAT project [that of --video].")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Convert annotations between EasyTear JSON, CVAT for video 1.1 XML and CSV.

    DeepLabCut tables (CSV) and COCO keypoints (JSON) are read, too.
    """
    from easytear.annotate import write_any
    from easytear.annotate.convert import fitted, read_told
    from easytear.annotate.video import video_ref
    from easytear.video import FrameReader

    refuse_existing(output, overwrite)
    read = read_told(file, task or (None if video is None else video.name))
    document, told = read.document, list(read.told)
    if video is not None:
        with FrameReader(video) as reader:
            found = fitted(document, video_ref(reader))
        document, told = found.document, [*told, *found.told]
    if annotator is not None:
        document = type(document).model_validate(
            {**document.model_dump(by_alias=True), "annotator": annotator}
        )
    write_any(document, output)
    for words in told:
        tell(f"{file}: {words}", err=True)
    count = len(document.items)
    tell(f"{output}: {count} mark{'' if count == 1 else 's'}")
