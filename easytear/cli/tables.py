"""Results as a table in the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from easytear.cli.console import console
from easytear.measure.quantities.base import Quantity
from easytear.measure.quantities.catalogue import overview
from easytear.results import IntervalResult, Summary
from easytear.show.flags import sentence
from easytear.show.numbers import quantity_text


def print_summary(summary: Summary, folder: Path) -> None:
    """Print one line an interval: the quantities of short tables, with their 95 % intervals.

    Intervals count from 1 for people, as on the page; in the files they count from 0.
    """
    table = Table(title=Path(summary.video.path).name, title_justify="left")
    table.box, table.padding, table.pad_edge = None, (0, 1), False
    shown = overview()
    for heading in ("", "time (s)", *(_heading(one) for one in shown)):
        table.add_column(heading, justify="right", no_wrap=heading in ("", "time (s)"))
    for interval in summary.intervals:
        table.add_row(*_row(interval, shown))
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


def _heading(one: Quantity) -> str:
    return f"{one.short} ({one.unit})" if one.unit else one.short


def _row(interval: IntervalResult, shown: tuple[Quantity, ...]) -> tuple[str, ...]:
    return (
        str(interval.index + 1),
        f"{interval.start_s:.2f}–{interval.end_s:.2f}",
        *(quantity_text(one, interval, unit=False) for one in shown),
    )
