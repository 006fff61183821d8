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
    from easytear.annotate import read_any
    from easytear.annotate.agreement import compare, write_agreement
    from easytear.annotate.agreement.page import PAGE, summary_lines

    if output is not None:
        refuse_existing(output / PAGE, overwrite)
    documents = [read_any(file) for file in files]
    comparison = compare(_cases(results, files, documents))
    page = write_agreement(comparison, output or results / "agreement", remark)
    for line in summary_lines(comparison.agreement):
        typer.echo(line)
    typer.echo(str(page))


def _cases(
    results: Path, files: Sequence[Path], documents: Sequence[Annotations]
) -> list[tuple[Analysis, list[Annotations]]]:
    """Return each results folder's analysis with the annotations of its video."""
    from easytear.results import read_results

    if (results / "summary.json").is_file() or not results.is_dir():
        return [(read_results(results), list(documents))]
    cases: list[tuple[Analysis, list[Annotations]]] = []
    left = dict(enumerate(documents))
    for summary in sorted(results.glob("*/summary.json")):
        analysis = read_results(summary.parent)
        own = [n for n, d in left.items() if d.video.sha256 == analysis.summary.video.sha256]
        if own:
            cases.append((analysis, [left.pop(n) for n in own]))
    if left:
        raise AnnotationError(
            f"{_names(files[n] for n in left)}: no results of this video below {results}; "
            "run 'easytear analyze' on it."
        )
    return cases


def _names(files: Iterable[Path]) -> str:
    return ", ".join(str(file) for file in files)
