"""Results as a table in the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from easytear.cli.console import console
from easytear.results import Fit, IntervalResult, Summary
from easytear.show.flags import sentence


def print_summary(summary: Summary, folder: Path) -> None:
    """Print one line an interval: the spread law with its 95 % intervals, area, quality.

    Intervals count from 1 for people, as on the page; in the files they count from 0.
    """
    table = Table(title=Path(summary.video.path).name, title_justify="left")
    table.box, table.padding, table.pad_edge = None, (0, 1), False
    for heading in ("", "time (s)", "ρ (mm)", "λ (s)", "ρ/λ (mm/s)", "area", "score"):
        table.add_column(heading, justify="right", no_wrap=True)
    for interval in summary.intervals:
        table.add_row(*_row(interval))
    out = console()
    if summary.intervals:
        out.print(table)
    else:
        out.print(Path(summary.video.path).name, soft_wrap=True)
    for flag in summary.flags:
        out.print(f"  {sentence(flag)}", soft_wrap=True)
    for interval in summary.intervals:
        if interval.quality.flags:
            out.print(f"  interval {interval.index + 1}: {', '.join(interval.quality.flags)}")
    out.print(f"  {folder / 'report.html'}", soft_wrap=True)


def _row(interval: IntervalResult) -> tuple[str, ...]:
    fit = interval.spread.y
    area = interval.area.end_fraction
    return (
        str(interval.index + 1),
        f"{interval.start_s:.2f}–{interval.end_s:.2f}",
        _number(fit, "rho_mm"),
        _number(fit, "lambda_s"),
        _number(fit, "initial_velocity_mm_s"),
        "-" if area is None else f"{100 * area:.0f} %",
        f"{interval.quality.score:.2f}",
    )


def _number(fit: Fit | None, name: str) -> str:
    value = None if fit is None else getattr(fit, name)
    if value is None:
        return "-"
    low, high = getattr(fit, f"{name}_ci95")
    if low is None or high is None:
        return f"{value:.2f}"
    return f"{value:.2f} ({low:.2f}–{high:.2f})"
