"""`easytear compare`: two visits, two eyes, before and after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.base.errors import UsageError
from easytear.cli.console import say, tell
from easytear.cli.overwrite import Overwrite, refuse_existing
from easytear.cli.progress import show_progress

if TYPE_CHECKING:
    from easytear.compare import Comparison
    from easytear.compare.contrast import Scatter
    from easytear.compare.side_by_side import SideVideo
    from easytear.results import Analysis


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare_command)


_A = Annotated[Path, typer.Argument(metavar="OUT/A", help="A video's results folder.")]
_B = Annotated[Path, typer.Argument(metavar="OUT/B", help="Another's; told is B against A.")]
_Out = Annotated[Path, typer.Option("-o", "--out", help="Folder for page, table and video.")]
_SameEye = Annotated[
    bool | None,
    typer.Option(
        "--same-eye/--other-eye", help="Whether both are of one eye [as their labels say]."
    ),
]
_Intervals = Annotated[
    str | None,
    typer.Option(metavar="A:B", help="Compare these intervals alone, counted from 1: 1:2."),
]
_Study = Annotated[
    Path | None, typer.Option(help="A study's folder, for the scatter between visits.")
]
_NoOverlay = Annotated[bool, typer.Option("--no-overlay", help="No video of both films.")]
_VideoA = Annotated[Path | None, typer.Option(help="Where A's video is now, if it was moved.")]
_VideoB = Annotated[Path | None, typer.Option(help="Where B's video is now, if it was moved.")]
_Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no words.")]


def compare_command(
    a: _A,
    b: _B,
    out: _Out,
    same_eye: _SameEye = None,
    intervals: _Intervals = None,
    study: _Study = None,
    no_overlay: _NoOverlay = False,
    video_a: _VideoA = None,
    video_b: _VideoB = None,
    overwrite: Overwrite = False,
    quiet: _Quiet = False,
) -> None:
    """Compare two results: what changed, by how much, and whether by more than chance."""
    from easytear.compare import PAGE, compare, summary_lines, write_comparison
    from easytear.compare.side_by_side import OVERLAY
    from easytear.results import read_results

    refuse_existing(out / PAGE, overwrite)
    sides = read_results(a), read_results(b)
    visits, told = _between_visits(study)
    found = compare(
        sides[0].summary,
        sides[1].summary,
        _names(a, b),
        same_eye=same_eye,
        visits=visits,
        between_visits=told,
        pair=_pair(intervals),
    )
    pair = None if no_overlay else _videos(found, sides, (a, b), (video_a, video_b))
    out.mkdir(parents=True, exist_ok=True)
    (out / OVERLAY).unlink(missing_ok=True)
    if pair is not None:
        from easytear.compare import write_side_by_side

        with show_progress(out.name, quiet=quiet, as_json=False) as progress:
            write_side_by_side(*pair, out / OVERLAY, progress)
    page = write_comparison(found, sides, out, None if pair is None else OVERLAY)
    if not quiet:
        for line in (*summary_lines(found), *found.warnings):
            tell(line)
        tell(str(page))


def _names(a: Path, b: Path) -> tuple[str, str]:
    """Return what to call the two: their folders' names, with the folder above where alike."""
    here, there = a.resolve(), b.resolve()
    if here.name != there.name:
        return here.name, there.name
    return f"{here.parent.name}/{here.name}", f"{there.parent.name}/{there.name}"


def _pair(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    ends = text.split(":")
    if len(ends) != 2 or not all(end.isdigit() and int(end) > 0 for end in ends):
        raise UsageError(
            f"--intervals {text}: write it as 1:2, the first of A with the second of B."
        )
    return int(ends[0]) - 1, int(ends[1]) - 1


def _between_visits(study: Path | None) -> tuple[dict[str, Scatter] | None, str]:
    """Return the scatter between visits that a study tells, and its name."""
    if study is None:
        return None, ""
    from easytear.compare.visits import between_visits_of

    return between_visits_of(study)


def _videos(
    found: Comparison,
    sides: tuple[Analysis, Analysis],
    folders: tuple[Path, Path],
    given: tuple[Path | None, Path | None],
) -> tuple[SideVideo, SideVideo] | None:
    """Return both sides with their videos; None, with a word why, where one is out of reach."""
    from easytear.compare.side_by_side import SideVideo
    from easytear.report.source import find_video

    made = []
    for side, analysis, folder, named in zip(
        (found.a, found.b), sides, folders, given, strict=True
    ):
        video, why = find_video(analysis, folder, named)
        shown = [one for one in analysis.summary.intervals if one.index == side.shown]
        if video is None or not shown:
            say(why or f"{folder}: no interval to show; there is no video of both films.")
            return None
        made.append(SideVideo(analysis, shown[0], video, side.name))
    return made[0], made[1]
