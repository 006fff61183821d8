"""`easytear agree`: program against people, people against each other."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from easytear.base.errors import AnnotationError, UsageError
from easytear.base.regular import open_text
from easytear.cli.console import tell
from easytear.cli.overwrite import Overwrite, refuse_existing

if TYPE_CHECKING:
    import regex

    from easytear.annotate import Annotations
    from easytear.results import Analysis


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("agree")(agree)


def agree(
    results: Annotated[
        Path,
        typer.Argument(
            metavar="RESULTS", help="A results folder, a folder that holds several, or a study."
        ),
    ],
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Annotation files (.json, CVAT .xml or .zip, .csv), or folders of "
            "*.annotations.json.",
        ),
    ],
    gold: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A gold standard to score readers against, or a folder of them."
        ),
    ] = None,
    name_pattern: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX",
            help="Whose a video is, by its name: a regular expression with a group "
            "(?P<subject>...) [study.csv in RESULTS, else each video is of another].",
        ),
    ] = None,
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

    if output is not None:
        refuse_existing(output / PAGE, overwrite)
    pattern = _pattern(name_pattern)
    standards = annotation_files(gold or [])
    places = {file.resolve() for file in standards}
    readers = [file for file in annotation_files(files) if file.resolve() not in places]
    if not readers:
        raise UsageError(f"{_names(files)}: there is no reader's annotation file.")
    task = None if _holds_several(results) else _video_name(results)
    cases = _cases(results, readers, _read(readers, task))
    golden = _golden(cases, standards, _read(standards, task))
    subjects = _subjects(results, [analysis for analysis, _ in cases], pattern)
    comparison = compare(cases, golden, subjects)
    page = write_agreement(comparison, output or results / "agreement", remark)
    for line in summary_lines(comparison.agreement):
        tell(line)
    tell(str(page))


def annotation_files(given: Sequence[Path]) -> list[Path]:
    """Return annotation files as given, and those that lie in given folders."""
    from easytear.annotate.files import SUFFIX

    files: list[Path] = []
    for one in given:
        if one.is_dir():
            found = sorted(one.rglob(f"*{SUFFIX}"))
            if not found:
                raise UsageError(f"{one}: there is no *{SUFFIX} in this folder.")
            files += found
        else:
            files.append(one)
    return list(dict.fromkeys(files))


def _read(files: Sequence[Path], task: str | None) -> list[Annotations]:
    """Read annotation files; what a person must know of them is told."""
    from easytear.annotate.convert import read_told

    documents = []
    for file in files:
        one = read_told(file, task)
        documents.append(one.document)
        for words in one.told:
            tell(f"{file}: {words}", err=True)
    return documents


def _golden(
    cases: Sequence[tuple[Analysis, list[Annotations]]],
    files: Sequence[Path],
    documents: Sequence[Annotations],
) -> list[Annotations]:
    """Return the gold standards of the videos compared; one of none of them is refused."""
    found = []
    for file, document in zip(files, documents, strict=True):
        own = next((analysis for analysis, _ in cases if _is_of(document, analysis)), None)
        if own is None:
            raise AnnotationError(f"{file}: is a gold standard of none of the videos compared.")
        fitting = _fit(document, own, file)
        sha256 = own.summary.video.sha256
        video = fitting.video.model_copy(update={"sha256": sha256})
        found.append(fitting.model_copy(update={"video": video}))
    return found


def _pattern(given: str | None) -> regex.Pattern[str] | None:
    from easytear.study.names import compile_pattern

    try:
        pattern = compile_pattern(given)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--name-pattern") from error
    if pattern is not None and "subject" not in pattern.groupindex:
        raise typer.BadParameter(
            f"{given!r} has no group (?P<subject>...).", param_hint="--name-pattern"
        )
    return pattern


def _subjects(
    results: Path, analyses: Sequence[Analysis], pattern: regex.Pattern[str] | None
) -> dict[str, str]:
    """Return whose each video is: by its name, else as the study's table says."""
    paths = [analysis.summary.video.path for analysis in analyses]
    if pattern is not None:
        from easytear.study.names import read_names

        parts = read_names([Path(path).name for path in paths], pattern)
        found = {path: parts[Path(path).name]["subject"] for path in paths}
        wrong = [path for path, subject in found.items() if not subject]
        if wrong:
            raise UsageError(f"{', '.join(wrong)}: --name-pattern does not match.")
        return {path: subject for path, subject in found.items() if subject}
    from easytear.results import read_summary, result_folders

    table = results / "study.csv"
    if not table.is_file():
        return {}
    with open_text(table, "utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row.get("subject") and row.get("video")]
    known = {row["video"]: row["subject"] for row in rows}
    named = {read_summary(one).video.path: one.name for one in result_folders(results)}
    return {path: known[named[path]] for path in paths if named.get(path) in known}


def _cases(
    results: Path, files: Sequence[Path], documents: Sequence[Annotations]
) -> list[tuple[Analysis, list[Annotations]]]:
    """Return each results folder's analysis with the annotations of its video."""
    from easytear.results import read_results, result_folders

    if not _holds_several(results):
        analysis = read_results(results)
        return [(analysis, [_fit(d, analysis, f) for d, f in zip(documents, files, strict=True)])]
    cases: list[tuple[Analysis, list[Annotations]]] = []
    left = dict(enumerate(documents))
    for folder in result_folders(results):
        analysis = read_results(folder)
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
        tell(f"{file}: {words}", err=True)
    return found.document


def _names(files: Iterable[Path]) -> str:
    return ", ".join(str(file) for file in files)
