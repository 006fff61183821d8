"""`easytear consensus`: several readers' annotations joined into one file a video."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from easytear.base.errors import UsageError
from easytear.base.text import safe_table
from easytear.cli.agree import annotation_files
from easytear.cli.console import tell
from easytear.cli.overwrite import Overwrite, refuse_existing


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("consensus")(consensus)


def consensus(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Annotation files of two readers or more, of one video or several; or folders "
            "of *.annotations.json.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder for one file a video, and the spread.")
    ],
    overwrite: Overwrite = False,
) -> None:
    """Join what readers agree on: points, front, blinks and intervals, with their spread.

    What comes out can serve as a gold standard: easytear agree --gold.
    """
    import pandas as pd

    from easytear.annotate.convert import read_told
    from easytear.annotate.files import annotation_path, write_annotations
    from easytear.annotate.model import Annotations
    from easytear.annotate.readers import consensus as joined
    from easytear.results import atomic_write

    groups: dict[str, list[Annotations]] = {}
    for file in annotation_files(files):
        document = read_told(file).document
        groups.setdefault(document.video.sha256 or document.video.name, []).append(document)
    alone = [one[0].video.name for one in groups.values() if len(one) < 2]
    if alone:
        raise UsageError(f"{', '.join(alone)}: has one reader only; a consensus needs two.")
    made = [joined(documents) for documents in groups.values()]
    places = [annotation_path(output, Path(c.document.video.name).stem, "consensus") for c in made]
    table = output / "consensus.csv"
    for place in (*places, table):
        refuse_existing(place, overwrite)
    output.mkdir(parents=True, exist_ok=True)
    for one, place in zip(made, places, strict=True):
        write_annotations(one.document, place)
        tell(f"{place}: {len(one.document.items)} marks, {one.document.annotator}")
        for words in one.told:
            tell(f"{one.document.video.name}: {words}.", err=True)
    with atomic_write(table) as aside:
        safe_table(pd.concat([one.spread for one in made]).round(3)).to_csv(
            aside, index=False, lineterminator="\r\n"
        )
    tell(str(table))
