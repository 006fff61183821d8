"""Nobody's earlier work is replaced by that on something else, unless it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from easytear.base.errors import ResultsError, UsageError

Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what is there already.")]


def refuse_existing(path: Path, overwrite: bool) -> None:
    """Refuse to write over a file.

    Raises
    ------
    UsageError
        If there is one and it may not be replaced.
    """
    if not overwrite and path.exists():
        raise UsageError(f"{path}: exists already; choose another name, or give --overwrite.")


def refuse_another_video(video: Path, folder: Path, overwrite: bool) -> None:
    """Refuse a results folder that holds the results of another video of the same name.

    A video is the same where its content is, or its place: what was analysed again because it was
    copied anew is no other.

    Raises
    ------
    UsageError
        If the folder holds another's results and they may not be replaced.
    """
    from easytear.results import read_summary
    from easytear.video import content_hash

    if overwrite or not folder.is_dir() or not video.is_file():
        return
    try:
        there = read_summary(folder).video
    except ResultsError:
        return  # nothing that could be lost
    if Path(there.path).is_absolute() and Path(there.path) == video.resolve():
        return
    if there.sha256 != content_hash(video):
        raise UsageError(
            f"{folder}: holds the results of {there.path}, not of {video}; name another folder "
            "with -o, use 'easytear batch', or give --overwrite."
        )
