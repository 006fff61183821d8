"""Finding the video that results belong to."""

from __future__ import annotations

from pathlib import Path

from easytear.base.errors import VideoError
from easytear.results import Results
from easytear.video import content_hash


def find_video(
    results: Results, folder: Path, given: Path | None = None, *, needed: bool = False
) -> tuple[Path | None, str]:
    """Return the video of an analysis, or None and a sentence that says why not.

    It is looked for where the analysis found it, then beside and above the results folder, and
    known by its content.

    Parameters
    ----------
    results : Results
        What the folder holds.
    folder : Path
        Their folder.
    given : Path, optional
        Where a person says it is.
    needed : bool
        Raise rather than return None.

    Raises
    ------
    VideoError
        If `given` is absent or another video, or nothing is found although `needed`.
    """
    told = results.summary.video
    if given is not None:
        if content_hash(given) != told.sha256:
            raise VideoError(
                f"{given}: is not the video that was analysed (its content differs); "
                "analyse it, or name the right one."
            )
        return given, ""
    path, folder = Path(told.path), folder.resolve()
    places = [path, folder / path.name, folder.parent / path.name, folder.parent.parent / path.name]
    for place in places:
        if place.is_file() and content_hash(place) == told.sha256:
            return place, ""
    why = (
        f"{told.path}: the video is no longer there (or was changed); say where it is with --video."
    )
    if needed:
        raise VideoError(why)
    return None, why
