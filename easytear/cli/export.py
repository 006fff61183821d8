"""`easytear export`: results and studies as files that other programs read."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer

from easytear.base.errors import ResultsError, UsageError
from easytear.cli.console import tell

_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "msedge")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export_command)


def export_command(
    place: Annotated[
        Path, typer.Argument(metavar="OUT/VIDEO|STUDY", help="A results folder, or a study.")
    ],
    pdf: Annotated[bool, typer.Option("--pdf", help="report.pdf: one page.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="report.pdf: the whole page, printed by a browser.")
    ] = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="Every figure as SVG and PDF, into figures/.")
    ] = False,
    xlsx: Annotated[
        bool, typer.Option("--xlsx", help="study.xlsx: a study as a workbook.")
    ] = False,
    package: Annotated[
        bool, typer.Option("--datapackage", help="datapackage.json: a study's tables described.")
    ] = False,
) -> None:
    """Write what other programs read; without options all that the place has."""
    from easytear.results.files import SUMMARY

    study = (place / "study.csv").is_file()
    if not study and not (place / SUMMARY).is_file():
        raise ResultsError(f"{place}: holds neither results nor a study.")
    wanted = pdf, full, figures, xlsx, package
    if (study and (pdf or full or figures)) or (not study and (xlsx or package)):
        what = "a study" if study else "one video's results"
        raise UsageError(f"{place}: is {what}; 'easytear export --help' says what that has.")
    made = _study(place, xlsx, package) if study else _video(place, wanted)
    for path in made:
        tell(str(path))


def _study(study: Path, xlsx: bool, package: bool) -> list[Path]:
    from easytear.export.package import write_package
    from easytear.export.workbook import WORKBOOK, write_workbook

    made = []
    if xlsx or not package:
        write_workbook(study, study / WORKBOOK)
        made.append(study / WORKBOOK)
    if package or not xlsx:
        made.append(write_package(study))
    return made


def _video(folder: Path, wanted: tuple[bool, ...]) -> list[Path]:
    from easytear.export.sheet import SHEET, write_figures, write_sheet
    from easytear.results import read_results

    pdf, full, figures = wanted[:3]
    every = not any(wanted)
    made: list[Path] = []
    analysis = read_results(folder)
    if full:
        _print(folder / "report.html", folder / SHEET)
        made.append(folder / SHEET)
    elif pdf or every:
        write_sheet(analysis, folder / SHEET)
        made.append(folder / SHEET)
    if figures or every:
        made += write_figures(analysis, folder / "figures")
    return made


def _print(page: Path, pdf: Path) -> None:
    """Print a page by a browser without a window."""
    from easytear.base.atomic import atomic_write

    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise UsageError(
            f"{pdf}: the whole page is printed by Chromium, Chrome or Edge, and none was found; "
            "--pdf writes one page without."
        )
    if not page.is_file():
        raise ResultsError(f"{page}: is absent; run 'easytear report' first.")
    with tempfile.TemporaryDirectory() as profile, atomic_write(pdf) as aside:
        call = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer"]
        call += [f"--user-data-dir={profile}", f"--print-to-pdf={aside}", page.resolve().as_uri()]
        done = _called(call)
        if done is None or not aside.is_file() or not aside.stat().st_size:
            done = _called([*call[:1], "--no-sandbox", *call[1:]])
        if not aside.is_file() or not aside.stat().st_size:
            raise ResultsError(f"{pdf}: the browser did not print the page; --pdf writes one page.")


def _called(call: list[str]) -> subprocess.CompletedProcess[bytes] | None:
    try:
        return subprocess.run(call, capture_output=True, timeout=120, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
