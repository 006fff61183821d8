"""`easytear agree`: program against people, people against each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.base.errors import AnnotationError
from easytear.cli.overwrite import Overwrite, refuse_existing

if TYPE_CHECKING:
    from easytear.annotate import Annotations
    from easytear.results import Analysis


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("agree")(agree)


def agree(
    results: Annotated[
        Path,
        typer.Argument(metavar="RESULTS", help="A results folder, or a folder that holds several."),
    ],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Annotation files: .json, CVAT .xml or .zip, .csv."),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder for page and tables [RESULTS/agreement]."),
    ] = None,
    overwrite: Overwrite = False,
    remark: Annotated[str, typer.Option(help="A line to stand under the page's heading.")] = "",
) -> None:
    """Compare results with annotations, and annotators with each other."""
    from easytear.annotate.agreement import compare, write_agreement
    from easytear.annotate.agreement.page import PAGE, summary_lines
    from easytear.annotate.convert import read_told

    if output is not None:
        refuse_existing(output / PAGE, overwrite)
    task = None if _holds_several(results) else _video_name(results)
    read = [read_told(file, task) for file in files]
    for file, one in zip(files, read, strict=True):
        for words in one.told:
            typer.echo(f"{file}: {words}", err=True)
    comparison = compare(_cases(results, files, [one.document for one in read]))
    page = write_agreement(comparison, output or results / "agreement", remark)
    for line in summary_lines(comparison.agreement):
        typer.echo(line)
    typer.echo(str(page))


def _cases(
    results: Path, files: Sequence[Path], documents: Sequence[Annotations]
) -> list[tuple[Analysis, list[Annotations]]]:
    """Return each results folder's analysis with the annotations of its video."""
    from easytear.results import read_results

    if not _holds_several(results):
        analysis = read_results(results)
        return [(analysis, [_fit(d, analysis, f) for d, f in zip(documents, files, strict=True)])]
    cases: list[tuple[Analysis, list[Annotations]]] = []
    left = dict(enumerate(documents))
    for summary in sorted(results.glob("*/summary.json")):
        analysis = read_results(summary.parent)
        own = [n for n, document in left.items() if _is_of(document, analysis)]
        if own:
            cases.append((analysis, [_fit(left.pop(n), analysis, files[n]) for n in own]))
    if left:
        raise AnnotationError(
            f"{_names(files[n] for n in left)}: no results of this video below {results}; "
            "run 'easytear analyze' on it."
        )
    return cases


def _holds_several(results: Path) -> bool:
    return results.is_dir() and not (results / "summary.json").is_file()


def _video_name(results: Path) -> str:
    from easytear.results import read_summary

    return Path(read_summary(results).video.path).name


def _is_of(document: Annotations, analysis: Analysis) -> bool:
    """Return whether annotations are of an analysed video: by content, else by its name."""
    video = analysis.summary.video
    if document.video.sha256 is not None:
        return document.video.sha256 == video.sha256
    own = Path(document.video.name).stem.casefold()
    return bool(own) and own == Path(video.path).stem.casefold()


def _fit(document: Annotations, analysis: Analysis, file: Path) -> Annotations:
    """Return annotations in the coordinates of an analysed video; what was done is told."""
    from easytear.annotate.convert import fitted
    from easytear.annotate.corrected import check_same_video
    from easytear.annotate.video import analysed_video

    if document.video.sha256 is not None:
        check_same_video(analysis, document)
        return document
    found = fitted(document, analysed_video(analysis))
    for words in found.told:
        typer.echo(f"{file}: {words}", err=True)
    return found.document


def _names(files: Iterable[Path]) -> str:
    return ", ".join(str(file) for file in files)
